"""What a YAML parser says, as what somebody did who is no programmer: where, and what to do instead.

The parser stops at the first place that it cannot read, and builds nothing: each fault says that the rest was not read.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ledger.protocol.marks import Mark

UNREAD = "; the rest is read once this is mended"
_LONGEST = 200
_WAYS_OUT = {
    "mapping values are not allowed": "a text with a colon stands in quotes, or on the lines after >-",
    "character '\\t'": "indent with spaces, no tabs",
    "that cannot start any token": "a text that begins with this character stands in quotes",
    "unknown escape character": "in double quotes \\ means something else; use single quotes",
}
_ODD = "[\u00a0\u2000-\u200b\u202f\u205f\u3000]"
_LIKE_A_SPACE = re.compile(f"^ *(?:- )?(?:[a-z_]+:)?({_ODD})", re.MULTILINE)
"""In the indentation, or behind the colon of a key: a reader takes it for a space there, the parser for a letter."""
_CLOSING = {"flow mapping": "}", "flow sequence": "]"}


class Slip(NamedTuple):
    """Where it is to be mended, and how."""

    mark: Mark
    says: str


def slips(error: Any, text: str) -> list[Slip]:
    """What is to be mended: of what only looks like a space every place, as any of them may be the cause."""
    odd = [(place(text, each.start(1)), each.group(1)) for each in _LIKE_A_SPACE.finditer(text)]
    return [Slip(at, odd_space(each)) for at, each in odd] or [_slip(error, text)]


def odd_space(text: str) -> str:
    """What is wrong with a word that begins with a character which only looks like a space; empty where none does."""
    return f"U+{ord(text[0]):04X} only looks like a space; write an ordinary one" if re.match(_ODD, text) else ""


def _slip(error: Any, text: str) -> Slip:
    """What is to be mended, of a parser's error that has places in this text."""
    problem, context = _one_line(error.problem or error.context), _one_line(error.context)
    at = mark_of(error.problem_mark or error.context_mark)
    begun = mark_of(error.context_mark or error.problem_mark)
    if problem.startswith("expected <block end>"):
        return Slip(at, _between_columns(at, text) + UNREAD)
    if problem.startswith("could not find expected ':'"):
        return Slip(begun, f"no key with a colon and a space after it; write KEY: VALUE{UNREAD}")
    for form, closing in _CLOSING.items():
        if form in context:
            opened = f"what is opened in line {begun.line}, column {begun.column} is not closed before this"
            return Slip(at, f"{opened}: close it with {closing}, or put what stands here in quotes{UNREAD}")
    if "quoted scalar" in context and "end of stream" in problem:
        return Slip(begun, f"this quote is never closed{UNREAD}")
    way = next((way for part, way in _WAYS_OUT.items() if part in problem), "")
    return Slip(at, f"not YAML: {problem}{'; ' if way else ''}{way}{UNREAD}")


def _between_columns(at: Mark, text: str) -> str:
    """Of a line that begins in no column in which a line above it that it may belong to begins."""
    columns: list[int] = []
    for line in reversed(text.split("\n")[: at.line - 1]):
        column = len(line) - len(line.lstrip(" ")) + 1
        if line.strip() and line.strip()[0] != "#" and (not columns or column < columns[-1]):
            columns.append(column)
    known = " or ".join(map(str, columns))
    return (
        f"this begins in column {at.column}, and the lines above in column {known}: line it up with what it belongs to"
    )


def mark_of(mark: Any) -> Mark:
    """The place in the parser's own count, in ours."""
    return Mark(mark.line + 1, mark.column + 1) if mark is not None else Mark(1, 1)


def place(text: str, position: Any) -> Mark:
    """The place of a character of a text."""
    before = text[: position if isinstance(position, int) else 0]
    return Mark(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _one_line(text: object) -> str:
    return " ".join(str(text or "unreadable").split())[:_LONGEST]


def not_utf8(data: bytes) -> str:
    """What bytes that are no UTF-8 seem to be, and what to do."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16, not UTF-8; save the file as UTF-8"
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0", b"%PDF")):
        return "not UTF-8: a document of a word processor; write the protocol as plain text"
    return "not UTF-8; save the file as UTF-8, and look whether its accents came through"
