"""A ledger's store: append to it, read it. `ledger.storage.opening` makes and opens one.

Threads of one process form a queue before one writer; processes form one before the database's lock. Whoever gets the
lock writes all that waits in one transaction, so that many appends share one flush to disk.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from sqlalchemy import Engine, func, insert, literal, select

from ledger.chain.hashing import Digest, sha256
from ledger.clock import Clock
from ledger.errors import InputRejected, NotFound
from ledger.storage import tables
from ledger.storage.append import Append, Outcome, Receipt, Row
from ledger.storage.faults import Damaged, Locked, StorageFailed, told
from ledger.storage.reader import Missing, Reader
from ledger.storage.sqlite import SqliteWriter

GROUP = 256
"""Waiting appends that share one transaction, at most."""


class Writer(Protocol):
    """What each database does in its own way. Called by one thread at a time."""

    def write(self, appends: Sequence[Append], clock: Clock) -> list[Outcome]: ...
    def close(self) -> None: ...


class _Waiting:
    """An append in the queue, and what became of it. `told` is held until there is something to tell its thread."""

    __slots__ = ("append", "outcome", "told")

    def __init__(self, append: Append) -> None:
        self.append = append
        self.outcome: Receipt | Exception | None = None
        self.told = threading.Lock()
        self.told.acquire()


class Store(Reader):
    """A ledger in a database. Any number of threads and processes may append; their appends stand in one line."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        super().__init__(engine)
        self._clock = clock
        self._writer: Writer | None = None
        self._writing = threading.Lock()
        self._gate = threading.Lock()
        self._queue: deque[_Waiting] = deque()
        self._led = False

    def append(
        self,
        rows: Sequence[Row],
        *,
        expecting: Mapping[str, int] | None = None,
        at: int | None = None,
        files: Mapping[str, bytes] | None = None,
        checkpoint: Callable[[int, Digest], bytes] | None = None,
    ) -> Receipt:
        """Write all rows in one transaction, chained; when it returns they are on disk.

        `expecting` names each stream the decision was read from and its version then (0: no such stream), `at` the size
        of the ledger: if one has moved, nothing is written and StaleDecision is raised. `files` are protocol files by
        digest; `checkpoint(size, root)` gives a signed note over the ledger after these rows. Both are kept in the same
        transaction. Raises Locked, StorageFailed, Damaged; then nothing was written.
        """
        for digest, data in (files or {}).items():
            _check_digest(digest, data)
        return self.write(Append(rows, expecting or {}, at, None, files or {}, checkpoint))

    def write(self, append: Append) -> Receipt:
        """Write one append. The first thread to come writes; those that come meanwhile are the next one's group."""
        waiting = _Waiting(append)
        with self._gate:
            self._queue.append(waiting)
            leads, self._led = not self._led, True
        if not leads:
            try:
                waiting.told.acquire()
            except BaseException:
                self._leave(waiting)
                raise
        if waiting.outcome is None:
            self._lead()
        if isinstance(waiting.outcome, Receipt):
            return waiting.outcome
        assert waiting.outcome is not None
        raise waiting.outcome

    def _leave(self, waiting: _Waiting) -> None:
        """An interrupted thread waits no more; if the lead was handed to it just now, it hands it on."""
        with self._gate:
            leads = waiting.outcome is None and not waiting.told.locked()
            if not leads and waiting in self._queue:
                self._queue.remove(waiting)
        if leads:
            self._lead()

    def _lead(self) -> None:
        """Write what waits now, ours first; tell the others, and hand the lead to the first that came since."""
        with self._gate:
            group = [self._queue.popleft() for _ in range(min(GROUP, len(self._queue)))]
        try:
            with self._writing:
                if not self._written(group):
                    # Alone, so that what is wrong with one is told to that one only.
                    for waiting in group:
                        self._written([waiting])
        except BaseException:
            # Interrupted: who waits must not wait for ever. We do not know how far the commit came.
            for waiting in group:
                waiting.outcome = waiting.outcome or _interrupted()
            raise
        finally:
            with self._gate:
                heir = self._queue[0] if self._queue else None
                self._led = heir is not None
            for waiting in [*group[1:], *([heir] if heir else [])]:
                waiting.told.release()

    def _written(self, group: Sequence[_Waiting]) -> bool:
        """Write a group and set each outcome. False if a group of several must be written one by one."""
        try:
            writer = self._writer or self._open_writer()
            outcomes: Sequence[Receipt | Exception] = writer.write([waiting.append for waiting in group], self._clock)
        except Exception as raised:
            error = told(raised, self._engine)
            if len(group) > 1 and not isinstance(error, Locked | StorageFailed | Damaged):
                return False
            if error is not raised:
                error.__cause__ = raised
            outcomes = [error] * len(group)
        for waiting, outcome in zip(group, outcomes, strict=True):
            waiting.outcome = outcome
        return True

    def _open_writer(self) -> Writer:
        if self._closed:
            raise StorageFailed("the ledger is closed", code="storage.closed")
        if self._writer is None:
            if self.is_postgres:
                from ledger.storage.postgres import PostgresWriter

                self._writer = PostgresWriter(self._engine)
            else:
                self._writer = SqliteWriter(self._engine)
        return self._writer

    def add_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a note, or a further edition of it; the same again changes nothing. Raises NotFound beyond the head."""
        if size > self.size():
            raise NotFound(f"the ledger has no size {size} yet", code="storage.beyond-head")
        if any(kept == (size, note) for kept in self.checkpoints()):
            return
        table = tables.checkpoint
        edition = select(
            literal(size, tables.BIG),
            func.coalesce(func.max(table.c.edition), 0) + 1,
            literal(note, table.c.note.type),
        ).where(table.c.size == size)
        with self._connected() as connection:
            connection.execute(insert(table).from_select(["size", "edition", "note"], edition))

    def add_protocol_file(self, digest_hex: str, data: bytes) -> None:
        """Keep a protocol file by its SHA-256. The same file again changes nothing."""
        _check_digest(digest_hex, data)
        try:
            self.protocol_file(digest_hex)
        except Missing:
            with self._connected() as connection:
                connection.execute(insert(tables.protocol_file).values(digest=digest_hex, data=data))

    def close(self) -> None:
        """Give all connections back. On SQLite the last one to leave folds the write-ahead log into the file."""
        with self._writing:
            self._closed = True
            if self._writer is not None:
                self._writer.close()
                self._writer = None
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _interrupted() -> StorageFailed:
    return StorageFailed("the append was interrupted", hint="run the same command again", code="storage.interrupted")


def _check_digest(digest_hex: str, data: bytes) -> None:
    if sha256(data).hex() != digest_hex:
        raise InputRejected(
            "a protocol file does not have the digest it is named by",
            hint="digest the file again: `sha256sum FILE`",
            code="storage.file-digest",
        )
