"""What stands in an item's index beside its words: its authors' names, what it is about, its wave, what hangs on it.

Each kind has a sign of its own between the brand and what it says (`12:word`, `12@zoe`, `12#legal`), and no word holds
one of these signs, so that one index finds all of them, alone and together, and a mark is never taken for a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from inbox import priority, sla
from inbox.state import Item

Kind = Literal["word", "author", "category", "wave", "has"]
SIGNS: dict[Kind, str] = {"word": ":", "author": "@", "category": "#", "wave": "~", "has": "+"}
HAS = ("attachment", "promise", "note", "reply")


class Mark(NamedTuple):
    """A word or a name as typed, or a category, a wave's id, one of `HAS`."""

    kind: Kind
    text: str


def of(item: Item) -> Iterator[Mark]:
    """The marks of an item, but for its words and names."""
    for reason in item.reasons:
        yield Mark("category", reason.category)
    counted = priority.counted(item)
    waves = [said.wave for said in (*item.messages, *counted) if said.wave is not None]
    if waves:
        yield Mark("wave", waves[-1].hex)
    if any(said.attachments for said in item.messages if said.withdrawn_at is None):
        yield Mark("has", "attachment")
    if item.turns and sla.running_promise(item.turns[-1]) is not None:
        yield Mark("has", "promise")
    if item.notes:
        yield Mark("has", "note")
    if any(reply.state == "sent" for reply in item.replies):
        yield Mark("has", "reply")
