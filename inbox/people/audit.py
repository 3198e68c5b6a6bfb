"""An audit line beside each change of settings: both in one transaction, or neither."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Literal

from inbox.events import SettingChanged
from inbox.ids import BrandId, DedupeKey
from inbox.log.record import NewEvent
from inbox.log.store import Connection, Log

STREAM = "settings"
What = Literal["channel", "member", "token", "brand", "subscription"]


@contextlib.asynccontextmanager
async def changing(
    log: Log, brand: BrandId, what: What, action: str, subject: str, *, by: int | None, now: datetime
) -> AsyncIterator[Connection]:
    """Yields the transaction to make the change in. `subject` is an id, never a name or a secret."""
    event = SettingChanged(what=what, action=action, subject=subject, by=by, at=now)
    async with log.pool.acquire() as connection, connection.transaction():
        yield connection
        line = NewEvent(event, STREAM, DedupeKey(uuid.uuid4()))
        await log.append(brand, [line], connection=connection)
    log.pulse.beat("log", brand)
