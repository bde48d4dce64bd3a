"""Reading a ledger. Rows leave here gapless and in order, or not at all; what they say is the verifier's business."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Engine, select

from ledger.chain.hashing import Digest, leaf_hash
from ledger.chain.merkle import Tree
from ledger.chain.nodes import NodeAbsent, StoredNodes
from ledger.clock import parse_recorded
from ledger.errors import NotFound
from ledger.storage.append import StoredRow
from ledger.storage.faults import Damaged, StorageFailed, spoken
from ledger.storage.tables import checkpoint, node, protocol_file

PAGE = 5_000
"""Rows a page: about 3 MB, and the time per row no longer falls beyond it."""

_HINT = "run `ledger verify`, and compare with a bundle or backup that covers this position"
_COLUMNS = "SELECT position, stream, version, type, raw FROM entry WHERE "


class Missing(Damaged):
    """The ledger should have an entry, a version or a node that is not there."""

    code = "storage.missing"


class Head(NamedTuple):
    """The ledger's size, the leaf hash of its last entry, its tree's root, and when that entry was recorded."""

    size: int
    leaf: Digest
    root: Digest
    recorded_at: datetime | None


class StreamHead(NamedTuple):
    """The last entry of a stream: its version, position and leaf hash."""

    stream: str
    version: int
    position: int
    leaf: Digest


class StoredCheckpoint(NamedTuple):
    """A signed note as it was kept, and the size it is about."""

    size: int
    note: bytes


class Rows(Protocol):
    """Gives all rows of a statement with `?` for its values."""

    def __call__(self, sql: str, given: Sequence[Any] = ..., /) -> list[Any]: ...


class Reader:
    """Every way to read a ledger. Holds no connection between calls, so it may be used from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._closed = False
        self.is_postgres = engine.dialect.name == "postgresql"

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        # Asked for after closing, an engine would quietly connect again, and nobody would close that.
        if self._closed:
            raise StorageFailed("the ledger is closed", code="storage.closed")
        with spoken(), self._engine.begin() as connection:
            yield connection

    def rows(self, sql: str, given: Sequence[Any] = ()) -> list[Any]:
        """All rows of a statement with `?` for its values, by the driver's own cursor: the fast path."""
        with self._connected() as pooled:
            return self._rows(pooled.connection.driver_connection, sql, given)

    def _rows(self, connection: Any, sql: str, given: Sequence[Any]) -> list[Any]:
        if not self.is_postgres:
            return list(connection.execute(sql, given).fetchall())
        with connection.cursor(binary=True) as cursor:
            return list(cursor.execute(sql.replace("?", "%s"), given, prepare=True).fetchall())

    @contextmanager
    def snapshot(self) -> Iterator[Rows]:
        """A `rows` whose every statement sees the ledger as it was at the first, whoever writes meanwhile."""
        with self._connected() as pooled:
            connection: Any = pooled.connection.driver_connection
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if self.is_postgres else "BEGIN")

            def rows(sql: str, given: Sequence[Any] = ()) -> list[Any]:
                with spoken():
                    return self._rows(connection, sql, given)

            try:
                yield rows
            finally:
                connection.execute("ROLLBACK")

    def head(self) -> Head:
        """Raises Damaged if the head row is not one."""
        found = self.rows("SELECT size, leaf, edge, recorded_at FROM head")
        if len(found) != 1:
            raise Damaged("the head row is gone", hint=_HINT)
        size, leaf, edge, recorded_at = found[0]
        try:
            when = parse_recorded(recorded_at) if size else None
        except ValueError as error:
            raise Damaged(f"the head's time: {error}", hint=_HINT) from error
        return Head(size, Digest(leaf), Tree.unpack(size, edge).root(), when)

    def size(self) -> int:
        """How many entries the head counts. One cheap row, for those who poll."""
        found = self.rows("SELECT size FROM head")
        if len(found) != 1:
            raise Damaged("the head row is gone", hint=_HINT)
        return int(found[0][0])

    def stream_heads(self) -> list[StreamHead]:
        """The last entry of each stream, by name."""
        found = self.rows("SELECT name, version, position, leaf FROM stream")
        return sorted(StreamHead(name, version, position, Digest(leaf)) for name, version, position, leaf in found)

    def stream_version(self, name: str) -> int:
        """0 if there is no such stream."""
        found = self.rows("SELECT version FROM stream WHERE name = ?", (name,))
        return int(found[0][0]) if found else 0

    def pages(self, after: int = 0, upto: int | None = None, size: int = PAGE) -> Iterator[list[StoredRow]]:
        """Entries after a position, up to one (or the head), `size` rows at a time.

        Raises Missing, naming the position, at the first hole; without `upto` also if rows lie beyond the head.
        """
        last = self.checked_size() if upto is None else upto
        while after < last:
            sql = _COLUMNS + "position > ? AND position <= ? ORDER BY position LIMIT ?"
            page = self.rows(sql, (after, last, size))
            if not page or page[0][0] != after + 1 or page[-1][0] != after + len(page):
                raise missing(page, after)
            yield page
            after += len(page)

    def checked_size(self) -> int:
        """As `size`. Raises Damaged if a row lies outside of the positions that the head counts."""
        found = self.rows(
            "SELECT size, (SELECT coalesce(max(position), 0) FROM entry), (SELECT min(position) FROM entry) FROM head"
        )
        if len(found) != 1:
            raise Damaged("the head row is gone", hint=_HINT)
        size, last, first = found[0]
        if first is not None and first < 1:
            raise Damaged(f"there is an entry at position {first}", hint=_HINT, code="storage.outside", position=first)
        if last > size:
            raise Damaged(
                f"there are entries beyond the head, up to {last}",
                hint=_HINT,
                code="storage.beyond-head",
                position=size + 1,
            )
        return int(size)

    def stream_entries(self, name: str, after: int = 0, size: int = PAGE) -> Iterator[StoredRow]:
        """One stream's entries after a version, by version. Raises Missing at a hole, or before the stream's head."""
        last = self.stream_version(name)
        while after < last:
            sql = _COLUMNS + "stream = ? AND version > ? AND version <= ? ORDER BY version LIMIT ?"
            page = self.rows(sql, (name, after, last, size))
            if not page or page[0][2] != after + 1 or page[-1][2] != after + len(page):
                hole = _first_hole([row[2] for row in page], after)
                raise Missing(f"version {hole} of {name} is missing", hint=_HINT, stream=name, version=hole)
            yield from page
            after += len(page)

    def entry(self, position: int) -> bytes:
        """One entry's bytes. Raises NotFound beyond the head, Missing before it."""
        found = self.rows("SELECT raw FROM entry WHERE position = ?", (position,))
        if found:
            return bytes(found[0][0])
        size = self.size()
        if 1 <= position <= size:
            raise Missing(f"entry {position} is missing", hint=_HINT, position=position)
        raise NotFound(f"there is no entry {position}: the ledger ends at {size}", position=position)

    def leaves(self, start: int, stop: int) -> list[Digest]:
        """Leaf hashes from tree index `start` up to `stop`, hashed from the entries; fewer where the ledger ends."""
        end = min(stop, self.size())
        return [leaf_hash(row[4]) for page in self.pages(start, end) for row in page]

    def nodes(self) -> StoredNodes:
        """What proofs read their hashes from. Make one per request: it remembers blocks of leaves."""
        return StoredNodes(self.leaves, self._kept_node)

    def node(self, level: int, index: int) -> Digest:
        """The hash over the leaves `index << level` up to `(index + 1) << level`. Raises NodeAbsent if incomplete."""
        return self.nodes()(level, index)

    def _kept_node(self, level: int, index: int) -> Digest:
        with self._connected() as connection:
            found = connection.execute(select(node.c.hash).where(node.c.level == level, node.c.idx == index)).scalar()
        if found is not None:
            return Digest(bytes(found))
        if index >= 0 and (index + 1) << level <= self.size():
            raise Missing(f"the node at level {level}, index {index} is missing", hint=_HINT)
        raise NodeAbsent(f"no complete subtree {index} at level {level}")

    def checkpoints(self) -> list[StoredCheckpoint]:
        """All notes, oldest first; of one size, the one with the fewest cosignatures first."""
        query = select(checkpoint.c.size, checkpoint.c.note).order_by(checkpoint.c.size, checkpoint.c.edition)
        with self._connected() as connection:
            return [StoredCheckpoint(size, bytes(note)) for size, note in connection.execute(query)]

    def latest_checkpoint(self) -> StoredCheckpoint | None:
        """The newest edition of the note over the largest size."""
        newest = (checkpoint.c.size.desc(), checkpoint.c.edition.desc())
        with self._connected() as connection:
            query = select(checkpoint.c.size, checkpoint.c.note).order_by(*newest).limit(1)
            found = connection.execute(query).first()
        return StoredCheckpoint(found.size, bytes(found.note)) if found else None

    def protocol_file(self, digest_hex: str) -> bytes:
        """The bytes under a digest that an entry names. Raises Missing; who reads them checks that they hash to it."""
        with self._connected() as connection:
            query = select(protocol_file.c.data).where(protocol_file.c.digest == digest_hex)
            found = connection.execute(query).scalar()
        if found is None:
            raise Missing(f"the protocol file {digest_hex} is missing", hint=_HINT)
        return bytes(found)

    def protocol_files(self) -> dict[str, bytes]:
        """All protocol files by their digest in hex."""
        with self._connected() as connection:
            query = select(protocol_file).order_by(protocol_file.c.digest)
            return {digest: bytes(data) for digest, data in connection.execute(query)}


def _first_hole(numbers: Sequence[int], after: int) -> int:
    """The first number after `after` that should be there and is not."""
    return next((at for at, number in enumerate(numbers, after + 1) if at != number), after + len(numbers) + 1)


def missing(page: Sequence[StoredRow], after: int) -> Missing:
    """The error for the first hole in a page that should begin after a position."""
    hole = _first_hole([row[0] for row in page], after)
    return Missing(f"entry {hole} is missing", hint=_HINT, position=hole)
