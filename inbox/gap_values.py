"""What is known of a person, to fill the gaps of prepared words with. Pure; nothing is kept of it.

Only what can be stood by: a first name where the network shows one that looks like a name, an order number where the
person wrote exactly one, a city where a colleague noted it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from inbox.state import Item

ORDER = re.compile(
    r"(?:\b(?:commande|order|pedido|bestellung|ordine|encomenda)\b|n[°º]|#)"
    r"(?:[^\w\n]|\b(?:number|num[ée]ro|nummer|n[°ºo]|no)){0,6}([A-Z]{0,4}-?\d{4,14})\b",
    re.IGNORECASE,
)


def of(
    item: Item, *, brand: str, channel: str, promise: str | None = None, city: str | None = None
) -> Mapping[str, str | None]:
    """By gap. `promise`: the promised time as said to the person. `city`: as noted on the card of its author."""
    author = item.author
    return {
        "name": first_name(author.name if author else None),
        "handle": author.handle if author else None,
        "order": order(message.text for message in item.messages if message.withdrawn_at is None),
        "city": city,
        "brand": brand,
        "channel": channel,
        "promise": promise,
    }


def first_name(name: str | None) -> str | None:
    """The first word of a name of two or three words; a nickname, a brand or a handle is better not addressed."""
    words = (name or "").split()
    looks_like_one = 2 <= len(words) <= 3 and all(word.replace("-", "").replace("'", "").isalpha() for word in words)
    return words[0] if looks_like_one and 2 <= len(words[0]) <= 20 else None


def order(texts: Iterable[str | None]) -> str | None:
    """The one order number in these words; None for none, and for several."""
    found = {match[1].upper() for text in texts if text for match in ORDER.finditer(text)}
    return found.pop() if len(found) == 1 else None
