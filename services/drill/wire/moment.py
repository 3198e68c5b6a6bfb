"""A move with its real times: what the encoders of the networks get."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.drill.plan import Move


@dataclass(frozen=True, slots=True)
class Moment:
    """`said`: when it was said; `sent`: when the request leaves; `created`: when its message was written."""

    move: Move
    said: datetime
    sent: datetime
    created: datetime

    @property
    def said_s(self) -> int:
        return int(self.said.timestamp())

    @property
    def said_ms(self) -> int:
        return int(self.said.timestamp() * 1000)

    @property
    def sent_s(self) -> int:
        return int(self.sent.timestamp())

    @property
    def sent_ms(self) -> int:
        return int(self.sent.timestamp() * 1000)

    @property
    def created_s(self) -> int:
        return int(self.created.timestamp())
