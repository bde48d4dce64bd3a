"""What the logs of objects have in common: their shape is told, each object read, each fault placed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from ledger.importers.addresses import Networks, network_of
from ledger.importers.documents import Document, Head, documents, look
from ledger.importers.importer import Found, Ignored, Network, NotThisFormat, Record, Reject, Unreadable, head_of


class ObjectLog:
    """One product's log. With `internal` networks given, uses are told apart by where they came from."""

    name: str
    title: str
    hint: str
    encoding = ""
    """The encoding of text that is not marked as another; UTF-8 if nothing is said."""

    def __init__(self, internal: Networks = ()) -> None:
        self._internal = internal

    def kind(self, data: Mapping[str, Any]) -> str | None:
        """The kind of log that an object (or a header) is of; None if it is another's."""
        raise NotImplementedError

    def record(self, document: Document) -> Record | Ignored:
        """The typed reading of one object. Raises Unreadable."""
        raise NotImplementedError

    def sniff(self, head: bytes) -> str | None:
        found = look(head, self.kind, encoding=self.encoding)
        return found.shape if found else None

    def read(self, stream: BinaryIO) -> Iterator[Found]:
        """Every record, refused line and ignored line, in file order. Raises NotThisFormat."""
        stream.seek(0)
        head = look(head_of(stream), self.kind, encoding=self.encoding)
        if head is None:
            raise NotThisFormat(f"not {self.title}", hint=self.hint)
        return self.records(stream, head)

    def records(self, stream: BinaryIO, head: Head) -> Iterator[Found]:
        for each in documents(stream, head):
            yield self.read_one(each) if isinstance(each, Document) else each

    def read_one(self, document: Document) -> Found:
        """A document's record, or why it is none."""
        try:
            return self.record(document)
        except Unreadable as error:
            return Reject(document.line_number, document.offset, document.length, error.code, str(error))

    def network(self, addresses: Iterable[str]) -> Network | None:
        """Inside or outside the given networks; None where none are given. The address itself goes nowhere."""
        return network_of(tuple(addresses), self._internal) if self._internal else None
