"""What a queue is narrowed to, and the saved views every member has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Literal

from inbox.state import Status

WAITING: frozenset[Status] = frozenset({"open", "acknowledged"})
SOON = timedelta(minutes=30)
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Filter:
    """All that is given must hold; an empty set, or None, does not narrow.

    `assignee`: a member's id, or "none" for nobody's. `q`: words that must all occur, the last as a beginning.
    `breached`: a clock of the latest turn was missed. `due_before`: what is due first is due before then. `unscored`:
    the classifier has not judged it. `uncertain`: a reply may or may not have been posted.
    """

    statuses: frozenset[Status] = frozenset()
    priorities: frozenset[int] = frozenset()
    channels: frozenset[str] = NOTHING
    networks: frozenset[str] = NOTHING
    assignee: int | Literal["none"] | None = None
    q: str | None = None
    langs: frozenset[str] = NOTHING
    breached: bool | None = None
    due_before: datetime | None = None
    unscored: bool | None = None
    uncertain: bool | None = None

    @property
    def waits(self) -> bool:
        """Whether only items that wait for us can match."""
        return bool(self.statuses) and self.statuses <= WAITING

    @property
    def done(self) -> bool:
        """Whether only items that do not wait for us can match."""
        return bool(self.statuses) and not self.statuses & WAITING

    def parameters(self, now: datetime) -> tuple[object, ...]:
        """`vigie.item_filter`, field by field."""
        assert len(fields(self)) == 11, "a new field of Filter belongs into vigie.item_filter"
        return (
            _texts(self.statuses), [p for p in (1, 2, 3, 4) if p in self.priorities] if self.priorities else None,
            _texts(self.channels), _texts(self.networks), _texts(self.langs), _member(self.assignee),
            True if self.assignee == "none" else None, self.breached, self.due_before, self.unscored, self.uncertain,
            now,
        )  # fmt: skip


def _texts(values: Iterable[str]) -> list[str] | None:
    """What PostgreSQL cannot hold (NUL, lone surrogates) is replaced: it matches nothing, as it should."""
    clean = [value.encode("utf-8", "replace").decode().replace("\x00", "\ufffd") for value in values]
    return clean or None


def _member(assignee: int | str | None) -> int | None:
    """An id no member can have is nobody's at all."""
    if not isinstance(assignee, int):
        return None
    return assignee if 0 <= assignee < 2**63 else -1


SavedView = Callable[[int, datetime], Filter]

VIEWS: dict[str, SavedView] = {
    "urgent": lambda me, now: Filter(statuses=WAITING, priorities=frozenset({1, 2})),
    "unacknowledged": lambda me, now: Filter(statuses=frozenset({"open"})),
    "mine": lambda me, now: Filter(statuses=WAITING, assignee=me),
    "waiting": lambda me, now: Filter(statuses=WAITING),
    "breaching": lambda me, now: Filter(statuses=WAITING, due_before=now + SOON),
    "answered": lambda me, now: Filter(statuses=frozenset({"answered"})),
    "resolved": lambda me, now: Filter(statuses=frozenset({"resolved"})),
    "uncertain": lambda me, now: Filter(uncertain=True),
    "all": lambda me, now: Filter(),
}
"""By name: `view(me, now)` gives the filter, `me` being the member's id. `breaching`: due within `SOON`, or past."""
