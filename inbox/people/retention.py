"""How long a brand keeps people's words and raw deliveries, and the legal hold that suspends both.

The rule is an event of the brand's log; `services.workers.retention` carries it out. Words go as a forgotten author's
do, once that person has said nothing for so long, and we nothing to them; raw deliveries with the key of their day,
which reaches every backup of the log.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import asyncpg

from inbox.errors import Refused
from inbox.events import RetentionChanged
from inbox.ids import BrandId, DedupeKey, Position, SubjectId
from inbox.log.record import NewEvent
from inbox.log.store import Connection, Log
from inbox.sql import beside

sql = beside(__file__, "retention.sql")
STREAM = "retention"
LEAST_WORDS_DAYS, MOST_DAYS = 30, 3650
RAW_DAYS = 30


@dataclass(frozen=True, slots=True)
class Retention:
    """`words_days`: None until somebody asks to be forgotten. `hold`: nothing is thrown away, nobody forgotten."""

    words_days: int | None = None
    raw_days: int = RAW_DAYS
    hold: bool = False


async def of_brand(log: Log, brand: BrandId, *, connection: Connection | None = None) -> Retention:
    """What was said last."""
    said = await log.read_stream(brand, STREAM, connection=connection)
    if not said:
        return Retention()
    event = said[-1].event
    assert isinstance(event, RetentionChanged)
    return Retention(event.words_days, event.raw_days, event.hold)


async def change(log: Log, brand: BrandId, wanted: Retention, *, by: int | None, now: datetime) -> Position:
    """Refused: `retention_bad`."""
    if wanted.words_days is not None and not LEAST_WORDS_DAYS <= wanted.words_days <= MOST_DAYS:
        raise Refused("retention_bad", f"Words are kept {LEAST_WORDS_DAYS} to {MOST_DAYS} days, or for good.")
    if not 1 <= wanted.raw_days <= MOST_DAYS:
        raise Refused("retention_bad", f"Raw deliveries are kept 1 to {MOST_DAYS} days.")
    event = RetentionChanged(
        words_days=wanted.words_days, raw_days=wanted.raw_days, hold=wanted.hold, by=by, at=now
    )  # fmt: skip
    (position,) = await log.append(brand, [NewEvent(event, STREAM, DedupeKey(uuid.uuid4()))])
    assert position is not None
    return position


# --- whose time is over ---


async def aged(log: Log, brand: BrandId, after: uuid.UUID, before: datetime, limit: int) -> list[SubjectId]:
    """Authors of whom nothing was written down since `before`, in order, behind `after`."""
    rows = await log.pool.fetch(sql.aged, brand, after, before, limit)
    return [SubjectId(uuid.UUID(int=row["subject_id"].int)) for row in rows]


async def drop_raw(pool: asyncpg.Pool, brand: BrandId, before: date, limit: int) -> int:
    """Destroys the keys of days before that, then throws away the bytes; how many deliveries. No more than `limit` at
    once: call again until fewer go."""
    await pool.execute(sql.destroy_day_keys, brand, before)
    return int((await pool.execute(sql.drop_raw, brand, before, limit)).split()[-1])


def day_before(now: datetime, days: int) -> date:
    return (now - timedelta(days=days)).date()
