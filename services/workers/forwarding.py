"""When an event that a subscriber did not take is sent again, and what an answer means. Pure: chance is a parameter.

Backoff is exponential with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/): the
n-th pause is drawn evenly from nothing up to a ceiling that doubles, so that a thousand events that failed together do
not come back together. An event is tried for three days, as long as a weekend and a Monday morning last. Beside the
pause of each event the whole subscription rests while it fails in a row: an address where nobody answers is asked now
and then, by one event at a time, and is not hammered by all that wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from inbox.subscription import Word
from services.outbound import Response

FIRST_S = 20.0
"""Ceiling of the first pause: a restart of the other side takes some seconds."""
LONGEST_S = 6 * 3600.0
"""Ceiling of every pause from the twelfth on: three hours on average, some twenty more attempts until the end."""
TRIED_FOR = timedelta(days=3)
PAUSED_AFTER = timedelta(hours=24)
"""Of nothing but failures: somebody must look, and what waits is kept for them."""
REST_FROM = 3
"""Failures in a row; fewer may be the fault of single events, and must not hold up the others."""
LONGEST_REST_S = 60.0
LONGEST_ASKED_S = 86_400.0
"""A Retry-After of more than a day is cut to it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of an attempt. `error` None: the subscriber took it. `wait_s`: what it asks of us before the next."""

    error: Word | None
    status: int | None = None
    wait_s: float = 0.0


def verdict(response: Response, now: datetime) -> Verdict:
    """Only a 2xx is taken. Nothing is redirected: an address is changed by who manages it, not by who answers there."""
    status = response.status
    if 200 <= status < 300:
        return Verdict(None, status)
    return Verdict(_word(status), status, _asked_s(response, now) if status in {429, 503} else 0.0)


def _word(status: int) -> Word:
    if status == 410:
        return "gone"
    if status in {429, 503}:
        return "busy"
    if 300 <= status < 400:
        return "redirected"
    return "refused" if 400 <= status < 500 else "failed"


def _asked_s(response: Response, now: datetime) -> float:
    """`Retry-After`, in seconds or as a date."""
    if response.retry_after_s is not None:
        return response.retry_after_s
    try:
        until = parsedate_to_datetime(response.headers.get("retry-after", ""))
    except ValueError:
        return 0.0
    aware = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return min(max(0.0, (aware - now).total_seconds()), LONGEST_ASKED_S)


def pause_s(attempt: int, chance: float) -> float:
    """Before the next attempt at an event, after its `attempt`-th; `chance` from 0 to 1."""
    return chance * min(LONGEST_S, FIRST_S * 2.0 ** min(attempt - 1, 20))


def rest_s(failures: int, chance: float) -> float:
    """Of a whole subscription, after so many failures in a row."""
    if failures < REST_FROM:
        return 0.0
    return chance * min(LONGEST_REST_S, 2.0 ** min(failures - REST_FROM, 10))


def is_over(first_at: datetime, now: datetime) -> bool:
    """Whether an event has been tried for long enough."""
    return now - first_at >= TRIED_FOR
