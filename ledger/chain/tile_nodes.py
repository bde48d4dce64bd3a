"""A tree read from its published tiles. What they say is worth as much as the proof that it leads to."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from ledger.chain.hashing import Digest, pair_up
from ledger.chain.nodes import NodeAbsent
from ledger.chain.tiles import WIDTH, MalformedTile, Tile

Fetch = Callable[[str], bytes]
"""The bytes of a published file by its path below the log's prefix."""


class TileNodes:
    """A NodeReader over the hash tiles of a log of `size` entries."""

    def __init__(self, size: int, fetch: Fetch) -> None:
        self._size, self._fetch = size, fetch
        self._row = lru_cache(maxsize=256)(self._read)

    def __call__(self, level: int, index: int, /) -> Digest:
        tile_level, rest = divmod(level, 8)
        first = index << rest
        row = list(self._row(tile_level, first // WIDTH)[first % WIDTH :][: 1 << rest])
        if len(row) != 1 << rest:
            raise NodeAbsent(f"no complete subtree {index} at level {level}")
        while len(row) > 1:
            row = pair_up(row)
        return row[0]

    def _read(self, level: int, index: int) -> tuple[Digest, ...]:
        width = min(WIDTH, (self._size >> 8 * level) - index * WIDTH)
        if width <= 0:
            raise NodeAbsent(f"no tile {index} at level {level}")
        tile = Tile(level, index, width)
        raw = self._fetch(str(tile))
        if len(raw) != 32 * width:
            raise MalformedTile(f"{tile} has {len(raw)} bytes, not {32 * width}")
        return tuple(Digest(raw[at : at + 32]) for at in range(0, len(raw), 32))
