"""Where a log is silent against its usual rhythm. No more than arithmetic; the rules are these.

- Looked at are whole hours without any use of an application, by nobody and whatever came of it, with uses after them.
- The rhythm is that of the week, by the clock of the protocol's calendar: in the same hours of each of the WEEKS weeks
  before there were USUAL uses or more. A log that is used less, or was silent in one of these weeks, has none.
- A legal holiday breaks no rhythm: its hours are left out.
- A use of which only the date is known may have been in any hour of that day.
- What is told begins with the first and ends with the last hour that had a use in one of those weeks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ledger.clock import Moment
from ledger.protocol.model import DayCalendar
from projections.obligations.workdays import is_holiday

USUAL = 20
"""Uses in the same hours of the week from which their absence is noticed."""
WEEKS = 4
"""How many weeks before say what is usual."""
HOUR = timedelta(hours=1)
A_WEEK = 7 * 24


class Silence(NamedTuple):
    """From a moment to another, in local time; and how many uses each week before had in those hours, oldest first."""

    start: datetime
    end: datetime
    usual: tuple[int, ...]


class Used(NamedTuple):
    """Uses in one hour, or on one day where no more is known: from `start` to `end`, as `projections.hours` counts."""

    start: int
    end: int
    uses: int


def used(by_hour: Mapping[int, int], by_date: Mapping[date, int], until: datetime) -> list[Used]:
    """The uses of one application that had begun by then, in order."""
    found = [Used(hour, hour + 1, uses) for hour, uses in by_hour.items()]
    for day, uses in by_date.items():
        moment = Moment.of_day(day)
        found.append(Used(_hour(moment.earliest), _hour(moment.latest), uses))
    return sorted(each for each in found if each.start <= _hour(until))


@dataclass(slots=True)
class Rhythm:
    """The uses of one application in one log, in order."""

    every: Sequence[Used]
    calendar: DayCalendar

    def silences(self) -> Iterator[Silence]:
        """Every silence, in order."""
        zone = ZoneInfo(self.calendar.zone)
        starts, sums = [each.start for each in self.every], [0, *accumulate(each.uses for each in self.every)]
        upto = accumulate((each.end for each in self.every), max)
        for (_, start), (end, _) in pairwise(zip(starts, upto, strict=True)):
            if start < end and self._may_be(starts, sums, start, end):
                days = _days(_moment(start, zone), _moment(end, zone))
                spans = [span for span in days if not is_holiday(span[0].date(), self.calendar)]
                if (found := self._judged(starts, sums, spans, zone)) is not None:
                    yield found

    def _may_be(self, starts: Sequence[int], sums: Sequence[int], start: int, end: int) -> bool:
        """Whether the week before had so many at all, give or take the hour that a clock moves: most have not."""
        first, last = bisect_left(starts, start - A_WEEK - 1), bisect_left(starts, end - A_WEEK + 1)
        return sums[last] - sums[first] >= USUAL

    def _judged(
        self, starts: Sequence[int], sums: Sequence[int], spans: Sequence[tuple[datetime, datetime]], zone: ZoneInfo
    ) -> Silence | None:
        """What is usual in these stretches of local days; None where it is too little, or not there every week."""
        usual: list[int] = []
        firsts: list[datetime] = []
        lasts: list[datetime] = []
        for week in (timedelta(weeks=number) for number in range(WEEKS, 0, -1)):
            count = 0
            for start, end in spans:
                low, high = (bisect_left(starts, _hour(each - week)) for each in (start, end))
                if low < high:
                    count += sums[high] - sums[low]
                    firsts.append(_moment(self.every[low].start, zone) + week)
                    lasts.append(_moment(self.every[high - 1].end, zone) + week)
            if count < USUAL:
                return None
            usual.append(count)
        return Silence(min(firsts), max(lasts), tuple(usual))


def _days(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """From one local moment to another, day by day."""
    while start < end:
        midnight = datetime.combine(start.date() + timedelta(days=1), time(), start.tzinfo)
        yield start, min(midnight, end)
        start = midnight


def _hour(moment: datetime) -> int:
    at = moment.astimezone(UTC)
    return at.toordinal() * 24 + at.hour


def _moment(hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(date.fromordinal(hour // 24), time(hour % 24), UTC).astimezone(zone)
