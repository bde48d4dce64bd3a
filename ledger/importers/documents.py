"""The objects in a log, however they were written down: JSON in any arrangement, or the rows of a table.

- `lines`: one object a line. `json`: an array, several arrays, objects over several lines. `csv`: with a header;
  separated by `,` `;` `|` or tab.
- A wrapper (`{"records": [...]}` of Azure, `{"value": [...]}` of Graph and the Web API) is opened, around a whole file
  or around each line. What stands behind its list (a link to the next page) is no damage.
- Keys and column names are in lower case; a column that is empty in a row is absent.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, BinaryIO, NamedTuple

import msgspec

from ledger.importers.duplicate_keys import check_keys
from ledger.importers.fields import by_column, lowered
from ledger.importers.importer import HEAD, Heading, Ignored, Reject, Unreadable
from ledger.importers.lines import LONGEST, ONE_BYTE, Line, encoding_of, lines, text_of, without_end
from ledger.importers.objects import Span, objects
from ledger.importers.rows import rows

Kind = Callable[[Mapping[str, Any]], str | None]
"""Given an object with keys in lower case (or a header, with None for values), the kind of log; None if another's."""

_WRAPPERS = ("records", "value", "Records", "Value")
WRAPPED = re.compile(r'\s*\{[^{}\[\]]*?"(?:records|value)"\s*:\s*\[', re.IGNORECASE)
_BEHIND = re.compile(rb'[\s\]},]*(?:"[@\w.]+"\s*:\s*(?:"(?:[^"\\]|\\.)*"|[0-9]+|null|true|false)[\s,\]}]*)*')
_SUFFIX = re.compile(r"\s*\[[A-Za-z]*\]$")
_LONGEST_TAIL = 8_192
_NO_RECORDS = re.compile(r"\s*\[\s*\]\s*")


class Document(NamedTuple):
    """One object, and where its bytes are. `length` has the line end where a line is the whole of it."""

    data: dict[str, Any]
    raw: bytes
    line_number: int
    offset: int
    length: int


class Head(NamedTuple):
    """What the first bytes tell: whose log, how written, and where its objects begin."""

    kind: str
    spelling: str
    encoding: str
    start: int
    line: int = 1
    wrapped: bool = False
    header: tuple[str, ...] = ()
    delimiter: str = ","

    @property
    def shape(self) -> str:
        return f"{self.kind} {self.spelling}".strip()


Found = Document | Reject | Ignored | Heading


def array(encoding: str) -> Heading:
    """The beginning of an array of objects."""
    return Heading(0, "[".encode(encoding))


def look(head: bytes, kind: Kind, *, encoding: str = "") -> Head | None:
    """The head of a file that begins with these bytes; None if nothing in it is a record of this kind."""
    told, start = encoding_of(head)
    encoding = encoding if encoding and told == "utf-8" else told
    text = _begun(head[start:], encoding)
    if text.startswith("\ufeff"):
        text = text[1:]
    if text.lstrip()[:1] in ("{", "["):
        return _look_json(text, head, kind, Head("", "", encoding, start))
    return _look_csv(text, kind, Head("", "", encoding, start)) or _look_json(
        text, head, kind, Head("", "", encoding, start)
    )


def _begun(raw: bytes, encoding: str) -> str:
    """The text of a file's first bytes, where a character may be cut; of a spreadsheet line by line, as it is read."""
    if encoding != "cp1252":
        return raw.decode(encoding, "replace")
    return "".join(text_of(line, encoding) or line.decode("utf-8", "replace") for line in raw.splitlines(keepends=True))


def documents(stream: BinaryIO, head: Head) -> Iterator[Found]:
    """Everything in the stream, in file order. Objects that are no object, and damage, are Rejects."""
    if head.spelling == "csv":
        return _in_table(stream, head)
    if head.spelling == "lines":
        return _in_lines(stream, head)
    return chain([array(head.encoding)], _in_json(stream, head))


def _look_json(text: str, head: bytes, kind: Kind, so_far: Head) -> Head | None:
    for line in text.split("\n") if text.lstrip()[:1] != "[" else ():
        if found := _kind_of_line(line, kind):
            return so_far._replace(kind=found, spelling="lines")
    if wrapped := WRAPPED.match(text):
        skipped = len(wrapped[0].encode("utf-8" if so_far.encoding in ONE_BYTE else so_far.encoding))
        so_far = so_far._replace(start=so_far.start + skipped, line=1 + wrapped[0].count("\n"), wrapped=True)
    for each in objects(io.BytesIO(head), so_far.encoding, so_far.start):
        if each.offset > so_far.start + HEAD:  # what is not told by then is not told by more of the same
            break
        if isinstance(each, Span) and (found := _kind_of_bytes(each.raw, so_far.encoding, kind)):
            return so_far._replace(kind=found, spelling="json")
    return so_far._replace(spelling="json") if _NO_RECORDS.fullmatch(text) else None


def _kind_of_line(line: str, kind: Kind) -> str | None:
    return _kind_of_bytes(line.encode("utf-8", "replace"), "utf-8", kind) if line.lstrip().startswith("{") else None


def _kind_of_bytes(raw: bytes, encoding: str, kind: Kind) -> str | None:
    try:
        data = _decoded(raw, encoding)
        if inner := _list_in(data):
            data = inner[0]
        return kind(lowered(data))
    except Unreadable:
        return None


