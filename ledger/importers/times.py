"""Times as logs write them, to the one spelling of an event's moment.

Known are ISO 8601 with `T` or a space, 0 to 9 decimals, with `Z`, an offset with or without colon, or
nothing (which the source says is UTC), and the US 12-hour text of PowerShell ("5/18/2021 9:13:33 PM").
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from ledger.clock import spell

_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)
_US = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}) ([0-9]{1,2}):([0-9]{2}):([0-9]{2}) ?([AaPp])[Mm]", re.ASCII)


class NotATime(ValueError):
    """A text in none of the known spellings, or a time that no calendar has."""


def utc(text: str) -> str:
    """The moment of a time that is in UTC unless it says otherwise. Decimals beyond the sixth are cut off.

    Raises NotATime.
    """
    try:
        if found := _ISO.fullmatch(text):
            return _of_iso(*found.groups())
        if found := _US.fullmatch(text):
            return _of_us(found)
    except (ValueError, OverflowError) as error:
        raise NotATime("a time that no calendar has") from error
    raise NotATime("a time in no known spelling")


def _of_iso(day: str, clock: str, decimals: str | None, zone: str | None) -> str:
    if zone not in (None, "Z"):
        return spell(datetime.fromisoformat(f"{day}T{clock}.{(decimals or '0')[:6]:0<6}{zone}").astimezone(UTC))
    datetime.fromisoformat(f"{day}T{clock}")  # there is such a day and such a time
    fraction = (decimals or "")[:6].rstrip("0")
    return f"{day}T{clock}.{fraction}Z" if fraction else f"{day}T{clock}Z"


def _of_us(found: re.Match[str]) -> str:
    month, day, year, hour, minute, second = (int(part) for part in found.groups()[:6])
    if not 1 <= hour <= 12:
        raise NotATime("a time that no calendar has")
    hour = hour % 12 + (12 if found[7] in "Pp" else 0)
    return spell(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
