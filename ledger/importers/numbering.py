"""Whether the ids of a log are a numbering, and which of its numbers are not there."""

from __future__ import annotations

from typing import NamedTuple

MOST_RUNS = 10_000
"""Stretches of successive numbers that are kept apart; a log with more of them is no numbering."""
_LONGEST = 15


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
        self._close()
        self._first = self._last = -1
        if self._over or not self._runs:
            return None
        there = _covered(sorted(self._runs.items()))
        lowest, highest = min(self._runs), max(self._runs.values())
        missing = highest - lowest + 1 - there
        return Numbers(lowest, highest, missing) if missing <= there and there > 1 else None

    def _close(self) -> None:
        if self._first >= 0:
            self._runs[self._first] = max(self._last, self._runs.get(self._first, self._last))
            self._over = self._over or len(self._runs) > MOST_RUNS


def _covered(runs: list[tuple[int, int]]) -> int:
    """How many numbers lie in these runs, which are in order and may overlap."""
    there, upto = 0, -1
    for first, last in runs:
        there += max(0, last - max(first - 1, upto))
        upto = max(upto, last)
    return there
