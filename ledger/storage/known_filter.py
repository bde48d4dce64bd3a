"""Whether an id may be among many: a Bloom filter, so that most are told to be new without a look at the disk.

Ids are keyed digests, so their own bits are as good as hashes of them. It says "no" for certain and "yes" perhaps.
"""

from __future__ import annotations

from collections.abc import Iterable

SMALLEST = 1 << 20
"""Ids that the smallest filter is made for: 2 MiB."""
_BITS = 16
"""Bits an id: with three of them set, about one in two hundred is said to be there and is not."""


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
        bits, mask, count = self._bits, len(self._bits) - 1, 0
        for each in ids:
            value = int.from_bytes(each)
            bits[value >> 3 & mask] |= 1 << (value & 7)
            bits[value >> 43 & mask] |= 1 << (value >> 40 & 7)
            bits[value >> 83 & mask] |= 1 << (value >> 80 & 7)
            count += 1
        self._count += count

    def perhaps(self, ids: Iterable[bytes]) -> list[bytes]:
        """Those of these ids that may have been added."""
        bits, mask = self._bits, len(self._bits) - 1
        return [
            each
            for each in ids
            if bits[(value := int.from_bytes(each)) >> 3 & mask] >> (value & 7) & 1
            and bits[value >> 43 & mask] >> (value >> 40 & 7) & 1
            and bits[value >> 83 & mask] >> (value >> 80 & 7) & 1
        ]
