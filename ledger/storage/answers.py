"""Answers as they were last worked out, by parts, kept in `NAME.views` to save time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ledger.chain.hashing import Digest
from ledger.storage.views import Views


class Place(NamedTuple):
    """Up to which entry, and `by` what (program and tables) the parts were worked out. `turn` counts the writings."""

    position: int
    leaf: Digest
    by: str
    turn: int = 0


class StoredPart(NamedTuple):
    """One part: `about` and `first` are read at every question, `rest` when it is asked for (else empty).

    `number` is its place among the parts of its protocol; `digest` is of `about` and `first`, `rest_digest` of `rest`.
    """

    protocol: str
    name: str
    number: int
    about: bytes
    first: bytes
    digest: bytes
    rest_digest: bytes
    rest: bytes = b""


class Answers(Views):
    """The parts of one ledger's last answers."""

    def read(self, *, rest: bool = False) -> tuple[Place | None, list[StoredPart]]:
        """Every part, as of one writing."""
        columns = "protocol, name, number, about, first, digest, rest_digest" + (", rest" if rest else "")
        with self.speaking():
            self._connection.execute("BEGIN")
            try:
                found = self._connection.execute("SELECT position, leaf, by, turn FROM answer").fetchone()
                rows = self._connection.execute(f"SELECT {columns} FROM answer_part ORDER BY protocol, number")  # noqa: S608
                parts = [StoredPart(*row) for row in rows]
            finally:
                self._connection.execute("COMMIT")
        return (Place(found[0], Digest(found[1]), *found[2:]) if found else None), parts

    def put(self, place: Place, parts: Sequence[StoredPart], kept: Sequence[tuple[str, str]]) -> bool:
        """Replace the parts given and leave those `kept` (protocol and name) as they are; drop all others.

        False, and nothing is written, if somebody else has written since `place.turn` was read.
        """
        connection = self._connection
        with self.writing(), self.speaking():
            found = connection.execute("SELECT turn FROM answer").fetchone()
            if (found[0] if found else 0) != place.turn:
                return False
            known = connection.execute("SELECT protocol, name FROM answer_part").fetchall()
            connection.executemany("DELETE FROM answer_part WHERE protocol = ? AND name = ?", set(known) - set(kept))
            connection.executemany("INSERT INTO answer_part VALUES (?, ?, ?, ?, ?, ?, ?, ?)", parts)
            connection.execute("INSERT OR REPLACE INTO answer VALUES (1, ?, ?, ?, ?)", (*place[:3], place.turn + 1))
        return True
