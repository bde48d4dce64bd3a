"""Ids for lines that have none: what the line says, and how often it was said before.

Two uses that agree in everything, to the second, are two lines, so the second gets an id of its own. In an overlapping
export the first of them is the first again. REMEMBERED lines back, a repeat counts as the same line.
"""

from __future__ import annotations

from collections import OrderedDict

from ledger.chain.hashing import sha256

REMEMBERED = 100_000


class Repeats:
    """Counts the repeated lines of one file."""

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, int] = OrderedDict()

    def id_of(self, raw: bytes) -> str:
        digest = sha256(raw)
        ordinal = self._seen[digest] = self._seen.pop(digest, 0) + 1
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return f"={digest.hex()} {ordinal}"
