"""What a message to a device says, in its member's language. How much of an item it says is the member's own choice."""

from __future__ import annotations

import uuid
from typing import Any

from inbox.ids import MemberId
from inbox.people.brands import Brand
from inbox.push.bundling import Bundle, Shows
from inbox.web import words
from inbox.web.i18n import Speech

MOST_CHANNELS = 3
MOST_TEXT = 140


def message(told: Bundle, brand: Brand, member: MemberId, shows: Shows, say: Speech, *, acts: bool) -> dict[str, Any]:
    """What the service worker shows, and what it needs to act: `key` makes an act of this message happen once."""
    base = f"/b/{brand.id}"
    one = told.one
    shown: dict[str, Any] = {
        "title": say("%(brand)s: %(figures)s", brand=brand.name, figures=_counted(told, say)),
        "body": _body(told, shows, say), "tag": f"vigie.{brand.id}",
        "base": base, "me": member, "key": uuid.uuid4().hex,
        "url": f"{base}/items/{one.item_id}" if one else f"{base}/queue?view={'urgent' if told.urgent else 'waiting'}",
        "later": say("Kept on this device. It leaves as soon as we are back."), "actions": [],
    }  # fmt: skip
    if one is not None and acts:
        shown |= {"item": one.item_id, "position": one.position, "who": one.who if shows == "words" else ""}
        shown["actions"] = _actions("channels" if one.fold else shows, say)
    return shown


def _actions(shows: Shows, say: Speech) -> list[dict[str, str]]:
    """Nobody answers words that they have not read: who chose not to see them, or is spared them, takes charge."""
    take = {"action": "take", "title": say("Take")}
    return [{"action": "acknowledge", "title": say("Acknowledge")}, take] if shows == "words" else [take]


def _counted(told: Bundle, say: Speech) -> str:
    new = say.many("%(num)s new", "%(num)s new", told.new)
    return say("%(new)s, %(urgent)s urgent", new=new, urgent=say.number(told.urgent)) if told.urgent else new


def _body(told: Bundle, shows: Shows, say: Speech) -> str:
    if shows == "counts":
        return ""
    if shows == "words" and told.one is not None:
        who = told.one.who or say("Unknown author")
        text = words.folded(told.one.fold, say) if told.one.fold else _cut(told.one.text)
        return say("%(who)s: %(text)s", who=who, text=text)
    lines = [f"{name} {say.number(count)}" for name, count in list(told.channels.items())[:MOST_CHANNELS]]
    return " · ".join([*lines, "…"] if len(told.channels) > MOST_CHANNELS else lines)


def _cut(text: str) -> str:
    whole = " ".join(text.split())
    return whole if len(whole) <= MOST_TEXT else whole[: MOST_TEXT - 1].rstrip() + "…"


def trial(member: MemberId, say: Speech) -> dict[str, Any]:
    """Of a device that its member tries out."""
    return {
        "title": say("Vigie reaches this device"), "body": say("This is how you will be told of what is new."),
        "tag": "vigie.trial", "url": "/account/devices", "me": member, "actions": [],
    }  # fmt: skip
