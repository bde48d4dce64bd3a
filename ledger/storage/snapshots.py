"""States of projections, kept in `NAME.views` to save time. Lost or doubted, they are folded again from entry 1."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import NamedTuple

from ledger.chain.hashing import Digest
from ledger.storage.faults import spoken

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS snapshot (
  name TEXT NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL, leaf BLOB NOT NULL,
  recorded_at TEXT NOT NULL, digest TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY (name, version)
) STRICT;
"""


class Snapshot(NamedTuple):
    """A projection's state after one entry. `state` is canonical JSON, `digest` the projection's digest of it."""

    name: str
    version: int
    position: int
    leaf: Digest
    recorded_at: str
    digest: str
    state: bytes


class Snapshots:
    """The snapshots of one ledger: the newest of each projection."""

    def __init__(self, path: Path) -> None:
        with spoken():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(path, timeout=30, isolation_level=None)
            self._connection.executescript(_SCHEMA)

    def get(self, name: str, version: int) -> Snapshot | None:
        sql = "SELECT position, leaf, recorded_at, digest, state FROM snapshot WHERE name = ? AND version = ?"
        with spoken():
            found = self._connection.execute(sql, (name, version)).fetchone()
        return Snapshot(name, version, found[0], Digest(found[1]), *found[2:]) if found else None

    def put(self, snapshot: Snapshot) -> None:
        """Keep a snapshot, unless there is one of a later entry: another process may have been faster."""
        sql = (
            "INSERT INTO snapshot VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name, version) DO UPDATE SET "
            "position = excluded.position, leaf = excluded.leaf, recorded_at = excluded.recorded_at, "
            "digest = excluded.digest, state = excluded.state WHERE excluded.position > snapshot.position"
        )
        with spoken():
            self._connection.execute(sql, snapshot)

    def forget(self) -> None:
        with spoken():
            self._connection.execute("DELETE FROM snapshot")

    def close(self) -> None:
        self._connection.close()
