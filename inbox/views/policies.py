"""Which SLA policy is in force where: each from the position of its `PolicyChanged` on, until the next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import asyncpg

from inbox import events as ev
from inbox.ids import BrandId
from inbox.log.record import Recorded
from inbox.log.store import Connection
from inbox.policy import Policy
from inbox.sql import beside

sql = beside(__file__, "items.sql")


async def in_force(connection: Connection | asyncpg.Pool, brand: BrandId, at: int | None = None) -> Policy:
    """The brand's policy at a position of its log (None: now); the default one before the first."""
    row = await connection.fetchrow(sql.policy_at, brand, at)
    return Policy() if row is None else _read(row["v"], row["body"])


@lru_cache(maxsize=256)
def _read(v: int, body: bytes) -> Policy:
    event = ev.decode(ev.PolicyChanged.TYPE, v, body, None)
    assert isinstance(event, ev.PolicyChanged)
    return Policy.model_validate(event.policy)


@dataclass(frozen=True, slots=True)
class Timeline:
    """All policies a brand ever had; `at` answers for any position, for folding a stream."""

    positions: tuple[int, ...] = ()
    policies: tuple[Policy, ...] = ()

    @classmethod
    def of(cls, recorded: Sequence[Recorded]) -> Timeline:
        """From `Log.policies`."""
        changes = [(r.position, r.event) for r in recorded if isinstance(r.event, ev.PolicyChanged)]
        return cls(
            tuple(position for position, _ in changes),
            tuple(Policy.model_validate(event.policy) for _, event in changes),
        )

    def at(self, position: int) -> Policy:
        place = bisect_right(self.positions, position)
        return self.policies[place - 1] if place else Policy()

    @property
    def now(self) -> Policy:
        return self.policies[-1] if self.policies else Policy()
