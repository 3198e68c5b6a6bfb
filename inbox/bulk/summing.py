"""How far a job is, in figures: a report's first lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inbox.bulk.jobs import Count


@dataclass(frozen=True, slots=True)
class Summed:
    """Items by fate; `whys`: of those left out or refused, by state and reason, the most frequent first; `receipts`:
    what became of the words that were sent."""

    waiting: int
    done: int
    nothing: int
    whys: list[tuple[str, str, int]]
    receipts: list[tuple[str | None, int]]

    @property
    def left_out(self) -> int:
        return sum(items for _, _, items in self.whys)

    @property
    def ended(self) -> int:
        return self.done + self.nothing + sum(items for state, _, items in self.whys if state == "refused")


def summed(counts: Sequence[Count]) -> Summed:
    whys: dict[tuple[str, str], int] = {}
    receipts: dict[str | None, int] = {}
    for count in counts:
        if count.state in {"excluded", "refused"}:
            whys[count.state, count.code or ""] = whys.get((count.state, count.code or ""), 0) + count.items
        if count.state == "done":
            receipts[count.receipt] = receipts.get(count.receipt, 0) + count.items
    of = {state: sum(c.items for c in counts if c.state == state) for state in ("waiting", "done", "nothing")}
    frequent = sorted(((*why, items) for why, items in whys.items()), key=lambda why: -why[2])
    return Summed(
        of["waiting"], of["done"], of["nothing"], frequent, sorted(receipts.items(), key=lambda r: r[0] or "")
    )
