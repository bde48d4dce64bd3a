"""When a counted term ends (section 3 of the clause language).

- Two ends, exclusive midnights in the calendar's zone; `d` is the local date of the start. Days: strict d+n, lenient
  d+n+1. Months, years: the same date later, clipped, never rolled over: strict at its start, lenient a day on. Working
  days: the end of the n-th, counting d or not. Hours: added in UTC, one end.
- A duty is judged by the strict end; a power and an effect start at the lenient end.
- Weekends and holidays move only the last day of a power's `after`, never a duty or a retention limit.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ledger.clock import Moment, start_of_day
from ledger.protocol.model import DayCalendar
from ledger.protocol.terms import CalendarPeriod, Edge, Span, TimeUnit
from projections.obligations.answer import Due
from projections.obligations.workdays import ONE_DAY, is_working, nth_working, working_from

_MONTHS = {TimeUnit.MONTHS: 1, TimeUnit.YEARS: 12}
_DAYS = {TimeUnit.DAYS: 1, TimeUnit.WEEKS: 7}


def due(start: Moment, span: Span, calendar: DayCalendar, edge: Edge | None = None) -> Due:
    """Both ends of a span that runs from `start`."""
    if span.unit is TimeUnit.HOURS:
        hours = timedelta(hours=span.count)
        ends = Due((start.earliest + hours).astimezone(UTC), (start.latest + hours).astimezone(UTC))
        return ends if edge is None else Due(*(_midnight(_extended(_date(e), edge), calendar) for e in ends))
    strict, lenient = _days(local_date(start.earliest, calendar), span, calendar)
    if edge is not None:
        strict, lenient = _extended(strict - ONE_DAY, edge), _extended(lenient - ONE_DAY, edge)
    return Due(_midnight(strict, calendar), _midnight(lenient, calendar))


def available_from(start: Moment, after: Span, calendar: DayCalendar) -> datetime:
    """When a power may be used: the lenient end of `after`, its last day moved to a working day."""
    lenient = due(start, after, calendar).lenient
    if after.unit is TimeUnit.HOURS:
        return lenient
    last = working_from(local_date(lenient, calendar) - ONE_DAY, calendar)
    return _midnight(last + ONE_DAY, calendar)


def effective_at(start: Moment, after: Span | None, edge: Edge | None, calendar: DayCalendar) -> Moment:
    """When an effect begins: at the start itself, or at the lenient end of a span from it."""
    if after is None:
        return start
    return Moment.at(due(start, after, calendar, edge).lenient)


def local_date(instant: datetime, calendar: DayCalendar) -> date:
    return instant.astimezone(ZoneInfo(calendar.zone)).date()


def _date(instant: datetime) -> date:
    return (instant - timedelta(microseconds=1)).date()


def _midnight(day: date, calendar: DayCalendar) -> datetime:
    return start_of_day(day, ZoneInfo(calendar.zone))


def _days(day: date, span: Span, calendar: DayCalendar) -> tuple[date, date]:
    if span.unit is TimeUnit.WORKING_DAYS:
        counted, not_counted = nth_working(day, span.count, calendar), nth_working(day + ONE_DAY, span.count, calendar)
        return counted + ONE_DAY, not_counted + ONE_DAY
    if span.unit in _MONTHS:
        end = later(day, span.count * _MONTHS[span.unit])
    else:
        end = day + timedelta(days=span.count * _DAYS[span.unit])
    return end, end + ONE_DAY


def later(day: date, months: int) -> date:
    """The same date so many months later; the last of the month where it has no such date."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _extended(last: date, edge: Edge) -> date:
    """The day after the month or year that `last` lies in."""
    return date(last.year + 1, 1, 1) if edge is Edge.END_OF_YEAR else later(last.replace(day=1), 1)


def period_of(day: date, period: CalendarPeriod) -> tuple[str, date, date]:
    """The calendar period that a day lies in: its name, its first day, and the first day after it."""
    if period in (CalendarPeriod.DAY, CalendarPeriod.WORKING_DAY):
        return day.isoformat(), day, day + ONE_DAY
    if period is CalendarPeriod.WEEK:
        first = day - timedelta(days=day.weekday())
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02}", first, first + timedelta(days=7)
    if period is CalendarPeriod.YEAR:
        return str(day.year), date(day.year, 1, 1), date(day.year + 1, 1, 1)
    months = 3 if period is CalendarPeriod.QUARTER else 1
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    name = f"{day.year}-Q{first.month // 3 + 1}" if months == 3 else f"{day.year}-{day.month:02}"
    return name, first, later(first, months)


class Stretch(NamedTuple):
    """A whole calendar period, half-open."""

    name: str
    begin: datetime
    end: datetime


def period_at(instant: datetime, period: CalendarPeriod, calendar: DayCalendar) -> Stretch:
    """The calendar period that an instant lies in."""
    name, first, after = period_of(local_date(instant, calendar), period)
    return Stretch(name, _midnight(first, calendar), _midnight(after, calendar))


def periods(start: datetime, end: datetime, period: CalendarPeriod, calendar: DayCalendar) -> list[Stretch]:
    """The calendar periods that begin from `start` on and before `end`."""
    found = []
    day = local_date(start, calendar)
    name, first, after = period_of(day, period)
    if _midnight(first, calendar) < start:
        name, first, after = period_of(after, period)
    while (begin := _midnight(first, calendar)) < end:
        if period is not CalendarPeriod.WORKING_DAY or is_working(first, calendar):
            found.append(Stretch(name, begin, _midnight(after, calendar)))
        name, first, after = period_of(after, period)
    return found
