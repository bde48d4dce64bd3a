"""Uses, counted by day and forgotten: memory grows with persons x applications x days, never with uses.

A *stretch* is every use of one UTC day that agrees in the fields kept (`FIELDS`): how many, the first and the last
moment, the position of the first one recorded, how many items they stand for. The day is cut from the text of the
moment, so that no time zone table takes part; and stretches can be added in any order, so that several processes may
count. Beside them stands how many uses each application of a log had in each hour (`projections.hours`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from ledger.clock import Moment, later, spell
from projections.hours import Hours

FIELDS = (
    "protocol", "author", "on_behalf_of", "actor", "actor_class", "application", "action", "outcome", "acting_for",
    "dataset", "object_class", "network", "factors", "employed_by", "function", "shared_with",
)  # fmt: skip
"""What is kept of a use. What is apart for each use (its id, record, line, offset) is not; items are added up."""

Key = tuple[str, ...]
"""The values of FIELDS, empty where absent, `on_behalf_of` with commas; and `day` if the moments are whole days."""
DATED = "day"
WIDTH = 6
"""A stretch as kept: day (proleptic Gregorian ordinal), first and last (its microseconds), uses, position and items."""
MOST_ITEMS = 2**62
"""What does not fit is no longer counted: a log may say any number."""


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

    def dump(self) -> dict[str, Iterator[list[str]] | list[list[str]]]:
        """A row a key, its numbers as one text: apart they would take several times as long to read."""
        days = ([*key, " ".join(map(str, days.numbers))] for key, days in sorted(self.kept.items()))
        return {"days": days, "hours": self.hours.dump()}

    @classmethod
    def load(cls, dumped: Mapping[str, Iterable[Sequence[str]]]) -> Uses:
        days = {tuple(row[:-1]): Days(array("q", map(int, row[-1].split()))) for row in dumped["days"]}
        return cls(days, Hours.load(dumped["hours"]))


@lru_cache(maxsize=4096)
def ordinal(day: str) -> int:
    """Of a day such as 2022-06-02: its proleptic Gregorian ordinal. Raises ValueError."""
    return date.fromisoformat(day).toordinal()


@lru_cache(maxsize=4096)
def _midnight(day: int) -> datetime:
    return datetime.combine(date.fromordinal(day), time(), UTC)


def moment_of(key: Key, stretch: Stretch) -> Moment:
    """When the uses of a stretch were: that day in Brussels, that instant, or from the first to the last."""
    if key[-1] == DATED:
        return Moment.of_day(stretch.first.date())
    if stretch.first == stretch.last:
        return Moment.at(stretch.first)
    first, last = Moment.at(stretch.first), Moment.at(stretch.last)
    return Moment(f"{first.text} to {last.text}", stretch.first, later(stretch.last, timedelta(microseconds=1)))


def moments_of(key: Key, days: Days) -> tuple[str, str]:
    """The first and the last moment of a key's uses, as events spell them."""
    stretches = list(days.between(days.first_day, days.first_day)) + list(days.between(days.last_day, days.last_day))
    if key[-1] == DATED:
        return stretches[0].first.date().isoformat(), stretches[-1].first.date().isoformat()
    return spell(stretches[0].first), spell(stretches[-1].last)
