"""Reading for the verifier: rows as they lie there, holes and all. Nothing here is checked, nothing is refused.

Who owns the database can have changed anything, types of columns included, so the values are Any; and a page that the
database cannot read hides no other: what can be read around it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ledger.errors import LedgerError
from ledger.storage.faults import NOT_READ
from ledger.storage.reader import STREAM_ENDS, Reader, Rows, page_of, tables_there

PAGE = 256
"""Rows a page: they are hashed while the processor still has them at hand; larger ones take a sixth longer."""

_COLUMNS = "SELECT position, stream, version, type, raw FROM entry WHERE "
_PAGE = _COLUMNS + "position > ? AND position <= ? ORDER BY position LIMIT ?"
# By position, and by no index of streams: SQLite would take that one. Whatever collation the columns were given.
_MEMBERS = (
    "SELECT raw FROM entry{} WHERE position > ? AND position <= ? AND stream COLLATE {} = ? AND type COLLATE {} = ? "
    "AND version = position + ? ORDER BY position"
)
_ON_SQLITE = _MEMBERS.format(" NOT INDEXED", "BINARY", "BINARY")
_ON_POSTGRES = _MEMBERS.format("", '"C"', '"C"')
_BESIDE = {
    "entry": "SELECT count(*), (SELECT max(position) FROM entry) FROM entry",
    "checkpoint": "SELECT size, edition, note FROM checkpoint ORDER BY size, edition",
    "protocol_file": "SELECT digest, data FROM protocol_file ORDER BY digest",
    "node": "SELECT count(*) FROM node",
    "layout": "SELECT one, format FROM layout",
}
_OLD_END = "SELECT one, format, size, leaf FROM head"


class Beside(NamedTuple):
    """What lies beside the entries, all read at one moment, and how many rows there are.

    `layout` is one row, (1, 2); of the layout before it (1, 1, size, leaf), which also said where the ledger ends.
    `streams` are names and last versions. A table that cannot be read is empty; `unreadable` names it, and says why.
    """

    layout: list[Any]
    streams: list[Any]
    checkpoint: list[Any]
    protocol_file: list[Any]
    nodes: int
    entries: int
    last: int
    unreadable: dict[str, str]


def raw_beside(store: Reader) -> Beside:
    """One snapshot: entries up to its `last` never change, whoever appends meanwhile."""
    found: dict[str, list[Any]] = {}
    unreadable: dict[str, str] = {}
    with store.snapshot() as rows:
        there = tables_there(rows, postgres=store.is_postgres)
        asked = {table: sql for table, sql in _BESIDE.items() if table in there}
        if "layout" not in there and "head" in there:
            asked["layout"] = _OLD_END
        if "entry" in there:
            asked["streams"] = STREAM_ENDS
        unreadable |= {table: "it is gone" for table in _BESIDE if table not in asked}
        for name, sql in asked.items():
            try:
                found[name] = rows(sql)
            except NOT_READ:
                raise
            except LedgerError as error:
                unreadable[name] = error.message
                if store.is_postgres:  # a failed statement ends the transaction there
                    break
    ((entries, last),) = found.get("entry") or [(0, 0)]
    ((nodes,),) = found.get("node") or [(0,)]
    layout, checkpoint, protocol_file = (found.get(table, []) for table in ("layout", "checkpoint", "protocol_file"))
    streams = [(name, version) for name, version, _, _ in found.get("streams", [])]
    last = last if isinstance(last, int) else entries
    return Beside(layout, streams, checkpoint, protocol_file, nodes, entries, last, unreadable)


class RawStretch:
    """Rows with `after < position <= upto`, read in order, `size` at a time. `after` moves on with what was read."""

    def __init__(self, rows: Rows, after: int, upto: int, *, size: int = PAGE, postgres: bool = False) -> None:
        self.rows, self.after, self.upto, self.size = rows, after, upto, size
        self._members = _ON_POSTGRES if postgres else _ON_SQLITE

    def page(self) -> list[Any]:
        """The next rows, none at the end: position, stream, version, type, raw.

        A row that cannot be read comes as its position and four times None.
        """
        page: list[Any] = []
        while not page and self.after < self.upto:
            try:
                page = self.rows(_PAGE, (self.after, self.upto, self.size))
            except NOT_READ:
                raise
            except LedgerError:
                page, end = _one_by_one(self.rows, self.after, min(self.after + self.size, self.upto))
            else:
                end = page[-1][0] if len(page) == self.size else self.upto
            self.after = end if isinstance(end, int) and end > self.after else self.upto
        return page

    def members(self, stream: str, type_: str, ahead: int) -> list[Any]:
        """The last column of the next `size` rows, if all have this stream and type, and versions by `ahead` larger.

        Else nothing is read. The database compares, so that half as much comes from it.
        """
        end = self.after + self.size
        if end > self.upto:
            return []
        try:
            found = self.rows(self._members, (self.after, end, stream, type_, ahead))
        except NOT_READ:
            raise
        except LedgerError:
            return []
        if len(found) < self.size:
            return []
        self.after = end
        return [raw for (raw,) in found]


class Stretch(RawStretch):
    """The same for who goes on only from what is whole."""

    def page(self) -> list[Any]:
        """The next rows. Raises Missing at a hole, Damaged where there are no bytes."""
        page = page_of(self.rows, self.after, self.upto, self.size)
        self.after += len(page)
        return page


def raw_pages(store: Reader, after: int, upto: int) -> Iterator[list[Any]]:
    """The pages of a `RawStretch`."""
    stretch = RawStretch(store.rows, after, upto)
    while page := stretch.page():
        yield page


def _one_by_one(rows: Rows, after: int, end: int) -> tuple[list[Any], int]:
    """A page that cannot be read at once, and its last position. Holes stay holes."""
    page: list[Any] = []
    for position in range(after + 1, end + 1):
        try:
            page += rows(_COLUMNS + "position = ?", (position,))
        except NOT_READ:
            raise
        except LedgerError:
            page.append((position, None, None, None, None))
    return page, end


def raw_entry(store: Reader, position: int) -> bytes | None:
    """One entry's bytes, or None if there is no such row or it cannot be read."""
    try:
        found = store.rows("SELECT raw FROM entry WHERE position = ?", (position,))
    except NOT_READ:
        raise
    except LedgerError:
        return None
    return found[0][0] if found and isinstance(found[0][0], bytes) else None


