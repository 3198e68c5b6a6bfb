"""What the pages of figures are asked for: a period in days of the brand's zone, narrowed or not, beside another one or
not. It can be written as a query again, so that every figure's link keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from inbox.errors import Refused
from inbox.web.i18n import N_, Speech

PERIODS: Mapping[str, str] = {"today": N_("Today"), "7d": N_("7 days"), "30d": N_("30 days"), "custom": N_("Other")}
COMPARED: Mapping[str, str] = {
    "": N_("nothing"), "before": N_("the period before"), "year": N_("a year before"), "custom": N_("other days"),
}  # fmt: skip
LONGEST = timedelta(days=400)


@dataclass(frozen=True)
class Asked:
    """`against`: the period that this one is compared with; it ends as early as this one has gone."""

    period: str
    first: date
    last: date
    start: datetime
    end: datetime
    channel: str | None
    priority: int | None
    member: int | None
    compare: str = ""
    against: Asked | None = None

    def query(self, **more: str) -> str:
        pairs: dict[str, str] = {"period": self.period}
        if self.period == "custom":
            pairs |= {"from": self.first.isoformat(), "to": self.last.isoformat()}
        if self.compare:
            pairs["compare"] = self.compare
        if self.compare == "custom" and self.against is not None:
            pairs |= {"from2": self.against.first.isoformat(), "to2": self.against.last.isoformat()}
        for name, value in (("channel", self.channel), ("priority", self.priority), ("member", self.member)):
            if value is not None:
                pairs[name] = str(value)
        return "?" + urlencode({**pairs, **more})

    @property
    def narrow(self) -> dict[str, Any]:
        return {"channel": self.channel, "priority": self.priority, "member": self.member}


def asked(query: Mapping[str, str], now: datetime, say: Speech) -> Asked:
    """Raises Refused for dates that cannot be read or that end before they begin."""
    today = say.local(now).date()
    period = query.get("period", "7d")
    if period == "custom":
        first, last = _days(query.get("from"), query.get("to"), today)
    else:
        period = period if period in PERIODS else "7d"
        first, last = today - timedelta(days={"today": 0, "7d": 6, "30d": 29}[period]), today
    priority = query.get("priority", "")
    member = query.get("member", "")
    which = Asked(
        period, first, last, *_moments(first, last, say), query.get("channel") or None,
        int(priority) if priority in {"1", "2", "3", "4"} else None,
        int(member) if member.isascii() and member.isdigit() and len(member) < 18 else None,
    )  # fmt: skip
    return _beside(which, query, now, say)


def _beside(which: Asked, query: Mapping[str, str], now: datetime, say: Speech) -> Asked:
    compare = query.get("compare", "")
    if not compare or compare not in COMPARED:
        return which
    if compare == "custom":
        first, last = _days(query.get("from2"), query.get("to2"), which.first)
    else:
        back = which.last - which.first + timedelta(days=1)
        first, last = (_year_before(which.first), _year_before(which.last)) if compare == "year" else (
            which.first - back, which.first - timedelta(days=1))  # fmt: skip
    start, end = _moments(first, last, say)
    if compare != "custom" and which.start < now < which.end:
        end = min(end, start + (now - which.start))
    against = replace(which, period="custom", first=first, last=last, start=start, end=end)
    return replace(which, compare=compare, against=against)


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _days(first: str | None, last: str | None, otherwise: date) -> tuple[date, date]:
    begins, ends = _day(first, otherwise), _day(last, otherwise)
    if ends < begins or ends - begins > LONGEST:
        raise Refused("bad_period", "The period must end after it begins, and last at most 400 days.")
    return begins, ends


def _day(text: str | None, otherwise: date) -> date:
    if not text:
        return otherwise
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refused("bad_period", "A date is year, month and day.") from error
    return min(max(day, date(1971, 1, 1)), date(9000, 1, 1))  # what lies beyond has no midnight everywhere


def _moments(first: date, last: date, say: Speech) -> tuple[datetime, datetime]:
    start = datetime.combine(first, time(0), say.tz).astimezone(UTC)
    return start, datetime.combine(last + timedelta(days=1), time(0), say.tz).astimezone(UTC)
