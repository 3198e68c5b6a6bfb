"""What a lead is shown of a policy before it is saved is what will happen."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from inbox import rehearsal
from inbox.calendars import CalendarNeverOpens
from inbox.policy import Calendar, Policy, Span, Target

PARIS = ZoneInfo("Europe/Paris")
WEEK = tuple(Span(weekday=day, start=time(9), end=time(18)) for day in range(5))
TARGETS = {
    1: Target(ack_s=900, response_s=2400, round_the_clock=True), 2: Target(ack_s=1800, response_s=3000),
    3: Target(ack_s=7200, response_s=28800), 4: Target(ack_s=14400, response_s=86400),
}  # fmt: skip
WEDNESDAY = datetime(2026, 11, 4, 10, 3, tzinfo=PARIS)


def policy(**calendar: object) -> Policy:
    return Policy(targets=TARGETS, calendar=Calendar.model_validate({"spans": WEEK, **calendar}))


def test_a_p2_on_friday_evening_is_due_on_monday_morning() -> None:
    now, friday, weekend = rehearsal.rehearse(policy(), WEDNESDAY)
    assert (now.when, friday.when, weekend.when) == ("now", "before_closing", "closed")
    assert friday.at == datetime(2026, 11, 6, 17, 50, tzinfo=PARIS)
    assert friday.due[2] == (datetime(2026, 11, 9, 9, 20, tzinfo=PARIS), datetime(2026, 11, 9, 9, 40, tzinfo=PARIS))
    assert friday.due[1][0] == datetime(2026, 11, 6, 18, 5, tzinfo=PARIS)  # a P1 runs round the clock
    assert friday.at < weekend.at < datetime(2026, 11, 9, 9, tzinfo=PARIS)


def test_who_never_closes_has_no_closing_to_show() -> None:
    assert [one.when for one in rehearsal.rehearse(policy(spans=()), WEDNESDAY)] == ["now"]


def test_who_never_opens_is_told() -> None:
    mondays = [date(2026, 11, 2) + timedelta(weeks=week) for week in range(70)]
    with pytest.raises(CalendarNeverOpens):
        rehearsal.rehearse(policy(spans=WEEK[:1], closed=mondays), WEDNESDAY)


def test_days_off_are_named_where_they_are_public_and_only_on_days_that_are_worked() -> None:
    calendar = policy(holidays_of="FR", closed=[date(2026, 11, 7), date(2026, 11, 30)]).calendar
    found = rehearsal.days_off(calendar, date(2026, 11, 4), 3, "fr")
    assert [(one.day.isoformat(), one.name) for one in found] == [
        ("2026-11-11", "Armistice"), ("2026-11-30", None), ("2026-12-25", "Noël"),
    ]  # fmt: skip
    worked = policy(holidays_of="FR", open_on_holidays=[date(2026, 11, 11)]).calendar
    assert rehearsal.days_off(worked, date(2026, 11, 4), 1, "en")[0].name == "Christmas Day"
