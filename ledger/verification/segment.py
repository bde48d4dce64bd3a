"""One aligned stretch of the ledger, read and checked by itself, so that several can be read at once.

1. Each row is an entry in its one spelling, and its columns say what its bytes say.
2. Positions are gapless; each entry's `prev` is the leaf hash of the one before; time never goes back.
3. Versions are gapless in each stream; the stream is the one that the event's type and protocol give.
4. Each event is signed by the key that it names, or is a member of a signed batch.
5. The tree over the leaves has the roots that were signed.

What needs the stretch before (the first link, a batch that began there) is handed to `whole`, which joins them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ledger.chain.entry import END, START, Entry, MalformedEntry
from ledger.chain.hashing import Digest, leaf_hash
from ledger.chain.merkle import Node, Tree
from ledger.verification.events import EventCheck, SingleEvent
from ledger.verification.report import MOST_FAULTS, Fault

Row = tuple[int, str, int, str, bytes]
"""position, stream, version, type, raw: as storage yields it; nothing of it is trusted."""

BITS = 16
SIZE = 1 << BITS
"""Entries in a full segment: a power of two, so that its tree root is a node of the whole tree."""


class StreamSpan(NamedTuple):
    """A stream's part in one segment."""

    first_version: int
    first_position: int
    version: int
    position: int
    leaf: Digest


class BatchPart(NamedTuple):
    """The members of one batch that lie in one segment, as leaf hashes of their event bytes."""

    opener: int
    first: int
    leaves: list[Digest]


class SealSeen(NamedTuple):
    """A seal, and the heads of the streams seen so far in its segment: what it must have sealed."""

    position: int
    heads: dict[str, tuple[int, Digest]]


class Found(NamedTuple):
    """What one segment shows to `whole`. `prefix_roots` is the tree root of its first n leaves, for each n asked."""

    first: int
    count: int
    prev: Digest
    leaf: Digest
    first_recorded: str
    last_recorded: str
    root: Digest
    nodes: list[Node]
    prefix_roots: dict[int, Digest]
    streams: dict[str, StreamSpan]
    batches: list[BatchPart]
    seals: list[SealSeen]
    singles: list[SingleEvent]
    member_ids: list[str]
    unknown_types: list[str]
    faults: list[Fault]


