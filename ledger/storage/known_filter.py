"""Whether an id may be among many: a Bloom filter, so that most are told to be new without a look at the disk.

Ids are keyed digests, so their own bits are as good as hashes of them. It says "no" for certain and "yes" perhaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from struct import Struct

SMALLEST = 1 << 20
"""Ids that the smallest filter is made for: 2 MiB."""
_BITS = 16
"""Bits an id: with three of them set, about one in two hundred is said to be there and is not."""
_PARTS = Struct(">3I4x")
"""Three parts of an id of 16 bytes, each small enough to be shifted in a moment."""


class KnownFilter:
    """Made for so many ids; once `full`, make a larger one."""

    def __init__(self, ids: int) -> None:
        self._room = max(SMALLEST, 1 << ids.bit_length())
        self._bits = bytearray(self._room * _BITS // 8)
        self._count = 0

    @property
    def full(self) -> bool:
        return self._count > self._room

    def add(self, ids: Iterable[bytes]) -> None:
        bits, mask, joined = self._bits, len(self._bits) - 1, b"".join(ids)
        for first, second, third in _PARTS.iter_unpack(joined):
            bits[first >> 3 & mask] |= 1 << (first & 7)
            bits[second >> 3 & mask] |= 1 << (second & 7)
            bits[third >> 3 & mask] |= 1 << (third & 7)
        self._count += len(joined) // _PARTS.size

    def perhaps(self, ids: Sequence[bytes]) -> list[bytes]:
        """Those of these ids that may have been added."""
        bits, mask = self._bits, len(self._bits) - 1
        return [
            each
            for each, (first, second, third) in zip(ids, _PARTS.iter_unpack(b"".join(ids)), strict=True)
            if bits[first >> 3 & mask] >> (first & 7) & 1
            and bits[second >> 3 & mask] >> (second & 7) & 1
            and bits[third >> 3 & mask] >> (third & 7) & 1
        ]
