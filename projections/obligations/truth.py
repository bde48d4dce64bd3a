"""True, false or unknown, over time (R5).

A timeline is a function of time that changes at known instants. Conditions are computed as timelines once, so that
"since when", "until when" and "was it so at the act" are three ways to read the same thing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ledger.clock import Moment
from projections.obligations.facts import Fact

BEGINNING = datetime.min.replace(tzinfo=UTC)
AT_ONCE = timedelta(microseconds=1)
"""The least that time can be apart: what holds at an instant holds until the next."""


class Truth(NamedTuple):
    """`value` None is unknown, and `missing` says what would settle it; `facts` are what makes it so."""

    value: bool | None
    facts: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()


TRUE, FALSE = Truth(True), Truth(False)


def unknown(*missing: str) -> Truth:
    return Truth(None, (), missing)


class Span(NamedTuple):
    """From `start` up to, not including, `end`; None is for ever."""

    start: datetime
    end: datetime | None

    def has(self, instant: datetime) -> bool:
        return self.start <= instant and (self.end is None or instant < self.end)


@dataclass(frozen=True, slots=True)
class Timeline:
    """`truths[i]` holds from `starts[i]` to `starts[i + 1]`; the first start is the beginning of time."""

    starts: tuple[datetime, ...]
    truths: tuple[Truth, ...]

    @classmethod
    def always(cls, truth: Truth) -> Timeline:
        return cls((BEGINNING,), (truth,))

    def at(self, instant: datetime) -> Truth:
        return self.truths[bisect_right(self.starts, instant) - 1]

    def over(self, moment: Moment) -> Truth:
        """At an instant; over a date: what held the whole day, else unknown, for the order lies within that date."""
        if not moment.is_day:
            return self.at(moment.earliest)
        first = bisect_right(self.starts, moment.earliest) - 1
        last = bisect_right(self.starts, moment.latest)
        inside = [t for s, t in zip(self.starts[first:last], self.truths[first:last], strict=True) if s < moment.latest]
        if len({truth.value for truth in inside}) == 1:
            return inside[0]
        missing = dict.fromkeys(each for truth in inside for each in truth.missing)
        return Truth(None, inside[-1].facts, (*missing, f"the order within {moment.text}"))

    def stretches(self, start: datetime, end: datetime) -> Iterable[tuple[datetime, datetime, Truth]]:
        """Its pieces between two instants, `end` excluded."""
        for index, (begin, truth) in enumerate(zip(self.starts, self.truths, strict=True)):
            until = self.starts[index + 1] if index + 1 < len(self.starts) else end
            if begin < end and until > start:
                yield max(begin, start), min(until, end), truth

    def true_between(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The longest stretches between two instants in which it is true, whichever facts make it so."""
        found: list[tuple[datetime, datetime]] = []
        for begin, until, truth in self.stretches(start, end):
            if truth.value:
                joined = bool(found) and found[-1][1] == begin
                found.append((found.pop()[0] if joined else begin, until))
        return found

    def possible(self, within: Span) -> list[Span]:
        """The longest stretches in which it is true or unknown, cut to `within`."""
        found: list[Span] = []
        for index, (begin, truth) in enumerate(zip(self.starts, self.truths, strict=True)):
            end = self.starts[index + 1] if index + 1 < len(self.starts) else None
            if truth.value is False:
                continue
            if found and found[-1].end == begin:
                begin = found.pop().start
            found.append(Span(begin, end))
        cut = (Span(max(each.start, within.start), _earlier(each.end, within.end)) for each in found)
        return [each for each in cut if each.end is None or each.start < each.end]


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)


def merged(lines: Sequence[Timeline], combine: Callable[[Sequence[Truth]], Truth]) -> Timeline:
    """One timeline from several, combined wherever one of them changes."""
    if all(len(line.starts) == 1 for line in lines):
        return Timeline.always(combine([line.truths[0] for line in lines]))
    starts = sorted({start for line in lines for start in line.starts})
    return Timeline(tuple(starts), tuple(combine([line.at(start) for line in lines]) for start in starts))


def any_true(truths: Sequence[Truth]) -> Truth:
    for truth in truths:
        if truth.value:
            return truth
    return _rest(truths, False)


def all_true(truths: Sequence[Truth]) -> Truth:
    for truth in truths:
        if truth.value is False:
            return truth
    return _rest(truths, True)


def none_true(truths: Sequence[Truth]) -> Truth:
    return opposite(any_true(truths))


def opposite(truth: Truth) -> Truth:
    return truth if truth.value is None else truth._replace(value=not truth.value)


def _rest(truths: Sequence[Truth], otherwise: bool) -> Truth:
    """Unknown if one of them is; else `otherwise`, by all of their facts."""
    doubtful = [truth for truth in truths if truth.value is None]
    facts = tuple(dict.fromkeys(fact for truth in truths for fact in truth.facts))
    if doubtful:
        return Truth(None, facts, tuple(dict.fromkeys(each for truth in doubtful for each in truth.missing)))
    return Truth(otherwise, facts)


class Piece(NamedTuple):
    """A stretch in which one fact makes something true or, where `value` is None, leaves it unknown."""

    start: datetime
    end: datetime | None
    value: bool | None
    fact: Fact
    missing: str = ""


def swept(pieces: Iterable[Piece]) -> Timeline:
    """True while a true piece lasts, else unknown while an unknown one does, else false. One pass over the ends."""
    turns: list[tuple[datetime, int, int, Piece]] = []
    for number, piece in enumerate(pieces):
        if piece.end is None or piece.start < piece.end:
            turns.append((piece.start, 1, number, piece))
            if piece.end is not None:
                turns.append((piece.end, 0, number, piece))
    turns.sort(key=lambda turn: turn[:3])
    certain: dict[int, Piece] = {}
    doubtful: dict[int, Piece] = {}
    starts, truths = [BEGINNING], [FALSE]
    for index, (instant, begins, number, piece) in enumerate(turns):
        active = certain if piece.value else doubtful
        if begins:
            active[number] = piece
        else:
            del active[number]
        if index + 1 == len(turns) or turns[index + 1][0] != instant:
            starts.append(instant)
            truths.append(_present(certain, doubtful))
    return Timeline(tuple(starts), tuple(truths))


def _present(certain: dict[int, Piece], doubtful: dict[int, Piece]) -> Truth:
    if certain:
        return Truth(True, (next(iter(certain.values())).fact,))
    if doubtful:
        found = next(iter(doubtful.values()))
        return Truth(None, (found.fact,), tuple(dict.fromkeys(each.missing for each in doubtful.values())))
    return FALSE
