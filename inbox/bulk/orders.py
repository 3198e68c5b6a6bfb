"""What is to be done to many items at once, and the command that this is for one of them. Pure.

A job does nothing that could not be done by hand: each item gets the very command that its own page would give, with
the same refusals.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from inbox import commands, filling
from inbox.errors import Refused
from inbox.events import ReplyPurpose, ResolveReason
from inbox.state import Item
from inbox.wording import Variant, pick

What = Literal["acknowledge", "reply", "assign", "tag", "resolve", "spam", "mute"]
UNDOABLE: frozenset[What] = frozenset({"assign", "tag", "resolve", "spam", "mute"})


class Orders(BaseModel):
    """`categories`: of a tag, None while nobody chose them. `variants`: of a reply, or of an acknowledgement that tells
    the person; none: a mere claim. `values`: of gaps, given once for all. `undo`: take it back. `asked`: digest of what
    a script asked, to tell the same order under the same key from another one."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    what: What
    assignee: int | None = None
    categories: tuple[str, ...] | None = None
    reason: ResolveReason = "answered"
    variants: tuple[Variant, ...] = ()
    wording: uuid.UUID | None = None
    values: dict[str, str] = {}
    promise_until: AwareDatetime | None = None
    promise_said: dict[str, str] = {}
    undo: bool = False
    asked: str | None = None

    @property
    def writes(self) -> bool:
        """Whether people are written to."""
        return self.what == "reply" or bool(self.variants)

    @property
    def about(self) -> tuple[str, ...] | None:
        """What people say with it that the words are about; None where they say nothing of that."""
        return {"tag": self.categories, "spam": ("spam",)}.get(self.what)

    @property
    def purpose(self) -> ReplyPurpose:
        return "response" if self.what == "reply" else "holding"


def text_for(orders: Orders, item: Item, known: dict[str, str | None]) -> str | None:
    """What this person would read; None where nobody is written to. Refused: as `words_for`; `gap_missing`."""
    return filling.fill(*words_for(orders, item, known)) if orders.writes else None


def words_for(orders: Orders, item: Item, known: dict[str, str | None]) -> tuple[str, dict[str, str | None]]:
    """The words that are for this person, and what their gaps are filled with. Refused: `no_variant`,
    `no_variant_for_them`."""
    if not orders.variants:
        raise Refused("no_variant", "Write the words first.")
    variant = pick(orders.variants, item.lang, item.network)
    if variant is None:
        raise Refused("no_variant_for_them", "No variant is for this language and network.", status=409)
    promise = orders.promise_said.get(item.lang or "") or orders.promise_said.get(variant.lang or "")
    given = {name: value for name, value in orders.values.items() if value.strip()}
    return variant.text, {**known, "promise": promise, **given}


def command_for(orders: Orders, text: str | None, before: int | None, by: int) -> commands.Command:
    """`before`: whose the item was, where that is taken back. Refused: `no_category`."""
    match orders.what:
        case "acknowledge":
            return commands.Acknowledge(by, text, orders.promise_until if text else None, orders.wording)
        case "reply":
            return commands.Reply(by, text or "", "response", orders.promise_until, wording=orders.wording)
        case "assign":
            return commands.Assign(by, before if orders.undo else orders.assignee)
        case "resolve":
            return commands.Reopen(by) if orders.undo else commands.Resolve(by, orders.reason)
        case "tag" | "spam":
            if orders.about is None:
                raise Refused("no_category", "Choose first what they are about.")
            return commands.CorrectCategories(by, None if orders.undo else orders.about)
        case "mute":
            return commands.Unmute(by) if orders.undo else commands.Mute(by)


def key(job_id: uuid.UUID) -> str:
    """Under which each item takes the command once, however often a job is begun again."""
    return f"bulk:{job_id}"


def spoke_again(item: Item, since: datetime) -> bool:
    """Whether the person has said something that a follow-up would not answer."""
    return any(said.received_at > since and said.withdrawn_at is None for said in item.messages)
