"""The end of the ledger as a writer needs it: nothing is kept of it, it is made again from the last entries.

Whoever builds on an entry or a tree node that one flipped bit has changed has a broken chain for ever, and whoever
signs such a root has signed a tree that never was: so the last entries are seen to follow from each other, and the
nodes are compared with what lies below them before anything is written or signed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from ledger.chain.entry import NO_LEAF, MalformedEntry, envelope
from ledger.chain.hashing import Digest, leaf_hash, node_hash
from ledger.chain.merkle import KEEP_LEVEL, Tree, merkle_root
from ledger.clock import parse_recorded
from ledger.storage.append import Tip
from ledger.storage.faults import Damaged, stored_bytes

Fetch = Callable[[str, Sequence[Any]], list[Any]]
"""Runs a statement with `?` for its values and gives its rows."""

NEAR = 1_000
"""Entries of other writers up to which it is cheaper to read on than to begin anew."""

_HINT = "stop writing; run `ledger verify` and compare with the last checkpoint"
_BLOCK = 1 << KEEP_LEVEL


def size_of(fetch: Fetch) -> int:
    """How many entries there are, by the last position."""
    found = fetch("SELECT coalesce(max(position), 0) FROM entry", ())[0][0]
    if not isinstance(found, int):
        raise Damaged(f"there is an entry at position {found!r}", hint=_HINT, code="storage.outside")
    return found


def version_of(fetch: Fetch, stream: str) -> int:
    """A stream's last version; 0 if there is no such stream. Raises Damaged where that entry's bytes say another."""
    ends = fetch("SELECT position, version, raw FROM entry WHERE stream = ? ORDER BY version DESC LIMIT 1", (stream,))
    for position, version, raw in ends:
        check_stands(position, stream, version, raw)
        return int(version)
    return 0


def check_stands(position: int, stream: str, version: int, raw: object) -> None:
    """Raises Damaged unless an entry stands where its columns say: seals and the next version are made of them."""
    entry = stored_bytes(raw, f"entry {position}", position)
    if not entry.endswith(f'"stream":"{stream}","v":1,"version":{version}}}'.encode()):
        raise Damaged(
            "the columns beside the entry do not say what its bytes say", hint=_HINT,
            code="storage.tip-differs", position=position,
        )  # fmt: skip


def read_tip(fetch: Fetch) -> Tip:
    """The tip, from at most 256 entries and the nodes before them. Raises Damaged where these do not hang together."""
    size = size_of(fetch)
    start = size >> KEEP_LEVEL << KEEP_LEVEL
    rows = _entries(fetch, max(start - 1, 0), size)
    leaves = [leaf for leaf, _, _ in rows]
    tail = Tree()
    tail.extend(leaves[len(leaves) - (size - start) :])
    edge = [_node(fetch, level, (size >> level) - 1) for level in _levels(size)]
    tree = Tree.unpack(size, tail.pack() + b"".join(edge))
    return Tip(size, leaves[-1] if leaves else NO_LEAF, tree, rows[-1][2] if rows else "", _versions(fetch))


def moved_on(tip: Tip, fetch: Fetch) -> Tip:
    """The tip as it is now, from one that may be older. Raises Damaged if the entries since do not follow from it."""
    size = size_of(fetch)
    if size == tip.size:
        return tip
    if not 0 < size - tip.size <= NEAR:
        return read_tip(fetch)
    rows = _entries(fetch, tip.size, size)
    if rows[0][1] != tip.leaf:
        raise _not_following(tip.size + 1)
    tip.tree.extend([leaf for leaf, _, _ in rows])
    tip.versions.clear()
    tip.size, tip.leaf, tip.recorded_at = size, rows[-1][0], rows[-1][2]
    return tip


def check_edge(tip: Tip, fetch: Fetch) -> None:
    """Raises Damaged unless each kept node of the tree's right edge is that of the entries or nodes below it.

    Asked when a writer first reads the tip, and again before a root is signed.
    """
    for level in _levels(tip.size):
        index = (tip.size >> level) - 1
        if level == KEEP_LEVEL:
            below = merkle_root([leaf for leaf, _, _ in _entries(fetch, index * _BLOCK, (index + 1) * _BLOCK)])
        else:
            below = node_hash(_node(fetch, level - 1, 2 * index), _node(fetch, level - 1, 2 * index + 1))
        if below != _node(fetch, level, index) or not tip.tree.has(level, below):
            raise _not_following(tip.size)


def _levels(size: int) -> list[int]:
    """The levels of kept nodes on the right edge of a tree of this size, lowest first."""
    return [level for level in range(KEEP_LEVEL, size.bit_length()) if size >> level & 1]


def _node(fetch: Fetch, level: int, index: int) -> Digest:
    found = fetch("SELECT hash FROM node WHERE level = ? AND idx = ?", (level, index))
    if not found:
        raise Damaged(f"the node at level {level}, index {index} is missing", hint=_HINT, code="storage.missing")
    return Digest(stored_bytes(found[0][0], f"the node at level {level}, index {index}"))


def _entries(fetch: Fetch, after: int, upto: int) -> list[tuple[Digest, Digest, str]]:
    """Leaf, `prev` and time of entries that follow from each other. Raises Damaged where one does not, or is gone."""
    sql = "SELECT position, raw FROM entry WHERE position > ? AND position <= ? ORDER BY position"
    found: list[tuple[Digest, Digest, str]] = []
    for expected, (position, raw) in enumerate(fetch(sql, (after, upto)), after + 1):
        try:
            raw = stored_bytes(raw, f"entry {position}", position)
            stated, prev, recorded_at = envelope(raw)
            parse_recorded(recorded_at)
        except (MalformedEntry, ValueError) as error:
            raise Damaged(f"entry {position} cannot be what was written: {error}", hint=_HINT) from error
        if not position == stated == expected:
            raise _not_following(expected)
        found.append((leaf_hash(raw), prev, recorded_at))
    if len(found) != upto - after:
        raise _not_following(after + len(found) + 1)
    for at, (before, here) in enumerate(pairwise(found), after + 2):
        if here[1] != before[0]:
            raise _not_following(at)
    return found


def _versions(fetch: Fetch) -> Callable[[str], int]:
    return lambda stream: version_of(fetch, stream)


def _not_following(position: int) -> Damaged:
    return Damaged(
        f"entry {position} is missing, or does not follow from the one before", hint=_HINT,
        code="storage.tip-differs", position=position,
    )  # fmt: skip
