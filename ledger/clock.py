"""Time: our own clock (asked only here), and moments as others state them.

A moment in an event is an instant in UTC, or a date, which is that whole day in Brussels: the order of two things
inside one date is unknown. Half-open intervals throughout.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ledger.errors import InputRejected

BRUSSELS = ZoneInfo("Europe/Brussels")
Clock = Callable[[], datetime]

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,6})?Z", re.ASCII)
_OFFSET = re.compile(r"[+-][0-9]{2}:[0-9]{2}|Z")


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one clock


class Moment(NamedTuple):
    """When something was: `earliest <= it < latest`, or exactly `earliest` where both are equal (an instant)."""

    text: str
    earliest: datetime
    latest: datetime

    @classmethod
    def parse(cls, text: str) -> Moment:
        """Read an event's moment. Raises ValueError unless in its one spelling: `Z`, no trailing zero in a fraction."""
        if _DATE.fullmatch(text):
            try:
                return cls.of_day(_day(text))
            except OverflowError as error:  # the first and the last day of the calendar have no neighbour in UTC
                raise ValueError(f"{text!r} is not a day that can be counted with") from error
        instant = _parse_instant(text)
        return cls(text, instant, instant)

    @classmethod
    def counted(cls, text: str) -> Moment:
        """As `parse`; what lies outside the years in which a ledger counts is the nearer end of them.

        So a term from it has room in the calendar, and an entry that the door would refuse today still counts.
        """
        found = cls.parse(text)
        if found.is_countable:
            return found
        end = FIRST if found.earliest < FIRST else LAST
        return cls(text, end, end)

    @classmethod
    def of_day(cls, day: date) -> Moment:
        """That whole day in Brussels."""
        return cls(day.isoformat(), start_of_day(day), start_of_day(day + timedelta(days=1)))

    @classmethod
    def at(cls, instant: datetime) -> Moment:
        return cls(spell(instant), instant, instant)

    @property
    def is_day(self) -> bool:
        return self.latest > self.earliest

    def is_before(self, other: Moment) -> bool:
        """Whether it certainly lies before `other`; a date leaves its own day open."""
        return self.latest < other.earliest or (self.is_day and self.latest == other.earliest)

    @property
    def is_countable(self) -> bool:
        """Whether it lies in the years in which a ledger counts."""
        return FIRST <= self.earliest < LAST and self.latest <= LAST

    @property
    def day(self) -> date:
        """Its local date in Brussels."""
        return self.earliest.astimezone(BRUSSELS).date()


def start_of_day(day: date, zone: ZoneInfo = BRUSSELS) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
FIRST, LAST = start_of_day(FIRST_DAY), start_of_day(LAST_DAY + timedelta(days=1))
"""The years in which a ledger counts, half-open: no act or question lies outside, and a term from one that lies inside
(a century at most) ends in the calendar."""
YEARS = "the years 1900 to 2999, in which a ledger counts"


def later(instant: datetime, by: timedelta) -> datetime:
    """That instant and so much time, or the calendar's first or last instant where that is beyond it."""
    try:
        return instant + by
    except OverflowError:
        zone = instant.tzinfo
        return datetime.min.replace(tzinfo=zone) if by < timedelta() else datetime.max.replace(tzinfo=zone)


def _parse_instant(text: str) -> datetime:
    found = _INSTANT.fullmatch(text)
    if not found or (found[2] and found[2].endswith("0")):
        raise ValueError(f"{text!r} is not a moment: write 2022-05-30T08:15:00Z, or a date")
    _day(text[:10])
    return datetime.fromisoformat(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text}: {error}") from error


def spell(instant: datetime) -> str:
    """The one spelling of an instant in an event: UTC, `Z`, a fraction only if it is not zero."""
    text = instant.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def spell_recorded(instant: datetime) -> str:
    """`recorded_at` of an entry: always six decimals."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


@lru_cache(maxsize=64)  # what one append wrote has one time
def parse_recorded(text: str) -> datetime:
    """Read a `recorded_at`. Raises ValueError unless `spell_recorded` gives the same text."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or spell_recorded(instant) != text:
        raise ValueError(f"{text!r} is not a recording time with six decimals and Z")
    return instant


def parse_argument(text: str) -> datetime:
    """Read a moment from a command line: RFC 3339, or a date as the start of that day in Brussels.

    Raises InputRejected with what to write instead; also for one outside the years in which a ledger counts.
    """
    try:
        instant = _argument(text)
    except OverflowError:
        instant = None
    except ValueError as error:
        raise _not_a_moment(text) from error
    if instant is None or not FIRST <= instant < LAST:
        raise InputRejected(
            f"{text} lies outside {YEARS}", hint="where there is no such date, leave it out", code="input.moment"
        )
    return instant


def _argument(text: str) -> datetime:
    if _DATE.fullmatch(text):
        return start_of_day(date.fromisoformat(text))
    if _OFFSET.search(text[19:]) and text[10:11] in ("T", "t", " "):
        return datetime.fromisoformat(text).astimezone(UTC)
    raise ValueError(text)


def _not_a_moment(text: str) -> InputRejected:
    return InputRejected(
        f"{text!r} is not a moment",
        hint="write a date (2022-05-31) or a time with its zone (2022-05-31T10:00:00+02:00)",
        code="input.moment",
    )
