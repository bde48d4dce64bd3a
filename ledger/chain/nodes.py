"""Where a proof gets its hashes from: complete subtrees, by level and index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

from ledger.chain.hashing import Digest, pair_up
from ledger.chain.merkle import KEEP_LEVEL
from ledger.errors import NotFound

BLOCK = 1 << KEEP_LEVEL
"""Leaves under one stored node, and hashes in one full tile."""


class NodeAbsent(NotFound):
    """A hash was asked of a subtree that is not complete (yet), or of a leaf that is not there."""

    code = "tree.node-absent"


class NodeReader(Protocol):
    """Gives the hash over the leaves `index << level` up to `(index + 1) << level`; level 0 is the leaves."""

    def __call__(self, level: int, index: int, /) -> Digest: ...


class Leaves:
    """A reader over leaf hashes held in memory."""

    def __init__(self, leaves: Sequence[Digest]) -> None:
        self._rows: list[list[Digest]] = [list(leaves)]
        while len(row := self._rows[-1]) > 1:
            self._rows.append(pair_up(row[: len(row) // 2 * 2]))

    def __call__(self, level: int, index: int, /) -> Digest:
        if not (0 <= level < len(self._rows) and 0 <= index < len(self._rows[level])):
            raise NodeAbsent(f"no complete subtree {index} at level {level}")
        return self._rows[level][index]


class StoredNodes:
    """A reader over a store that keeps leaves, and nodes from KEEP_LEVEL up. Make one per request.

    `leaves(start, stop)` gives the leaf hashes from tree index `start` up to `stop`, fewer where the tree ends;
    `node(level, index)` gives a kept node. Blocks of 256 leaves are remembered, so a reader must not outlive an append.
    """

    def __init__(self, leaves: Callable[[int, int], Sequence[Digest]], node: NodeReader) -> None:
        self._leaves = leaves
        self._node = node
        self._block = lru_cache(maxsize=64)(self._read_block)

    def _read_block(self, block: int) -> Leaves:
        return Leaves(self._leaves(block * BLOCK, (block + 1) * BLOCK))

    def __call__(self, level: int, index: int, /) -> Digest:
        if level >= KEEP_LEVEL:
            return self._node(level, index)
        block, first = divmod(index << level, BLOCK)
        return self._block(block)(level, first >> level)
