"""The writer on SQLite: one `BEGIN IMMEDIATE` transaction per append, or per group of waiting appends.

The write lock is taken before the head is read (a deferred transaction that reads first fails at once when another
process writes). If we die before COMMIT is done, nothing was written; after it, everything was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine

from ledger.clock import Clock
from ledger.storage.append import Append, Outcome, Tip, Written, planned
from ledger.storage.tip import check_edge, read_tip

_ENTRY = "INSERT INTO entry (position, stream, version, type, raw) VALUES (?, ?, ?, ?, ?)"
_NODE = "INSERT INTO node (level, idx, hash) VALUES (?, ?, ?)"
_STREAM = (
    "INSERT INTO stream (name, version, position, leaf) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE "
    "SET version = excluded.version, position = excluded.position, leaf = excluded.leaf"
)
_FILE = "INSERT INTO protocol_file (digest, data) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING"
_NOTE = "INSERT INTO checkpoint (size, edition, note) VALUES (?, 1, ?)"
_HEAD = "UPDATE head SET size = ?, leaf = ?, edge = ?, recorded_at = ?"


class SqliteWriter:
    """Owns one connection. The store calls it from one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._pooled = engine.raw_connection()
        connection = self._pooled.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        self._connection = connection
        self._tip: Tip | None = None
        self._edge_checked = False

    def write(self, appends: Sequence[Append], clock: Clock) -> list[Outcome]:
        """Write all of them in one transaction, except those whose decision is stale; in the order given."""
        with self._transaction():
            tip, self._tip = self._current_tip(signing=any(a.checkpoint for a in appends)), None
            outcomes, written = planned(appends, tip, clock)
            if written.entries:
                self._insert(written)
                self._move_head(tip)
        self._tip = tip
        return outcomes

    def close(self) -> None:
        self._pooled.close()

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
        """What we remember, if it is still so: other processes write too."""
        if self._tip is None or (self._tip.size, self._tip.leaf) != self._fetch("SELECT size, leaf FROM head", ())[0]:
            first, self._tip = not self._edge_checked, read_tip(self._fetch)
            if first or signing:
                check_edge(self._tip, self._fetch)
                self._edge_checked = True
        return self._tip

    def _fetch(self, sql: str, given: tuple[Any, ...]) -> list[Any]:
        return self._connection.execute(sql, given).fetchall()

    def _insert(self, written: Written) -> None:
        many = self._connection.executemany
        many(_ENTRY, written.entries)
        many(_STREAM, written.streams.values())
        if written.nodes:
            many(_NODE, written.nodes)
        if written.files:
            many(_FILE, written.files.items())
        if written.notes:
            many(_NOTE, written.notes)

    def _move_head(self, tip: Tip) -> None:
        self._connection.execute(_HEAD, (tip.size, tip.leaf, tip.tree.pack(), tip.recorded_at))
