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
MOST_REASON = 200
MOST_COUNTED = 10_000
"""Beyond so many a preview says "more than"."""
RAW_DAYS = 30


@dataclass(frozen=True, slots=True)
class Retention:
    """`words_days`: None until somebody asks to be forgotten. `hold`: nothing is thrown away, nobody forgotten.
    `reason`: why there is a hold, in words that name no person; gone with it."""

    words_days: int | None = None
    raw_days: int = RAW_DAYS
    hold: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a rule would throw away now: authors silent since `words_before` (None: nobody is forgotten by rule), raw
    deliveries of the days before `raw_before`. Counts end at `MOST_COUNTED` + 1."""

    authors: int
    words_before: datetime | None
    deliveries: int
    raw_before: date


async def of_brand(log: Log, brand: BrandId, *, connection: Connection | None = None) -> Retention:
    """What was said last."""
    said = await log.read_stream(brand, STREAM, connection=connection)
    if not said:
        return Retention()
    event = said[-1].event
    assert isinstance(event, RetentionChanged)
    return Retention(event.words_days, event.raw_days, event.hold, event.reason)


async def change(log: Log, brand: BrandId, wanted: Retention, *, by: int | None, now: datetime) -> Position:
    """Refused: `retention_bad`."""
    if wanted.words_days is not None and not LEAST_WORDS_DAYS <= wanted.words_days <= MOST_DAYS:
        raise Refused("retention_bad", f"Words are kept {LEAST_WORDS_DAYS} to {MOST_DAYS} days, or for good.")
    if not 1 <= wanted.raw_days <= MOST_DAYS:
        raise Refused("retention_bad", f"Raw deliveries are kept 1 to {MOST_DAYS} days.")
    if len(wanted.reason) > MOST_REASON or any(not c.isprintable() for c in wanted.reason):
        raise Refused("reason_bad", f"A reason has at most {MOST_REASON} characters, on one line.")
    event = RetentionChanged(
        words_days=wanted.words_days, raw_days=wanted.raw_days, hold=wanted.hold,
        reason=wanted.reason if wanted.hold else "", by=by, at=now,
    )  # fmt: skip
    (position,) = await log.append(brand, [NewEvent(event, STREAM, DedupeKey(uuid.uuid4()))])
    assert position is not None
    return position


# --- whose time is over ---


async def aged(log: Log, brand: BrandId, after: uuid.UUID, before: datetime, limit: int) -> list[SubjectId]:
    """Authors of whom nothing was written down since `before`, in order, behind `after`."""
    rows = await log.pool.fetch(sql.aged, brand, after, before, limit)
    return [SubjectId(uuid.UUID(int=row["subject_id"].int)) for row in rows]


async def overdue(log: Log, brand: BrandId, rule: Retention, now: datetime) -> Overdue:
    """What the next round would throw away under `rule`, were there no hold."""
    raw_before, authors, words_before = day_before(now, rule.raw_days), 0, None
    if rule.words_days is not None:
        words_before = now - timedelta(days=rule.words_days)
        authors = await log.pool.fetchval(sql.count_aged, brand, words_before, MOST_COUNTED + 1)
    deliveries = await log.pool.fetchval(sql.count_raw, brand, raw_before, MOST_COUNTED + 1)
    return Overdue(authors, words_before, deliveries, raw_before)


async def drop_raw(pool: asyncpg.Pool, brand: BrandId, before: date, limit: int) -> int:
    """Destroys the keys of days before that, then throws away the bytes; how many deliveries. No more than `limit` at
    once: call again until fewer go."""
    await pool.execute(sql.destroy_day_keys, brand, before)
    return int((await pool.execute(sql.drop_raw, brand, before, limit)).split()[-1])


def day_before(now: datetime, days: int) -> date:
    return (now - timedelta(days=days)).date()
