"""Counting uses as they are read. What one reader counted is a `Counted`; several are gathered into one `Uses`.

No moment is parsed for each use: they stay text until they are gathered, once for each stretch.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec.structs import astuple

from ledger.errors import VerificationFailed
from ledger.events.usage import AccessUsed, Action, ActorClass, Factors, SharedWith
from projections.hours import Log
from projections.uses import DATED, Days, Key, Uses, ordinal

TAG = str(AccessUsed.__struct_config__.tag)
_SECOND = 1_000_000
_MINUTES = {f"{at // 60:02}:{at % 60:02}:": at * 60 * _SECOND for at in range(24 * 60)}
"""The microseconds of a day before each of its minutes, as a moment spells them."""


class NoMoment(VerificationFailed):
    """A stored use whose moment is none: it came past the door."""

    code = "event.malformed"


class _Use(msgspec.Struct, frozen=True, gc=False, kw_only=True, tag_field="type", tag=TAG):
    """The part of a use that is kept, in the order of `uses.FIELDS` between its moment and its items."""

    happened_at: str
    protocol: str
    author: str
    on_behalf_of: tuple[str, ...] = ()
    actor: str = ""
    actor_class: ActorClass
    application: str
    action: Action
    outcome: Literal["ok", "denied", "failed", "unknown"]
    acting_for: str = ""
    dataset: str = ""
    object_class: str = ""
    network: Literal["internal", "external", "unknown", ""] = ""
    factors: Factors | Literal[""] = ""
    employed_by: str = ""
    function: str = ""
    shared_with: SharedWith | Literal[""] = ""
    items: int = 1


_one, _several = msgspec.json.Decoder(_Use), msgspec.json.Decoder(list[_Use])

_moments = itemgetter(0)
_log: Callable[[tuple[Any, ...]], tuple[Any, ...]] = itemgetter(1, 2, 3, 6)
_hour_of = itemgetter(slice(13))
"""Of a use as a tuple, and of its moment: in C, for all uses of a page."""


class Counted(NamedTuple):
    """Uses that were read, by day, such as 2022-06-02T (without the T where no hour is known), and by hour.

    Of those that agree in the values of FIELDS: first and last time of day, how many, position of the first, items.
    An hour is that of a day, such as 2022-06-02T08, with protocol, author, `on_behalf_of` and application.
    """

    days: dict[str, dict[tuple[Any, ...], list[Any]]]
    hours: dict[tuple[str, tuple[Any, ...]], int]


class Counter:
    """Counts uses as they come, and gives what it has counted when it is asked."""

    def __init__(self) -> None:
        self._days: dict[str, dict[tuple[Any, ...], list[Any]]] = {}
        self._hours: Tally[tuple[str, tuple[Any, ...]]] = Tally()

    def count(self, first: int, events: Sequence[bytes]) -> None:
        """Count the uses with these event bytes, the first of them at that position.

        Raises ValueError, and has counted nothing, if one of them is not a use.
        """
        found = list(map(astuple, _decoded(events)))
        day: str | None = None
        for position, use in enumerate(found, first):
            at = use[0]
            if at[:11] != day:
                day = at[:11]
                groups = self._days.setdefault(day, {})
            values, hour = use[1:-1], at[11:-1]
            known = groups.get(values)
            if known is None:
                groups[values] = [hour, hour, 1, position, use[-1]]
                continue
            known[2] += 1
            known[4] += use[-1]
            if hour > known[1]:
                known[1] = hour
            elif hour < known[0]:
                known[0] = hour
        self._hours.update(zip(map(_hour_of, map(_moments, found)), map(_log, found), strict=True))

    def taken(self) -> Counted:
        """What was counted since it was last asked."""
        counted = Counted(self._days, dict(self._hours))
        self._days, self._hours = {}, Tally()
        return counted


def gather(uses: Uses, counted: Counted) -> None:
    """Add what was counted to `uses`. Raises NoMoment."""
    for day, groups in counted.days.items():
        _gather_day(uses.kept, day, groups)
    for (hour, (protocol, author, behalf, application)), count in counted.hours.items():
        if hour[10:]:
            uses.hours.add(Log(protocol, author, ",".join(behalf), application), _hour(hour), count)


def _gather_day(kept: dict[Key, Days], day: str, groups: dict[tuple[Any, ...], list[Any]]) -> None:
    dated = "" if day[10:] else DATED
    for (protocol, author, behalf, *others), (first, last, count, position, items) in groups.items():
        key = (protocol, author, ",".join(behalf), *others, dated)
        days = kept.get(key)
        if days is None:
            days = kept[key] = Days()
        try:
            days.add(_day(day), _microseconds(first), _microseconds(last), count, position, items)
        except ValueError as error:
            raise _no_moment(error, position) from error


def use_of(position: int, event: bytes) -> Uses:
    """One use, counted. Raises ValueError if it is not one."""
    counter, uses = Counter(), Uses()
    counter.count(position, [event])
    gather(uses, counter.taken())
    return uses


def _decoded(events: Sequence[bytes]) -> list[_Use]:
    """Read them at once; one by one, where an event would be read as several. Raises ValueError."""
    try:
        found = _several.decode(b"[%s]" % b",".join(events))
        return found if len(found) == len(events) else [_one.decode(event) for event in events]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"not a use: {error}") from error


def _day(text: str) -> int:
    if text[10:] not in ("T", ""):
        raise ValueError(f"no day: {text}")
    return ordinal(text[:10])


@lru_cache(maxsize=4096)
def _hour(at: str) -> int:
    """Of a day and hour such as 2022-06-02T08, as `projections.hours` counts them."""
    try:
        return 24 * ordinal(at[:10]) + int(at[11:])
    except ValueError as error:
        raise _no_moment(error) from error


def _microseconds(text: str) -> int:
    """Of a time of day such as 08:15:00 or 08:15:00.25; a day without one begins at 0. Raises ValueError."""
    if not text:
        return 0
    minute = _MINUTES.get(text[:6])
    if minute is None:
        raise ValueError(f"no time of day: {text}")
    return minute + int(text[6:8]) * _SECOND + (int(text[9:].ljust(6, "0")) if len(text) > 8 else 0)


def _no_moment(error: ValueError, position: int | None = None) -> NoMoment:
    found = NoMoment(f"a use that did not happen at a moment: {error}", hint="run: ledger verify --deep")
    if position is not None:
        found.at(position=position)
    return found
