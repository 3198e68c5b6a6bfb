"""The charts of the figures: each says in its label what it shows, and the same numbers stand beside it in a table."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from inbox.views import spread
from inbox.views.figures import Figures, Group
from inbox.views.spread import Spread
from inbox.web import charts
from inbox.web.i18n import Speech
from inbox.web.pages import sla_behind
from inbox.web.pages.sla_words import label, seconds


def pace(figures: Figures, say: Speech) -> Markup:
    points = [
        charts.Point(
            label(piece.starts_at, figures.bucket, say), piece.turns, _minutes(piece.ack_p50_s),
            _minutes(piece.ack_p90_s),
        )
        for piece in figures.slices
    ]  # fmt: skip
    return _pace(points, figures, say)


def hours(figures: Figures, say: Speech) -> Markup:
    """The twenty-four hours of the brand's day."""
    groups = [figures.by_hour.get(hour, Group()) for hour in range(24)]
    points = [
        charts.Point(str(hour), group.turns, _minutes(group.ack.p50_s), _minutes(group.ack.p90_s))
        for hour, group in enumerate(groups)
    ]
    return _pace(points, figures, say)


def _pace(points: Sequence[charts.Point], figures: Figures, say: Speech) -> Markup:
    told = seconds(say)
    said = say(
        "Time to acknowledge: half within %(p50)s, nine in ten within %(p90)s",
        p50=told(figures.total.ack.p50_s),
        p90=told(figures.total.ack.p90_s),
    )
    return charts.pace(points, label=said, p50="p50", p90="p90", number=lambda value: say.number(round(value, 1)))


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 60


def mood(figures: Figures, say: Speech, *, width: int = charts.WIDTH) -> Markup:
    bars = [
        charts.Stack(
            label(piece.starts_at, figures.bucket, say),
            (("c-neg", piece.negative), ("c-neu", piece.neutral + piece.unscored), ("c-pos", piece.positive)),
        )
        for piece in figures.slices
    ]
    said = say(
        "%(messages)s messages, %(negative)s of them negative",
        messages=say.number(sum(piece.messages for piece in figures.slices)),
        negative=say.number(sum(piece.negative for piece in figures.slices)),
    )
    return _stacks(bars, said, say, width)


def steps(times: spread.Times, title: str, say: Speech) -> Markup:
    """How many clocks stopped in each step of time."""
    names = [sla_behind.step_name(spread.BOUNDS_S, step, say) for step in range(len(times.steps))]
    bounds = [say.duration(bound, coarse=True) for bound in spread.BOUNDS_S]
    bars = [
        charts.Stack(f"< {bound}" if bound else f"≥ {bounds[-1]}", (("c-bar", count),))
        for bound, count in zip([*bounds, ""], times.steps, strict=True)
    ]
    most = max(range(len(times.steps)), key=lambda step: times.steps[step])
    said = say(
        "%(title)s: most often %(step)s, %(count)s of %(all)s",
        title=title, step=names[most], count=say.number(times.steps[most]), all=say.number(sum(times.steps)),
    )  # fmt: skip
    return _stacks(bars, said, say)


def backlog(found: Spread, figures: Figures, say: Speech) -> Markup:
    points = [
        charts.Point(label(one.starts_at, figures.bucket, say), 0, float(max(0, one.waiting))) for one in found.backlog
    ]
    most = max((one.waiting for one in found.backlog), default=0)
    said = say("How many waited: at most %(most)s", most=say.number(most))
    return charts.pace(points, label=said, p50="", p90="", number=lambda value: say.number(round(value)))


def _stacks(bars: Sequence[charts.Stack], said: str, say: Speech, width: int = charts.WIDTH) -> Markup:
    return charts.stacks(bars, label=said, number=lambda value: say.number(round(value, 1)), width=width)
