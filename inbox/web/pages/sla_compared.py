"""Two periods side by side: each figure of both, and what has changed, better or worse said in words too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from inbox.views.figures import Figures
from inbox.views.spread import Spread
from inbox.web.i18n import N_, Speech
from inbox.web.pages.sla_words import NONE

Kind = Literal["share", "time", "count"]
Wish = Literal["up", "down", "none"]


@dataclass(frozen=True, slots=True)
class Figure:
    """`wish`: whether more of it is better. `behind`: the query of the items that it counts; None: it has no items."""

    title: str
    kind: Kind
    wish: Wish
    value: float | None
    behind: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    now: str
    then: str
    change: str
    verdict: Literal["better", "worse", ""]
    behind: Mapping[str, str] | None = field(default=None)


def figures_of(figures: Figures, spread: Spread) -> Iterator[Figure]:
    ack, response, promises = figures.total.ack, figures.total.response, figures.promises
    promised = promises.kept + promises.broken
    messages = sum(piece.messages for piece in figures.slices)
    yield Figure(N_("Messages received"), "count", "none", messages)
    yield Figure(N_("Turns"), "count", "none", figures.total.turns, {})
    yield Figure(N_("Acknowledged in time"), "share", "up", ack.share_met, {"ack": "met"})
    yield Figure(N_("Time to acknowledge, p50"), "time", "down", ack.p50_s)
    yield Figure(N_("Time to acknowledge, p90"), "time", "down", ack.p90_s)
    yield Figure(N_("Answered in time"), "share", "up", response.share_met, {"response": "met"})
    yield Figure(N_("Time to respond, p50"), "time", "down", response.p50_s)
    yield Figure(N_("Time to respond, p90"), "time", "down", response.p90_s)
    yield Figure(N_("Answers missed"), "count", "down", response.missed, {"response": "missed"})
    yield Figure(
        N_("Promises kept"), "share", "up", promises.kept / promised if promised else None, {"promise": "kept"}
    )
    back = spread.back
    share = back.came_back / back.ended if back.ended else None
    yield Figure(N_("Came back within a week"), "share", "down", share, {"back": "yes"})
    share = back.reopened / back.once_ended if back.once_ended else None
    yield Figure(N_("Reopened by a colleague within a week"), "share", "down", share, {"back": "reopened"})
    mood = sum(piece.negative for piece in figures.slices)
    yield Figure(N_("Negative messages"), "share", "down", mood / messages if messages else None)


def lines(now: tuple[Figures, Spread], then: tuple[Figures, Spread], say: Speech) -> list[Line]:
    return side_by_side(figures_of(*now), figures_of(*then), say)


def side_by_side(figures: Iterable[Figure], others: Iterable[Figure], say: Speech) -> list[Line]:
    return [_line(one, other, say) for one, other in zip(figures, others, strict=True)]


def _line(one: Figure, other: Figure, say: Speech) -> Line:
    return Line(
        say(one.title), told(one, say), told(other, say), _change(one, other, say), _verdict(one, other), one.behind
    )


def told(figure: Figure, say: Speech) -> str:
    if figure.value is None:
        return NONE
    if figure.kind == "share":
        return say.percent(figure.value)
    return say.number(figure.value) if figure.kind == "count" else say.duration(figure.value, coarse=True)


def _change(one: Figure, other: Figure, say: Speech) -> str:
    """Of shares the difference in points, of counts and times the ratio."""
    if one.value is None or other.value is None:
        return NONE
    by = one.value - other.value
    if one.kind == "share":
        return say("%(by)s points", by=_signed(say.decimal(abs(by) * 100, 1), by))
    return _signed(say.percent(abs(by) / other.value), by) if other.value else NONE


def _signed(text: str, by: float) -> str:
    return ("+" if by > 0 else "\u2212" if by < 0 else "") + text


def _verdict(one: Figure, other: Figure) -> Literal["better", "worse", ""]:
    if one.value is None or other.value is None or one.value == other.value or one.wish == "none":
        return ""
    return "better" if (one.value > other.value) == (one.wish == "up") else "worse"
