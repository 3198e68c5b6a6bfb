"""What this host keeps of deliveries that were acknowledged while the database was away (`services.spool`), as screens
and readiness tell of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from inbox.ids import BrandId


@dataclass(frozen=True, slots=True)
class Spooled:
    """`waiting`: for the log; `oldest_s`: how long the oldest of them does. `aside`: nobody could read them. `brands`:
    what waits of each."""

    waiting: int = 0
    oldest_s: float = 0.0
    aside: int = 0
    brands: Mapping[BrandId, Spooled] = field(default_factory=dict)

    def of(self, brand: BrandId) -> Spooled:
        """What waits of that brand."""
        return self.brands.get(brand, Spooled())

    def __bool__(self) -> bool:
        return bool(self.waiting or self.aside)

    def __str__(self) -> str:
        """For operators."""
        waiting = f"{self.waiting} deliveries wait in the spool, the oldest for {self.oldest_s:.0f} s"
        aside = f"{self.aside} deliveries of the spool cannot be read (VigieSpoolAside in docs/runbook.md)"
        return "; ".join(said for said, count in ((waiting, self.waiting), (aside, self.aside)) if count)


Telling = Callable[[], Spooled]


def nothing() -> Spooled:
    """Where no spool is: a process that takes no deliveries."""
    return Spooled()
