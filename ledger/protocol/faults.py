"""Faults of a protocol file: all of them at once, each with its line and column."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from ledger.errors import InputRejected
from ledger.protocol.marks import Mark

MAX_MESSAGE = 400
"""A message quotes words of the file, which may be of any length."""


class Fault(NamedTuple):
    """One thing that is wrong: where it stands (both count from 1), a stable code `protocol.*`, and the fact."""

    line: int
    column: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


class ProtocolRejected(InputRejected):
    """A protocol file that cannot be used; `faults` says all that is wrong with it, in the order of the file."""

    code = "protocol.rejected"

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        first = self.faults[0]
        more = len(self.faults) - 1
        super().__init__(
            first.message + (f" (and {more} more)" if more else ""),
            hint="mend the file; `ledger protocol check` lists every fault",
            code=first.code if not more else "",
            file=name,
            line=first.line,
            column=first.column,
        )


class Abandoned(Exception):
    """Inside the loader: this part is faulty, its fault has been noted, go on with the next part."""


class FaultList:
    """Collects faults while a file is read."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def note(self, mark: Mark, fact: str, message: str) -> None:
        shown = message if len(message) <= MAX_MESSAGE else message[:MAX_MESSAGE] + "…"
        self.found.append(Fault(mark.line, mark.column, f"protocol.{fact}", shown))

    def refuse(self, mark: Mark, fact: str, message: str) -> Abandoned:
        """Note a fault, and give what to raise: the part it stands in cannot be built."""
        self.note(mark, fact, message)
        return Abandoned()


def near(word: str, known: Sequence[str]) -> str:
    """A suggestion after an unknown word, or what is known where few words are."""
    close = get_close_matches(word, known, n=1, cutoff=0.7)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known here: {', '.join(known)}" if 0 < len(known) <= 20 else ""
