"""Terms in Brussels: strict and lenient ends, clipping, working days, summer time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ledger.clock import Moment, spell
from ledger.protocol.model import DayCalendar, WorkingDays
from ledger.protocol.terms import CalendarPeriod, Edge, Span, TimeUnit
from projections.obligations.deadlines import available_from, due, effective_at, periods
from projections.obligations.workdays import is_working
from tests.projections.obligations.stories import local

BELGIAN = DayCalendar(zone="Europe/Brussels", working_days=WorkingDays.MON_FRI, holidays="BE")
SATURDAYS = DayCalendar(zone="Europe/Brussels", working_days=WorkingDays.MON_SAT, holidays="BE", also=((7, 11),))


def at(text: str) -> Moment:
    return Moment.at(local(text).astimezone(UTC))


@pytest.mark.parametrize(
    ("start", "span", "strict", "lenient"),
    [
        ("2021-10-11T14:00", Span(30, TimeUnit.DAYS), "2021-11-10", "2021-11-11"),
        ("2021-10-15T14:00", Span(30, TimeUnit.DAYS), "2021-11-14", "2021-11-15"),
        ("2021-03-22T10:00", Span(1, TimeUnit.YEARS), "2022-03-22", "2022-03-23"),
        ("2024-02-29T10:00", Span(1, TimeUnit.YEARS), "2025-02-28", "2025-03-01"),
        ("2021-01-31T10:00", Span(1, TimeUnit.MONTHS), "2021-02-28", "2021-03-01"),
        ("2021-12-31T10:00", Span(2, TimeUnit.MONTHS), "2022-02-28", "2022-03-01"),
        ("2021-10-11T14:00", Span(2, TimeUnit.WEEKS), "2021-10-25", "2021-10-26"),
        ("2021-10-28T14:00", Span(3, TimeUnit.WORKING_DAYS), "2021-11-03", "2021-11-04"),
        ("2021-10-30T14:00", Span(1, TimeUnit.WORKING_DAYS), "2021-11-03", "2021-11-03"),
    ],
)
def test_a_counted_term_keeps_two_ends(start, span, strict, lenient):
    found = due(at(start), span, BELGIAN)
    assert found == (local(strict), local(lenient))


def test_hours_are_added_in_utc_over_the_end_of_summer_time():
    found = due(at("2021-10-29T16:00"), Span(72, TimeUnit.HOURS), BELGIAN)
    assert spell(found.strict) == "2021-11-01T14:00:00Z"
    assert found.strict == found.lenient == local("2021-11-01T15:00")


def test_thirty_days_from_a_monday_in_october_last_721_hours():
    power = available_from(at("2021-10-11T14:00"), Span(30, TimeUnit.DAYS), BELGIAN)
    assert power == local("2021-11-11")
    assert (power - local("2021-10-12").astimezone(UTC)).total_seconds() == 721 * 3600


def test_a_power_whose_last_day_is_a_sunday_waits_until_after_monday():
    assert available_from(at("2021-10-15T14:00"), Span(30, TimeUnit.DAYS), BELGIAN) == local("2021-11-16")


def test_hours_of_a_power_are_not_moved_by_a_holiday():
    assert available_from(at("2021-10-29T16:00"), Span(72, TimeUnit.HOURS), BELGIAN) == local("2021-11-01T15:00")


def test_a_date_is_counted_from_that_date():
    assert due(Moment.parse("2021-03-22"), Span(1, TimeUnit.YEARS), BELGIAN) == (
        local("2022-03-22"),
        local("2022-03-23"),
    )


def test_hours_from_a_date_have_the_ends_of_its_first_and_last_instant():
    found = due(Moment.parse("2021-03-22"), Span(24, TimeUnit.HOURS), BELGIAN)
    assert found == (local("2021-03-23"), local("2021-03-24"))


@pytest.mark.parametrize(
    ("edge", "strict", "lenient"),
    [(Edge.END_OF_MONTH, "2022-05-01", "2022-05-01"), (Edge.END_OF_YEAR, "2023-01-01", "2023-01-01")],
)
def test_an_edge_extends_both_ends(edge, strict, lenient):
    assert due(at("2022-01-15T10:00"), Span(3, TimeUnit.MONTHS), BELGIAN, edge) == (local(strict), local(lenient))


def test_an_effect_starts_at_the_lenient_end():
    begins = effective_at(at("2022-01-15T10:00"), Span(3, TimeUnit.MONTHS), None, BELGIAN)
    assert begins.earliest == local("2022-04-16")
    assert effective_at(Moment.parse("2022-05-31"), None, None, BELGIAN).text == "2022-05-31"


@pytest.mark.parametrize(
    ("day", "calendar", "works"),
    [
        ("2021-11-01", BELGIAN, False),
        ("2021-11-11", BELGIAN, False),
        ("2021-10-30", BELGIAN, False),
        ("2021-10-30", SATURDAYS, True),
        ("2022-07-11", SATURDAYS, False),
        ("2022-07-11", BELGIAN, True),
        ("2021-10-29", BELGIAN, True),
    ],
)
def test_working_days_are_those_of_the_calendar(day, calendar, works):
    assert is_working(datetime.fromisoformat(day).date(), calendar) is works


def test_calendar_periods_begin_whole():
    found = periods(local("2021-10-11"), local("2023-06-01"), CalendarPeriod.YEAR, BELGIAN)
    assert [each.name for each in found] == ["2022", "2023"]
    assert (found[0].begin, found[0].end) == (local("2022-01-01"), local("2023-01-01"))


def test_working_days_as_periods_skip_weekends_and_holidays():
    found = periods(local("2021-10-29"), local("2021-11-04"), CalendarPeriod.WORKING_DAY, BELGIAN)
    assert [each.name for each in found] == ["2021-10-29", "2021-11-02", "2021-11-03"]


@pytest.mark.parametrize(
    ("period", "names"),
    [
        (CalendarPeriod.QUARTER, ["2022-Q1", "2022-Q2"]),
        (CalendarPeriod.MONTH, ["2022-01", "2022-02", "2022-03", "2022-04"]),
    ],
)
def test_periods_have_names(period, names):
    assert [each.name for each in periods(local("2022-01-01"), local("2022-04-02"), period, BELGIAN)] == names


def test_weeks_begin_on_monday():
    found = periods(local("2021-12-29"), local("2022-01-12"), CalendarPeriod.WEEK, BELGIAN)
    assert [(each.name, each.begin) for each in found] == [
        ("2022-W01", local("2022-01-03")),
        ("2022-W02", local("2022-01-10")),
    ]
