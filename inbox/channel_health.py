"""What each channel did lately, counted in the process and written once a second.

A row of health changes with every delivery and with every forged request: written at once, it would be the hottest
row of the database and a lever for anybody who can send requests. At a crash at most a second of counting is lost;
deliveries themselves are in the log.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from inbox.ids import BrandId
from inbox.sql import beside

sql = beside(__file__, "channel_health.sql")
FLUSH_S = 1.0


@dataclass(slots=True)
class _Tally:
    last_delivery_at: datetime | None = None
    deliveries: int = 0
    messages: int = 0
    failures: int = 0
    last_failure_at: datetime | None = None
    last_failure: str | None = None

    def add(self, other: _Tally) -> None:
        """`other` is the older one."""
        self.last_delivery_at = self.last_delivery_at or other.last_delivery_at
        self.deliveries += other.deliveries
        self.messages += other.messages
        self.failures += other.failures
        self.last_failure_at = self.last_failure_at or other.last_failure_at
        self.last_failure = self.last_failure or other.last_failure


class Tallies:
    def __init__(self) -> None:
        self._open: dict[BrandId, dict[str, _Tally]] = {}

    def delivery(self, brand: BrandId, channel_id: str, at: datetime, messages: int) -> None:
        tally = self._of(brand, channel_id)
        tally.last_delivery_at = at
        tally.deliveries += 1
        tally.messages += messages

    def failure(self, brand: BrandId, channel_id: str, at: datetime, reason: str) -> None:
        tally = self._of(brand, channel_id)
        tally.last_failure_at = at
        tally.failures += 1
        tally.last_failure = reason

    def _of(self, brand: BrandId, channel_id: str) -> _Tally:
        tallies = self._open.get(brand)
        if tallies is None:
            tallies = self._open[brand] = {}
        tally = tallies.get(channel_id)
        if tally is None:
            tally = tallies[channel_id] = _Tally()
        return tally

    async def keep(self, pool: asyncpg.Pool) -> None:
        try:
            while True:
                await asyncio.sleep(FLUSH_S)
                await self.flush(pool)
        finally:
            await self.flush(pool)

    async def flush(self, pool: asyncpg.Pool) -> None:
        """Raises what the database raises; what could not be written stays counted."""
        for brand in tuple(self._open):
            tallies = self._open.pop(brand)
            try:
                await self._write(pool, brand, tallies)
            except BaseException:
                for channel_id, tally in tallies.items():
                    self._of(brand, channel_id).add(tally)
                raise

    @staticmethod
    async def _write(pool: asyncpg.Pool, brand: BrandId, tallies: dict[str, _Tally]) -> None:
        """Both or neither: what is counted again would be a habit that nobody has."""
        hours = _hours(tallies)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(sql.note, brand, *_columns(tallies))
            if hours:
                await connection.execute(sql.hours, brand, *hours)


def _hours(tallies: dict[str, _Tally]) -> list[list[object]]:
    """Channel, hour, messages; nothing where nothing was delivered."""
    rows = [
        (channel_id, t.last_delivery_at.replace(minute=0, second=0, microsecond=0), t.messages)
        for channel_id, t in sorted(tallies.items()) if t.messages and t.last_delivery_at is not None
    ]  # fmt: skip
    return [list(column) for column in zip(*rows, strict=True)]


def _columns(tallies: dict[str, _Tally]) -> list[list[object]]:
    rows = [
        (channel_id, t.last_delivery_at, t.deliveries, t.messages, t.failures, t.last_failure_at, t.last_failure)
        for channel_id, t in sorted(tallies.items())
    ]
    return [list(column) for column in zip(*rows, strict=True)]
