"""Whether the ids of a log are a numbering, and which of its numbers are there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

MOST_RUNS = 10_000
"""Stretches of successive numbers that are kept apart; a log with more of them is no numbering."""
_LONGEST = 15


class Run(NamedTuple):
    """Successive numbers that are all there, both ends among them."""

    first: int
    last: int


class Numbers(NamedTuple):
    """The lowest and highest number of a log, and how many between them it does not have."""

    lowest: int
    highest: int
    missing: int


class Numbering:
    """Told each id of a log. It is a numbering if every id is a whole number, and at least half of them are there."""

    def __init__(self) -> None:
        self._runs: dict[int, int] = {}
        self._first = self._last = -1
        self._over = False

    def take(self, identifier: str) -> bool:
        """False once it is no numbering, and then always."""
        if self._over or not (identifier.isascii() and identifier.isdigit() and len(identifier) <= _LONGEST):
            self._over = True
            return False
        number = int(identifier)
        if number == self._last + 1 and self._first >= 0:
            self._last = number
        elif not self._first <= number <= self._last:
            self._close()
            self._first = self._last = number
        return not self._over

    def numbers(self) -> Numbers | None:
        """What was found; None for what is no numbering."""
        runs = self.runs()
        if not runs:
            return None
        there = sum(last - first + 1 for first, last in runs)
        missing = runs[-1].last - runs[0].first + 1 - there
        return Numbers(runs[0].first, runs[-1].last, missing) if missing <= there and there > 1 else None

    def runs(self) -> list[Run]:
        """The numbers that are there, in order, whether they are a numbering or too few; none where an id is none."""
        self._close()
        self._first = self._last = -1
        return [] if self._over else merged(sorted(self._runs.items()))

    def _close(self) -> None:
        if self._first >= 0:
            self._runs[self._first] = max(self._last, self._runs.get(self._first, self._last))
            self._over = self._over or len(self._runs) > MOST_RUNS


def merged(runs: Iterable[tuple[int, int]]) -> list[Run]:
    """Runs in order, which may overlap, as runs with a number missing between any two."""
    merged: list[Run] = []
    for first, last in runs:
        if merged and first <= merged[-1].last + 1:
            merged[-1] = Run(merged[-1].first, max(last, merged[-1].last))
        else:
            merged.append(Run(first, last))
    return merged
