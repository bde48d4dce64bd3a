"""States of projections, kept in `NAME.views` to save time. Lost or doubted, they are folded again from entry 1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ledger.chain.hashing import Digest
from ledger.storage.views import Views


class Snapshot(NamedTuple):
    """A projection's state after one entry. `state` is canonical JSON, `digest` the projection's digest of it."""

    name: str
    version: int
    position: int
    leaf: Digest
    recorded_at: str
    digest: str
    state: bytes


class Snapshots(Views):
    """The snapshots of one ledger: the newest of each projection."""

    def get(self, name: str, version: int) -> Snapshot | None:
        sql = "SELECT position, leaf, recorded_at, digest, state FROM snapshot WHERE name = ? AND version = ?"
        with self.speaking():
            found = self._connection.execute(sql, (name, version)).fetchone()
        return Snapshot(name, version, found[0], Digest(found[1]), *found[2:]) if found else None

    def put(self, snapshot: Snapshot) -> None:
        """Keep a snapshot, unless there is one of a later entry: another process may have been faster."""
        sql = (
            "INSERT INTO snapshot VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name, version) DO UPDATE SET "
            "position = excluded.position, leaf = excluded.leaf, recorded_at = excluded.recorded_at, "
            "digest = excluded.digest, state = excluded.state WHERE excluded.position > snapshot.position"
        )
        with self.speaking():
            self._connection.execute(sql, snapshot)

    def forget(self) -> None:
        """Drop every snapshot, and the answers that were made of them."""
        with self.speaking():
            for table in ("snapshot", "answer", "answer_part"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own three names

    def renew(self, snapshots: Iterable[Snapshot]) -> None:
        """Keep these in place of all that was kept before."""
        with self.writing():
            self.forget()
            for each in snapshots:
                self.put(each)
