"""The form that members of one batch share, so that a page of them is compared at once instead of read one by one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import repeat
from typing import Any, NamedTuple, Self

from ledger.chain.entry import END, LARGEST_EVENT, START, Entry, envelope_middle
from ledger.chain.hashing import Digest
from ledger.clock import spell_recorded

Row = tuple[int, str, int, str, bytes]
"""position, stream, version, type, raw: as storage yields it; nothing of it is trusted."""


class MemberForm(NamedTuple):
    """How the members of one batch are written that have one type. `ahead` is by how much versions exceed positions."""

    stream: str
    type: str
    ahead: int
    behind: bytes

    @classmethod
    def of(cls, member: Entry, type_: str) -> Self | None:
        """That of an entry which was read; None where its type is not the last field of its event."""
        kind = b'"type":"%s"}' % type_.encode()
        if not member.event.endswith(kind):
            return None
        middle = envelope_middle(spell_recorded(member.recorded_at), member.signature, member.stream)
        behind = _plain(kind + END) + b'%d,"prev":"%s' + _plain(middle) + b"%d}"
        return cls(member.stream, type_, member.version - member.position, behind)

    def events(self, rows: Sequence[Row], first: int, links: Sequence[Digest]) -> list[bytes]:
        """The event bytes of as many of these rows as are the members at `first` and the positions after it.

        `links` are the leaf hashes of the entries before each of them. What is no such member is for others to judge.
        """
        rows = rows[: self._reach(rows, first)]
        if not rows:
            return []
        count, kind = len(rows), len(self.type) + len(b'"type":""}')
        positions = tuple(range(first, first + count))
        versions = tuple(range(first + self.ahead, first + self.ahead + count))
        prevs = b"".join(links[:count]).hex().encode()
        ends = [self.behind % (at, prevs[64 * n : 64 * n + 64], version)
                for n, (at, version) in enumerate(zip(positions, versions, strict=True))]  # fmt: skip
        found: tuple[Any, ...] = tuple(zip(*rows, strict=True))
        raws = found[4]
        alike = found[:4] == (positions, (self.stream,) * count, versions, (self.type,) * count)
        alike = alike and all(map(bytes.startswith, raws, repeat(START))) and all(map(bytes.endswith, raws, ends))
        if not alike or max(map(len, raws)) > LARGEST_EVENT:
            wanted = zip(positions, repeat(self.stream), versions, repeat(self.type), ends, strict=False)
            count = _before_another(rows, list(wanted))
        return [raw[len(START) : kind - len(end)] for raw, end in zip(raws[:count], ends, strict=False)]

    def _reach(self, rows: Sequence[Row], first: int) -> int:
        """Where they end by their columns, found in few steps: of a page of small batches, each looks at its own."""

        def is_other(at: int) -> bool:
            return rows[at][1:4] != (self.stream, first + self.ahead + at, self.type)

        return bisect_left(range(len(rows)), True, key=is_other)


def _before_another(rows: Sequence[Row], expected: Sequence[Row]) -> int:
    """How many rows are as expected before one that is not; `expected` has the end of each row's bytes."""
    for at, (row, wanted) in enumerate(zip(rows, expected, strict=True)):
        raw, end = row[4], wanted[4]
        if row[:4] != wanted[:4] or not (raw.startswith(START) and raw.endswith(end)) or len(raw) > LARGEST_EVENT:
            return at
    return len(rows)


def _plain(text: bytes) -> bytes:
    return text.replace(b"%", b"%%")
