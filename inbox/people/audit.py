"""An audit line beside each change of settings: both in one transaction, or neither."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from inbox.events import SettingChanged
from inbox.ids import BrandId, DedupeKey
from inbox.log.record import NewEvent
from inbox.log.store import Connection, Log

STREAM = "settings"
What = Literal[
    "channel", "member", "token", "brand", "subscription", "view", "wall", "report", "guide", "translation",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Values:
    """Settings by name, as they were and as they are; filled in while the change is made. No secret, no person's
    name."""

    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)

    def say(self, name: str, before: object, after: object) -> None:
        """Nothing for what stayed as it was; None: it is not set."""
        if before == after:
            return
        if before is not None:
            self.before[name] = str(before)
        if after is not None:
            self.after[name] = str(after)


@contextlib.asynccontextmanager
async def changing(
    log: Log, brand: BrandId, what: What, action: str, subject: str, *, by: int | None, now: datetime,
    values: Values | None = None,
) -> AsyncIterator[Connection]:  # fmt: skip
    """Yields the transaction to make the change in. `subject` is an id, never a name or a secret; `values` may be
    filled in until the transaction ends."""
    values = values or Values()
    async with log.pool.acquire() as connection, connection.transaction():
        yield connection
        event = SettingChanged(
            what=what, action=action, subject=subject, before=values.before, after=values.after, by=by, at=now
        )
        line = NewEvent(event, STREAM, DedupeKey(uuid.uuid4()))
        await log.append(brand, [line], connection=connection)
    log.pulse.beat("log", brand)
