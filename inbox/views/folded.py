"""An item on its way from the row it was to the row it will be."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from inbox.state import Item


@dataclass(slots=True)
class Folded:
    """`before`: as the rows have it, None where they have nothing. `subject`: whose key seals its words."""

    item: Item | None
    before: Item | None = None
    subject: uuid.UUID | None = None
