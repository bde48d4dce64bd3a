"""The form that members of one batch share, so that a page of them is compared at once instead of read one by one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import repeat, takewhile
from typing import NamedTuple, Self

from ledger.chain.entry import END, LARGEST_EVENT, START, Entry, envelope_middle
from ledger.chain.hashing import Digest
from ledger.clock import spell_recorded

Row = tuple[int, str, int, str, bytes]
"""position, stream, version, type, raw: as storage yields it; nothing of it is trusted."""


class MemberForm(NamedTuple):
    """How the members of one batch are written that have one type. `ahead` is by how much versions exceed positions.

    `kind` ends each event; `middle` stands between `prev` and the version.
    """

    stream: str
    type: str
    ahead: int
    kind: str
    middle: str

    @classmethod
    def of(cls, member: Entry, type_: str) -> Self | None:
        """That of an entry which was read; None where its type is not the last field of its event."""
        kind = f'"type":"{type_}"}}'
        if not member.event.endswith(kind.encode()):
            return None
        middle = envelope_middle(spell_recorded(member.recorded_at), member.signature, member.stream)
        return cls(member.stream, type_, member.version - member.position, kind, middle.decode())

    def events(self, rows: Sequence[Row], first: int, links: Sequence[Digest]) -> list[bytes]:
        """The event bytes of as many of these rows as are the members at `first` and the positions after it.

        `links` are the leaf hashes of the entries before each of them. What is no such member is for others to judge.
        """
        rows = list(rows[: self._reach(rows, first)])
        raws = [row[4] for row in rows]
        expected = self.rows(raws, first)
        if rows != expected:
            raws = raws[: next(at for at, (row, other) in enumerate(zip(rows, expected, strict=True)) if row != other)]
        return self.spelled(raws, first, links) if raws else []

    def rows(self, raws: Sequence[bytes], first: int) -> list[Row]:
        """The rows of members that have these bytes, at `first` and the positions after it."""
        behind = range(first + self.ahead, first + self.ahead + len(raws))
        return list(zip(range(first, first + len(raws)), repeat(self.stream), behind, repeat(self.type), raws))

    def spelled(self, raws: Sequence[bytes], first: int, links: Sequence[Digest]) -> list[bytes]:
        """`events`, where the columns beside these bytes are known to be those of the members."""
        _, _, ahead, kind, middle = self
        start, end = kind + END.decode(), "}"
        ends = [
            f'{start}{position},"prev":"{link}{middle}{position + ahead}{end}'
            for position, link in enumerate(map(bytes.hex, links[: len(raws)]), first)
        ]
        size, type_ = len(ends[0]), len(kind)
        if size == len(ends[-1]) and _end_so(raws, "".join(ends).encode(), size):
            return [raw[len(START) : type_ - size] for raw in raws]
        alike = takewhile(lambda pair: _is_around(*pair), zip(raws, map(str.encode, ends), strict=True))
        return [raw[len(START) : type_ - len(end)] for raw, end in alike]

    def _reach(self, rows: Sequence[Row], first: int) -> int:
        """Where they end by their columns, found in few steps: of a page of small batches, each looks at its own."""

        def is_other(at: int) -> bool:
            return rows[at][1:4] != (self.stream, first + self.ahead + at, self.type)

        return bisect_left(range(len(rows)), True, key=is_other)


def _end_so(raws: Sequence[bytes], ends: bytes, size: int) -> bool:
    """Whether each of these begins as an entry and ends with its `size` bytes of `ends`."""
    if b"".join([raw[-size:] for raw in raws]) != ends or max(map(len, raws)) > LARGEST_EVENT:
        return False
    return all(map(bytes.startswith, raws, repeat(START)))


def _is_around(raw: bytes, end: bytes) -> bool:
    return raw.startswith(START) and raw.endswith(end) and len(raw) <= LARGEST_EVENT
