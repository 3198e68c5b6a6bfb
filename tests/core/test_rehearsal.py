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


@pytest.mark.parametrize(
    ("country", "lang", "name", "in_it"),
    [
        ("DE", "fr", "Neujahr", "de"), ("PL", "fr", "Nowy Rok", "pl"), ("DE-BY", "en", "New Year’s Day", None),
        ("CH", "fr", "Nouvel An", None), ("GB", "fr", "New Year’s Day", "en-GB"), ("MA", "fr", "Nouvel an", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("of_the_host", ["en_US.UTF-8", "uk_UA.UTF-8", "C"])
def test_holidays_are_named_in_the_readers_language_else_in_the_countrys_own_and_never_in_the_hosts(
    country: str, lang: str, name: str, in_it: str | None, of_the_host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(variable, of_the_host)
    new_year = rehearsal.holidays_ahead(country, date(2026, 1, 1), lang)[0]
    assert (new_year.name, new_year.lang) == (name, in_it)


def test_a_fortnight_says_each_days_hours_and_what_shuts_it() -> None:
    lunch = [Span(weekday=0, start=time(9), end=time(12)), Span(weekday=0, start=time(14), end=time(18, 30))]
    calendar = policy(spans=[*lunch, *WEEK[1:]], holidays_of="FR", closed=[date(2026, 11, 13)],
                      names={date(2026, 11, 13): "Inventaire"}).calendar  # fmt: skip
    ahead = rehearsal.fortnight(calendar, WEDNESDAY, "fr")
    assert (len(ahead), ahead[0].day) == (14, date(2026, 11, 4))
    monday = next(one for one in ahead if one.day == date(2026, 11, 9))
    assert [one[0].astimezone(PARIS).time() for one in monday.open] == [time(9), time(14)]
    assert monday.lasts == timedelta(hours=7, minutes=30)
    assert {one.day.day: one.off.name for one in ahead if one.off is not None} == {11: "Armistice", 13: "Inventaire"}


@pytest.mark.parametrize(
    ("sunday", "moved", "hours"), [(date(2026, 3, 29), 1, 5), (date(2026, 10, 25), -1, 7), (date(2026, 11, 8), 0, 6)]
)
def test_a_night_in_which_the_hour_changes_is_as_long_as_it_is(sunday: date, moved: int, hours: int) -> None:
    """From ten in the evening of Saturday to four in the morning of Sunday."""
    calendar = policy(spans=[Span(weekday=5, start=time(22), end=time(4))]).calendar
    thursday = datetime.combine(sunday - timedelta(days=3), time(12), PARIS)
    by_day = {one.day: one for one in rehearsal.fortnight(calendar, thursday, "fr")}
    assert by_day[sunday].moved == timedelta(hours=moved)
    assert by_day[sunday - timedelta(days=1)].lasts == timedelta(hours=hours)
    assert by_day[sunday - timedelta(days=1)].open[0][1].astimezone(PARIS).time() == time(4)
    assert by_day[sunday].open == ()
