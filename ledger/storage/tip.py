"""Reading the head row. It is an index like any other column, so it is not believed beyond what the entries say.

Whoever extends a head that one flipped bit has changed has a broken chain for ever, and whoever signs its root has
signed a tree that never was: so both are made again from the entries.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.chain.entry import NO_LEAF
from ledger.chain.hashing import Digest, leaf_hash
from ledger.chain.merkle import KEEP_LEVEL, Tree
from ledger.clock import parse_recorded
from ledger.storage.append import Tip
from ledger.storage.faults import Damaged

Fetch = Callable[[str, tuple[Any, ...]], list[Any]]
"""Runs a statement with `?` for its values and gives its rows."""

_HINT = "stop writing; run `ledger verify` and compare with the last checkpoint"
_HEAD = """
SELECT size, leaf, edge, recorded_at, (SELECT raw FROM entry WHERE position = size),
       (SELECT coalesce(max(position), 0) FROM entry) FROM head
"""


def read_tip(fetch: Fetch) -> Tip:
    """The head as a writer needs it, in one statement. Raises Damaged if it does not follow from the last entry."""
    rows = fetch(_HEAD, ())
    if not rows:
        raise Damaged("the head row is gone", hint=_HINT)
    size, leaf, edge, recorded_at, last_raw, last_position = rows[0]
    last_leaf = leaf_hash(bytes(last_raw)) if last_raw is not None else NO_LEAF
    if last_leaf != leaf or last_position != size:
        raise _not_following(size)
    _check_time(size, recorded_at)

    def version_in_store(stream: str) -> int:
        found = fetch("SELECT version FROM stream WHERE name = ?", (stream,))
        return int(found[0][0]) if found else 0

    return Tip(size, Digest(leaf), Tree.unpack(size, edge), recorded_at, version_in_store)


def check_edge(tip: Tip, fetch: Fetch) -> None:
    """Raises Damaged unless the tree's right edge follows from at most 255 entries and the kept nodes.

    Asked when a writer first reads the head, and again before a root is signed.
    """
    start = tip.size >> KEEP_LEVEL << KEEP_LEVEL
    tail = Tree()
    sql = "SELECT raw FROM entry WHERE position > ? AND position <= ? ORDER BY position"
    tail.extend([leaf_hash(bytes(raw)) for (raw,) in fetch(sql, (start, tip.size))])
    edge = tail.pack()
    for level in range(KEEP_LEVEL, tip.size.bit_length()):
        if tip.size >> level & 1:
            found = fetch("SELECT hash FROM node WHERE level = ? AND idx = ?", (level, (tip.size >> level) - 1))
            edge += bytes(found[0][0]) if found else b""
    if edge != tip.tree.pack():
        raise _not_following(tip.size)


def _not_following(size: int) -> Damaged:
    return Damaged(f"the head does not follow from entry {size}", hint=_HINT, code="storage.head-differs")


def _check_time(size: int, recorded_at: str) -> None:
    try:
        if size:
            parse_recorded(recorded_at)
    except ValueError as error:
        raise Damaged(f"the head's time: {error}", hint=_HINT) from error
