"""Times as logs write them, to the one spelling of an event's moment.

Known are ISO 8601 with `T` or a space, 0 to 9 decimals, with `Z`, an offset with or without colon, or
nothing (which the source says is UTC), the US 12-hour text of PowerShell and Log Analytics ("5/18/2021 9:13:33 PM",
"5/18/2021, 9:13:33.123 PM"), the time of web servers ("18/May/2021:21:13:33 +0200"), seconds, milli-, micro- or
nanoseconds since 1970, and local time ("18/05/2021 23:13:33").

A local time that its day had twice (the last Sunday of October, between two and three) is one of two instants, and
nobody knows which. Its moment is that date: as an event's moment that says "on that day, order unknown", which is true.
A local time that its day did not have is refused. So is a date that products write where they have none: the first or
last day that a type of theirs knows (0001, 1601, 1753, 1900, 1970, 9999).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ledger.clock import BRUSSELS, spell

_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)
_US = re.compile(
    r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}),? ([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))? ?([AaPp])[Mm]",
    re.ASCII,
)
_WEB = re.compile(r"([0-9]{2})/([A-Z][a-z]{2})/([0-9]{4}):([0-9]{2}:[0-9]{2}:[0-9]{2}) ([+-][0-9]{4})", re.ASCII)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_EPOCH = re.compile(r"[0-9]{9,10}(?:[0-9]{3}){0,3}", re.ASCII)
_DAY_FIRST = re.compile(
    r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})[ T,]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?",
    re.ASCII,
)
_YEAR_FIRST = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?", re.ASCII
)


_FIRST, _END = "1971", "2999"
"""No log has a use before the one, or from the other on: there the years end in which a ledger counts."""


class NotATime(ValueError):
    """A text in none of the known spellings, or a time that no calendar has."""


def utc(text: str) -> str:
    """The moment of a time that is in UTC unless it says otherwise. Decimals beyond the sixth are cut off.

    Raises NotATime.
    """
    try:
        if found := _ISO.fullmatch(text):
            return _kept(_of_iso(*found.groups()))
        if found := _US.fullmatch(text):
            return _kept(_of_us(found))
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, NotATime) else NotATime("a time that no calendar has") from error
    raise NotATime("a time in no known spelling")


def _kept(moment: str) -> str:
    if not _FIRST <= moment < _END:
        raise NotATime("a date that stands for none")
    return moment


def _of_iso(day: str, clock: str, decimals: str | None, zone: str | None) -> str:
    if zone not in (None, "Z"):
        return spell(datetime.fromisoformat(f"{day}T{clock}.{(decimals or '0')[:6]:0<6}{zone}").astimezone(UTC))
    moment = f"{day}T{clock}"
    datetime.fromisoformat(moment)  # there is such a day and such a time
    fraction = decimals[:6].rstrip("0") if decimals else ""
    return f"{moment}.{fraction}Z" if fraction else f"{moment}Z"


def _of_us(found: re.Match[str]) -> str:
    month, day, year, hour, minute, second = (int(part) for part in found.groups()[:6])
    if not 1 <= hour <= 12:
        raise NotATime("a time that no calendar has")
    hour = hour % 12 + (12 if found[8] in "Pp" else 0)
    return spell(datetime(year, month, day, hour, minute, second, _micros(found[7]), tzinfo=UTC))


def _micros(decimals: str | None) -> int:
    return int(f"{(decimals or '0')[:6]:0<6}")


def of_number(value: float) -> str:
    """The moment of seconds, milli-, micro- or nanoseconds since 1970; which, its size tells. Raises NotATime."""
    text = str(int(value)) if abs(value) < 1e19 else ""
    if not _EPOCH.fullmatch(text):
        raise NotATime("a number that is no time")
    unit = 1000 ** ((len(text) - 9) // 3)
    whole, rest = divmod(int(text), unit)
    return _kept(spell(datetime.fromtimestamp(whole, UTC) + timedelta(microseconds=rest * 1_000_000 // unit)))


def of_web_server(text: str) -> str:
    """The moment of `18/May/2021:21:13:33 +0200`. Raises NotATime."""
    found = _WEB.fullmatch(text)
    if found is None or found[2] not in _MONTHS:
        raise NotATime("a time in no known spelling")
    day, month, year, clock, zone = found.groups()
    return utc(f"{year}-{_MONTHS.index(month) + 1:02}-{day}T{clock}{zone}")


def local(text: str, zone: ZoneInfo = BRUSSELS) -> str:
    """The moment of a clock on the wall, `dd/mm/yyyy hh:mm[:ss]` or year first; a date if that time came twice.

    Raises NotATime, also for a time that the day did not have.
    """
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = found[1], found[2], found[3]
    elif found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found[1], found[2], found[3]
    else:
        raise NotATime("a time in no known spelling")
    try:
        wall = datetime(  # noqa: DTZ001 - a clock on a wall has no zone; the next step gives it one
            int(year), int(month), int(day), int(found[4]), int(found[5]), int(found[6] or 0), _micros(found[7])
        )
        return _kept(_on_the_wall(wall, zone))
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, NotATime) else NotATime("a time that no calendar has") from error


def _on_the_wall(wall: datetime, zone: ZoneInfo) -> str:
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return spell(first)
    if first.astimezone(zone).replace(tzinfo=None) != wall:
        raise NotATime("a local time that the day did not have")
    return first.astimezone(BRUSSELS).date().isoformat()
