"""Reading for the verifier: rows as they lie there, holes and all. Nothing here is checked, nothing is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ledger.storage.reader import Reader

PAGE = 4_096


class RawHead(NamedTuple):
    """The head row's columns, unread, and the highest position that any entry has."""

    size: Any
    leaf: Any
    edge: Any
    recorded_at: Any
    last: int


def raw_head(store: Reader) -> RawHead | None:
    """None if the head row is gone."""
    found = store.rows("SELECT size, leaf, edge, recorded_at, (SELECT coalesce(max(position), 0) FROM entry) FROM head")
    return RawHead(*found[0]) if found else None


def raw_entries(store: Reader, after: int, upto: int) -> Iterator[Any]:
    """Every row with `after < position <= upto`, in order: position, stream, version, type, raw."""
    sql = (
        "SELECT position, stream, version, type, raw FROM entry WHERE position > ? AND position <= ? ORDER BY position"
    )
    while after < upto:
        page = store.rows(sql + " LIMIT ?", (after, upto, PAGE))
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1][0]


def raw_stream(store: Reader, stream: str) -> list[Any]:
    """Every row whose stream column says so, in order of position."""
    return store.rows(
        "SELECT position, stream, version, type, raw FROM entry WHERE stream = ? ORDER BY position", (stream,)
    )


def raw_nodes(store: Reader, level: int, first: int, stop: int) -> dict[int, bytes]:
    """Stored tree nodes of a level by index, `first <= index < stop`."""
    sql = "SELECT idx, hash FROM node WHERE level = ? AND idx >= ? AND idx < ?"
    return {index: bytes(digest) for index, digest in store.rows(sql, (level, first, stop))}


def raw_stream_heads(store: Reader) -> dict[str, tuple[int, int, bytes]]:
    """The table of stream heads: name to version, position and leaf."""
    found = store.rows("SELECT name, version, position, leaf FROM stream")
    return {name: (version, position, bytes(leaf)) for name, version, position, leaf in found}
