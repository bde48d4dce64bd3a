"""The Microsoft 365 unified audit log, in the shapes in which it is handed over.

- `powershell-csv`: `Search-UnifiedAuditLog | Export-Csv`, also with its `#TYPE` line, also as UTF-16.
- `portal-csv`: the export of the audit search page, with the older and the newer columns.
- `json-lines`: one object a line; `json`: an array, several arrays, or objects over several lines (Management API);
  both also in a wrapper, `{"value": [...]}`.

Columns and keys are compared without case, and CSV may be separated by `,` `;` or tab. Everything with an Id and an
Operation is recorded, alerts and settings included: what looks like noise today is evidence of who was there. Only a
repeated header (files put one behind the other) is ignored.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

from ledger.importers import m365_reading as reading
from ledger.importers.addresses import Networks
from ledger.importers.documents import WRAPPED, Document, array, documents, look
from ledger.importers.fields import by_column
from ledger.importers.importer import Found, Heading, Ignored, NotThisFormat, Record, Reject, Unreadable, head_of
from ledger.importers.lines import LONGEST, encoding_of, lines, without_end
from ledger.importers.m365_said import AuditObject
from ledger.importers.objects import objects
from ledger.importers.rows import rows

_AUDIT_KEYS = {"id", "operation", "creationtime"}
_AUDIT_KEY_TEXT = re.compile(r'"(?:creationtime|auditdata)"\s*:', re.IGNORECASE)
_NO_RECORDS = re.compile(r"\s*\[\s*\]\s*")
_POWERSHELL_ONLY = {"runspaceid", "resultindex", "pscomputername", "objectstate"}
_TYPE_LINE = "#TYPE "

_COLUMN_FOR = {
    "id": ("recordid", "identity"), "creationtime": ("creationdate",), "operation": ("operation", "operations"),
    "userid": ("userid", "userids"), "recordtype": ("recordtype",),
}  # fmt: skip
"""Columns that stand in for a key which AuditData lacks, or leaves empty where a record needs it."""


class _Head(NamedTuple):
    """What the first bytes tell. `start` is where the lines begin; `header` and `delimiter` are for CSV only."""

    shape: str
    encoding: str
    start: int
    header: tuple[str, ...] = ()
    delimiter: str = ","
    wrapped: bool = False


class M365Audit:
    """Reads the unified audit log. With `internal` networks given, uses are told apart by where they came from."""

    name = "m365-audit"

    def __init__(self, internal: Networks = ()) -> None:
        self._internal = internal

    def sniff(self, head: bytes) -> str | None:
        """The shape, told by the header or the first object and confirmed by the names in it."""
        found = _look(head)
        return found.shape if found else None

    def read(self, stream: BinaryIO) -> Iterator[Found]:
        """Every record, refused line and ignored line, in file order. Raises NotThisFormat."""
        stream.seek(0)
        begins = head_of(stream)
        head = _look(begins)
        if head is None:
            raise NotThisFormat(
                "not a Microsoft 365 unified audit log",
                hint="export it with Search-UnifiedAuditLog | Export-Csv, from the audit page, or by the "
                "Management API; the column AuditData, or the keys Id, Operation and CreationTime, must be there",
            )
        if head.header:
            return self._read_csv(stream, head)
        if head.wrapped:
            return self._read_wrapped(stream, begins)
        return self._read_lines(stream, head) if head.shape == "json-lines" else self._read_json(stream, head)

    def _read_csv(self, stream: BinaryIO, head: _Head) -> Iterator[Found]:
        columns = [at for at, name in enumerate(head.header) if name == "auditdata"]
        audit_data = columns[0]
        beside = _columns_beside(head.header)
        stood_in_for = frozenset(key for key, _ in beside)
        all_lines = lines(stream, head.encoding, head.start)
        source = (line for line in all_lines if line.text is None or not line.text.startswith(_TYPE_LINE))
        read_header = False
        for row in rows(source, head.delimiter, len(head.header), head.encoding):
            if isinstance(row, Reject):
                yield row
            elif _is_header(row.fields[audit_data]):
                yield Ignored("repeated header") if read_header else Heading(row.offset, row.raw)
                read_header = True
            else:
                try:
                    found = _audit_object(_said_in([row.fields[at] for at in columns]))
                    if not (found.keys >= stood_in_for and found.whole):
                        found = found.beside(_told(row.fields, beside))
                    yield self._record(found, row.raw, row.line_number, row.offset)
                except Unreadable as error:
                    yield Reject(row.line_number, row.offset, row.length, error.code, str(error))

    def _read_lines(self, stream: BinaryIO, head: _Head) -> Iterator[Found]:
        for line in lines(stream, head.encoding, head.start):
            if line.text is None:
                why = ("too-long", f"longer than {LONGEST:,} bytes") if line.too_long else _NOT_DECODED
                yield Reject(line.number, line.offset, line.length, *why)
            elif line.text.strip():
                try:
                    value = reading.audit_data(line.text if head.encoding != "utf-8" else line.raw)
                    raw = without_end(line.raw, head.encoding)
                    yield self._record(_unwrapped(value), raw, line.number, line.offset)
                except Unreadable as error:
                    yield Reject(line.number, line.offset, line.length, error.code, str(error))

    def _read_json(self, stream: BinaryIO, head: _Head) -> Iterator[Found]:
        yield array(head.encoding)
        for span in objects(stream, head.encoding, head.start):
            if isinstance(span, Reject):
                yield span
                continue
            try:
                value = reading.audit_data(_decoded(span.raw, head.encoding))
                yield self._record(_unwrapped(value), span.raw, span.line_number, span.offset)
            except Unreadable as error:
                yield Reject(span.line_number, span.offset, len(span.raw), error.code, str(error))

    def _read_wrapped(self, stream: BinaryIO, begins: bytes) -> Iterator[Found]:
        """Records in a list that an object wraps, around the file or around each line."""
        head = look(begins, _kind)
        for each in documents(stream, head) if head else ():
            if not isinstance(each, Document):
                yield each
                continue
            try:
                yield self._record(_unwrapped(each.data), each.raw, each.line_number, each.offset)
            except Unreadable as error:
                yield Reject(each.line_number, each.offset, each.length, error.code, str(error))

    def _record(self, found: AuditObject, raw: bytes, line_number: int, offset: int) -> Record:
        """The typed reading of one object. Raises Unreadable."""
        said = found.said
        record_id, happened_at = reading.record_id(said), reading.happened_at(said)
        operation, application = reading.operation(said), reading.application(said)
        actor_class, actor = reading.actor(said)
        return Record(
            record_id,
            raw,
            found.content(),
            line_number,
            offset,
            happened_at,
            application,
            operation.action,
            reading.outcome(said, operation.word, application),
            operation.word,
            actor_class,
            actor,
            reading.items(said),
            reading.network(said, self._internal),
            None,
            reading.object_class(said, application),
            reading.place(said),
            reading.target(said, operation.word),
            shared_with=reading.opened_to(operation.word),
        )


_NOT_DECODED = ("encoding", "not in the encoding of the file")


def _is_header(field: str) -> bool:
    return len(field) < 100 and field.strip().lower() == "auditdata"  # what is long is not copied to be compared


def _said_in(cells: list[str]) -> str:
    """What the columns AuditData say, of which there is one as a rule. Raises Unreadable if they say two things."""
    return cells[0] if len(cells) == 1 else by_column(["auditdata"] * len(cells), cells).get("auditdata", "")


def _audit_object(text: str) -> AuditObject:
    if not text or text.isspace():
        raise Unreadable("no-audit-data", "AuditData is empty")
    return AuditObject(reading.audit_data(text))


def _unwrapped(value: Any) -> AuditObject:
    """An object that carries AuditData as text (`Search-UnifiedAuditLog | ConvertTo-Json`) gives what is in it."""
    found = AuditObject(value)
    inner = found.said.auditdata
    if inner is None:
        return found
    return _audit_object(inner) if isinstance(inner, str) else AuditObject(inner)


def _decoded(raw: bytes, encoding: str) -> bytes | str:
    try:
        return raw if encoding == "utf-8" else raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(*_NOT_DECODED) from error


def _look(head: bytes) -> _Head | None:
    encoding, start = encoding_of(head)
    text = head[start:].decode(encoding, "replace").lstrip("\ufeff")
    first = text.lstrip()[:1]
    if first == "{" and WRAPPED.match(text) and (wrapped := look(head, _kind)):
        return _Head("json-lines" if wrapped.spelling == "lines" else "json", encoding, start, wrapped=True)
    if first in ("{", "["):
        return _look_json(text, encoding, start)
    return _look_csv(text, encoding, start) or _look_json(text, encoding, start)


def _look_csv(text: str, encoding: str, start: int) -> _Head | None:
    for line in re.split(r"\r\n|\r|\n", text):
        if not line.strip() or line.startswith(_TYPE_LINE):
            continue
        for delimiter in ",;\t":
            header = _spelled(_fields(line, delimiter))
            if shape := _csv_shape(set(header)):
                return _Head(shape, encoding, start, header, delimiter)
        return None
    return None


def _csv_shape(columns: set[str]) -> str | None:
    if "auditdata" not in columns:
        return None
    return "powershell-csv" if columns & _POWERSHELL_ONLY else "portal-csv"


def _look_json(text: str, encoding: str, start: int) -> _Head | None:
    """A whole object in one line makes it JSON lines; anything else needs an audit key, or to be an empty array."""
    begins = text.lstrip()[:1]
    if begins != "[" and any(_is_audit_object(line) for line in text.split("\n")):
        return _Head("json-lines", encoding, start)
    if begins not in ("{", "[") or not (_AUDIT_KEY_TEXT.search(text) or _NO_RECORDS.fullmatch(text)):
        return None
    one_line = begins == "{" and "\n" not in text.strip() and "}{" not in text
    return _Head("json-lines" if one_line else "json", encoding, start)


def _kind(data: Mapping[str, Any]) -> str | None:
    return "m365" if data.keys() >= _AUDIT_KEYS or "auditdata" in data else None


def _is_audit_object(line: str) -> bool:
    if not line.lstrip().startswith("{"):
        return False
    try:
        return _unwrapped(reading.audit_data(line)).keys >= _AUDIT_KEYS
    except Unreadable:
        return False


def _fields(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _spelled(fields: list[str]) -> tuple[str, ...]:
    return tuple(field.strip().lower() for field in fields)


def _columns_beside(header: tuple[str, ...]) -> list[tuple[str, int]]:
    return [
        (key, header.index(name))
        for key, names in _COLUMN_FOR.items()
        for name in names
        if name in header
    ]  # fmt: skip


def _told(fields: list[str], beside: list[tuple[str, int]]) -> dict[str, str]:
    """What the columns say for these keys; of two columns for one key the first that is filled in."""
    return {key: fields[column] for key, column in reversed(beside) if fields[column]}