def _look_csv(text: str, kind: Kind, so_far: Head) -> Head | None:
    for line in re.split(r"\r\n|\r|\n", text):
        if not line.strip():
            continue
        for delimiter in ",;\t|":
            header = spelled(fields_of(line, delimiter))
            if found := kind(dict.fromkeys(header)):
                return so_far._replace(kind=found, spelling="csv", header=header, delimiter=delimiter)
        return None
    return None


def fields_of(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def spelled(fields: list[str]) -> tuple[str, ...]:
    """Column names in lower case, without the zone that Log Analytics puts behind them ("TimeGenerated [UTC]")."""
    return tuple(_SUFFIX.sub("", field.strip().lower()) for field in fields)


def _in_table(stream: BinaryIO, head: Head) -> Iterator[Found]:
    seen_header = False
    first = head.header[0][:2]
    source = lines(stream, head.encoding, head.start)
    for row in rows(source, head.delimiter, len(head.header), head.encoding):
        if isinstance(row, Reject):
            yield row
        elif row.fields[0].lower().lstrip()[:2] == first and spelled(row.fields) == head.header:
            if seen_header:
                yield Ignored("repeated header")
            else:
                yield Heading(row.offset, row.raw)
            seen_header = True
        else:
            try:
                data = by_column(head.header, row.fields)
                yield Document(data, row.raw, row.line_number, row.offset, row.length)
            except Unreadable as error:
                yield Reject(row.line_number, row.offset, row.length, error.code, str(error))


def _in_lines(stream: BinaryIO, head: Head) -> Iterator[Found]:
    for line in lines(stream, head.encoding, head.start):
        if line.text is None:
            yield undecoded(line)
        elif line.text.strip():
            raw = without_end(line.raw, head.encoding)
            try:
                value = _decoded(raw, head.encoding)
                if isinstance(value, list) or _list_in(value) is not None:
                    yield from _inside(raw, head.encoding, line.number, line.offset)
                else:
                    yield Document(_keyed(value, raw, head.encoding), raw, line.number, line.offset, line.length)
            except Unreadable as error:
                yield Reject(line.number, line.offset, line.length, error.code, str(error))


def undecoded(line: Line) -> Reject:
    """A line that has no text: it is too long, or not in the encoding of the file."""
    code, reason = ("too-long", f"longer than {LONGEST:,} bytes") if line.too_long else _NOT_DECODED
    return Reject(line.number, line.offset, line.length, code, reason)


def _in_json(stream: BinaryIO, head: Head, shift: int = 0) -> Iterator[Found]:
    """The objects from the head's start on; `shift` is the offset in the file of the stream's first byte."""
    encoding = head.encoding
    for each in objects(stream, encoding, head.start):
        number, offset = each.line_number + head.line - 1, each.offset + shift
        if isinstance(each, Reject):
            if not (head.wrapped and _is_behind(stream, each)):
                yield each._replace(line_number=number, offset=offset)
            continue
        try:
            value = _decoded(each.raw, encoding)
            if _list_in(value) is not None:
                yield from _inside(each.raw, encoding, number, offset)
            else:
                yield Document(_keyed(value, each.raw, encoding), each.raw, number, offset, len(each.raw))
        except Unreadable as error:
            yield Reject(number, offset, len(each.raw), error.code, str(error))


def _inside(raw: bytes, encoding: str, number: int, offset: int) -> Iterator[Found]:
    """The objects of a list that is already in memory."""
    one_byte = encoding in ONE_BYTE
    text = raw.decode("latin-1" if one_byte else encoding)
    wrapped = WRAPPED.match(text)
    begun = text[: wrapped.end()] if wrapped else ""
    if not wrapped and not text.lstrip().startswith("["):
        yield Reject(number, offset, len(raw), "nested", "a list of records behind other objects")
        return
    start = len(begun) if one_byte else len(begun.encode(encoding))
    head = Head("", "json", encoding, start, number + begun.count("\n"), bool(begun))
    yield from _in_json(io.BytesIO(raw), head, offset)


def _is_behind(stream: BinaryIO, reject: Reject) -> bool:
    """Whether what stands between objects is the end of a wrapper."""
    if reject.code != "not-json" or reject.length > _LONGEST_TAIL:
        return False
    here = stream.tell()
    stream.seek(reject.offset)
    found = stream.read(reject.length).replace(b"\x00", b"")
    stream.seek(here)
    return _BEHIND.fullmatch(found) is not None


def _list_in(data: Any) -> list[Any] | None:
    """The list of a wrapper: an object that has one under a wrapper's name, and no time of its own."""
    if not isinstance(data, dict):
        return None
    for key in _WRAPPERS:
        value = data.get(key)
        if isinstance(value, list) and all(isinstance(each, dict) for each in value):
            return value
    return None


_NOT_DECODED = ("encoding", "not in the encoding of the file")


def _keyed(value: Any, raw: bytes, encoding: str) -> dict[str, Any]:
    """A record by its keys in lower case. Raises Unreadable as `lowered` does, or if a key is there twice."""
    check_keys(raw if encoding == "utf-8" else text_of(raw, encoding) or "", value)
    return lowered(value)


def _decoded(raw: bytes, encoding: str) -> Any:
    text = raw if encoding == "utf-8" else text_of(raw, encoding)
    if text is None:
        raise Unreadable(*_NOT_DECODED)
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("not-json", "not a JSON object: cut short, or damaged") from error
