"""The RFC 6962 tree over entries, grown at its right edge. RFC 9162 section 2.1.

A tree of n leaves is known by one complete subtree per 1 bit of n, lowest first: the right edge. That is all that is
needed to add leaves and to tell the root, so it is all that is kept in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

from ledger.chain.hashing import EMPTY_ROOT, Digest, node_hash, pair_up
from ledger.errors import VerificationFailed

KEEP_LEVEL = 8
"""Nodes from this level up are worth storing (one row per 256 leaves); below it leaves are hashed again."""


class MalformedTree(VerificationFailed):
    """A stored right edge that cannot belong to a tree of its size."""

    code = "tree.malformed"


class Node(NamedTuple):
    """The root of a complete subtree: of the leaves `index << level` up to `(index + 1) << level`."""

    level: int
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks of a node
    hash: Digest


class Tree:
    """A tree that only grows: its size and its right edge, `{level: hash}` for each 1 bit of the size."""

    __slots__ = ("_edge", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._edge: dict[int, Digest] = {}

    @property
    def size(self) -> int:
        return self._size

    def extend(self, leaves: Sequence[Digest]) -> list[Node]:
        """Add leaf hashes; return the nodes of level >= KEEP_LEVEL that became complete, each once in a tree's life."""
        if len(leaves) == 1:
            return self._add(leaves[0])
        complete: list[Node] = []
        level, row = 0, list(leaves)
        while row:
            if level >= KEEP_LEVEL:
                first = self._size >> level
                complete += [Node(level, first + at, digest) for at, digest in enumerate(row)]
            waiting = self._edge.pop(level, None)
            if waiting is not None:
                row.insert(0, waiting)
            if len(row) % 2:
                self._edge[level] = row.pop()
            level, row = level + 1, pair_up(row)
        self._size += len(leaves)
        return complete

    def _add(self, digest: Digest) -> list[Node]:
        """`extend` by one leaf."""
        edge, level, complete = self._edge, 0, list[Node]()
        while level in edge:
            digest = node_hash(edge.pop(level), digest)
            level += 1
            if level >= KEEP_LEVEL:
                complete.append(Node(level, self._size >> level, digest))
        edge[level] = digest
        self._size += 1
        return complete

    def has(self, level: int, digest: Digest) -> bool:
        """Whether the right edge has this subtree at this level."""
        return self._edge.get(level) == digest

    def root(self) -> Digest:
        """The Merkle tree hash; of no leaves it is SHA-256 of nothing."""
        edge = [self._edge[level] for level in sorted(self._edge)]
        if not edge:
            return EMPTY_ROOT
        root = edge[0]
        for left in edge[1:]:
            root = node_hash(left, root)
        return root

    def copy(self) -> Tree:
        """A tree to grow while a transaction may still fail."""
        other = Tree()
        other._size, other._edge = self._size, dict(self._edge)
        return other

    def pack(self) -> bytes:
        """The right edge: 32 bytes for each 1 bit of the size, lowest level first."""
        return b"".join(self._edge[level] for level in sorted(self._edge))

    @classmethod
    def unpack(cls, size: int, packed: bytes) -> Self:
        """The tree of `size` leaves whose `pack()` this is; MalformedTree if the two cannot belong together."""
        levels = [level for level in range(max(size, 0).bit_length()) if size >> level & 1]
        if size < 0 or len(packed) != 32 * len(levels):
            raise MalformedTree(
                f"a tree of size {size} cannot have a right edge of {len(packed)} bytes",
                hint="a stored tree is damaged: run `ledger verify`, then restore the database",
            )
        tree = cls()
        tree._size = size
        tree._edge = {level: Digest(packed[32 * at : 32 * at + 32]) for at, level in enumerate(levels)}
        return tree


def merkle_root(leaves: Sequence[Digest]) -> Digest:
    """The root over a whole list of leaf hashes."""
    tree = Tree()
    tree.extend(leaves)
    return tree.root()
