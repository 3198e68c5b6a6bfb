"""Which SLA policy is in force where: each from the position of its `PolicyChanged` on, until the next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import asyncpg
import orjson

from inbox import events as ev
from inbox.ids import BrandId
from inbox.log.record import Recorded
from inbox.log.store import Connection
from inbox.policy import Policy
from inbox.sql import beside

sql = beside(__file__, "items.sql")

USUAL = Policy()
"""In force until a brand sets its own."""


async def in_force(connection: Connection | asyncpg.Pool, brand: BrandId, at: int | None = None) -> Policy:
    """The brand's policy at a position of its log (None: now); the default one before the first."""
    row = await connection.fetchrow(sql.policy_at, brand, at)
    return USUAL if row is None else _read(row["v"], row["body"])


def policy_of(event: ev.PolicyChanged) -> Policy:
    """The same policy is the same object, so that what calendars remember is found without a deep comparison."""
    return _parsed(orjson.dumps(event.policy))


@lru_cache(maxsize=256)
def _read(v: int, body: bytes) -> Policy:
    event = ev.decode(ev.PolicyChanged.TYPE, v, body, None)
    assert isinstance(event, ev.PolicyChanged)
    return policy_of(event)


@lru_cache(maxsize=256)
def _parsed(policy: bytes) -> Policy:
    return Policy.model_validate(orjson.loads(policy))


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
            tuple(policy_of(event) for _, event in changes),
        )

    def at(self, position: int) -> Policy:
        place = bisect_right(self.positions, position)
        return self.policies[place - 1] if place else USUAL

    @property
    def now(self) -> Policy:
        return self.policies[-1] if self.policies else USUAL
