"""Rows of a CSV file, each with the place of its first physical line, past any damage.

The csv module reads; we keep which lines it took. When a row cannot be read, only its first line is given up and
reading begins again at the next one, so that one stray quote does not swallow the rows behind it.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from ledger.importers.importer import Reject
from ledger.importers.lines import LONGEST, Line, without_end

LONGEST_ROW = 500
"""Physical lines that one row may span."""


class Row(NamedTuple):
    """The fields of one row, and its bytes without the line end."""

    fields: list[str]
    raw: bytes
    line_number: int
    offset: int
    length: int


class _Feed:
    """Gives csv.reader its lines, and remembers which of them belong to the row that is being read."""

    def __init__(self, source: Iterator[Line]) -> None:
        self._source = source
        self._waiting: deque[Line] = deque()
        self.taken: list[Line] = []

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._source)
        self.taken.append(line)
        if line.text is None:
            raise csv.Error("longer than any record" if line.too_long else "not in the encoding of the file")
        if len(self.taken) > LONGEST_ROW or (len(self.taken) > 1 and sum(one.length for one in self.taken) > LONGEST):
            raise csv.Error("a quoted field is not closed")
        return line.text

    def give_back(self, lines: list[Line]) -> None:
        self._waiting.extendleft(reversed(lines))


def rows(source: Iterator[Line], delimiter: str, width: int, encoding: str) -> Iterator[Row | Reject]:
    """Every row of `width` fields. What is not one is a Reject; blank lines are passed over."""
    csv.field_size_limit(LONGEST)
    feed = _Feed(source)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.taken = []
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _given_up(feed, str(error))
        else:
            if len(fields) == width:
                yield _row(fields, feed.taken, encoding)
                continue
            if not fields:
                continue
            yield _given_up(feed, f"{len(fields)} columns, and the header has {width}")
        reader = csv.reader(feed, delimiter=delimiter, strict=True)


def _given_up(feed: _Feed, reason: str) -> Reject:
    """Refuse the first line of what was taken, and read the others again."""
    first, rest = feed.taken[0], feed.taken[1:]
    feed.give_back(rest)
    if first.too_long:
        return Reject(first.number, first.offset, first.length, "too-long", f"longer than {LONGEST:,} bytes")
    if first.text is None:
        return Reject(first.number, first.offset, first.length, "encoding", "not in the encoding of the file")
    code = "columns" if "columns" in reason else "csv"
    return Reject(first.number, first.offset, first.length, code, reason if code == "columns" else "not a CSV row")


def _row(fields: list[str], taken: list[Line], encoding: str) -> Row:
    first = taken[0]
    raw = first.raw if len(taken) == 1 else b"".join(line.raw for line in taken)
    return Row(fields, without_end(raw, encoding), first.number, first.offset, len(raw))
