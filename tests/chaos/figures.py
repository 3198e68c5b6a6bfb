"""The five figures of a round, after Jepsen's checker of queues: what was promised against what is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from tests.chaos.ledger import Sent

Measured = dict[str, float | int | str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a round is to reach: `figure` is the name of a measured one, whose unit stands at its end. `of`: the limit
    is so many times this other figure of the same run. `what`: the words for people, where the name does not do.

    A run that missed it is sound all the same: it lost nothing, on whatever machine it ran. It is told."""

    figure: str
    at_most: float | None = None
    at_least: float | None = None
    of: str = ""
    what: str = ""

    def __post_init__(self) -> None:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError(f"{self.figure}: at most or at least")

    @property
    def words(self) -> str:
        return self.what or self.figure

    @property
    def bound(self) -> str:
        return "at most" if self.at_least is None else "at least"

    @property
    def limit(self) -> float:
        """Itself, or so many times `of`."""
        return (self.at_most if self.at_least is None else self.at_least) or 0.0

    def compared(self, measured: Mapping[str, float | int | str]) -> Compared:
        """With one run, whenever that was."""
        reached, base = _number(measured.get(self.figure)), _number(measured.get(self.of)) if self.of else 1.0
        limit = None if base is None else self.limit * base
        if reached is None or limit is None:
            return Compared(self, limit, reached, None)
        return Compared(self, limit, reached, reached <= limit if self.at_least is None else reached >= limit)


@dataclass(frozen=True, slots=True)
class Compared:
    """`limit`: of this run, None where it did not measure what it is a share of; `reached`: None where it did not
    measure it; `met`: None in either case."""

    asked: Asked
    limit: float | None
    reached: float | None
    met: bool | None


def _number(value: float | str | None) -> float | None:
    return None if value is None or isinstance(value, str) else float(value)


class CannotRun(Exception):
    """This machine lacks what the round needs; the message says what."""


@dataclass(frozen=True, slots=True)
class Figures:
    """`ok`: answered 2xx, and there once. `lost`: answered 2xx, and missing somewhere. `duplicated`: there more than
    once. `unexpected`: there, and never sent; or a row that is not what its log says. `recovered`: there although no
    2xx came back, which is no fault."""

    ok: int = 0
    lost: int = 0
    duplicated: int = 0
    unexpected: int = 0
    recovered: int = 0

    @property
    def sound(self) -> bool:
        return not (self.lost or self.duplicated or self.unexpected)

    def __add__(self, other: Figures) -> Figures:
        mine, others = asdict(self), asdict(other)
        return Figures(**{name: mine[name] + others[name] for name in mine})


def compared(sent: Mapping[str, Sent], found: Counter[str]) -> Figures:
    """One place where things are to be found (the log, a view), against the ledger."""
    accepted = {ident for ident, one in sent.items() if one.accepted}
    return Figures(
        ok=sum(1 for ident in accepted if found[ident] == 1),
        lost=sum(1 for ident in accepted if not found[ident]),
        duplicated=sum(1 for ident in sent if found[ident] > 1),
        unexpected=sum(1 for ident in found if ident not in sent),
        recovered=sum(1 for ident in sent if ident not in accepted and found[ident] == 1),
    )


def quantile(waits_s: Sequence[float], share: float) -> float:
    """0 where nobody waited."""
    return sorted(waits_s)[int(len(waits_s) * share)] if waits_s else 0.0


def worst(places: Mapping[str, Figures]) -> Figures:
    """Of several places: a thing is as lost as where it is missing."""
    each = list(places.values())
    return Figures(
        ok=min(one.ok for one in each),
        lost=max(one.lost for one in each),
        duplicated=max(one.duplicated for one in each),
        unexpected=max(one.unexpected for one in each),
        recovered=max(one.recovered for one in each),
    )


@dataclass(frozen=True, slots=True)
class Round:
    """One fault, seen through. `wrong`: what else did not go as promised, in words."""

    fault: str
    title: str
    figures: Figures
    measured: Measured = field(default_factory=dict)
    wrong: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        return self.figures.sound and not self.wrong

    def as_json(self) -> dict[str, object]:
        return {
            "fault": self.fault, "title": self.title, "sound": self.sound, **asdict(self.figures),
            "measured": self.measured, "wrong": list(self.wrong),
        }  # fmt: skip
