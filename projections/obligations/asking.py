"""The moment of a question, which notes how long its answer holds.

Evaluation takes the same way at two moments if every comparison with the moment comes out the same at both. So the
moment that is handed to the engine compares like any instant, and remembers the nearest later one at which one of those
comparisons would come out differently: until then, the answer is the same. Whatever else is made of it (a local date,
a text, a difference) is not followed: then the answer holds at that moment only.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.clock import Moment

LEAST = timedelta(microseconds=1)
_LAST = datetime.max.replace(tzinfo=UTC)
_FOLLOWED = frozenset({"tzinfo", "fold", "utcoffset", "dst", "tzname", "toordinal"})
"""What the moment gives and is either the same at every moment, or followed below."""


class Horizon:
    """Until when the answers to a question are the same, its moment included; None is for ever."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant
        self.until: datetime | None = None

    def note(self, instant: datetime) -> None:
        """From this instant on, something may come out differently."""
        if self.until is None or instant < self.until:
            self.until = instant

    def close(self) -> None:
        """The answer depends on the moment itself."""
        self.note(self.instant + LEAST)


class Asked(datetime):
    """An instant that lies `shift` after the moment of the question."""

    horizon: Horizon
    shift: timedelta

    @classmethod
    def of(cls, instant: datetime, horizon: Horizon, shift: timedelta = timedelta()) -> Asked:
        at = instant.astimezone(UTC)
        asked = cls(at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, UTC)
        asked.horizon, asked.shift = horizon, shift
        return asked

    @property
    def plain(self) -> datetime:
        """The same instant, not followed."""
        return self.horizon.instant + self.shift

    def _compared(self, other: object, passed: timedelta) -> None:
        """`passed` is how far beyond `other` the comparison turns: nothing if it turns at `other`, else the least."""
        if isinstance(other, Asked):
            if other.horizon is not self.horizon:
                self.horizon.close()
                other.horizon.close()
        elif isinstance(other, datetime) and super().__le__(other):
            ahead = other - self.plain + passed
            if ahead and ahead <= _LAST - self.horizon.instant:
                self.horizon.note(self.horizon.instant + ahead)

    def __lt__(self, other: Any) -> bool:
        self._compared(other, timedelta())
        return super().__lt__(other)

    def __ge__(self, other: Any) -> bool:
        self._compared(other, timedelta())
        return super().__ge__(other)

    def __le__(self, other: Any) -> bool:
        self._compared(other, LEAST)
        return super().__le__(other)

    def __gt__(self, other: Any) -> bool:
        self._compared(other, LEAST)
        return super().__gt__(other)

    def __eq__(self, other: object) -> bool:
        self._compared(other, timedelta())
        self._compared(other, LEAST)
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        self.horizon.close()
        return super().__hash__()

    def __add__(self, other: timedelta) -> Asked:
        return Asked.of(self.plain + other, self.horizon, self.shift + other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, timedelta):
            return self + -other
        self.horizon.close()
        return self.plain - (other.plain if isinstance(other, Asked) else other)

    def __rsub__(self, other: datetime) -> timedelta:
        self.horizon.close()
        return other - self.plain

    def toordinal(self) -> int:
        """The day, in UTC: the same until it ends."""
        day = self.plain.replace(hour=0, minute=0, second=0, microsecond=0)
        self.horizon.note(day + timedelta(days=1) - self.shift)
        return day.toordinal()


def _unfollowed(name: str) -> Any:
    """The attribute of a plain instant; whoever reads it depends on the moment itself."""
    given = getattr(datetime, name)
    if callable(given):

        def method(self: Asked, *args: Any, **named: Any) -> Any:
            self.horizon.close()
            return getattr(self.plain, name)(*args, **named)

        return method

    def value(self: Asked) -> Any:
        self.horizon.close()
        return getattr(self.plain, name)

    return property(value)


_MADE = ("min", "max", "resolution", "today", "now", "utcnow", "fromtimestamp", "utcfromtimestamp", "combine",
         "fromisoformat", "fromordinal", "fromisocalendar", "strptime")  # fmt: skip
for _name in dir(datetime):
    if not _name.startswith("_") and _name not in _FOLLOWED and _name not in _MADE:
        setattr(Asked, _name, _unfollowed(_name))
for _name in ("__str__", "__repr__", "__format__", "__reduce_ex__"):
    setattr(Asked, _name, _unfollowed(_name))


def plain(instant: datetime) -> datetime:
    """The instant itself, for what is worked out again whenever an answer is given: how late something is."""
    return instant.plain if isinstance(instant, Asked) else instant


def asked_at(instant: datetime) -> Moment:
    """The moment of a question as a moment, without its text, which nobody reads."""
    return Moment("", instant, instant)
