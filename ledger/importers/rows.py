"""Rows of a CSV file, each with the place of its first physical line, past any damage.

The csv module reads; we keep which lines it took. When a row cannot be read, only its first line is given up and
reading begins again at the next one, so that one stray quote does not swallow the rows behind it.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Generator, Iterator
from itertools import islice
from typing import NamedTuple

from ledger.importers.importer import Reject
from ledger.importers.lines import LONGEST, Line, without_end

LONGEST_ROW = 500
"""Physical lines that one row may span."""
BLOCK, BLOCK_BYTES = 256, 1 << 20
"""What is handed to csv.reader at once."""


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
        line = self._next()
        self.taken.append(line)
        if line.text is None:
            raise csv.Error("longer than any record" if line.too_long else "not in the encoding of the file")
        if len(self.taken) > LONGEST_ROW or (len(self.taken) > 1 and sum(one.length for one in self.taken) > LONGEST):
            raise csv.Error("a quoted field is not closed")
        return line.text

    def _next(self) -> Line:
        return self._waiting.popleft() if self._waiting else next(self._source)

    def block(self) -> list[Line]:
        """The next lines that have a text, at most BLOCK of them and little more than BLOCK_BYTES."""
        found: list[Line] = []
        size = 0
        for line in islice(iter(self._next, None) if self._waiting else self._source, BLOCK):
            if line.text is None:
                self._waiting.appendleft(line)
                break
            found.append(line)
            size += line.length
            if size >= BLOCK_BYTES:
                break
        return found

    def give_back(self, lines: list[Line]) -> None:
        self._waiting.extendleft(reversed(lines))


def rows(source: Iterator[Line], delimiter: str, width: int, encoding: str) -> Iterator[Row | Reject]:
    """Every row of `width` fields. What is not one is a Reject; blank lines are passed over."""
    csv.field_size_limit(LONGEST)
    feed = _Feed(source)
    while True:
        block = feed.block()
        read = yield from _easily(block, delimiter, width, encoding)
        if read < len(block) or not block:
            feed.give_back(block[read:])
            try:
                found = _with_care(feed, delimiter, width, encoding)
            except StopIteration:
                return
            if found:
                yield found


def _easily(block: list[Line], delimiter: str, width: int, encoding: str) -> Generator[Row, None, int]:
    """The rows at the head of a block that are one whole line each, at the speed of csv.reader; how many lines."""
    reader = csv.reader([line.text or "" for line in block], delimiter=delimiter, strict=True)
    read = 0
    try:
        for fields in reader:
            if reader.line_num != read + 1 or len(fields) != width:
                return read
            line = block[read]
            yield Row(fields, without_end(line.raw, encoding), line.number, line.offset, line.length)
            read += 1
    except csv.Error:
        pass
    return read


def _with_care(feed: _Feed, delimiter: str, width: int, encoding: str) -> Row | Reject | None:
    """The next row, of as many lines as it takes; None for a blank line. Raises StopIteration at the end."""
    feed.taken = []
    try:
        fields = next(csv.reader(feed, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return _given_up(feed, str(error))
    if len(fields) == width:
        return _row(fields, feed.taken, encoding)
    return _given_up(feed, f"{len(fields)} columns, and the header has {width}") if fields else None


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
