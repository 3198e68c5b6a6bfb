"""What a queue is narrowed to, and the saved views every member has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Literal

from inbox.state import Status
from inbox.views.marks import Mark

WAITING: frozenset[Status] = frozenset({"open", "acknowledged"})
SOON = timedelta(minutes=30)
NOTHING: frozenset[str] = frozenset()

Assignee = int | Literal["none"]


@dataclass(frozen=True, slots=True)
class Without:
    """What must not be: an item falls out as soon as one of it holds."""

    channels: frozenset[str] = NOTHING
    langs: frozenset[str] = NOTHING
    assignees: frozenset[Assignee] = frozenset()
    marks: frozenset[Mark] = frozenset()


WITHOUT_NOTHING = Without()


@dataclass(frozen=True, slots=True)
class Filter:
    """All that is given must hold; an empty set, or None, does not narrow.

    `assignees`: members' ids, or "none" for nobody's. `q`: words that must all occur, the last as a beginning.
    `breached`: a clock of the latest turn was missed. `due_before`: what is due first is due before then. `unscored`:
    the classifier has not judged it. `uncertain`: a reply may or may not have been posted. `heard_after`: the author's
    latest words came then or later; `heard_before`: earlier. `marks`: of each set, one must be there.
    """

    statuses: frozenset[Status] = frozenset()
    priorities: frozenset[int] = frozenset()
    channels: frozenset[str] = NOTHING
    networks: frozenset[str] = NOTHING
    assignees: frozenset[Assignee] = frozenset()
    q: str | None = None
    langs: frozenset[str] = NOTHING
    breached: bool | None = None
    due_before: datetime | None = None
    unscored: bool | None = None
    uncertain: bool | None = None
    heard_after: datetime | None = None
    heard_before: datetime | None = None
    marks: tuple[frozenset[Mark], ...] = ()
    without: Without = WITHOUT_NOTHING

    @property
    def waits(self) -> bool:
        """Whether only items that wait for us can match."""
        return bool(self.statuses) and self.statuses <= WAITING

    @property
    def done(self) -> bool:
        """Whether only items that do not wait for us can match."""
        return bool(self.statuses) and not self.statuses & WAITING

    @property
    def searches(self) -> bool:
        """Whether it looks into the index of words and marks."""
        return bool((self.q and self.q.strip()) or self.marks or self.without.marks)

    @property
    def folds(self) -> bool:
        """Whether members of a wave may stand as one row: on lists of those who wait, narrowed at most to priorities,
        channels and languages. What is mine, due soon, searched for or of one wave shows every row."""
        without = Without(channels=self.without.channels, langs=self.without.langs)
        plain = Filter(
            statuses=self.statuses, priorities=self.priorities, channels=self.channels, networks=self.networks,
            langs=self.langs, without=without,
        )  # fmt: skip
        return self.waits and self == plain

    def parameters(self, now: datetime) -> tuple[object, ...]:
        """`vigie.item_query`, field by field; words and marks go beside it (`inbox.views.words.asked`)."""
        assert len(fields(self)) == 15, "a new field of Filter belongs into vigie.item_query"
        without = self.without
        return (
            _texts(self.statuses), [p for p in (1, 2, 3, 4) if p in self.priorities] if self.priorities else None,
            _texts(self.channels), _texts(self.networks), _texts(self.langs), _members(self.assignees),
            _nobody(self.assignees, without.assignees), self.breached, self.due_before, self.unscored, self.uncertain,
            self.heard_after, self.heard_before, _texts(without.channels), _texts(without.langs),
            _members(without.assignees), now,
        )  # fmt: skip


def _texts(values: Iterable[str]) -> list[str] | None:
    """What PostgreSQL cannot hold (NUL, lone surrogates) is replaced: it matches nothing, as it should."""
    clean = [value.encode("utf-8", "replace").decode().replace("\x00", "\ufffd") for value in values]
    return clean or None


def _members(assignees: frozenset[Assignee]) -> list[int] | None:
    """An id no member can have is nobody's at all."""
    ids = [one if 0 <= one < 2**63 else -1 for one in assignees if isinstance(one, int)]
    return ids or None


def _nobody(wanted: frozenset[Assignee], unwanted: frozenset[Assignee]) -> bool | None:
    """True: nobody's belong to it. False: somebody must have it."""
    if "none" in unwanted:
        return False
    return True if "none" in wanted else None


SavedView = Callable[[int, datetime], Filter]

VIEWS: dict[str, SavedView] = {
    "urgent": lambda me, now: Filter(statuses=WAITING, priorities=frozenset({1, 2})),
    "unacknowledged": lambda me, now: Filter(statuses=frozenset({"open"})),
    "mine": lambda me, now: Filter(statuses=WAITING, assignees=frozenset({me})),
    "waiting": lambda me, now: Filter(statuses=WAITING),
    "breaching": lambda me, now: Filter(statuses=WAITING, due_before=now + SOON),
    "answered": lambda me, now: Filter(statuses=frozenset({"answered"})),
    "resolved": lambda me, now: Filter(statuses=frozenset({"resolved"})),
    "uncertain": lambda me, now: Filter(uncertain=True),
    "all": lambda me, now: Filter(),
}
"""By name: `view(me, now)` gives the filter, `me` being the member's id. `breaching`: due within `SOON`, or past."""
