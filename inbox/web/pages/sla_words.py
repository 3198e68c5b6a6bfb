"""How the pages of figures write a period, a share and a time that may be missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from inbox.web.i18n import Speech
from inbox.web.pages.sla_asked import Asked

NONE = "–"


def title(which: Asked, say: Speech) -> str:
    if which.first == which.last:
        return say("Times of %(day)s", day=say.long_day(which.first))
    first, last = say.days(which.first, which.last)
    return say("Times from %(first)s to %(last)s", first=first, last=last)


def seconds(say: Speech) -> Callable[[float | None], str]:
    return lambda value: NONE if value is None else say.duration(value, coarse=True)


def share(say: Speech) -> Callable[[float | None], str]:
    return lambda value: NONE if value is None else say.percent(value)


def label(at: datetime, bucket: str, say: Speech) -> str:
    return say.time(at) if bucket == "hour" else say.day(at)
