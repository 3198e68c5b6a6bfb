"""Eras: which life of a brand's log a position belongs to.

A restore brings the log back to an earlier moment. What came after that moment is gone, and its positions are given
again, to other events. Whoever outside keeps positions, or ids made of them, would take the new events for those that
it knows. So a restore begins an era with a random name, and what is told to the outside names the era beside the
position. Events from before the restore keep theirs: it is the same event still.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside

sql = beside(__file__, "eras.sql")
FIRST = "0"
"""Of what was never restored."""


@dataclass(frozen=True, slots=True)
class Eras:
    """(last restored position, name of what comes after it), in order."""

    began: Sequence[tuple[int, str]] = ()

    def at(self, position: int) -> str:
        return ([FIRST, *(era for after, era in self.began if after < position)])[-1]

    def common(self, era: str, position: int) -> int:
        """Up to where this log is what a reader has seen who stands at `position` of `era`: 0 for an era that this
        log never had."""
        names = [FIRST, *(name for _, name in self.began)]
        if era not in names:
            return 0
        ends = [after for after, _ in self.began[names.index(era) :]]
        return min([position, *ends])


async def begin(connection: Connection, brand: BrandId, *, now: datetime) -> None:
    """Before anything is appended to the restored log. The name is random: one backup may be restored twice."""
    await connection.execute(sql.begin, brand, secrets.token_hex(6), now)


async def of_brand(connection: Connection | asyncpg.Pool, brand: BrandId) -> Eras:
    return Eras([(row["position"], row["era"]) for row in await connection.fetch(sql.of_brand, brand)])