def next_position(store: Reader, after: int) -> int | None:
    """The first position after this one that has a row."""
    ((position,),) = store.rows("SELECT min(position) FROM entry WHERE position > ?", (after,))
    return position if isinstance(position, int) else None


def raw_stream(store: Reader, stream: str) -> list[Any]:
    """Every row whose stream column says so, in order of position."""
    return store.rows(_COLUMNS + "stream = ? ORDER BY position", (stream,))


def raw_of_types(store: Reader, stream: str, types: Sequence[str]) -> list[Any]:
    """Of a stream, the rows of which a column says that they are of one of these types; in order of position."""
    places = ", ".join("?" * len(types))
    return store.rows(f"{_COLUMNS}stream = ? AND type IN ({places}) ORDER BY position", (stream, *types))


def raw_nodes(store: Reader, level: int, first: int, stop: int) -> dict[Any, Any]:
    """Stored tree nodes of a level by index, `first <= index < stop`."""
    sql = "SELECT idx, hash FROM node WHERE level = ? AND idx >= ? AND idx < ?"
    return dict(store.rows(sql, (level, first, stop)))


def structure_faults(store: Reader) -> list[str]:
    """What SQLite finds wrong with its own pages and indexes; of PostgreSQL nothing is asked."""
    if store.is_postgres:
        return []
    found = [str(row[0]) for row in store.rows("PRAGMA integrity_check(20)")]
    return [] if found == ["ok"] else found


def head_at(store: Reader, stream: str, position: int) -> list[Any]:
    """The last entry of a stream up to a position: version, position, raw; nothing if it begins later."""
    sql = "SELECT version, position, raw FROM entry WHERE stream = ? AND position <= ? ORDER BY version DESC LIMIT 1"
    return store.rows(sql, (stream, position))
