"""Input of one JSON object a line, with the number of each line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, NamedTuple

from ledger.errors import InputRejected, LedgerError

LARGEST = 64 * 1024 * 1024
"""Bytes of one file of lines: it is recorded whole or not at all, so it is held in memory."""
LARGEST_LINE = 1_048_576
"""Bytes of one line: more than any event and its openings can take."""


class Line(NamedTuple):
    file: str
    number: int
    raw: bytes


def read_lines(path: Path) -> list[Line]:
    """The lines of a file; `-` is stdin. Raises InputRejected, OSError."""
    if str(path) == "-":
        return lines_of(sys.stdin.buffer, "-")
    with path.open("rb") as stream:
        return lines_of(stream, str(path))


def lines_of(stream: IO[bytes], name: str) -> list[Line]:
    """Every line that has something on it. Only LF ends a line; a CR before it is part of the line end."""
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise InputRejected(f"more than {LARGEST:,} bytes", file=name, hint="split the file", code="input.too-large")
    content = content.removeprefix(b"\xef\xbb\xbf")
    lines = (Line(name, number, raw.removesuffix(b"\r")) for number, raw in enumerate(content.split(b"\n"), 1))
    return [_checked(line) for line in lines if line.raw.strip()]


def _checked(line: Line) -> Line:
    if len(line.raw) > LARGEST_LINE:
        raise InputRejected(
            f"{len(line.raw):,} bytes, and a line has at most {LARGEST_LINE:,}", file=line.file, line=line.number,
            hint="attach large content as a document and name its digest", code="input.too-large",
        )  # fmt: skip
    return line


def placed(error: LedgerError, line: Line) -> LedgerError:
    """The error with its file and line; one about the spelling of JSON alone gets a way out too."""
    error.hint = error.hint or "an example of each event, as it must be written: ledger events schema TYPE"
    return error.at(file=line.file, line=line.number)
