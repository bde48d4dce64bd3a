"""How many uses each application of each log had in each hour: whoever used it, and whatever came of it.

Memory grows with applications x hours, never with uses. The hour is UTC, cut from the text of the moment; uses of which
only the date is known have none, and stand in their stretches (`projections.uses`) alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Log(NamedTuple):
    """One application in one party's log; `on_behalf_of` with commas, empty where absent."""

    protocol: str
    author: str
    on_behalf_of: str
    application: str

    @property
    def party(self) -> str:
        """Whose log it is: the party it is stated for, else its author."""
        return self.on_behalf_of.partition(",")[0] or self.author


@dataclass(slots=True)
class Hours:
    """Uses by log and hour: 24 times the proleptic Gregorian ordinal of the day, and the hour of it."""

    kept: dict[Log, dict[int, int]] = field(default_factory=dict)

    def add(self, log: Log, hour: int, uses: int) -> None:
        by_hour = self.kept.setdefault(log, {})
        by_hour[hour] = by_hour.get(hour, 0) + uses

    def join(self, other: Hours) -> None:
        """Count what was counted elsewhere."""
        for log, by_hour in other.kept.items():
            for hour, uses in by_hour.items():
                self.add(log, hour, uses)

    def of(self, protocol: str) -> Iterator[tuple[Log, Mapping[int, int]]]:
        for log, by_hour in self.kept.items():
            if log.protocol == protocol:
                yield log, by_hour

    def dump(self) -> list[list[str]]:
        """A row a log, its numbers as one text: hour, uses, hour, uses."""
        return [
            [*log, " ".join(f"{hour} {uses}" for hour, uses in sorted(by_hour.items()))]
            for log, by_hour in sorted(self.kept.items())
        ]

    @classmethod
    def load(cls, rows: Iterable[Sequence[str]]) -> Hours:
        found = cls()
        for protocol, author, behalf, application, text in rows:
            numbers = list(map(int, text.split()))
            found.kept[Log(protocol, author, behalf, application)] = dict(zip(numbers[::2], numbers[1::2], strict=True))
        return found
