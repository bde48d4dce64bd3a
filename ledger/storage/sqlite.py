"""The writer on SQLite: one row in one statement, more of them in one `BEGIN IMMEDIATE` transaction.

- One row: chained from the tip as we know it, and inserted if its position is free. If it is taken, another process
  wrote meanwhile: we read on and chain again. One statement, one commit, one flush.
- More: the write lock is taken first (a deferred transaction that reads first fails at once when another process
  writes), so what the tip is found to be is what it stays.

If we die before the commit is done, nothing was written; after it, everything was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine

from ledger.clock import Clock
from ledger.storage.append import Append, Outcome, Tip, Written, planned
from ledger.storage.tip import check_edge, moved_on, read_tip
from ledger.storage.upgrade import bring_up

_ENTRY = "INSERT INTO entry (position, stream, version, type, raw) VALUES (?, ?, ?, ?, ?)"
_IF_FREE = _ENTRY + " ON CONFLICT (position) DO NOTHING"
_NODE = "INSERT INTO node (level, idx, hash) VALUES (?, ?, ?)"
_FILE = "INSERT INTO protocol_file (digest, data) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING"
_NOTE = "INSERT INTO checkpoint (size, edition, note) VALUES (?, 1, ?)"


class SqliteWriter:
    """Owns one connection. The store calls it from one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        bring_up(engine)
        self._pooled = engine.raw_connection()
        connection = self._pooled.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        self._connection = connection
        self._tip: Tip | None = None

    def write(self, appends: Sequence[Append], clock: Clock) -> list[Outcome]:
        """Write all of them in one transaction, except those whose decision is stale; in the order given."""
        if len(appends) == 1 and (done := self._write_one(appends[0], clock)):
            return done
        with self._transaction():
            tip, self._tip = self._current_tip(signing=any(a.checkpoint for a in appends)), None
            outcomes, written = planned(appends, tip, clock)
            if written.entries:
                self._insert(written)
        self._tip = tip
        return outcomes

    def close(self) -> None:
        self._pooled.close()

    def _write_one(self, append: Append, clock: Clock) -> list[Outcome] | None:
        """The short way, from the tip as we know it; None, and nothing written, where that is not the tip any more."""
        tip, self._tip = self._tip, None
        if tip is None or not append.is_one or tip.fills_node:
            self._tip = tip
            return None
        before = tip.copy()
        outcomes, written = planned([append], tip, clock)
        done = written.entries and self._connection.execute(_IF_FREE, written.entries[0]).rowcount == 1
        # What was refused may have been refused by an old tip.
        self._tip = tip if done else before
        return outcomes if done else None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            self._tip = None
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _current_tip(self, signing: bool) -> Tip:
        """What we remember, and what other processes have written since."""
        tip = moved_on(self._tip, self._fetch) if self._tip else read_tip(self._fetch)
        if signing or self._tip is None:
            check_edge(tip, self._fetch)
        return tip

    def _fetch(self, sql: str, given: Sequence[Any]) -> list[Any]:
        return self._connection.execute(sql, given).fetchall()

    def _insert(self, written: Written) -> None:
        many = self._connection.executemany
        many(_ENTRY, written.entries)
        if written.nodes:
            many(_NODE, written.nodes)
        if written.files:
            many(_FILE, written.files.items())
        if written.notes:
            many(_NOTE, written.notes)
