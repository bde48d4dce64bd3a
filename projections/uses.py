"""Uses, counted by day and forgotten: memory grows with persons x applications x days, never with uses.

A *stretch* is every use of one UTC day that agrees in the fields kept (`FIELDS`): how many, the first and the last
moment, the position of the first one recorded, how many items they stand for. The day is cut from the text of the
moment, so that no time zone table takes part; and stretches can be added in any order, so that several processes may
count. Beside them stands how many uses each application of a log had in each hour (`projections.hours`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import msgspec

from ledger.clock import Moment, spell
from ledger.errors import VerificationFailed
from ledger.events.usage import AccessUsed, Action, ActorClass, Factors, SharedWith
from projections.hours import Hours, Log

FIELDS = (
    "protocol", "author", "on_behalf_of", "actor", "actor_class", "application", "action", "outcome", "acting_for",
    "dataset", "object_class", "network", "factors", "employed_by", "function", "shared_with",
)  # fmt: skip
"""What is kept of a use. What is apart for each use (its id, record, line, offset) is not; items are added up."""
TAG = str(AccessUsed.__struct_config__.tag)

Key = tuple[str, ...]
"""The values of FIELDS, empty where absent, `on_behalf_of` with commas; and `day` if the moments are whole days."""
DATED = "day"
WIDTH = 6
"""A stretch as kept: day (proleptic Gregorian ordinal), first and last (its microseconds), uses, position and items."""
MOST_ITEMS = 2**62
"""What does not fit is no longer counted: a log may say any number."""
_SECOND = 1_000_000


class NoMoment(VerificationFailed):
    """A stored use whose moment is none: it came past the door."""

    code = "event.malformed"


class _Use(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag=TAG):
    """The part of a use that is kept; the rest is skipped unread."""

    protocol: str
    author: str
    actor_class: ActorClass
    application: str
    action: Action
    outcome: Literal["ok", "denied", "failed", "unknown"]
    happened_at: str
    on_behalf_of: tuple[str, ...] = ()
    actor: str = ""
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


class Stretch(NamedTuple):
    """The uses of one day: `first` and `last` are when two of them happened; of dated ones, midnight.

    `items` is how many records or messages they stand for, by what the log says; one each where it says nothing.
    """

    first: datetime
    last: datetime
    uses: int
    position: int
    items: int = 0


@dataclass(slots=True)
class Days:
    """The stretches of one key, by day: six numbers each, as in `WIDTH`."""

    numbers: array[int] = field(default_factory=lambda: array("q"))

    def __len__(self) -> int:
        return len(self.numbers) // WIDTH

    def add(self, day: int, first: int, last: int, uses: int, position: int, items: int) -> None:
        """Count more uses of one day."""
        numbers, items = self.numbers, min(items, MOST_ITEMS)
        at = len(numbers) - WIDTH
        if at < 0 or numbers[at] < day:
            numbers.extend((day, first, last, uses, position, items))
            return
        if numbers[at] != day:
            at = self._place(day) * WIDTH
            if numbers[at] != day:
                numbers[at:at] = array("q", (day, first, last, uses, position, items))
                return
        numbers[at + 1] = min(numbers[at + 1], first)
        numbers[at + 2] = max(numbers[at + 2], last)
        numbers[at + 3] += uses
        numbers[at + 4] = min(numbers[at + 4], position)
        numbers[at + 5] = min(numbers[at + 5] + items, MOST_ITEMS)

    def rows(self) -> Iterator[tuple[int, ...]]:
        """The arguments of `add` for each day."""
        return zip(*[iter(self.numbers)] * WIDTH, strict=True)

    def join(self, other: Days) -> None:
        """Count those of another, whose days are likely to come after ours."""
        mine, theirs, at = self.numbers, other.numbers, 0
        while mine and at < len(theirs) and theirs[at] <= mine[-WIDTH]:
            self.add(*theirs[at : at + WIDTH])
            at += WIDTH
        mine.extend(theirs[at:])

    def between(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        """The stretches of the days from one instant's to another's, both included."""
        for at in range(self._place(start.toordinal()), self._place(end.toordinal() + 1)):
            yield self._stretch(at)

    def _place(self, day: int) -> int:
        """How many stretches lie before that day."""
        return bisect_left(range(len(self)), day, key=lambda at: self.numbers[at * WIDTH])

    def _stretch(self, at: int) -> Stretch:
        day, first, last, uses, position, items = self.numbers[at * WIDTH : (at + 1) * WIDTH]
        midnight = _midnight(day)
        return Stretch(
            midnight + timedelta(microseconds=first), midnight + timedelta(microseconds=last), uses, position, items
        )  # fmt: skip

    def total(self) -> int:
        """How many uses there are."""
        return sum(self.numbers[3::WIDTH])

    @property
    def first_day(self) -> datetime:
        """Midnight, in UTC, before the first use."""
        return _midnight(self.numbers[0])

    @property
    def last_day(self) -> datetime:
        """Midnight, in UTC, before the last use."""
        return _midnight(self.numbers[-WIDTH])


@dataclass(slots=True)
class Uses:
    """Every use counted so far, by key; and by hour."""

    kept: dict[Key, Days] = field(default_factory=dict)
    hours: Hours = field(default_factory=Hours)

    def add(self, other: Uses) -> None:
        """Count what was counted elsewhere."""
        for key, days in other.kept.items():
            mine = self.kept.get(key)
            if mine is None:
                mine = self.kept[key] = Days()
            mine.join(days)
        self.hours.join(other.hours)

    def of(self, protocol: str) -> Iterator[tuple[Key, Days]]:
        for key, days in self.kept.items():
            if key[0] == protocol:
                yield key, days

    def stretches(self) -> int:
        return sum(len(days) for days in self.kept.values())

    def dump(self) -> dict[str, list[list[str]]]:
        """A row a key, its numbers as one text: apart they would take several times as long to read."""
        days = [[*key, " ".join(map(str, days.numbers))] for key, days in sorted(self.kept.items())]
        return {"days": days, "hours": self.hours.dump()}

    @classmethod
    def load(cls, dumped: Mapping[str, Iterable[Sequence[str]]]) -> Uses:
        days = {tuple(row[:-1]): Days(array("q", map(int, row[-1].split()))) for row in dumped["days"]}
        return cls(days, Hours.load(dumped["hours"]))


class Counter:
    """Counts uses as they come, and gives what it has counted when it is asked."""

    def __init__(self) -> None:
        self._groups: dict[tuple[Any, ...], list[Any]] = {}
        self._hours: Tally[tuple[Any, ...]] = Tally()
        self.uses = 0

    def count(self, first: int, events: Sequence[bytes]) -> None:
        """Count the uses with these event bytes, the first of them at that position.

        Raises ValueError, and has counted nothing, if one of them is not a use.
        """
        groups = self._groups
        found = _decoded(events)
        for position, use in enumerate(found, first):
            at = use.happened_at
            group = (
                at[:11], use.protocol, use.author, use.on_behalf_of, use.actor, use.actor_class, use.application,
                use.action, use.outcome, use.acting_for, use.dataset, use.object_class, use.network, use.factors,
                use.employed_by, use.function, use.shared_with,
            )  # fmt: skip
            hour = at[11:-1]
            known = groups.get(group)
            if known is None:
                groups[group] = [hour, hour, 1, position, use.items]
                continue
            known[2] += 1
            known[4] += use.items
            if hour > known[1]:
                known[1] = hour
            elif hour < known[0]:
                known[0] = hour
        self._hours.update(
            [(use.happened_at[:13], use.protocol, use.author, use.on_behalf_of, use.application) for use in found]
        )
        self.uses += len(found)

    def taken(self) -> Uses:
        """What was counted since it was last asked. Raises NoMoment."""
        uses = Uses()
        for (at, protocol, author, behalf, *others), (first, last, count, position, items) in self._groups.items():
            key = (protocol, author, ",".join(behalf), *others, "" if at[10:] else DATED)
            days = uses.kept.get(key)
            if days is None:
                days = uses.kept[key] = Days()
            try:
                days.add(_ordinal(at[:10]), _microseconds(first), _microseconds(last), count, position, items)
            except ValueError as error:
                raise NoMoment(f"a use that did not happen at a moment: {error}", position=position,
                               hint="run: ledger verify --deep") from error  # fmt: skip
        for (at, protocol, author, behalf, application), count in self._hours.items():
            if at[10:]:
                uses.hours.add(Log(protocol, author, ",".join(behalf), application), _hour(at), count)
        self._groups, self._hours, self.uses = {}, Tally(), 0
        return uses


def use_of(position: int, event: bytes) -> Uses:
    """One use, counted. Raises ValueError if it is not one."""
    counter = Counter()
    counter.count(position, [event])
    return counter.taken()


def _decoded(events: Sequence[bytes]) -> list[_Use]:
    """Read them at once; one by one, where an event would be read as several. Raises ValueError."""
    try:
        found = _several.decode(b"[%s]" % b",".join(events))
        return found if len(found) == len(events) else [_one.decode(event) for event in events]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"not a use: {error}") from error


@lru_cache(maxsize=4096)
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


@lru_cache(maxsize=4096)
def _midnight(day: int) -> datetime:
    return datetime.combine(date.fromordinal(day), time(), UTC)


def _hour(at: str) -> int:
    """Of a day and hour such as 2022-06-02T08, as `projections.hours` counts them."""
    try:
        return 24 * _ordinal(at[:10]) + int(at[11:])
    except ValueError as error:
        raise NoMoment(f"a use that did not happen at a moment: {error}", hint="run: ledger verify --deep") from error


@lru_cache(maxsize=1 << 14)
def _microseconds(text: str) -> int:
    """Of a time of day such as 08:15:00 or 08:15:00.25; a day without one begins at 0."""
    if not text:
        return 0
    whole = (int(text[:2]) * 60 + int(text[3:5])) * 60 + int(text[6:8])
    return whole * _SECOND + (int(text[9:].ljust(6, "0")) if len(text) > 8 else 0)


def moment_of(key: Key, stretch: Stretch) -> Moment:
    """When the uses of a stretch were: that day in Brussels, that instant, or from the first to the last."""
    if key[-1] == DATED:
        return Moment.of_day(stretch.first.date())
    if stretch.first == stretch.last:
        return Moment.at(stretch.first)
    first, last = Moment.at(stretch.first), Moment.at(stretch.last)
    return Moment(f"{first.text} to {last.text}", stretch.first, stretch.last + timedelta(microseconds=1))


def moments_of(key: Key, days: Days) -> tuple[str, str]:
    """The first and the last moment of a key's uses, as events spell them."""
    stretches = list(days.between(days.first_day, days.first_day)) + list(days.between(days.last_day, days.last_day))
    if key[-1] == DATED:
        return stretches[0].first.date().isoformat(), stretches[-1].first.date().isoformat()
    return spell(stretches[0].first), spell(stretches[-1].last)
