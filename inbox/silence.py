"""When a channel is quieter than it is wont to be: a pure rule over what its hours brought.

A window of hours that ends now is held against the same hours of the same weekday in the weeks before. It is too quiet
where all of this holds: it brought less than in any of those weeks, and so little that chance alone would bring it
less than once in a thousand windows: P(X ≤ came) < 0.001 for X of a Poisson distribution whose mean is the median of
those weeks. Counts of arrivals by many who do not know of each other follow Poisson's law (it is the reasoning of the
c chart of statistical process control, Shewhart 1931); the median keeps one storm from becoming the habit, and "less
than in any week" keeps traffic that comes in bursts, which is wider than Poisson, from alarming. So a channel needs a
habit of seven messages a window to be missed at all: one that seldom speaks is never silent.

Hours are those of the brand's clocks: people write at nine in summer and in winter, whatever UTC says, so after clocks
change the weeks before are looked at an hour earlier or later.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from statistics import median

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
WINDOWS_H = (1, 3, 6, 12, 24)
"""The shortest that is too quiet is told: a busy channel is missed within an hour or two, a quiet one within a day."""
WEEKS = 8
LEAST_WEEKS = 4
UNLIKELY = 0.001
KEPT = WEEK * (WEEKS + 1)
"""How much of the past is looked at."""


@dataclass(frozen=True, slots=True)
class Silence:
    """`hours`: full ones, and the one that runs; `came`: messages in them; `usual`: the median of the weeks before."""

    hours: int
    came: int
    usual: float


def found(
    hours: Mapping[datetime, int], since: datetime | None, now: datetime, zone: tzinfo = UTC
) -> Silence | None:  # fmt: skip
    """`hours`: messages by the beginning of their hour, where there were any; `since`: when counting began; `zone`: of
    the brand."""
    if since is None:
        return None
    end = now.replace(minute=0, second=0, microsecond=0)
    windows = (_judged(hours, since, end, length, zone) for length in WINDOWS_H)
    return next((silence for silence in windows if silence is not None), None)


def _judged(
    hours: Mapping[datetime, int], since: datetime, end: datetime, length: int, zone: tzinfo
) -> Silence | None:  # fmt: skip
    """The hour that runs counts for us and not for the weeks before: it can only excuse."""
    weeks = min(WEEKS, (end - length * HOUR - since) // WEEK)
    if weeks < LEAST_WEEKS:
        return None
    came = _sum(hours, end, length) + hours.get(end, 0)
    before = [_sum(hours, weeks_before(end, week, zone), length) for week in range(1, weeks + 1)]
    return Silence(length, came, median(before)) if is_too_quiet(came, before) else None


def weeks_before(end: datetime, weeks: int, zone: tzinfo) -> datetime:
    """The same hour by the clocks of `zone`, so many weeks before, in UTC; by whole hours, as hours are counted."""
    local = (end.astimezone(zone).replace(tzinfo=None) - weeks * WEEK).replace(tzinfo=zone)
    return local.astimezone(UTC).replace(minute=0)


def _sum(hours: Mapping[datetime, int], end: datetime, length: int) -> int:
    return sum(hours.get(end - back * HOUR, 0) for back in range(1, length + 1))


def is_too_quiet(came: int, before: Sequence[int]) -> bool:
    return came < min(before) and at_most(came, median(before)) < UNLIKELY


def at_most(count: int, mean: float) -> float:
    """P(X ≤ `count`) of a Poisson distribution; 1 where the count is not below the mean: nobody asks how much above."""
    if count >= mean:
        return 1.0
    term = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
    total = term
    for k in range(count, 0, -1):
        term *= k / mean
        total += term
        if term < total * 1e-9:
            break
    return total
