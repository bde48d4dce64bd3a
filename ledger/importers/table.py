"""Any CSV or JSON lines, by a mapping file: for the applications that we do not know.

The columns that the mapping names must be there, or it is not this table. A value that the mapping does not name, and
gives no `otherwise` for, is refused with its line; it is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, cast

from ledger.events.usage import Action, ActorClass
from ledger.importers import fields, times
from ledger.importers.actors import identified
from ledger.importers.addresses import Networks
from ledger.importers.documents import Document, Head
from ledger.importers.importer import Found, Outcome, Record, Unreadable
from ledger.importers.object_log import ObjectLog
from ledger.importers.repeats import Repeats
from ledger.importers.table_mapping import TableMapping, Words

_EPOCH = re.compile(r"[0-9]{9,19}", re.ASCII)


class Table(ObjectLog):
    """Reads the rows of one application's table."""

    name = "table"
    title = "a table with the columns of this mapping"

    def __init__(self, mapping: TableMapping, internal: Networks = ()) -> None:
        super().__init__(internal)
        self._mapping = mapping
        self.meaning = mapping.meaning
        self._repeats = Repeats()
        self.encoding = mapping.encoding if mapping.encoding != "utf-8" else ""
        self.name = mapping.source
        self.hint = f"the mapping names the columns {', '.join(mapping.columns)}"

    def kind(self, data: Mapping[str, Any]) -> str | None:
        """A header must have every column; an object may leave out what is empty, but not the time."""
        is_header = all(value is None for value in data.values())
        needed = self._mapping.columns if is_header else self._mapping.time.columns
        return "table" if all(_cell(data, each) is not None or each in data for each in needed) else None

    def records(self, stream: BinaryIO, head: Head) -> Iterator[Found]:
        self._repeats = Repeats()
        return super().records(stream, head)

    def record(self, document: Document) -> Record:
        data, mapping = document.data, self._mapping
        happened_at = self._moment(data)
        action = _said(mapping.action, data, "action")
        actor_class, actor = identified(_text(data, mapping.actor), cast("ActorClass", mapping.actor_class))
        own = fields.own_id({"id": _text(data, mapping.id)}, "id")
        return Record(
            record_id=own or self._repeats.id_of(document.raw),
            raw=document.raw,
            content=fields.content_of(data),
            line_number=document.line_number,
            offset=document.offset,
            happened_at=happened_at,
            application=mapping.application,
            action=cast("Action", action),
            outcome=cast("Outcome", _said(mapping.outcome, data, "outcome")),
            operation=_said(mapping.operation, data, "operation") if mapping.operation else action,
            actor_class=actor_class,
            actor=actor,
            items=fields.whole(_text(data, mapping.items)) if mapping.items else None,
            network=self.network([_text(data, mapping.address)]) if mapping.address else None,
            object_class=_said(mapping.object_class, data, "object class") if mapping.object_class else None,
            place=_text(data, mapping.place) or None,
        )

    def _moment(self, data: Mapping[str, Any]) -> str:
        text = " ".join(_text(data, column) for column in self._mapping.time.columns).strip()
        if not text:
            raise Unreadable("no-time", "no time")
        spelling, zone = self._mapping.time.format, self._mapping.time.zone
        try:
            if spelling == "web-server":
                return times.of_web_server(text)
            if spelling == "epoch":
                if not _EPOCH.fullmatch(text):
                    raise times.NotATime("a number that is no time")
                return times.of_number(int(text))
            return times.local(text, zone) if zone else times.utc(text)
        except times.NotATime as error:
            raise Unreadable("no-time", str(error)) from error


def _cell(data: Mapping[str, Any], column: str) -> Any:
    """A column; `user.name` is also the name inside the object user."""
    if column in data or "." not in column:
        return data.get(column)
    first, rest = column.split(".", 1)
    try:
        return _cell(fields.part(data, first), rest)
    except Unreadable:
        return None


def _text(data: Mapping[str, Any], column: str | None) -> str:
    return fields.text({"it": _cell(data, column)}, "it") if column else ""


def _said(words: Words, data: Mapping[str, Any], what: str) -> str:
    found = words.of(_text(data, words.column) if words.column else "")
    if found is None:
        raise Unreadable("unmapped", f"the mapping has no {what} for the value in this row")
    return found