class Segment:
    """The check of one stretch that starts after entry `after`."""

    def __init__(self, after: int, sizes: Iterable[int], events: EventCheck) -> None:
        self.after, self.sizes, self.events = after, frozenset(sizes), events
        self.tree, self.nodes, self.leaves = Tree(), list[Node](), list[Digest]()
        self.prefix_roots: dict[int, Digest] = {}
        self.streams: dict[str, StreamSpan] = {}
        self.batches: list[BatchPart] = []
        self.seals: list[SealSeen] = []
        self.singles: list[SingleEvent] = []
        self.faults: list[Fault] = []
        self.broken: list[int] = []
        self.position, self.count = after, 0
        self.first_prev = self.leaf = Digest(b"")
        self.first_recorded = self.recorded = ""
        self.batch, self.stream, self.version, self.middle = 0, "", 0, b""

    def check(self, rows: Iterable[Row]) -> Found:
        """Read every row. Faults are collected, never raised."""
        for position, stream, version, type_, raw in rows:
            leaf = leaf_hash(raw) if isinstance(raw, bytes) else Digest(b"")
            if position != self.position + 1:
                self._fault("completeness.missing-entry", self.position + 1, self._gap(position))
            tail = self.middle and b'%s%d,"prev":"%s",%s%d}' % (
                END, position, self.leaf.hex().encode(), self.middle, self.version + 1,
            )  # fmt: skip
            if tail and leaf and raw.endswith(tail) and raw.startswith(START) and (stream, version) == (
                self.stream, self.version + 1,
            ):  # fmt: skip
                self._member(raw[len(START) : -len(tail)], position, type_)
                self.version = version
                self.streams[stream] = self.streams[stream]._replace(version=version, position=position, leaf=leaf)
            else:
                self._entry(position, stream, version, type_, raw, leaf)
            self._grow(position, leaf)
        self._flush()
        return self._found()

    def _entry(self, position: int, stream: str, version: int, type_: str, raw: bytes, leaf: Digest) -> None:
        """The thorough way: for each entry that is not just one more member of the batch being read."""
        self.middle = b""
        try:
            entry = Entry.parse(raw)
        except (MalformedEntry, TypeError) as error:
            self._fault("entry.malformed", position, f"not an entry in its one spelling ({error})")
            return
        if (entry.position, entry.stream, entry.version) != (position, stream, version):
            self._fault("entry.columns", position, "the columns beside the entry do not say what its bytes say")
        self._link(entry, position)
        if entry.stream == "ledger/seals":
            heads = {name: (span.version, span.leaf) for name, span in self.streams.items()}
            self.seals.append(SealSeen(position, heads))
        self._follow(entry, position, leaf)
        if entry.signature.startswith("batch:"):
            self._first_member(entry, position, type_)
        else:
            single, faults = self.events.single(entry, position, type_)
            self.faults += faults
            if single:
                self.singles.append(single)

    def _link(self, entry: Entry, position: int) -> None:
        recorded = entry.raw[entry.raw.rindex(b'"recorded_at":"') + 15 :][:27].decode("ascii")
        if not self.count:
            self.first_prev, self.first_recorded = entry.prev, recorded
        elif entry.prev != self.leaf:
            self.broken.append(position)
        if recorded < self.recorded:
            self._fault("entry.time-went-back", position, "recorded before the entry that it follows")
        self.recorded = recorded

    def _follow(self, entry: Entry, position: int, leaf: Digest) -> None:
        known = self.streams.get(entry.stream)
        if known and entry.version != known.version + 1:
            self._fault("completeness.stream", position, f"version {entry.version} of {entry.stream} after {known.version}")
        first = (known.first_version, known.first_position) if known else (entry.version, position)
        self.streams[entry.stream] = StreamSpan(*first, entry.version, position, leaf)

    def _first_member(self, entry: Entry, position: int, type_: str) -> None:
        """A member read the thorough way; the ones that follow it in the same batch take the short way."""
        opener = int(entry.signature.removeprefix("batch:"))
        if not opener < position or not entry.stream.endswith("/usage"):
            self._fault("batch.outside", position, "says it is a member of a batch that it does not follow")
        if not (self.batches and self.batches[-1].opener == opener and self.position + 1 == position):
            self.batches.append(BatchPart(opener, position, []))
        self.batch, self.stream, self.version = opener, entry.stream, entry.version
        self.middle = entry.raw[entry.raw.rindex(b'"recorded_at":"') : entry.raw.rindex(b'"version":') + 10]
        self._member(entry.event, position, type_)

    def _member(self, event: bytes, position: int, type_: str) -> None:
        self.batches[-1].leaves.append(leaf_hash(event))
        if fault := self.events.member(event, position, type_, self.stream):
            self.faults.append(fault)

    def _grow(self, position: int, leaf: Digest) -> None:
        self.position, self.leaf = position, leaf
        self.count += 1
        self.leaves.append(leaf)
        if self.count in self.sizes:
            self._flush()
            self.prefix_roots[self.count] = self.tree.root()
        elif len(self.leaves) >= 4096:
            self._flush()

    def _flush(self) -> None:
        self.nodes += self.tree.extend(self.leaves)
        self.leaves = []

    def _found(self) -> Found:
        self._tell_broken_links()
        nodes = [Node(level, (self.after >> level) + index, digest) for level, index, digest in self.nodes]
        return Found(
            self.after + 1, self.count, self.first_prev, self.leaf, self.first_recorded, self.recorded,
            self.tree.root(), nodes, self.prefix_roots, self.streams, self.batches, self.seals,
            self.singles, self.events.member_ids, sorted(self.events.unknown_types), self.faults,
        )  # fmt: skip

    def _tell_broken_links(self) -> None:
        """A changed entry breaks the link behind it; one whose own `prev` was changed, also the link before it."""
        broken = set(self.broken)
        for position in self.broken:
            if position - 1 in broken and position - 2 not in broken:
                continue
            culprit = position if position + 1 in broken else position - 1
            detail = f"entry {position} was chained to other bytes than entry {position - 1} has now"
            self._fault("chain.broken-link", culprit, detail)

    def _fault(self, code: str, position: int, detail: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(code, position, detail))

    def _gap(self, position: int) -> str:
        if position <= self.position:
            return f"position {position} comes after {self.position}"
        missing = position - self.position - 1
        return f"{missing} entr{'y is' if missing == 1 else 'ies are'} missing before entry {position}"


def check_segment(after: int, rows: Iterable[Row], sizes: Iterable[int], events: EventCheck) -> Found:
    """Check the stretch after entry `after`; `sizes` are counts of leaves whose tree root is wanted."""
    return Segment(after, sizes, events).check(rows)
