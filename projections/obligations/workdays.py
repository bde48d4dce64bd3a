"""Which days are working days, by the calendar of a protocol file."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

from ledger.protocol.model import DayCalendar, WorkingDays

ONE_DAY = timedelta(days=1)


@cache
def _legal(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country)


def is_working(day: date, calendar: DayCalendar) -> bool:
    last = 5 if calendar.working_days is WorkingDays.MON_SAT else 4
    return day.weekday() <= last and not is_holiday(day, calendar)


def is_holiday(day: date, calendar: DayCalendar) -> bool:
    """Whether it is a legal holiday, or one of the further days off."""
    return (day.month, day.day) in calendar.also or day in _legal(calendar.holidays)


def working_from(day: date, calendar: DayCalendar) -> date:
    """That day, or the next working day."""
    while not is_working(day, calendar):
        day += ONE_DAY
    return day


def nth_working(day: date, count: int, calendar: DayCalendar) -> date:
    """The `count`-th working day, counting `day` itself where it is one."""
    day = working_from(day, calendar)
    for _ in range(count - 1):
        day = working_from(day + ONE_DAY, calendar)
    return day
