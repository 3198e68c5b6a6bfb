"""Why the classifier read a message so: the words of one of its messages that weighed most, worked out on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inbox import corrections, priority
from inbox.errors import NotFound, Refused, Unavailable
from inbox.ids import BrandId
from inbox.state import Item, Message
from inbox.web.context import Deps
from inbox.weighing import MOST_LETTERS, Weight


async def of(own: Deps, brand: BrandId, item: Item, external_id: str | None = None) -> tuple[Message, Sequence[Weight]]:
    """Of the named message, else of the one that gave the item its place in the classifier's eyes.

    Raises NotFound, Refused (`nothing_to_weigh`) where it has no words, and Unavailable.
    """
    message = _named(item, external_id) if external_id else _weightiest(item)
    text = (message.text or "")[:MOST_LETTERS] if message else ""
    if message is None or not text.strip():
        raise Refused("nothing_to_weigh", "There are no words here to weigh.", status=409)
    if own.weigh is None:
        raise Unavailable("this process has no classifier to ask")
    return message, await own.weigh(brand, text)


def _named(item: Item, external_id: str) -> Message:
    for message in item.messages:
        if message.external_id == external_id:
            return message
    raise NotFound


def _weightiest(item: Item) -> Message | None:
    own_words = replace(item, messages=tuple(map(corrections.uncorrected, item.messages)))
    return priority.weightiest(own_words) or next(reversed(priority.counted(item)), None)
