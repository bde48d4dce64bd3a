"""JSON objects of a stream, whatever stands between them: one a line, in an array, pretty-printed, several arrays.

- Only the outermost braces are looked for; the object's bytes are decoded elsewhere.
- Damage is contained: a line end inside a string, or an object that begins a line no further in than the one still
  open, ends the open one as a Reject and reading goes on there.
- Text between objects other than `[`, `]`, `,` and white space is a Reject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from ledger.importers.importer import Reject
from ledger.importers.lines import LONGEST, ONE_BYTE, up_to_line_feed

_PIECE = 256 * 1024
_UP_TO_BRACE = re.compile(rb'(?:[^"{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_END_OF_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+"', re.DOTALL)
_INDENT = re.compile(rb"[ \t]*")
_BEGINS = re.compile(rb"[ \t,\[]*\{")
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_STRAY = re.compile(rb"[^{\n]*[^{\n \t\r,\[\]][^{\n]*")


class Span(NamedTuple):
    """One object's bytes, from `{` to `}`, and where they begin."""

    raw: bytes
    line_number: int
    offset: int


class _Piece(NamedTuple):
    """Part of a line: `marks` has one byte a unit of the encoding, ASCII or a stand-in; `raw` is as it came."""

    marks: bytes
    raw: bytes
    unit: int


class _Open:
    """The object that is being read. `indent` is how far in the line began that it began on."""

    def __init__(self, line_number: int, offset: int, indent: int) -> None:
        self.line_number, self.offset, self.indent = line_number, offset, indent
        self.depth, self.in_string, self.length = 0, False, 0
        self._kept: list[bytes] = []

    def take(self, piece: _Piece, at: int) -> int:
        """Take units from `at` on, up to the closing brace if it is here; return where that ends."""
        end = self._scan(piece.marks, at)
        self.length += (end - at) * piece.unit
        if self.length <= LONGEST:
            self._kept.append(piece.raw[at * piece.unit : end * piece.unit])
        else:
            self._kept.clear()
        return end

    @property
    def closed(self) -> bool:
        return self.depth == 0

    def whole(self) -> Span | Reject:
        if self.length > LONGEST:
            return self.refused("too-long", f"longer than {LONGEST:,} bytes")
        return Span(b"".join(self._kept), self.line_number, self.offset)

    def refused(self, code: str, reason: str) -> Reject:
        return Reject(self.line_number, self.offset, self.length, code, reason)

    def _scan(self, piece: bytes, at: int) -> int:
        if self.in_string:
            rest = _END_OF_STRING.match(piece, at)
            if rest is None:
                return len(piece)
            self.in_string, at = False, rest.end()
        while at < len(piece):
            at = _past(_UP_TO_BRACE, piece, at)
            mark = piece[at : at + 1]
            if mark == b'"':  # its string goes on in the next piece
                self.in_string = True
                break
            at += len(mark)
            self.depth += (mark == b"{") - (mark == b"}")
            if self.depth == 0:
                return at
        return len(piece)


def _past(pattern: re.Pattern[bytes], piece: bytes, at: int) -> int:
    found = pattern.match(piece, at)
    return found.end() if found else at


def objects(stream: BinaryIO, encoding: str, start: int) -> Iterator[Span | Reject]:
    """Every outermost object from byte `start` on, in bounded memory."""
    scanner = _Scanner(start)
    stream.seek(start)
    while raw := up_to_line_feed(stream, encoding, _PIECE):
        piece = _piece(raw, encoding)
        if _ends_in_escape(piece.marks):
            piece = _piece(raw + stream.read(piece.unit), encoding)
        yield from scanner.found(piece)
    yield from scanner.given_up("the file ends inside this object")


def _piece(raw: bytes, encoding: str) -> _Piece:
    if encoding in ONE_BYTE:
        return _Piece(raw, raw, 1)
    whole = raw if len(raw) % 2 == 0 else raw + b"\xff"
    text = _BEYOND.sub("??", whole.decode(encoding, "surrogatepass"))
    return _Piece(text.encode("ascii", "replace"), raw, 2)


def _ends_in_escape(piece: bytes) -> bool:
    return (len(piece) - len(piece.rstrip(b"\\"))) % 2 == 1


class _Scanner:
    """Where we are: the line, the offset of the piece, and the object that is open."""

    def __init__(self, start: int) -> None:
        self._offset, self._line, self._indent, self._at_line_start = start, 1, 0, True
        self._open: _Open | None = None

    def found(self, piece: _Piece) -> Iterator[Span | Reject]:
        """Read one piece of the stream, at most a line long."""
        marks, at = piece.marks, 0
        if self._at_line_start:
            yield from self._begin_line(marks)
        while at < len(marks):
            if self._open is None:
                stray = _STRAY.match(marks, at)
                if stray:
                    yield self._stray(at, stray.end(), piece.unit)
                at = self._open_next(piece, stray.end() if stray else at)
            else:
                at = self._open.take(piece, at)
                if self._open.closed:
                    yield self._open.whole()
                    self._open = None
        self._offset += len(piece.raw)
        self._at_line_start = marks.endswith(b"\n")
        self._line += self._at_line_start

    def given_up(self, reason: str) -> Iterator[Reject]:
        """Refuse the open object, if there is one."""
        if self._open is not None:
            yield self._open.refused("truncated", reason)
            self._open = None

    def _begin_line(self, marks: bytes) -> Iterator[Reject]:
        indent = _INDENT.match(marks)
        self._indent = indent.end() if indent else 0
        if self._open is None:
            return
        if self._open.in_string or (self._indent <= self._open.indent and _BEGINS.match(marks)):
            yield from self.given_up("the line ends inside this object")

    def _open_next(self, piece: _Piece, at: int) -> int:
        """Open the object that begins next in this piece, if one does; return where reading goes on."""
        begin = piece.marks.find(b"{", at)
        if begin < 0:
            return len(piece.marks)
        self._open = _Open(self._line, self._offset + begin * piece.unit, self._indent)
        return begin

    def _stray(self, at: int, end: int, unit: int) -> Reject:
        return Reject(self._line, self._offset + at * unit, (end - at) * unit, "not-json", "text between two objects")
