"""Reading a log in a process of its own: it parses, types and digests, while this one asks, signs and appends.

- The other process has the file's descriptor and the importer. It is given a record key when it asks for one, and never
  the vault or the ledger.
- What it reads comes in the order of the file, so what is recorded is the same, byte for byte, as with one process.
- It reads at most AHEAD chunks ahead. If either dies, the pipe between them ends, and the other one stops.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.reduction import DupFd
from queue import Queue
from threading import Thread
from typing import Any, NamedTuple, Self

from ledger.errors import Conflict, LedgerError
from ledger.importers.custody import LogFile
from ledger.importers.importer import Importer
from ledger.importers.members import Author, Draft
from ledger.importers.reading import Chunk, Reading, seldom_collecting
from ledger.importers.stretch import stretch
from ledger.interrupts import without_interrupts

AHEAD = 8
_END = None


class ReaderStopped(Conflict):
    """The process that read the log has ended before the log did."""

    code = "import.reader"


def apart(log: LogFile, reading: Reading) -> Iterator[Chunk]:
    """As `Reading.chunks`, by another process. Raises ReaderStopped, and what reading raises."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    given = (theirs, reading.importer, reading.author)
    process = context.Process(target=_read, args=(*given, _Descriptor(log.stream.fileno()), log.size), daemon=True)
    with without_interrupts():
        process.start()
    theirs.close()
    try:
        while (said := _received(ours)) is not _END:
            if isinstance(said, str):
                _answer(ours, reading.record_key(said))
            elif isinstance(said, _Sent):
                yield said.chunk._replace(drafts=list(map(Draft._make, zip(*said.columns, strict=True))))
            else:
                raise said
    finally:
        ours.close()
        process.join()
        process.close()


def _received(connection: Connection) -> Any:
    try:
        return connection.recv()
    except (EOFError, ConnectionError) as error:
        raise _stopped() from error


def _answer(connection: Connection, key: bytes) -> None:
    try:
        connection.send(key)
    except ConnectionError as error:
        raise _stopped() from error


def _stopped() -> ReaderStopped:
    return ReaderStopped(
        "the process that read the log has stopped", hint="run the same command again, with --processes 1"
    )


class _Sent(NamedTuple):
    """A chunk on its way, its drafts as columns: so they are packed in a third of the time."""

    columns: list[tuple[Any, ...]]
    chunk: Chunk

    @classmethod
    def of(cls, chunk: Chunk) -> Self:
        return cls(list(zip(*chunk.drafts, strict=True)), chunk._replace(drafts=[]))


class _Descriptor:
    """A file's descriptor on its way to another process, which makes it its own."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __reduce__(self) -> tuple[Any, ...]:
        return _received_descriptor, (DupFd(self._descriptor),)


def _received_descriptor(sent: Any) -> int:
    return int(sent.detach())


def _read(connection: Connection, importer: Importer, author: Author, descriptor: int, size: int) -> None:
    """The other process: reads, and says what it found."""
    waiting: Queue[Any] = Queue(AHEAD)
    sender = Thread(target=_send, args=(connection, waiting), daemon=True)
    sender.start()

    def record_key(purpose: str) -> bytes:
        waiting.put(purpose)
        return bytes(connection.recv())

    try:
        with stretch(descriptor, size) as stream, seldom_collecting():
            for chunk in Reading(importer, author, record_key).chunks(stream):
                waiting.put(_Sent.of(chunk))
        waiting.put(_END)
    except (EOFError, ConnectionError):  # nobody listens any more
        return
    except LedgerError as error:
        waiting.put(error)
    sender.join()


def _send(connection: Connection, waiting: Queue[Any]) -> None:
    try:
        while True:
            said = waiting.get()
            connection.send(said)
            if said is _END or isinstance(said, LedgerError):
                return
    except ConnectionError:  # whoever started us has ended: there is nobody to read for
        os._exit(1)
