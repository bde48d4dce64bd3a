"""The segments joined: what no stretch can tell by itself.

6. Each segment follows from the one before: link, time, versions of every stream.
7. A batch has the members that its opener counted and signed, right behind it, and `/usage` holds nothing else.
8. A seal names the heads that the streams had.
9. An event id is used once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ledger.chain.hashing import NO_LEAF, Digest, leaf_hash
from ledger.chain.merkle import merkle_root
from ledger.events.imports import LogBatchIngested
from ledger.events.seals import StreamsSealed
from ledger.verification.report import MOST_FAULTS, Fault
from ledger.verification.segment import BITS, BatchPart, Found, SealSeen, StreamSpan


class OpenBatch(NamedTuple):
    """A batch whose members are still being collected."""

    opener: int
    event: LogBatchIngested
    leaves: list[Digest]


def seal_root(heads: Mapping[str, tuple[int, Digest]]) -> Digest:
    """RFC 6962 root over the sorted lines `<stream> <version> <leaf in hex>`, of all streams given."""
    lines = (f"{stream} {version} {leaf.hex()}" for stream, (version, leaf) in sorted(heads.items()))
    return merkle_root([leaf_hash(line.encode()) for line in lines])


class Whole:
    """Joins segments in order. After the last one, `finish` tells what is left open."""

    def __init__(self) -> None:
        self.size, self.leaf, self.recorded = 0, NO_LEAF, ""
        self.roots: list[Digest] = []
        self.prefix_roots: dict[int, Digest] = {}
        self.streams: dict[str, StreamSpan] = {}
        self.imported: dict[str, int] = {}
        self.batch: OpenBatch | None = None
        self.ids: dict[str, int] = {}
        self.faults: list[Fault] = []
        self.unknown_types: set[str] = set()
        self.members = 0

    def add(self, found: Found) -> None:
        """Join the next segment. An empty one changes nothing."""
        if not found.count:
            return
        self._join_link(found)
        self._join_roots(found)
        self.faults += found.faults[: MOST_FAULTS - len(self.faults)]
        self._check_batches(found)
        self._check_seals(found)
        self._join_streams(found.streams)
        self._check_ids(found)
        self.unknown_types |= set(found.unknown_types)
        self.size, self.leaf, self.recorded = self.size + found.count, found.leaf, found.last_recorded

    def finish(self) -> None:
        """What must have come to its end with the last entry."""
        self._close_batch()
        for stream, span in self.streams.items():
            protocol, _, register = stream.partition("/")
            if register == "usage" and span.version != self.imported.get(protocol, 0):
                detail = f"{stream} has {span.version} entries, and the batches of {protocol} count {self.imported.get(protocol, 0)}"
                self._fault("completeness.usage", span.position, detail)

    def root(self, size: int) -> Digest | None:
        """The tree's root at `size`, if it was asked for when the segments were read."""
        if size == self.size:
            return merkle_root(self.roots)
        prefix = self.prefix_roots.get(size)
        return prefix and merkle_root([*self.roots[: (size - 1) >> BITS], prefix])

    def _join_link(self, found: Found) -> None:
        if found.prev != self.leaf and self.size:
            detail = f"entry {found.first} was chained to other bytes than entry {self.size} has now"
            self._fault("chain.broken-link", self.size, detail)
        elif not self.size and found.first == 1 and found.prev != NO_LEAF:
            self._fault("chain.broken-link", 1, "entry 1 follows from nothing, and its prev is not zeros")
        if found.first_recorded < self.recorded:
            self._fault("entry.time-went-back", found.first, "recorded before the entry that it follows")

    def _join_roots(self, found: Found) -> None:
        self.prefix_roots |= {self.size + count: root for count, root in found.prefix_roots.items()}
        self.roots.append(found.root)

    def _join_streams(self, spans: Mapping[str, StreamSpan]) -> None:
        for stream, span in spans.items():
            known = self.streams.get(stream)
            expected = known.version + 1 if known else 1
            if span.first_version != expected:
                detail = f"version {span.first_version} of {stream} where {expected} should stand"
                self._fault("completeness.stream", span.first_position, detail)
            self.streams[stream] = span

    def _check_batches(self, found: Found) -> None:
        openers = {single.position: single.event for single in found.singles if isinstance(single.event, LogBatchIngested)}
        parts = {part.first: part for part in found.batches}
        for position in sorted({*openers, *parts}):
            if position in openers:
                self._open_batch(position, openers[position])
            else:
                self._take_part(parts[position])

    def _open_batch(self, position: int, event: LogBatchIngested | None) -> None:
        self._close_batch()
        if event:
            self.batch = OpenBatch(position, event, [])
            self.imported[event.protocol] = self.imported.get(event.protocol, 0) + event.batch.count

    def _take_part(self, part: BatchPart) -> None:
        self.members += len(part.leaves)
        batch = self.batch
        if batch is None or part.opener != batch.opener:
            self._fault("batch.outside", part.first, f"{len(part.leaves)} uses that no batch before them counts")
        elif part.first != batch.opener + 1 + len(batch.leaves):
            self._fault("batch.outside", part.first, "something stands between this use and the rest of its batch")
        else:
            batch.leaves.extend(part.leaves)

    def _close_batch(self) -> None:
        batch, self.batch = self.batch, None
        if batch is None:
            return
        counted, there = batch.event.batch.count, len(batch.leaves)
        if counted != there:
            self._fault("batch.count", batch.opener, f"its author signed {counted} uses, and {there} follow")
        elif merkle_root(batch.leaves).hex() != batch.event.batch.root:
            self._fault("batch.root", batch.opener, f"the {there} uses after it are not those that its author signed")

    def _check_seals(self, found: Found) -> None:
        seals = {single.position: single.event for single in found.singles if isinstance(single.event, StreamsSealed)}
        before = {stream: (span.version, span.leaf) for stream, span in self.streams.items()}
        for seen in found.seals:
            event = seals.get(seen.position)
            if isinstance(event, StreamsSealed):
                self._check_seal(event, seen, before)

    def _check_seal(self, event: StreamsSealed, seen: SealSeen, before: Mapping[str, tuple[int, Digest]]) -> None:
        heads = {**before, **seen.heads}
        if event.streams != len(heads) or event.root != seal_root(heads).hex():
            self._fault("completeness.seal", seen.position, "the heads that it seals are not those of the streams before it")

    def _check_ids(self, found: Found) -> None:
        """Ids of single events always; those of members where they were parsed."""
        named: Iterable[tuple[str, int]] = [(single.id, single.position) for single in found.singles]
        for identifier, position in named:
            first = self.ids.setdefault(identifier, position)
            if first != position:
                self._fault("event.id-twice", position, f"the event id of entry {first} is used again")
        for identifier in found.member_ids:
            if identifier in self.ids:
                self._fault("event.id-twice", self.ids[identifier], "the event id is used again by a use")
            self.ids[identifier] = found.first

    def _fault(self, code: str, position: int, detail: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(code, position, detail))
