"""Reading the head row. It is an index like any other column, so it is not believed beyond what the entries say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.chain.entry import NO_LEAF
from ledger.chain.hashing import Digest, leaf_hash
from ledger.chain.merkle import Tree
from ledger.clock import parse_recorded
from ledger.storage.append import Tip
from ledger.storage.faults import Damaged

FetchOne = Callable[[str, tuple[Any, ...]], tuple[Any, ...] | None]
"""Runs a statement with `?` for its values and gives its first row."""

_HINT = "stop writing; run `ledger verify` and compare with the last checkpoint"


_HEAD = """
SELECT size, leaf, edge, recorded_at, (SELECT raw FROM entry WHERE position = size),
       (SELECT coalesce(max(position), 0) FROM entry) FROM head
"""


def read_tip(fetch: FetchOne) -> Tip:
    """The head as a writer needs it, read in one statement. Raises Damaged if it does not follow from the last entry.

    Whoever extends a head that a flipped bit has changed has a broken chain for ever: so the leaf is hashed again.
    """
    row = fetch(_HEAD, ())
    if row is None:
        raise Damaged("the head row is gone", hint=_HINT)
    size, leaf, edge, recorded_at, last_raw, last_position = row
    last_leaf = leaf_hash(bytes(last_raw)) if last_raw is not None else NO_LEAF
    if last_leaf != leaf or last_position != size:
        raise Damaged(f"the head does not follow from entry {size}", hint=_HINT, code="storage.head-differs")
    _check_time(size, recorded_at)

    def version_in_store(stream: str) -> int:
        found = fetch("SELECT version FROM stream WHERE name = ?", (stream,))
        return int(found[0]) if found else 0

    return Tip(size, Digest(leaf), Tree.unpack(size, edge), recorded_at, version_in_store)


def _check_time(size: int, recorded_at: str) -> None:
    try:
        if size:
            parse_recorded(recorded_at)
    except ValueError as error:
        raise Damaged(f"the head's time: {error}", hint=_HINT) from error
