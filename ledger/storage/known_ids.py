"""Which event ids the ledger holds, and where: a look-up in `NAME.views`, caught up before each use.

It is derived: lost or doubted, it is made anew from the entries. Members of batches are clustered by the day they
happened on, for random keys in one large table cost most; events with a signature of their own lie in a small table.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from ledger.chain.entry import event_of
from ledger.chain.hashing import leaf_hash
from ledger.storage.append import StoredRow
from ledger.storage.faults import spoken
from ledger.storage.reader import Reader

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS known_until (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER, leaf BLOB) STRICT;
CREATE TABLE IF NOT EXISTS known_event (id BLOB PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS known_use (day TEXT, id BLOB, PRIMARY KEY (day, id)) STRICT, WITHOUT ROWID;
"""


class _Named(msgspec.Struct):
    """The two fields of any event that this look-up reads."""

    id: str
    happened_at: str


_decode = msgspec.json.Decoder(_Named).decode


class KnownIds:
    """The look-up of one ledger. Not for more than one thread at once."""

    def __init__(self, path: Path) -> None:
        with spoken():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(path, timeout=30, isolation_level=None)
            self._connection.executescript(_SCHEMA)

    def catch_up(self, ledger: Reader, upto: int | None = None) -> int:
        """Read the entries that are new since the last time; give the position reached."""
        with spoken():
            position = self._start(ledger)
            for page in ledger.pages(position, upto):
                self._take(page)
                position = page[-1][0]
        return position

    def position_of(self, event_id: str) -> int | None:
        """Where an event with a signature of its own stands."""
        sql = "SELECT position FROM known_event WHERE id = ?"
        with spoken():
            found = self._connection.execute(sql, (bytes.fromhex(event_id),)).fetchone()
        return int(found[0]) if found else None

    def known_uses(self, named: Iterable[tuple[str, str]]) -> set[str]:
        """Of these uses, by (happened_at, id), the ids that the ledger holds."""
        sql = "SELECT 1 FROM known_use WHERE day = ? AND id = ?"
        run = self._connection.execute
        with spoken():
            return {text for moment, text in named if run(sql, (moment[:10], bytes.fromhex(text))).fetchone()}

    def close(self) -> None:
        self._connection.close()

    def _start(self, ledger: Reader) -> int:
        """Where to go on; from the beginning if the entry reached is no longer the one that was read."""
        found = self._connection.execute("SELECT position, leaf FROM known_until").fetchone()
        if found is None or not found[0]:
            return 0
        position, leaf = found
        if position <= ledger.size() and leaf_hash(ledger.entry(position)) == leaf:
            return int(position)
        self._connection.executescript("DELETE FROM known_until; DELETE FROM known_event; DELETE FROM known_use;")
        return 0

    def _take(self, page: Sequence[StoredRow]) -> None:
        events, uses = [], []
        for position, stream, _, _, raw in page:
            named = _decode(event_of(raw))
            if stream.endswith("/usage"):
                uses.append((named.happened_at[:10], bytes.fromhex(named.id)))
            else:
                events.append((bytes.fromhex(named.id), position))
        run = self._connection
        run.execute("BEGIN IMMEDIATE")
        try:
            run.executemany("INSERT OR IGNORE INTO known_event VALUES (?, ?)", events)
            run.executemany("INSERT OR IGNORE INTO known_use VALUES (?, ?)", sorted(uses))
            run.execute("INSERT OR REPLACE INTO known_until VALUES (1, ?, ?)", (page[-1][0], leaf_hash(page[-1][4])))
            run.execute("COMMIT")
        except BaseException:
            run.execute("ROLLBACK")
            raise
