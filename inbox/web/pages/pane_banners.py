"""What stands above an item: that something waits, is uncertain, failed, or was done by somebody else meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from inbox.errors import Refused
from inbox.state import Item
from inbox.views.row import Row
from inbox.waiting import Waiting
from inbox.web import words
from inbox.web.i18n import Speech


@dataclass(frozen=True)
class Banner:
    icon: str
    title: str
    text: str
    tone: str = ""
    urgent: bool = False
    settle: uuid.UUID | None = None
    leads_to: str = ""


def held_back(item: Item, waiting: Waiting | None, now: datetime, say: Speech) -> list[Banner]:
    """The network has told the account to wait, and something of this item waits with it."""
    queued = any(r.state == "queued" for r in item.replies) or any(g.state == "queued" for g in item.gestures)
    if waiting is None or waiting.until is None or not queued:
        return []
    network, at = words.network(item.network, say), say.moment(waiting.until, now)
    title = say("Waits for %(network)s until %(at)s.", network=network, at=at)
    return [Banner("clock", title, words.waits(waiting.count, waiting.until, item.network, now, say), "soon")]


def warnings_of(item: Item, row: Row, say: Speech) -> list[Banner]:
    network = words.network(row.network, say)
    found = [
        Banner(
            "help", say("Uncertain reply."),
            say("%(network)s did not confirm it. Look at the thread there before you write again.", network=network),
            "soon", settle=reply.reply_id,
        )
        for reply in item.replies
        if reply.state == "uncertain"
    ]  # fmt: skip
    last = item.replies[-1] if item.replies else None
    if last is not None and last.state == "failed" and last.retry_at is None:
        reason = say("%(reason)s.", reason=words.reply_failure(last.reason, say).capitalize())
        told = f"{reason} {words.remedy(last.reason, say)}"
        found.append(Banner("alert", say("Your team's reply was not posted."), told, "alarm"))
    if row.forgotten:
        found.append(
            Banner(
                "lock",
                say("This author was forgotten."),
                say("Their words are gone from every copy; times and figures stay."),
            )
        )
    return found


def conflict_banner(refused: Refused, names: Mapping[int, str], say: Speech, *, kept: bool) -> Banner:
    """Who did what in between, and that nothing written was lost."""
    events = refused.details.get("events", ())
    told = dict.fromkeys(
        words.fact(event["type"], event["type"], {"purpose": "response"}, event.get("actor"), names, say)
        for event in events
    )
    title = " · ".join(told) if told else words.refusal(refused, say)
    rest = say("Nothing was sent, and your text is kept.") if kept else say("Nothing was changed.")
    return Banner("users", f"{title}.", rest, "soon", urgent=True)
