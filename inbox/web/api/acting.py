"""Commands on an item. Each names the position its author saw, and an idempotency key; each answers the item after it.

409 `conflict` says what came in between, and who did it; other 409s say what of the item's state is in the way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from aiohttp import web

from inbox import commands, files
from inbox.desk import Commands
from inbox.errors import NotFound
from inbox.views.row import row_of
from inbox.web.api import asked, bodies
from inbox.web.api.answer import as_json
from inbox.web.api.described import IDEMPOTENCY_KEY, Operation
from inbox.web.api.items import PATH
from inbox.web.api.shapes import ItemShape
from inbox.web.context import deps, viewer
from inbox.web.routes import Handler, Route
from inbox.web.security import brand_of

B = TypeVar("B", bound=bodies.Body)


def _handler(model: type[B], command: Callable[[B, int], commands.Command]) -> Handler:
    """From a body and the acting member to a command, carried out."""

    async def act(request: web.Request) -> web.StreamResponse:
        asked.only(request)
        brand, item_id, own, asking = brand_of(request), asked.item_id(request), deps(request), viewer(request)
        key = asked.idempotency_key(request)
        body = await bodies.read(request, model)
        order = command(body, asking.actor)
        if isinstance(order, commands.Reply | commands.ProposeReply) and isinstance(body, bodies.WITH_FILES):
            taken = await files.chosen(own.log, brand, item_id, body.files, now=own.clock.now())
            order = replace(order, files=taken)
        done = await Commands(own.log, own.clock, own.networks).run(
            brand, item_id, order,
            expected_position=body.expected_position, idempotency_key=key,
        )  # fmt: skip
        row = row_of(done.item, done.policy)
        if row is None:
            raise NotFound
        return as_json(row.as_of(own.clock.now()).to_json(asking.may(brand, "personal")))

    return act


HANDLERS: dict[str, tuple[str, type[bodies.Body], Handler]] = {
    "acknowledge": (
        "Take charge; with a text, tell the person so", bodies.AcknowledgeBody,
        _handler(bodies.AcknowledgeBody, lambda b, by: commands.Acknowledge(by, b.text, b.promise_until, b.wording)),
    ),
    "reply": (
        "Answer the person through the network", bodies.ReplyBody,
        _handler(
            bodies.ReplyBody,
            lambda b, by: commands.Reply(by, b.text, "response", b.promise_until, b.private, b.wording),
        ),
    ),
    "propose": (
        "Have somebody look at a reply before it leaves", bodies.ProposeBody,
        _handler(bodies.ProposeBody, lambda b, by: commands.ProposeReply(
            by, b.variants, b.purpose, b.promise_until, b.private
        )),
    ),
    "approve": (
        "Let a proposed reply leave", bodies.ApproveBody,
        _handler(bodies.ApproveBody, lambda b, by: commands.ApproveReply(by, b.proposal_id, b.variant, b.text)),
    ),
    "reject": (
        "Refuse a proposed reply, or take one's own back", bodies.RejectBody,
        _handler(bodies.RejectBody, lambda b, by: commands.RejectReply(by, b.proposal_id, b.text)),
    ),
    "gesture": (
        "Hide or like a message on its network, or take that back", bodies.GestureBody,
        _handler(bodies.GestureBody, lambda b, by: commands.Gesture(by, b.gesture, b.message)),
    ),
    "note": (
        "Leave words for colleagues", bodies.NoteBody,
        _handler(bodies.NoteBody, lambda b, by: commands.AddNote(by, b.text)),
    ),
    "assign": (
        "Give it to a member, or to nobody", bodies.AssignBody,
        _handler(bodies.AssignBody, lambda b, by: commands.Assign(by, b.assignee)),
    ),
    "resolve": (
        "Close it", bodies.ResolveBody,
        _handler(bodies.ResolveBody, lambda b, by: commands.Resolve(by, b.reason)),
    ),
    "reopen": (
        "Open it again", bodies.ReopenBody,
        _handler(bodies.ReopenBody, lambda b, by: commands.Reopen(by)),
    ),
    "priority": (
        "Set the priority, or give it back to the rules", bodies.PriorityBody,
        _handler(bodies.PriorityBody, lambda b, by: commands.OverridePriority(by, b.priority)),
    ),
    "categories": (
        "Correct what the words so far are about, or give that back to the classifier", bodies.CategoriesBody,
        _handler(bodies.CategoriesBody, lambda b, by: commands.CorrectCategories(by, b.categories)),
    ),
    "language": (
        "Correct the language of the words so far, or give that back to the classifier", bodies.LanguageBody,
        _handler(bodies.LanguageBody, lambda b, by: commands.CorrectLanguage(by, b.lang)),
    ),
    "not-urgent": (
        "Say that the classifier's alarm is false, or take that back", bodies.NotUrgentBody,
        _handler(bodies.NotUrgentBody, lambda b, by: commands.MarkNotUrgent(by, b.undone)),
    ),
    "mute": (
        "Let nobody be alarmed by the author any more: all they say ranks as P4", bodies.MuteBody,
        _handler(bodies.MuteBody, lambda b, by: commands.Mute(by)),
    ),
    "unmute": (
        "Let the author rank by the rules again", bodies.UnmuteBody,
        _handler(bodies.UnmuteBody, lambda b, by: commands.Unmute(by)),
    ),
}  # fmt: skip

ROUTES = [
    Route("POST", PATH + "/{item_id}/" + verb, handler, "act", "api", f"api.{verb}")
    for verb, (_, _, handler) in HANDLERS.items()
]
OPERATIONS = {
    f"api.{verb}": Operation(
        summary, "Commands", parameters=(IDEMPOTENCY_KEY,), body=model, answers=ItemShape,
        problems=(404, 408, 409, 413, 415, 422),
    )
    for verb, (summary, model, _) in HANDLERS.items()
}  # fmt: skip
