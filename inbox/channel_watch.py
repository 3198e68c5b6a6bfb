"""What each channel of a brand gives cause to worry about, from what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import asyncpg

from inbox import silence
from inbox.channel_state import Concern, Known, Term, concerns
from inbox.ids import BrandId
from inbox.silence import Silence
from inbox.sql import beside
from inbox.views import policies

sql = beside(__file__, "channel_watch.sql")
OPEN_S = 60.0
"""A connection that has given no sign of life for so long is not open, whatever was written last."""


class State(NamedTuple):
    """`open_since`: of the connection that listens, None where none does."""

    network: str
    concerns: tuple[Concern, ...]
    open_since: datetime | None
    stream_gaps: int
    stream_failure: str | None
    terms: tuple[Term, ...]

    @property
    def level(self) -> str | None:
        return self.concerns[0].level if self.concerns else None


async def states(pool: asyncpg.Pool, brand: BrandId, now: datetime) -> dict[str, State]:
    """By channel, those that are switched off left out."""
    terms = await _terms(pool, brand)
    silences = await _silences(pool, brand, now)
    rows = await pool.fetch(sql.known, brand)
    return {row["channel_id"]: _state(row, terms.get(row["channel_id"], ()), silences, now) for row in rows}


def _state(
    row: asyncpg.Record, terms: tuple[Term, ...], silences: Mapping[str, Silence | None], now: datetime
) -> State:  # fmt: skip
    given = {name: row[name] for name in Known._fields if name not in ("terms", "silence")}
    known = Known(**given, terms=terms, silence=silences.get(row["channel_id"]))
    heard = row["heard_at"]
    is_open = heard is not None and (now - heard).total_seconds() < OPEN_S
    return State(
        row["network"], concerns(known, now), row["open_since"] if is_open else None, row["stream_gaps"],
        row["stream_failure"], terms,
    )  # fmt: skip


async def _terms(pool: asyncpg.Pool, brand: BrandId) -> dict[str, tuple[Term, ...]]:
    found: dict[str, tuple[Term, ...]] = {}
    for row in await pool.fetch(sql.terms, brand):
        term = Term(*(row[name] for name in Term._fields))
        found[row["channel_id"]] = (*found.get(row["channel_id"], ()), term)
    return found


async def _silences(pool: asyncpg.Pool, brand: BrandId, now: datetime) -> dict[str, Silence | None]:
    end = now.replace(minute=0, second=0, microsecond=0)
    zone = ZoneInfo((await policies.in_force(pool, brand)).calendar.zone)
    return {
        row["channel_id"]: silence.found(dict(zip(row["hours"], row["messages"], strict=True)), row["since"], now, zone)
        for row in await pool.fetch(sql.hours, brand, end)
    }
