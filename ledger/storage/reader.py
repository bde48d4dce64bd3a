"""Reading a ledger. Rows leave here gapless and in order, or not at all; what they say is the verifier's business."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Engine, select

from ledger.chain.hashing import Digest, leaf_hash
from ledger.chain.nodes import NodeAbsent, StoredNodes
from ledger.clock import parse_recorded
from ledger.errors import NotFound
from ledger.storage.append import StoredRow
from ledger.storage.faults import Damaged, StorageFailed, spoken, stored_bytes
from ledger.storage.tables import checkpoint, metadata, node, protocol_file
from ledger.storage.tip import check_stands, read_tip, size_of, version_of

PAGE = 5_000
"""Rows a page: about 3 MB, and the time per row no longer falls beyond it."""
_RAW = itemgetter(4)
_A_TIME = 500
"""Positions in one statement."""

_HINT = "run `ledger verify`, and compare with a bundle or backup that covers this position"
_COLUMNS = "SELECT position, stream, version, type, raw FROM entry WHERE "
STREAM_ENDS = """
WITH RECURSIVE named(stream) AS (
  SELECT min(stream) FROM entry
  UNION ALL SELECT (SELECT min(stream) FROM entry WHERE stream > named.stream) FROM named WHERE named.stream IS NOT NULL
)
SELECT entry.stream, entry.version, entry.position, entry.raw FROM named JOIN entry ON entry.stream = named.stream
AND entry.version = (SELECT max(version) FROM entry AS last WHERE last.stream = named.stream)
"""
"""Each stream's last entry: one step into the index a stream, however many entries it has."""


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
        with spoken(self._engine), self._engine.begin() as connection:
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
    def held(self) -> Iterator[Rows]:
        """A `rows` by one connection, for many statements: asking the pool for one costs as much as some rows do."""
        with self._connected() as pooled:
            connection = pooled.connection.driver_connection

            def rows(sql: str, given: Sequence[Any] = ()) -> list[Any]:
                with spoken(self._engine):
                    return self._rows(connection, sql, given)

            yield rows

    @contextmanager
    def snapshot(self) -> Iterator[Rows]:
        """A `rows` whose every statement sees the ledger as it was at the first, whoever writes meanwhile."""
        with self._connected() as pooled:
            connection: Any = pooled.connection.driver_connection
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if self.is_postgres else "BEGIN")

            def rows(sql: str, given: Sequence[Any] = ()) -> list[Any]:
                with spoken(self._engine):
                    return self._rows(connection, sql, given)

            try:
                yield rows
            finally:
                connection.execute("ROLLBACK")

    def head(self) -> Head:
        """Made from the last entries and the tree's kept nodes. Raises Damaged where they do not hang together."""
        with self.snapshot() as rows:
            tip = read_tip(rows)
        when = parse_recorded(tip.recorded_at) if tip.size else None
        return Head(tip.size, tip.leaf, tip.tree.root(), when)

    def size(self) -> int:
        """How many entries there are, by the last position. Cheap, for those who poll."""
        return size_of(self.rows)

    def stream_heads(self) -> list[StreamHead]:
        """The last entry of each stream, by name. Raises Damaged where one stands in another stream, or version."""
        found = self.rows(STREAM_ENDS)
        for name, version, at, raw in found:
            check_stands(at, name, version, raw)
        return sorted(StreamHead(name, version, at, leaf_hash(bytes(raw))) for name, version, at, raw in found)

    def stream_version(self, name: str) -> int:
        """0 if there is no such stream."""
        return version_of(self.rows, name)

    def pages(self, after: int = 0, upto: int | None = None, size: int = PAGE) -> Iterator[list[StoredRow]]:
        """Entries after a position, up to one (or the last), `size` rows at a time.

        Raises Missing, naming the position, at the first hole; without `upto` also if a row lies before the first.
        """
        last = self.checked_size() if upto is None else upto
        while after < last:
            page = page_of(self.rows, after, last, size)
            yield page
            after += len(page)

    def checked_size(self) -> int:
        """As `size`. Raises Damaged if a row lies before the first position."""
        size, found = self.size(), self.rows("SELECT min(position) FROM entry")
        first = found[0][0]
        if first is not None and first < 1:
            raise Damaged(f"there is an entry at position {first}", hint=_HINT, code="storage.outside", position=first)
        return size

    def stream_entries(self, name: str, after: int = 0, size: int = PAGE) -> Iterator[StoredRow]:
        """One stream's entries after a version, by version. Raises Missing at a hole."""
        last = self.stream_version(name)
        while after < last:
            sql = _COLUMNS + "stream = ? AND version > ? AND version <= ? ORDER BY version LIMIT ?"
            page = self.rows(sql, (name, after, last, size))
            if not page or page[0][2] != after + 1 or page[-1][2] != after + len(page):
                hole = _first_hole([row[2] for row in page], after)
                raise Missing(f"version {hole} of {name} is missing", hint=_HINT, stream=name, version=hole)
            _check_kinds(page)
            yield from page
            after += len(page)

    def entry(self, position: int) -> bytes:
        """One entry's bytes. Raises NotFound beyond the last, Missing before it."""
        found = self.rows("SELECT raw FROM entry WHERE position = ?", (position,))
        if found:
            return stored_bytes(found[0][0], f"entry {position}", position)
        size = self.size()
        if 1 <= position <= size:
            raise Missing(f"entry {position} is missing", hint=_HINT, position=position)
        raise NotFound(f"there is no entry {position}: the ledger ends at {size}", position=position)

    def entries(self, positions: Iterable[int]) -> dict[int, bytes]:
        """The bytes of these entries, by position. Raises Missing, NotFound as `entry` does."""
        wanted = sorted(set(positions))
        found: dict[int, bytes] = {}
        for start in range(0, len(wanted), _A_TIME):
            some = wanted[start : start + _A_TIME]
            sql = f"SELECT position, raw FROM entry WHERE position IN ({', '.join('?' * len(some))})"  # noqa: S608
            found |= {at: stored_bytes(raw, f"entry {at}", at) for at, raw in self.rows(sql, some)}
        for position in wanted:
            if position not in found:
                found[position] = self.entry(position)
        return found

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
            return Digest(stored_bytes(found, f"the node at level {level}, index {index}"))
        if index >= 0 and (index + 1) << level <= self.size():
            raise Missing(f"the node at level {level}, index {index} is missing", hint=_HINT)
        raise NodeAbsent(f"no complete subtree {index} at level {level}")

    def checkpoints(self) -> list[StoredCheckpoint]:
        """All notes, oldest first; of one size, the one with the fewest cosignatures first."""
        query = select(checkpoint.c.size, checkpoint.c.note).order_by(checkpoint.c.size, checkpoint.c.edition)
        with self._connected() as connection:
            return [_kept(size, note) for size, note in connection.execute(query)]

    def latest_checkpoint(self) -> StoredCheckpoint | None:
        """The newest edition of the note over the largest size."""
        newest = (checkpoint.c.size.desc(), checkpoint.c.edition.desc())
        with self._connected() as connection:
            query = select(checkpoint.c.size, checkpoint.c.note).order_by(*newest).limit(1)
            found = connection.execute(query).first()
        return _kept(found.size, found.note) if found else None

    def protocol_file(self, digest_hex: str) -> bytes:
        """The bytes under a digest that an entry names. Raises Missing; who reads them checks that they hash to it."""
        with self._connected() as connection:
            query = select(protocol_file.c.data).where(protocol_file.c.digest == digest_hex)
            found = connection.execute(query).scalar()
        if found is None:
            raise Missing(f"the protocol file {digest_hex} is missing", hint=_HINT)
        return stored_bytes(found, f"the protocol file {digest_hex}")

    def protocol_files(self) -> dict[str, bytes]:
        """All protocol files by their digest in hex."""
        with self._connected() as connection:
            query = select(protocol_file).order_by(protocol_file.c.digest)
            return {
                digest: stored_bytes(data, f"the protocol file {digest}") for digest, data in connection.execute(query)
            }


