"""The rejected lines of a log as they came, arranged so that the importer that refused them can read them alone.

- Exact bytes, in the encoding of the log and with its byte order mark. A line without an end is given that of the
  log's first line.
- What stood above a line and tells how it is read (a header row, `#Fields`) stands above it here too; objects of an
  array stand in an array.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import BinaryIO

from ledger.importers.custody import LogFile
from ledger.importers.importer import HEAD, Heading, Reject
from ledger.importers.lines import LINE_FEED, encoding_of

_ENDS = re.compile(rb"\r\n|\r|\n")


class RejectedLines:
    """Writes the rejected lines of one log to a file."""

    def __init__(self, log: LogFile, file: BinaryIO) -> None:
        self._log, self._file = log, file
        begins = log.piece(0, min(HEAD, log.size))
        self._encoding, mark = encoding_of(begins)
        self._unit = len(LINE_FEED[self._encoding])
        found = _ENDS.search(begins.replace(b"\0", b""))
        self._end = self._spelled(found[0].decode() if found else "\n")
        self._above: bytes | None = None
        self._line, self._is_ended = 1, True
        self._write(begins[:mark])
        self._is_ended = True

    def add(self, reject: Reject, headings: list[Heading]) -> int:
        """Write one; the line here (from 1) on which it begins. `headings` are those of the log up to now."""
        heading = _above(reject.offset, headings)
        if heading is not None and heading != self._above:
            self._end_line()
            self._write(heading)
            self._above = heading
        elif self._is_array:
            self._write(self._spelled(","))
        self._end_line()
        began = self._line
        for at in self._log.pieces(reject.offset, reject.length):
            self._write(self._log.piece(at, reject.offset + reject.length))
        self._write(bytes(reject.length % self._unit))  # half a character: what comes behind it stays readable
        if not self._is_array:
            self._end_line()
        return began

    def finish(self) -> None:
        """End what was begun."""
        self._end_line()
        if self._is_array:
            self._write(self._spelled("]") + self._end)

    @property
    def _is_array(self) -> bool:
        return self._above == self._spelled("[")

    def _end_line(self) -> None:
        if not self._is_ended:
            self._write(self._end)

    def _spelled(self, text: str) -> bytes:
        return text.encode(self._encoding)

    def _write(self, piece: bytes) -> None:
        if piece:
            self._file.write(piece)
            self._line += len(_ENDS.findall(piece.replace(b"\0", b"")))
            self._is_ended = piece.endswith((self._spelled("\n"), self._spelled("\r")))


def _above(offset: int, headings: list[Heading]) -> bytes | None:
    """The last of them before that place, or else the first."""
    if not headings:
        return None
    return headings[max(0, bisect_right(headings, offset, key=lambda each: each.offset) - 1)].raw
