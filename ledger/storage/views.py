"""`NAME.views`: what is kept to save time, and made anew from the entries when it is lost or cannot be read.

It is a file of its own, also beside a ledger on PostgreSQL. If we die at any moment, it is whole or not there. A power
cut may take the last writings, each as a whole; what nobody can read is made anew.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from ledger.drafts import draft
from ledger.storage.faults import Damaged, Unwritable, spoken

FORMAT = 3
PATIENCE = 30.0
"""Seconds to wait for whoever else writes here."""

_SCHEMA = f"""
PRAGMA journal_mode = WAL;
CREATE TABLE known_until (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER, leaf BLOB) STRICT;
CREATE TABLE known_event (id BLOB PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE known_use (
  day TEXT, id BLOB, position INTEGER NOT NULL, PRIMARY KEY (day, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE snapshot (
  name TEXT NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL, leaf BLOB NOT NULL,
  recorded_at TEXT NOT NULL, digest TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY (name, version)
) STRICT;
CREATE TABLE answer (
  one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL, leaf BLOB NOT NULL, by TEXT NOT NULL,
  turn INTEGER NOT NULL
) STRICT;
CREATE TABLE answer_part (
  protocol TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL, about BLOB NOT NULL, first BLOB NOT NULL,
  digest BLOB NOT NULL, rest_digest BLOB NOT NULL, rest BLOB NOT NULL, PRIMARY KEY (protocol, name)
) STRICT;
PRAGMA user_version = {FORMAT};
"""


class Views:
    """The file, opened. Not for more than one thread at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self.speaking():
            self._connection = _opened(path)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Run statements; a file that turns out to be unreadable is told by its name, for the ledger itself is not."""
        try:
            with spoken(self.path):
                yield
        except Damaged as error:
            raise self._unreadable() from error
        except Unwritable as error:
            if error.code == "storage.unopened":
                raise self._unreadable() from error
            error.message = error.message.replace("the ledger", "it")
            raise error.at(file=str(self.path)) from error

    def _unreadable(self) -> Unwritable:
        return Unwritable(
            f"{self.path} cannot be read", hint="move it away: it is made anew", code="storage.views"
        )  # fmt: skip

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, alone among all who write here. Raises Locked when others do not end."""
        with self.speaking():
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self.speaking():
                self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise


def _opened(path: Path) -> sqlite3.Connection:
    """Open the file; make it, where there is none or it is not one of ours. Raises OSError where that cannot be."""
    if not path.exists():
        _make(path)
    try:
        connection = _connected(path)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise
    else:
        if connection.execute("PRAGMA user_version").fetchone() == (FORMAT,):
            return connection
        connection.close()
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    _make(path)
    return _connected(path)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        # A writing is not synced, but the write-ahead log is before it goes into the file. Else a power cut could leave
        # what was reached beside older rows: a use whose id is not known would be recorded twice.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _make(path: Path) -> None:
    """Built beside its place and linked there when it is whole: nobody meets it half made."""
    with draft(path) as made:
        with closing(sqlite3.connect(made, isolation_level=None)) as connection:
            connection.executescript(_SCHEMA)
        with suppress(FileExistsError):  # another process was faster
            os.link(made, path)
