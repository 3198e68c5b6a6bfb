"""Business time, read as a duty officer would check it by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox import calendars
from inbox.policy import Calendar, Span

PARIS, NEW_YORK = "Europe/Paris", "America/New_York"
HOUR = 3600


def span(weekday: int, start: str, end: str) -> Span:
    return Span(weekday=weekday, start=time.fromisoformat(start), end=time.fromisoformat(end))


def every_day(*hours: tuple[str, str], zone: str = PARIS, **more: object) -> Calendar:
    spans = [span(day, start, end) for day in range(7) for start, end in hours]
    return Calendar.model_validate({"zone": zone, "spans": spans, **more})


def local(text: str, zone: str = PARIS, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def hours_open(calendar: Calendar, start: str, end: str) -> float:
    return calendars.elapsed(calendar, local(start, calendar.zone), local(end, calendar.zone)) / HOUR


OFFICE = Calendar(spans=tuple(span(day, "09:00", "18:00") for day in range(5)))
NIGHT_SHIFT = every_day(("22:00", "06:00"))


def test_an_hour_within_the_day_ends_an_hour_later() -> None:
    assert calendars.due(OFFICE, local("2026-03-02 10:00"), HOUR) == local("2026-03-02 11:00")


def test_what_is_left_at_closing_time_goes_on_the_next_morning() -> None:
    assert calendars.due(OFFICE, local("2026-03-02 17:30"), HOUR) == local("2026-03-03 09:30")


def test_friday_evening_goes_on_on_monday() -> None:
    assert calendars.due(OFFICE, local("2026-03-06 17:59:30"), 60) == local("2026-03-09 09:00:30")


def test_a_target_that_ends_with_the_day_is_due_at_closing_time_not_the_next_morning() -> None:
    assert calendars.due(OFFICE, local("2026-03-02 17:00"), HOUR) == local("2026-03-02 18:00")


def test_what_starts_while_closed_runs_from_the_next_opening() -> None:
    assert calendars.due(OFFICE, local("2026-03-07 03:00"), 60) == local("2026-03-09 09:01")


def test_no_seconds_are_due_at_once_even_while_closed() -> None:
    assert calendars.due(OFFICE, local("2026-03-07 03:00"), 0) == local("2026-03-07 03:00")


def test_microseconds_are_kept() -> None:
    start = local("2026-03-02 17:59:59.999999")
    assert calendars.due(OFFICE, start, 0.000002) == local("2026-03-03 09:00:00.000001")


def test_the_answer_is_utc_whatever_zone_was_asked_in() -> None:
    asked = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert calendars.due(OFFICE, asked, HOUR).tzinfo is UTC


def test_round_the_clock_ignores_the_calendar() -> None:
    saturday = local("2026-03-07 03:00")
    assert calendars.due(OFFICE, saturday, HOUR, round_the_clock=True) == saturday + timedelta(hours=1)
    assert calendars.elapsed(OFFICE, saturday, saturday + timedelta(hours=1), round_the_clock=True) == HOUR


def test_no_spans_mean_round_the_clock() -> None:
    assert hours_open(Calendar(), "2026-03-07 00:00", "2026-03-09 00:00") == 48


def test_several_spans_a_day_leave_the_lunch_break_out() -> None:
    calendar = every_day(("14:00", "18:00"), ("09:00", "12:00"))
    assert calendars.due(calendar, local("2026-03-02 11:30"), HOUR) == local("2026-03-02 14:30")


def test_overlapping_spans_count_once() -> None:
    calendar = every_day(("09:00", "13:00"), ("10:00", "11:00"), ("12:00", "15:00"))
    assert hours_open(calendar, "2026-03-02 00:00", "2026-03-03 00:00") == 6


def test_a_span_past_midnight_runs_into_the_next_day() -> None:
    assert calendars.due(NIGHT_SHIFT, local("2026-03-02 23:00"), 3 * HOUR) == local("2026-03-03 02:00")
    assert calendars.is_open(NIGHT_SHIFT, local("2026-03-03 05:59"))
    assert not calendars.is_open(NIGHT_SHIFT, local("2026-03-03 06:00"))


def test_a_span_past_midnight_may_overlap_the_next_days_span() -> None:
    calendar = Calendar(spans=(span(0, "20:00", "10:00"), span(1, "08:00", "12:00")))
    assert hours_open(calendar, "2026-03-02 00:00", "2026-03-04 00:00") == 16


def test_a_span_that_ends_when_it_starts_lasts_a_whole_day() -> None:
    calendar = Calendar(spans=(span(0, "08:00", "08:00"),))
    assert hours_open(calendar, "2026-03-02 00:00", "2026-03-04 00:00") == 24


# --- the clock changes --------------------------------------------------------------------------------------------


def test_a_night_over_the_missing_hour_is_an_hour_shorter_in_paris() -> None:
    assert hours_open(NIGHT_SHIFT, "2026-03-28 12:00", "2026-03-29 12:00") == 7


def test_a_night_over_the_doubled_hour_is_an_hour_longer_in_paris() -> None:
    assert hours_open(NIGHT_SHIFT, "2026-10-24 12:00", "2026-10-25 12:00") == 9


def test_a_night_over_the_missing_hour_is_an_hour_shorter_in_new_york() -> None:
    calendar = every_day(("22:00", "06:00"), zone=NEW_YORK)
    assert hours_open(calendar, "2026-03-07 12:00", "2026-03-08 12:00") == 7


def test_a_night_over_the_doubled_hour_is_an_hour_longer_in_new_york() -> None:
    calendar = every_day(("22:00", "06:00"), zone=NEW_YORK)
    assert hours_open(calendar, "2026-10-31 12:00", "2026-11-01 12:00") == 9


def test_a_due_time_passes_over_the_missing_hour() -> None:
    assert calendars.due(NIGHT_SHIFT, local("2026-03-29 01:30"), HOUR) == local("2026-03-29 03:30")


def test_a_due_time_may_fall_into_the_second_pass_of_the_doubled_hour() -> None:
    due = calendars.due(NIGHT_SHIFT, local("2026-10-25 01:30"), 1.5 * HOUR)
    assert due == local("2026-10-25 02:00", fold=1)


def test_a_span_that_opens_in_the_missing_hour_opens_when_that_is_over() -> None:
    calendar = every_day(("02:30", "05:00"))
    assert calendars.next_opening(calendar, local("2026-03-29 00:00")) == local("2026-03-29 03:00")
    assert hours_open(calendar, "2026-03-29 00:00", "2026-03-29 12:00") == 2


def test_a_span_within_the_missing_hour_does_not_open_that_day() -> None:
    calendar = every_day(("02:10", "02:50"))
    assert hours_open(calendar, "2026-03-29 00:00", "2026-03-29 12:00") == 0


def test_a_span_that_ends_in_the_doubled_hour_ends_in_its_first_pass() -> None:
    assert hours_open(every_day(("01:00", "02:30")), "2026-10-25 00:00", "2026-10-25 12:00") == 1.5


def test_a_span_that_starts_in_the_doubled_hour_covers_its_second_pass() -> None:
    assert hours_open(every_day(("02:30", "05:00")), "2026-10-25 00:00", "2026-10-25 12:00") == 3.5


def test_a_day_that_a_zone_skipped_has_no_business_time() -> None:
    calendar = every_day(("09:00", "17:00"), zone="Pacific/Apia")
    assert hours_open(calendar, "2011-12-29 00:00", "2012-01-01 00:00") == 16


def test_a_whole_day_has_23_and_25_hours_at_the_changes() -> None:
    calendar = Calendar(closed=(date(2020, 1, 1),))
    assert hours_open(calendar, "2026-03-29 00:00", "2026-03-30 00:00") == 23
    assert hours_open(calendar, "2026-10-25 00:00", "2026-10-26 00:00") == 25


# --- days off -----------------------------------------------------------------------------------------------------


def test_a_public_holiday_is_closed() -> None:
    calendar = OFFICE.model_copy(update={"holidays_of": "FR"})
    assert calendars.due(calendar, local("2026-07-13 17:30"), HOUR) == local("2026-07-15 09:30")


def test_a_holiday_of_a_region_counts_there_only() -> None:
    epiphany = local("2026-01-06 12:00")
    assert not calendars.is_open(OFFICE.model_copy(update={"holidays_of": "DE-BY"}), epiphany)
    assert calendars.is_open(OFFICE.model_copy(update={"holidays_of": "DE-BE"}), epiphany)


def test_the_brand_may_open_on_a_holiday() -> None:
    calendar = OFFICE.model_copy(update={"holidays_of": "FR", "open_on_holidays": (date(2026, 7, 14),)})
    assert calendars.is_open(calendar, local("2026-07-14 12:00"))


def test_a_day_the_brand_closes_is_closed_even_where_holidays_count() -> None:
    off = {"closed": (date(2026, 7, 14),), "open_on_holidays": (date(2026, 7, 14),), "holidays_of": "FR"}
    assert not calendars.is_open(OFFICE.model_copy(update=off), local("2026-07-14 12:00"))


def test_a_holiday_closes_the_night_that_starts_on_it_and_not_the_one_that_runs_into_it() -> None:
    calendar = NIGHT_SHIFT.model_copy(update={"closed": (date(2026, 3, 3),)})
    assert calendars.is_open(calendar, local("2026-03-03 05:00"))
    assert not calendars.is_open(calendar, local("2026-03-03 23:00"))
    assert not calendars.is_open(calendar, local("2026-03-04 05:00"))


def test_round_the_clock_with_holidays_closes_the_local_day() -> None:
    calendar = Calendar(holidays_of="FR")
    assert calendars.due(calendar, local("2026-12-24 23:30"), HOUR) == local("2026-12-26 00:30")


def test_a_leap_day_is_a_day_of_work() -> None:
    calendar = Calendar(spans=tuple(span(day, "09:00", "18:00") for day in range(7)))
    assert hours_open(calendar, "2028-02-28 00:00", "2028-03-02 00:00") == 27
    assert calendars.due(calendar, local("2028-02-28 17:30"), HOUR) == local("2028-02-29 09:30")


def test_no_opening_in_400_days_is_an_error_to_a_due_time_and_none_to_the_next_opening() -> None:
    shut = Calendar(closed=tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(450)))
    with pytest.raises(calendars.CalendarNeverOpens):
        calendars.due(shut, local("2026-01-01 10:00"), 1)
    assert calendars.next_opening(shut, local("2026-01-01 10:00")) is None
    assert not calendars.is_open(shut, local("2026-01-01 10:00"))
    assert calendars.elapsed(shut, local("2026-01-01 10:00"), local("2026-02-01 10:00")) == 0


def test_a_long_break_is_waited_for() -> None:
    year_off = Calendar(closed=tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(365)))
    assert calendars.due(year_off, local("2026-01-01 10:00"), 60) == local("2027-01-01 00:01")


@pytest.mark.parametrize("code", ["FR", "DE-BY", "US-NY", "CH", "FR-57"])
def test_known_countries_and_regions_are_accepted(code: str) -> None:
    calendars.check_holidays_of(code)


@pytest.mark.parametrize("code", ["XX", "fr", "DE-ZZ", "", "Atlantis"])
def test_an_unknown_country_or_region_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="no holidays are known"):
        calendars.check_holidays_of(code)


def test_a_country_the_library_no_longer_knows_has_no_holidays_rather_than_breaking_old_items() -> None:
    assert calendars.is_open(OFFICE.model_copy(update={"holidays_of": "XX"}), local("2026-07-14 12:00"))


def test_time_does_not_run_backwards() -> None:
    assert calendars.elapsed(OFFICE, local("2026-03-02 12:00"), local("2026-03-02 11:00")) == 0


def test_two_times_of_one_zone_are_compared_as_instants() -> None:
    zone = ZoneInfo(PARIS)
    first, second = (datetime(2026, 10, 25, 2, 30, tzinfo=zone, fold=fold) for fold in (0, 1))
    assert calendars.elapsed(Calendar(), first, second) == HOUR


# --- for all calendars --------------------------------------------------------------------------------------------

QUARTERS = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
SPANS = st.lists(st.builds(Span, weekday=st.integers(0, 6), start=QUARTERS, end=QUARTERS), max_size=8).map(tuple)
DAYS = st.lists(st.dates(date(2025, 12, 1), date(2027, 2, 1)), max_size=5).map(tuple)
CALENDARS = st.builds(
    Calendar,
    zone=st.sampled_from([PARIS, NEW_YORK, "Australia/Lord_Howe", "Africa/Cairo", "UTC"]),
    spans=SPANS,
    holidays_of=st.sampled_from([None, "FR", "DE-BY", "US"]),
    closed=DAYS,
    open_on_holidays=DAYS,
)
INSTANTS = st.one_of(
    st.integers(0, 365 * 86400 * 10**6).map(lambda us: local("2026-01-01 00:00") + timedelta(microseconds=us)),
    # Around the clock changes, where the mistakes are.
    st.builds(
        lambda change, minutes: change + timedelta(minutes=minutes),
        st.sampled_from([local("2026-03-29 00:00"), local("2026-10-25 00:00"), local("2026-11-01 06:00")]),
        st.integers(-2000, 2000),
    ),
)
SECONDS = st.one_of(st.integers(1, 20 * 86400), st.floats(0.001, 90000).map(lambda s: round(s, 6)))


@given(CALENDARS, INSTANTS, SECONDS)
def test_as_much_business_time_lies_before_a_due_time_as_was_asked(
    calendar: Calendar, start: datetime, seconds: float
) -> None:
    due = calendars.due(calendar, start, seconds)
    assert calendars.elapsed(calendar, start, due) == pytest.approx(seconds, abs=2e-6)
    # …and none of it had been left over a moment earlier.
    assert calendars.elapsed(calendar, start, due - timedelta(microseconds=1)) < seconds


@given(CALENDARS, INSTANTS, st.integers(-3600, 40 * 86400), st.sampled_from([0.1, 0.5, 0.75, 0.99]))
def test_a_share_is_due_when_that_part_of_the_business_time_between_has_gone(
    calendar: Calendar, start: datetime, seconds: int, part: float
) -> None:
    end = start + timedelta(seconds=seconds)
    whole = calendars.elapsed(calendar, start, end)
    expected = calendars.due(calendar, start, whole * part) if whole else None
    assert calendars.share(calendar, start, end, part) == expected


@given(CALENDARS, INSTANTS, st.integers(1, 86400), st.integers(1, 86400))
def test_due_times_add_up(calendar: Calendar, start: datetime, first: int, second: int) -> None:
    halfway = calendars.due(calendar, start, first)
    assert calendars.due(calendar, halfway, second) == calendars.due(calendar, start, first + second)


@given(CALENDARS, INSTANTS, st.integers(0, 200000), st.integers(0, 200000))
def test_business_time_adds_up_and_never_exceeds_real_time(
    calendar: Calendar, start: datetime, first: int, second: int
) -> None:
    middle = start + timedelta(seconds=first)
    end = middle + timedelta(seconds=second)
    whole = calendars.elapsed(calendar, start, end)
    parts = calendars.elapsed(calendar, start, middle) + calendars.elapsed(calendar, middle, end)
    assert whole == pytest.approx(parts, abs=1e-6)
    assert 0 <= whole <= first + second


@given(CALENDARS, INSTANTS)
def test_the_next_opening_is_open_and_nothing_before_it_is(calendar: Calendar, at: datetime) -> None:
    opening = calendars.next_opening(calendar, at)
    assert opening is not None
    assert calendars.is_open(calendar, opening)
    assert calendars.elapsed(calendar, at, opening) == 0
    assert calendars.is_open(calendar, at) == (opening == at)


@given(SPANS.filter(bool), INSTANTS, st.sampled_from([PARIS, NEW_YORK]))
def test_open_means_that_the_wall_clock_stands_within_a_span(spans: tuple[Span, ...], at: datetime, zone: str) -> None:
    """An independent reading, true wherever the clock was not changed within two days of `at`."""
    wall = at.astimezone(ZoneInfo(zone))
    offsets = {(at + timedelta(hours=hours)).astimezone(ZoneInfo(zone)).utcoffset() for hours in (-48, 0, 48)}
    if len(offsets) == 1:
        expected = any(_covers(given, wall.weekday(), wall.time()) for given in spans)
        assert calendars.is_open(Calendar(zone=zone, spans=spans), at) == expected


def _covers(given: Span, weekday: int, clock: time) -> bool:
    if given.start < given.end:
        return given.weekday == weekday and given.start <= clock < given.end
    today = given.weekday == weekday and clock >= given.start
    yesterday = (given.weekday + 1) % 7 == weekday and clock < given.end
    return today or yesterday
