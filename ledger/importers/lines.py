"""Physical lines of a file with their number and byte offset, in bounded memory, whatever the file holds.

- A line ends with LF, CR LF or CR; ends may be mixed.
- UTF-8 and UTF-16 (PowerShell's `>`), with or without byte order mark. A line that does not decode has no text.
- `cp1252` (spreadsheets) is said, never told: each line is read as UTF-8, and as cp1252 where it is none.
- A line over LONGEST bytes is measured and not kept.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

LONGEST = 4 * 1024 * 1024
_PIECE = 256 * 1024
_BLOCK = 256 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
LINE_FEED = {"utf-8": b"\n", "cp1252": b"\n", "utf-16-le": b"\n\x00", "utf-16-be": b"\x00\n"}
_CARRIAGE_RETURN = {"utf-8": b"\r", "cp1252": b"\r", "utf-16-le": b"\r\x00", "utf-16-be": b"\x00\r"}
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Line(NamedTuple):
    """`raw` has the line end and is empty for a line that is too long; `text` is None where there is none to read."""

    number: int
    offset: int
    length: int
    raw: bytes
    text: str | None

    @property
    def too_long(self) -> bool:
        return self.length > LONGEST


def encoding_of(head: bytes) -> tuple[str, int]:
    """(encoding, length of its byte order mark). Without a mark, a NUL beside the first character tells UTF-16."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    if head[1:2] == b"\x00" and head[:1] != b"\x00":
        return "utf-16-le", 0
    if head[:1] == b"\x00" and head[1:2] not in (b"", b"\x00"):
        return "utf-16-be", 0
    return "utf-8", 0


def without_end(raw: bytes, encoding: str) -> bytes:
    """The bytes of a line without its line end."""
    if encoding in ONE_BYTE:
        return raw.removesuffix(b"\n").removesuffix(b"\r")
    return raw.removesuffix(LINE_FEED[encoding]).removesuffix(_CARRIAGE_RETURN[encoding])


def lines(stream: BinaryIO, encoding: str, start: int) -> Iterator[Line]:
    """Every line from byte `start` on; the stream must be seekable."""
    number, offset = 1, start
    if encoding == "utf-8":
        for block in _blocks(stream, start):
            for raw in block.splitlines(keepends=True):
                length = len(raw)
                yield Line(number, offset, length, raw, _text(raw))
                number, offset = number + 1, offset + length
    stream.seek(offset)
    while raw := up_to_line_feed(stream, encoding):
        if len(raw) > LONGEST:
            length = len(raw) + _rest_of_line(stream, encoding, raw)
            yield Line(number, offset, length, b"", None)
            number, offset = number + 1, offset + length
            continue
        for part in _at_carriage_returns(raw, encoding):
            yield Line(number, offset, len(part), part, text_of(part, encoding))
            number, offset = number + 1, offset + len(part)


def _blocks(stream: BinaryIO, start: int) -> Iterator[bytes]:
    """Stretches of whole lines, up to the first that ends in none: the end of the file, or a line that is very long."""
    stream.seek(start)
    while (block := stream.read(_BLOCK)) and (block := block + stream.readline(_BLOCK)).endswith(b"\n"):
        yield block


def _text(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


ONE_BYTE = {"utf-8", "cp1252"}


def text_of(raw: bytes, encoding: str) -> str | None:
    """The text of these bytes; None if they are not in this encoding."""
    try:
        return raw.decode("utf-8" if encoding == "cp1252" else encoding)
    except UnicodeDecodeError:
        return _text_of_spreadsheet(raw) if encoding == "cp1252" else None


def _text_of_spreadsheet(raw: bytes) -> str | None:
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return None


def _at_carriage_returns(raw: bytes, encoding: str) -> list[bytes]:
    """Cut at lone CRs, with which older systems end a line."""
    first = raw.find(b"\r")
    if first < 0 or (first == len(raw) - 2 and encoding in ONE_BYTE and raw.endswith(b"\n")):
        return [raw]
    if _CARRIAGE_RETURN[encoding] not in without_end(raw, encoding):
        return [raw]
    if encoding in ONE_BYTE:
        return [found.encode("latin-1") for found in _LINES.findall(raw.decode("latin-1"))]
    text = text_of(raw, encoding)
    return [raw] if text is None else [found.encode(encoding) for found in _LINES.findall(text)]


def up_to_line_feed(stream: BinaryIO, encoding: str, most: int = LONGEST) -> bytes:
    """The next bytes up to a line feed, and at most a little over `most` of them."""
    if encoding in ONE_BYTE:
        return stream.readline(most + 1)
    found = bytearray()
    while len(found) <= most:
        piece = stream.readline(_PIECE)
        if piece and encoding == "utf-16-le" and (len(found) + len(piece)) % 2:
            piece += stream.read(1)
        found += piece
        if not piece or _is_ended(found, encoding):
            break
    return bytes(found)


def _is_ended(found: bytes | bytearray, encoding: str) -> bool:
    """In two-byte units only an LF unit at an even place ends a line."""
    return found.endswith(LINE_FEED[encoding]) and (encoding in ONE_BYTE or len(found) % 2 == 0)


def _rest_of_line(stream: BinaryIO, encoding: str, begun: bytes) -> int:
    """How many more bytes belong to a line that is too long to keep."""
    length, ended = 0, _is_ended(begun, encoding)
    while not ended and (piece := up_to_line_feed(stream, encoding, _PIECE)):
        length += len(piece)
        ended = _is_ended(piece, encoding)
    return length
