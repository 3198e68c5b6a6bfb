"""From the fields of an item's forms to commands, one builder an act, and how one is carried out.

The forms of the pane and what a browser kept while it had no network go the same way: with the position its member saw
and a key of its own, so that what is sent twice is done once.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from aiohttp import web

from inbox import commands, files
from inbox.desk import Commands, Outcome
from inbox.errors import NotFound, Refused
from inbox.events import Gesture, ResolveReason
from inbox.ids import BrandId, ItemId
from inbox.state import Item
from inbox.web import uploads
from inbox.web.context import Deps
from inbox.web.pages import proposing, render

Fields = Mapping[str, str]
Build = Callable[[Item, int, Fields], commands.Command]


def item_id_of(request: web.Request) -> ItemId:
    try:
        return ItemId(uuid.UUID(request.match_info["item_id"]))
    except ValueError as error:
        raise NotFound from error


async def fields_of(request: web.Request) -> dict[str, str]:
    """A box that is ticked is a field of its own: all of them, where a form has several of one name."""
    ticked = ",".join(await render.form_lists(request, "category"))
    return await render.form(request) | {"category": ticked}


async def carry_out(
    own: Deps, brand: BrandId, item_id: ItemId, command: commands.Command, fields: Fields, chosen: Sequence[str] = ()
) -> Outcome:
    """`chosen`: files that go with a reply. Refused: as `inbox.desk.Commands.run` says."""
    command = await _with_files(own, brand, item_id, command, chosen)
    return await Commands(own.log, own.clock, own.networks).run(
        brand, item_id, command, expected_position=position_of(fields), idempotency_key=key_of(fields)
    )


async def _with_files(
    own: Deps, brand: BrandId, item_id: ItemId, command: commands.Command, chosen: Sequence[str]
) -> commands.Command:  # fmt: skip
    """A private answer and an acknowledgement take none: what was chosen waits in the composer."""
    if not isinstance(command, commands.Reply | commands.ProposeReply) or not chosen:
        return command
    if command.private or command.purpose == "holding":
        return command
    idents = [uploads.ident(text) for text in chosen]
    return replace(command, files=await files.chosen(own.log, brand, item_id, idents, now=own.clock.now()))


def position_of(fields: Fields) -> int:
    given = fields.get("expected_position", "")
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise Refused("bad_request", "The form does not say which position of the item it was made for.")
    return int(given)


def key_of(fields: Fields) -> str:
    return fields.get("idempotency_key", "")


def _acknowledge(item: Item, by: int, fields: Fields) -> commands.Command:
    promise, original = _moment(fields.get("promise")), proposing.original_of(fields)
    return commands.Acknowledge(by, fields.get("text", ""), promise, wording_of(fields), original)


def _reply(item: Item, by: int, fields: Fields) -> commands.Command:
    original = proposing.original_of(fields)
    return commands.Reply(by, fields.get("text", ""), wording=wording_of(fields), original=original)


def _private(item: Item, by: int, fields: Fields) -> commands.Command:
    original = proposing.original_of(fields)
    return commands.Reply(by, fields.get("text", ""), private=True, wording=wording_of(fields), original=original)


def wording_of(fields: Fields) -> uuid.UUID | None:
    """What it was written with; what is no id was not written with any."""
    try:
        return uuid.UUID(fields.get("wording", ""))
    except ValueError:
        return None


def _gesture(item: Item, by: int, fields: Fields) -> commands.Command:
    given = fields.get("gesture", "")
    for gesture in get_args(Gesture):
        if gesture == given:
            return commands.Gesture(by, gesture, fields.get("message", ""))
    raise Refused("bad_request", "There is no such gesture.")


def _by_hand(item: Item, by: int, fields: Fields) -> commands.Command:
    purpose: Any = "holding" if fields.get("holding_only") == "yes" else "response"
    return commands.AnswerByHand(by, fields.get("text") or None, purpose)


def _note(item: Item, by: int, fields: Fields) -> commands.Command:
    return commands.AddNote(by, fields.get("text", ""))


def _take(item: Item, by: int, fields: Fields) -> commands.Command:
    """A claim while nobody took charge of what waits; else the item only changes hands."""
    turn = item.turn
    unclaimed = turn is not None and turn.acknowledged_at is None and turn.claimed_at is None
    return commands.Acknowledge(by) if unclaimed and item.assignee in {None, by} else commands.Assign(by, by)


def _assign(item: Item, by: int, fields: Fields) -> commands.Command:
    chosen = fields.get("assignee", "none")
    if chosen == "none":
        return commands.Assign(by, None)
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 18):
        raise Refused("assignee_unknown", "Nobody who answers for this brand has that id.")
    return commands.Assign(by, int(chosen))


def _resolve(item: Item, by: int, fields: Fields) -> commands.Command:
    given = fields.get("reason", "answered")
    for reason in get_args(ResolveReason):
        if reason == given:
            return commands.Resolve(by, reason)
    raise Refused("bad_request", "There is no such reason.")


def _reopen(item: Item, by: int, fields: Fields) -> commands.Command:
    return commands.Reopen(by)


def _priority(item: Item, by: int, fields: Fields) -> commands.Command:
    given = fields.get("priority", "rules")
    return commands.OverridePriority(by, int(given) if given in {"1", "2", "3", "4"} else None)


def _categories(item: Item, by: int, fields: Fields) -> commands.Command:
    if fields.get("back") == "yes":
        return commands.CorrectCategories(by, None)
    return commands.CorrectCategories(by, tuple(filter(None, fields.get("category", "").split(","))))


def _language(item: Item, by: int, fields: Fields) -> commands.Command:
    return commands.CorrectLanguage(by, None if fields.get("back") == "yes" else fields.get("lang", ""))


def _not_urgent(item: Item, by: int, fields: Fields) -> commands.Command:
    return commands.MarkNotUrgent(by, undone=fields.get("back") == "yes")


def _mute(item: Item, by: int, fields: Fields) -> commands.Command:
    return commands.Mute(by)


def _unmute(item: Item, by: int, fields: Fields) -> commands.Command:
    return commands.Unmute(by)


def _settle(item: Item, by: int, fields: Fields) -> commands.Command:
    try:
        reply_id = uuid.UUID(fields.get("reply_id", ""))
    except ValueError as error:
        raise Refused("no_such_reply", "This item has no such reply.", status=404) from error
    return commands.SettleReply(by, reply_id, fields.get("was_sent") == "yes")


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("bad_request", "That is no time.") from error
    return at if at.tzinfo else None


ACTS: Mapping[str, Build] = {
    "acknowledge": _acknowledge,
    "reply": _reply,
    "private": _private,
    "gesture": _gesture,
    "by-hand": _by_hand,
    "note": _note,
    "take": _take,
    "assign": _assign,
    "resolve": _resolve,
    "reopen": _reopen,
    "priority": _priority,
    "mute": _mute,
    "unmute": _unmute,
    "settle": _settle,
    "categories": _categories,
    "language": _language,
    "not-urgent": _not_urgent,
    "propose": proposing.propose,
    "approve": proposing.approve,
    "reject": proposing.reject,
}
"""What whoever answers for the brand may do to an item, by the last part of its form's address."""


