"""Tiles: the tree as small files that never change once full. C2SP tlog-tiles.

- `tile/<level>/<index>[.p/<width>]`: up to 256 hashes; hash i of tile n at level l covers 256^l leaves.
- `tile/entries/<index>[.p/<width>]`: up to 256 entries, each after its length in two bytes (big-endian).
- The index is written in groups of three digits, all but the last after an `x`: 1234067 is `x001/x234/067`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Self

import msgspec

from ledger.chain.nodes import NodeReader
from ledger.chain.spelling import LARGEST, parse_decimal
from ledger.errors import InputRejected

WIDTH = 256
"""Hashes in a full tile, entries in a full bundle."""

ENTRIES = -1
"""The `level` of an entry bundle, which lies below the leaf hashes."""

_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([0-9]{1,3}))?")


class MalformedTile(InputRejected):
    """A tile path or tile bytes in another form than the one that C2SP gives them."""

    code = "tile.malformed"


class Tile(msgspec.Struct, frozen=True):
    """The name of a tile: level 0 to 63 or ENTRIES, index from 0, width 1 to 256 (full)."""

    level: int
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        known = ENTRIES <= self.level <= 63 and 0 <= self.index <= LARGEST // WIDTH and 1 <= self.width <= WIDTH
        if not known:
            raise ValueError("tile level, index or width out of range")

    def __str__(self) -> str:
        level = "entries" if self.level == ENTRIES else str(self.level)
        *high, low = re.findall("...", str(self.index).zfill(-(-len(str(self.index)) // 3) * 3))
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{''.join(f'x{group}/' for group in high)}{low}{partial}"

    @classmethod
    def parse(cls, path: str) -> Self:
        """The tile of this path (without the log's prefix); MalformedTile if it is not spelled as `str()` spells it."""
        match = _PATH.fullmatch(path)
        if not match:
            raise MalformedTile(f"{path[:80]!r} is not a tile path")
        level, index, width = match.groups()
        try:
            tile = cls(
                ENTRIES if level == "entries" else parse_decimal(level),
                int(re.sub("[x/]", "", index)),
                WIDTH if width is None else parse_decimal(width),
            )
        except ValueError as error:
            raise MalformedTile(f"{path[:80]!r} is not a tile path: {error}") from error
        if str(tile) != path:
            raise MalformedTile(f"{path[:80]!r} is not the one spelling of its tile")
        return tile


def tile_hashes(tile: Tile, read: NodeReader) -> bytes:
    """The bytes of a hash tile: 32 for each hash."""
    first = tile.index * WIDTH
    return b"".join(read(8 * tile.level, first + at) for at in range(tile.width))


def hash_tiles(size: int) -> Iterator[Tile]:
    """Every hash tile of a tree of `size` leaves, level by level; the last of a level may be partial, none is empty."""
    level = 0
    while size >> 8 * level:
        yield from _row(level, size >> 8 * level)
        level += 1


def entry_tiles(size: int) -> Iterator[Tile]:
    """Every entry bundle of a log of `size` entries."""
    return _row(ENTRIES, size)


def _row(level: int, count: int) -> Iterator[Tile]:
    full, width = divmod(count, WIDTH)
    for index in range(full):
        yield Tile(level, index)
    if width:
        yield Tile(level, full, width)


def dump_entries(entries: Sequence[bytes]) -> bytes:
    """The bytes of an entry bundle; an entry has at most 65,535 bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def parse_entries(raw: bytes, width: int) -> list[bytes]:
    """The `width` entries of a bundle; MalformedTile if it is cut short or something follows."""
    entries: list[bytes] = []
    at = 0
    for _ in range(width):
        end = at + 2 + int.from_bytes(raw[at : at + 2], "big")
        if at + 2 > len(raw) or end > len(raw):
            raise MalformedTile(f"an entry bundle of {width} ends in entry {len(entries) + 1}")
        entries.append(raw[at + 2 : end])
        at = end
    if at != len(raw):
        raise MalformedTile(f"{len(raw) - at} bytes follow the {width} entries of a bundle")
    return entries
