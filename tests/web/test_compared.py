"""Two periods side by side: which days are compared, and what is said of the change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from inbox.errors import Refused
from inbox.web.i18n import Speech
from inbox.web.pages import sla_compared
from inbox.web.pages.sla_asked import Asked, asked
from inbox.web.pages.sla_compared import Figure

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
SAY = Speech("en", "Europe/Paris")


def against(**query: str) -> Asked:
    found = asked(query, NOON, SAY).against
    assert found is not None
    return found


def test_as_many_days_right_before_cut_off_where_this_period_stands() -> None:
    which = asked({"period": "7d", "compare": "before"}, NOON, SAY)
    other = against(period="7d", compare="before")
    assert (other.first, other.last) == (date(2026, 11, 11), date(2026, 11, 17))
    assert other.end - other.start == NOON - which.start == timedelta(days=6, hours=12)
    whole = against(period="custom", **{"from": "2026-11-01", "to": "2026-11-10"}, compare="before")
    assert (whole.first, whole.last) == (date(2026, 10, 22), date(2026, 10, 31))
    assert whole.end.astimezone(SAY.tz).hour == 0


def test_a_year_before_also_of_a_leap_day() -> None:
    other = against(period="custom", **{"from": "2024-02-01", "to": "2024-02-29"}, compare="year")
    assert (other.first, other.last) == (date(2023, 2, 1), date(2023, 2, 28))


def test_other_days_as_they_are_given_and_kept_in_every_link() -> None:
    given = {"period": "7d", "compare": "custom", "from2": "2026-01-05", "to2": "2026-01-06"}
    assert (against(**given).first, against(**given).last) == (date(2026, 1, 5), date(2026, 1, 6))
    link = asked(given, NOON, SAY).query(ack="met")
    assert link == "?period=7d&compare=custom&from2=2026-01-05&to2=2026-01-06&ack=met"
    assert asked({"period": "7d", "compare": "nonsense"}, NOON, SAY).against is None
    for bad in ({"from2": "2026-02-02", "to2": "2026-02-01"}, {"from2": "soon"}):
        with pytest.raises(Refused):
            asked({"compare": "custom", **bad}, NOON, SAY)


@pytest.mark.parametrize(
    ("kind", "wish", "value", "other", "change", "verdict"),
    [
        ("share", "up", 0.9, 0.85, "+5.0 points", "better"),
        ("share", "down", 0.3, 0.2, "+10.0 points", "worse"),
        ("time", "down", 60.0, 120.0, "\u221250.0%", "better"),
        ("count", "none", 30, 20, "+50.0%", ""),
        ("count", "down", 3, 0, "–", "worse"),
        ("share", "up", None, 0.2, "–", ""),
        ("share", "up", 0.2, 0.2, "0.0 points", ""),
    ],
)
def test_a_change_is_told_and_judged(
    kind: sla_compared.Kind,
    wish: sla_compared.Wish,
    value: float | None,
    other: float | None,
    change: str,
    verdict: str,
) -> None:
    (line,) = sla_compared.side_by_side([Figure("Turns", kind, wish, value)], [Figure("Turns", kind, wish, other)], SAY)
    assert (line.change, line.verdict) == (change, verdict)
