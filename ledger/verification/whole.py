"""The segments joined: what no stretch can tell by itself.

6. Each segment follows from the one before: position, link, time, versions of every stream.
7. A batch has the members that its opener counted and signed, right behind it, and `/usage` holds nothing else. No two
   batches have the same members.
8. A seal names the heads that the streams had.
9. An event id is used once.

Memory: ids of single events are kept in a dict (some 150 MB a million), those of re-parsed members in 16 bytes each.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from ledger.chain.hashing import NO_LEAF, Digest, leaf_hash
from ledger.chain.merkle import merkle_root
from ledger.events.imports import LogBatchIngested
from ledger.events.seals import StreamsSealed
from ledger.verification.events import claim_of
from ledger.verification.found import BatchPart, Found, SealSeen, StreamSpan, gap
from ledger.verification.report import MOST_FAULTS, Faults

BITS = 14
"""A segment has 2 ** BITS entries: a power of two, so that the tree root of a full one is a node of the whole tree."""


@dataclass
class OpenBatch:
    """A batch whose members are still being collected: their leaves, or the root that a segment made of all of them."""

    opener: int
    event: LogBatchIngested
    leaves: list[Digest] = field(default_factory=list)
    count: int = 0
    root: Digest | None = None


@dataclass
class Start:
    """What is known before the first entry that is read: nothing, unless the reading starts further on.

    `roots` are those of the full segments before it, `streams` the heads at `size`, `batch` one that `size` cuts.
    """

    size: int = 0
    leaf: Digest = NO_LEAF
    recorded: datetime | None = None
    roots: list[Digest] = field(default_factory=list)
    streams: dict[str, StreamSpan] = field(default_factory=dict)
    batch: OpenBatch | None = None


def seal_root(heads: Mapping[str, tuple[int, Digest]]) -> Digest:
    """RFC 6962 root over the sorted lines `<stream> <version> <leaf in hex>`, of all streams given."""
    lines = (f"{stream} {version} {leaf.hex()}" for stream, (version, leaf) in sorted(heads.items()))
    return merkle_root([leaf_hash(line.encode()) for line in lines])


class Whole:
    """Joins segments in order. After the last one, `finish` tells what is left open."""

    def __init__(self, bits: int = BITS, start: Start | None = None) -> None:
        start = start or Start()
        self.bits, self.start = bits, start.size
        self.size, self.leaf, self.recorded = start.size, start.leaf, start.recorded
        self.roots, self.batch = list(start.roots), start.batch
        self.streams = dict(start.streams)
        self.heads = {stream: (span.version, span.leaf) for stream, span in start.streams.items()}
        self.imported = {stream: span.version for stream, span in start.streams.items() if _is_usage(stream)}
        if self.batch:
            usage = f"{self.batch.event.protocol}/usage"
            self.imported[usage] = self.imported.get(usage, 0) + self.batch.event.batch.count - self.batch.count
        self.prefix_roots: dict[int, Digest] = {}
        self.ids: dict[str, int] = {}
        self.batch_roots: dict[str, int] = {}
        self.member_ids = [bytearray() for _ in range(256)]
        self.faults = Faults()
        self.unknown_types: set[str] = set()
        self.reported: list[int] = []
        self.suspect: list[int] = []
        self.signers: dict[str, int] = {}
        self.broken: list[int] = []
        self.count = self.members = self.usage_signed = 0
        self.sealed = False

    def add(self, found: Found) -> None:
        """Join the next segment. An empty one changes nothing."""
        if not found.count:
            return
        self._join_link(found)
        self.prefix_roots |= found.prefix_roots
        self.roots.append(found.root)
        self.faults.join(found.faults)
        self._check_batches(found)
        self._check_seals(found)
        self._join_streams(found.streams)
        self._check_ids(found)
        self.unknown_types |= set(found.unknown_types)
        self.reported += found.reported
        self.suspect += found.suspect
        self.signers = found.signers | self.signers
        self.sealed = self.sealed or found.sealed
        self.count += found.count
        self.size, self.leaf = found.last, found.leaf
        self.recorded = found.last_recorded or self.recorded

    def finish(self) -> None:
        """What must have come to its end with the last entry."""
        self._close_batch()
        self._tell_broken_links()
        for stream, span in self.streams.items():
            if _is_usage(stream) and span.version != self.imported.get(stream, 0):
                detail = f"{stream} has {span.version} entries, and the batches count {self.imported.get(stream, 0)}"
                self.faults.add("completeness.usage", span.position, detail)

    def root(self, size: int) -> Digest | None:
        """The tree's root at `size`, if it was asked for when the segments were read."""
        if size == self.size:
            return merkle_root(self.roots)
        prefix = self.prefix_roots.get(size)
        return prefix and merkle_root([*self.roots[: (size - 1) >> self.bits], prefix])

    def twice(self) -> set[str]:
        """Ids of re-parsed members that are used again, by a member or a single event."""
        singles = set(self.ids)
        again: set[str] = set()
        for bucket in self.member_ids:
            ids = sorted(bytes(bucket[at : at + 16]) for at in range(0, len(bucket), 16))
            again |= {one.hex() for one, other in pairwise(ids) if one == other}
            if singles:
                again |= singles.intersection(one.hex() for one in ids)
        return again

    def _join_link(self, found: Found) -> None:
        if found.first != self.size + 1:
            self.faults.add("completeness.missing-entry", self.size + 1, gap(self.size, found.first))
        elif found.prev is not None and found.prev != self.leaf:
            self.broken.append(found.first)
        if found.first_recorded and self.recorded and found.first_recorded < self.recorded:
            self.faults.add("entry.time-went-back", found.first, "recorded before the entry that it follows")
        self.broken += found.broken[: MOST_FAULTS - len(self.broken)]

    def _tell_broken_links(self) -> None:
        """A changed entry breaks the link behind it; one whose own `prev` was changed, also the link before it.

        What was changed where only the last link is broken, nothing behind it can tell: both entries are named.
        """
        broken = set(self.broken)
        for position in self.broken:
            if position + 1 in broken or position == 1:
                detail = "its bytes were changed: it does not follow from the entry before, nor the next one from it"
                self.faults.add("chain.broken-link", position, detail)
            elif position - 1 not in broken:
                detail = f"its bytes were changed: entry {position} was chained to other bytes than it has now"
                if position == self.size:
                    detail = "the last entry does not follow from it: the bytes of one of the two were changed"
                self.faults.add("chain.broken-link", position - 1, detail)

    def _join_streams(self, spans: Mapping[str, StreamSpan]) -> None:
        for stream, span in spans.items():
            known = self.streams.get(stream)
            expected = known.version + 1 if known else 1
            if span.first_version != expected:
                detail = f"version {span.first_version} of {stream} where {expected} should stand"
                self.faults.add("completeness.stream", span.first_position, detail)
            self.streams[stream] = span

    def _check_batches(self, found: Found) -> None:
        openers = {
            single.position: single.event for single in found.singles if isinstance(single.event, LogBatchIngested)
        }
        parts = {part.first: part for part in found.batches}
        for position in sorted({*openers, *parts}):
            if position in openers:
                self._close_batch()
                self._open_batch(OpenBatch(position, openers[position]))
            else:
                self._take_part(parts[position])

    def _open_batch(self, batch: OpenBatch) -> None:
        self.batch = batch
        usage = f"{batch.event.protocol}/usage"
        self.imported[usage] = self.imported.get(usage, 0) + batch.event.batch.count
        first = self.batch_roots.setdefault(batch.event.batch.root, batch.opener)
        if first != batch.opener:
            detail = f"its uses are those of the batch that entry {first} opened, signed once more: each stands twice"
            self.faults.add("batch.twice", batch.opener, detail)

    def _take_part(self, part: BatchPart) -> None:
        self.members += part.count
        batch = self.batch
        if batch is None or part.opener != batch.opener:
            uses = "a use" if part.count == 1 else f"{part.count} uses"
            self.faults.add("batch.outside", part.first, f"{uses} from here on that no batch before them counts")
            return
        expected = batch.opener + 1 + batch.count
        if part.first != expected:
            detail = f"it stands inside the batch that entry {batch.opener} opened, and is none of its uses"
            self.faults.add("batch.outside", min(expected, part.first), detail)
        if part.stream != f"{batch.event.protocol}/usage":
            detail = f"it stands in {part.stream}, and its batch is about {batch.event.protocol}"
            self.faults.add("batch.outside", part.first, detail)
        if part.claims - {claim_of(batch.event)}:
            detail = "a use of this batch names another author, protocol or party than the batch"
            self.faults.add("batch.other-author", part.first, detail)
        batch.count += part.count
        batch.leaves += part.leaves
        batch.root = part.root

    def _close_batch(self) -> None:
        batch, self.batch = self.batch, None
        if batch is None:
            return
        counted = batch.event.batch.count
        if counted != batch.count:
            detail = f"its author signed {counted} uses, and {batch.count} follow"
            self.faults.add("batch.count", batch.opener, detail)
        elif (batch.root or merkle_root(batch.leaves)).hex() != batch.event.batch.root:
            detail = f"the {batch.count} uses after it are not those that its author signed"
            self.faults.add("batch.root", batch.opener, detail)

    def _check_seals(self, found: Found) -> None:
        seals = {single.position: single.event for single in found.singles}
        for seen in found.seals:
            self.heads |= seen.heads
            event = seals.get(seen.position)
            if isinstance(event, StreamsSealed):
                self._check_seal(event, seen)
        self.heads |= {stream: (span.version, span.leaf) for stream, span in found.streams.items()}

    def _check_seal(self, event: StreamsSealed, seen: SealSeen) -> None:
        if event.streams != len(self.heads) or event.root != seal_root(self.heads).hex():
            detail = "the heads that it seals are not those of the streams before it"
            self.faults.add("completeness.seal", seen.position, detail)

    def _check_ids(self, found: Found) -> None:
        """Ids of single events always; those of members where they were parsed, by `twice`."""
        for position, identifier, _ in found.singles:
            first = self.ids.setdefault(identifier, position)
            if first != position:
                self.faults.add("event.id-twice", position, f"the event id of entry {first} is used again")
        ids, firsts, start = found.member_ids, found.member_ids[::16], 0
        while start < len(firsts):
            stop = bisect_right(firsts, firsts[start], start)
            self.member_ids[firsts[start]] += ids[16 * start : 16 * stop]
            start = stop


def _is_usage(stream: str) -> bool:
    return stream.endswith("/usage")