def page_of(rows: Rows, after: int, upto: int, size: int) -> list[StoredRow]:
    """The next entries after a position, up to another. Raises Missing at a hole, Damaged where there are no bytes."""
    sql = _COLUMNS + "position > ? AND position <= ? ORDER BY position LIMIT ?"
    page = rows(sql, (after, upto, size))
    if not page or page[0][0] != after + 1 or page[-1][0] != after + len(page):
        raise missing(page, after)
    _check_kinds(page)
    return page


def _check_kinds(page: Sequence[StoredRow]) -> None:
    """Raises Damaged for the first row that has no bytes for an entry."""
    if {*map(type, map(_RAW, page))} != {bytes}:
        for position, _, _, _, raw in page:
            stored_bytes(raw, f"entry {position}", position)


def _kept(size: object, note: object) -> StoredCheckpoint:
    if not isinstance(size, int):
        raise Damaged(f"there is a checkpoint of size {size!r}", hint=_HINT)
    return StoredCheckpoint(size, stored_bytes(note, f"the checkpoint of size {size}"))


def tables_there(rows: Rows, *, postgres: bool) -> set[str]:
    """Which of a ledger's tables a database has, those of the layout before included."""
    names = [*metadata.tables, "head", "stream"]
    if postgres:
        found = rows("SELECT name FROM unnest(?::text[]) AS name WHERE to_regclass(name) IS NOT NULL", (names,))
    else:
        found = rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {name for (name,) in found if name in names}


def _first_hole(numbers: Sequence[int], after: int) -> int:
    """The first number after `after` that should be there and is not."""
    return next((at for at, number in enumerate(numbers, after + 1) if at != number), after + len(numbers) + 1)


def missing(page: Sequence[StoredRow], after: int) -> Missing:
    """The error for the first hole in a page that should begin after a position."""
    hole = _first_hole([row[0] for row in page], after)
    return Missing(f"entry {hole} is missing", hint=_HINT, position=hole)
