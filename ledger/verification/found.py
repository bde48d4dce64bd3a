"""What one stretch of the ledger shows to the whole: its ends, streams, batches, seals, roots and faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from ledger.chain.hashing import Digest
from ledger.chain.member_form import MemberForm
from ledger.chain.merkle import Node, merkle_root
from ledger.verification.events import Claim, SingleEvent
from ledger.verification.report import Faults


class StreamSpan(NamedTuple):
    """A stream's part in one segment."""

    first_version: int
    first_position: int
    version: int
    position: int
    leaf: Digest


class BatchPart(NamedTuple):
    """The members of one batch that lie in one segment.

    `root` is over all their event bytes where something follows them here; else it is None, and `leaves` are given.
    """

    opener: int
    first: int
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody asks of a part
    stream: str
    claims: set[Claim]
    root: Digest | None
    leaves: list[Digest]


class SealSeen(NamedTuple):
    """A seal, and the streams that moved since the one before it in its segment, with their heads."""

    position: int
    heads: dict[str, tuple[int, Digest]]


class Found(NamedTuple):
    """What one segment shows to `whole`. `prefix_roots` is the root over its leaves at each tree size asked.

    `prev` and the times are None where the first entry could not be read. `member_ids` are sorted, 16 bytes each.
    """

    first: int
    last: int
    count: int  # type: ignore[assignment]  # as above
    prev: Digest | None
    leaf: Digest
    first_recorded: datetime | None
    last_recorded: datetime | None
    root: Digest
    nodes: list[Node]
    prefix_roots: dict[int, Digest]
    streams: dict[str, StreamSpan]
    batches: list[BatchPart]
    seals: list[SealSeen]
    singles: list[SingleEvent]
    member_ids: bytes
    sealed: bool
    unknown_types: list[str]
    reported: list[int]
    suspect: list[int]
    signers: dict[str, int]
    broken: list[int]
    faults: Faults


@dataclass
class Run:
    """A batch whose members are being read. By `form` the next one is known, if it is like the last; so by `said`."""

    opener: int
    first: int
    stream: str
    type: str = ""
    version: int = 0
    form: MemberForm | None = None
    leaves: list[Digest] = field(default_factory=list)
    claims: set[Claim] = field(default_factory=set)
    said: list[bytes] = field(default_factory=list)

    def part(self, *, ended: bool) -> BatchPart:
        whole = ended and self.first == self.opener + 1
        root = merkle_root(self.leaves) if whole else None
        kept = [] if whole else self.leaves
        return BatchPart(self.opener, self.first, len(self.leaves), self.stream, self.claims, root, kept)


def gap(before: int, position: int) -> str:
    """What stands between two positions that should follow each other."""
    if position <= before:
        return f"position {position} comes after {before}"
    missing = position - before - 1
    return f"{missing} entr{'y is' if missing == 1 else 'ies are'} missing before entry {position}"