def _or(value: object, nothing: str) -> str:
    return nothing if value is None else str(value)


FORMS: Mapping[type[Any], tuple[str, Callable[[Any], dict[str, str]]]] = {
    commands.Assign: ("assign", lambda c: {"assignee": _or(c.assignee, "none")}),
    commands.Resolve: ("resolve", lambda c: {"reason": c.reason}),
    commands.Reopen: ("reopen", lambda _: {}),
    commands.OverridePriority: ("priority", lambda c: {"priority": _or(c.priority, "rules")}),
    commands.CorrectCategories: (
        "categories",
        lambda c: {"back": "yes"} if c.categories is None else {"category": ",".join(c.categories)},
    ),
    commands.CorrectLanguage: ("language", lambda c: {"lang": c.lang} if c.lang else {"back": "yes"}),
    commands.MarkNotUrgent: ("not-urgent", lambda c: {"back": "yes"} if c.undone else {}),
    commands.Mute: ("mute", lambda _: {}),
    commands.Unmute: ("unmute", lambda _: {}),
    commands.Gesture: ("gesture", lambda c: {"gesture": c.gesture, "message": c.external_id}),
    commands.RejectReply: ("reject", lambda c: {"proposal": str(c.proposal_id)}),
}
"""The other way round, for what takes another command back (`inbox.contrary`): the form that gives it, by the last part
of its address, and its fields."""
