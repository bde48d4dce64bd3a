"""One aligned stretch of the ledger, read and checked by itself, so that several can be read at once.

1. Each row is an entry in its one spelling, and its columns say what its bytes say.
2. Positions are gapless; each entry's `prev` is the leaf hash of the one before; time never goes back.
3. Versions are gapless in each stream; the stream is the one that the event's type and protocol give.
4. Each event is signed by the key that it names, or is a member of a signed batch.
5. The tree over the leaves has the roots that were signed.

What needs the stretch before (the first link, a batch that began there) is handed to `whole`, which joins them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from ledger.chain.entry import Entry, MalformedEntry
from ledger.chain.hashing import Digest, leaf_hashes
from ledger.chain.member_form import MemberForm, Row
from ledger.chain.merkle import Node, Tree
from ledger.verification.events import Claim, EventCheck, SingleEvent
from ledger.verification.found import BatchPart, Found, Run, SealSeen, StreamSpan, gap
from ledger.verification.member_claims import others, pieces
from ledger.verification.report import MOST_FAULTS, Faults


class Stretch(Protocol):
    """Rows that follow each other; `after` is where the next ones begin."""

    after: int

    def page(self) -> Sequence[Row]:
        """The next rows, none at the end."""
        ...

    def members(self, stream: str, type_: str, ahead: int) -> Sequence[bytes]:
        """The bytes of the next rows where all are of this stream and type, in versions larger by `ahead`; else none.

        Nothing is read then.
        """
        ...


class Segment:
    """The check of one stretch that starts after entry `after`.

    `tree` holds the leaves of its aligned segment that lie before `after`: none, unless it begins in the middle.
    """

    def __init__(self, after: int, sizes: Iterable[int], events: EventCheck, tree: Tree | None = None) -> None:
        self.tree = tree or Tree()
        self.base = after - self.tree.size
        self.sizes, self.events = sorted(set(sizes)), events
        self.nodes: list[Node] = []
        self.prefix_roots: dict[int, Digest] = {}
        self.streams: dict[str, StreamSpan] = {}
        self.moved: dict[str, tuple[int, Digest]] = {}
        self.batches: list[BatchPart] = []
        self.seals: list[SealSeen] = []
        self.singles: list[SingleEvent] = []
        self.faults = Faults()
        self.broken: list[int] = []
        self.first, self.position, self.count = 0, after, 0
        self.prev: Digest | None = None
        self.leaf = Digest(b"")
        self.first_recorded: datetime | None = None
        self.recorded: datetime | None = None
        self.run: Run | None = None
        self.odd = self.settled = False

    def check(self, stretch: Stretch) -> Found:
        """Read every row. Faults are collected, never raised."""
        while self._page_of_members(stretch) or self._page(stretch.page()):
            pass
        self._end_run(ended=False)
        return self._found()

    def _page_of_members(self, stretch: Stretch) -> bool:
        """The shortest way: behind a page of members of one batch, only the bytes of more of them are asked."""
        run, first = self.run, self.position + 1
        if not (self.settled and run and run.form and stretch.after == self.position):
            return False
        raws = stretch.members(run.stream, run.type, run.form.ahead)
        if not raws:
            return False
        try:
            leaves = leaf_hashes(raws)
            events = run.form.spelled(raws, first, (self.leaf, *leaves[:-1]))
        except TypeError:
            events = []
        if len(events) < len(raws):
            return self._page(run.form.rows(raws, first))
        self._take(run, events, leaves[-1])
        self._grow(leaves)
        return True

    def _page(self, rows: Sequence[Row]) -> bool:
        """The rows of one page, if there are any."""
        page, leaves = self._hashed(rows)
        at, self.settled = 0, False
        while at < len(page):
            if self.run:
                begun, at = at, self._members(self.run, page, leaves, at)
                self.settled = not begun and at == len(page)
            if at < len(page):
                self._entry(page[at], leaves[at])
                at += 1
        self._grow(leaves)
        return bool(rows)

    def _members(self, run: Run, page: Sequence[Row], leaves: Sequence[Digest], at: int) -> int:
        """The short way: members of one batch, each as the one before it makes us expect. Gives the first other row."""
        if run.form is None or self.odd:
            return at
        first, links = self.position + 1, (self.leaf, *leaves[at:-1])
        events = run.form.events(page[at:], first, links)
        if events:
            self._take(run, events, leaves[at + len(events) - 1])
        return at + len(events)

    def _take(self, run: Run, events: list[bytes], last: Digest) -> None:
        """Members that are as expected, up to the entry with this leaf hash."""
        self._add_members(run, events)
        self.position, self.leaf = self.position + len(events), last
        run.version += len(events)
        self._move(run.stream, run.version, self.position, self.leaf)
        self.count += len(events)

    def _add_members(self, run: Run, events: list[bytes]) -> None:
        """Without `deep`, those are read that do not say whose they are as before."""
        first = self.position + 1
        run.leaves += leaf_hashes(events)
        if self.events.deep:
            self._read_members(run, events, first)
        else:
            for at in others(events, run.said):
                self._read_members(run, events[at : at + 1], first + at)

    def _read_members(self, run: Run, events: Sequence[bytes], first: int) -> set[Claim]:
        claims, faults = self.events.members(events, first, run.type, run.stream)
        run.claims |= claims
        self.faults.extend(faults)
        return claims

    def _entry(self, row: Row, leaf: Digest) -> None:
        """The thorough way: for each entry that is not just one more member of the batch being read."""
        position, stream, version, type_, raw = row = self._of_kinds(row)
        follows = self._place(position)
        try:
            entry = Entry.parse(raw)
        except MalformedEntry as error:
            if raw:
                self.faults.add("entry.malformed", position, f"these bytes are no entry: {error.message}")
            self._unread(row, leaf, follows=follows)
        else:
            if (entry.position, entry.stream, entry.version) != (position, stream, version):
                self.faults.add("entry.columns", position, "the columns beside the entry do not say what its bytes say")
            self._link(entry, position, follows=follows)
            self._follow(entry, position, leaf)
            if entry.signature.startswith("batch:"):
                self._member(entry, position, type_, follows=follows)
            else:
                self._end_run(ended=True)
                self._single(entry, position, type_)
        self.position, self.leaf = position, leaf
        self.count += 1

    def _unread(self, row: Row, leaf: Digest, *, follows: bool) -> None:
        """Go on past bytes that are no entry as if they were what the columns say: the fault is told once."""
        position, stream, version, type_, _ = row
        run = self.run
        if run and follows and (stream, version, type_) == (run.stream, run.version + 1, run.type):
            run.leaves.append(leaf)
            run.version = version
        else:
            self._end_run(ended=True)
        if stream:
            self._move(stream, version, position, leaf)

    def _place(self, position: int) -> bool:
        """Whether an entry follows the one before it without a gap; the first one's gap is told by `whole`."""
        if not self.count:
            self.first = position
            return False
        if position == self.position + 1:
            return True
        self.faults.add("completeness.missing-entry", self.position + 1, gap(self.position, position))
        return False

    def _link(self, entry: Entry, position: int, *, follows: bool) -> None:
        if not self.count:
            self.prev, self.first_recorded = entry.prev, entry.recorded_at
        elif follows and entry.prev != self.leaf and len(self.broken) < MOST_FAULTS:
            self.broken.append(position)
        if self.recorded and entry.recorded_at < self.recorded:
            self.faults.add("entry.time-went-back", position, "recorded before the entry that it follows")
        self.recorded = entry.recorded_at

    def _follow(self, entry: Entry, position: int, leaf: Digest) -> None:
        known = self.streams.get(entry.stream)
        if known and entry.version != known.version + 1:
            detail = f"version {entry.version} of {entry.stream} after {known.version}"
            self.faults.add("completeness.stream", position, detail)
        if entry.stream == "ledger/seals":
            self.seals.append(SealSeen(position, self.moved))
            self.moved = {}
        self._move(entry.stream, entry.version, position, leaf)

    def _move(self, stream: str, version: int, position: int, leaf: Digest) -> None:
        known = self.streams.get(stream)
        first = known[:2] if known else (version, position)
        self.streams[stream] = StreamSpan(*first, version, position, leaf)
        self.moved[stream] = (version, leaf)

    def _single(self, entry: Entry, position: int, type_: str) -> None:
        single, faults = self.events.single(entry, position, type_)
        self.faults.extend(faults)
        if single:
            self.singles.append(single)

    def _member(self, entry: Entry, position: int, type_: str, *, follows: bool) -> None:
        """A member read the thorough way; the ones that follow it in the same batch take the short way."""
        opener = int(entry.signature.removeprefix("batch:"))
        run = self.run
        if not (run and follows and (run.opener, run.stream) == (opener, entry.stream)):
            self._end_run(ended=True)
            run = self.run = Run(opener, position, entry.stream)
        if type_ != run.type and (wrong := self.events.home(type_, entry.stream)):
            self.faults.add("batch.outside", position, wrong)
        run.type, run.version, run.form = type_, entry.version, MemberForm.of(entry, type_)
        if run.form is None and _type_of(entry.event) != type_:
            self.faults.add("entry.columns", position, "the type column does not say what the bytes say")
        run.leaves += leaf_hashes([entry.event])
        run.said = [piece for claim in self._read_members(run, [entry.event], position) for piece in pieces(claim)]

    def _end_run(self, *, ended: bool) -> None:
        if self.run:
            self.batches.append(self.run.part(ended=ended))
            self.run = None

    def _hashed(self, rows: Sequence[Row]) -> tuple[Sequence[Row], list[Digest]]:
        """The rows and their leaf hashes; nothing is hashed for what is not bytes."""
        self.odd = False
        try:
            return rows, leaf_hashes([row[4] for row in rows])
        except TypeError:
            self.odd = True
            return rows, [leaf_hashes([row[4] if type(row[4]) is bytes else b""])[0] for row in rows]

    def _of_kinds(self, row: Row) -> Row:
        """The row, with nothing in place of a value that is not of its column's kind."""
        if [*map(type, row)] == [int, str, int, str, bytes]:
            return row
        position, stream, version, type_, raw = row
        position = position if type(position) is int else self.position + 1
        gone = all(value is None for value in row[1:])
        detail = "the database cannot read it" if gone else "a column holds another kind of value than its own"
        self.faults.add("entry.unreadable", position, detail)
        return (
            position, stream if type(stream) is str else "", version if type(version) is int else 0,
            type_ if type(type_) is str else "", raw if type(raw) is bytes else b"",
        )  # fmt: skip

    def _grow(self, leaves: list[Digest]) -> None:
        start, size = 0, self.base + self.tree.size
        for wanted in self.sizes[bisect_right(self.sizes, size) : bisect_right(self.sizes, size + len(leaves))]:
            self.nodes += self.tree.extend(leaves[start : wanted - size])
            self.prefix_roots[wanted] = self.tree.root()
            start = wanted - size
        self.nodes += self.tree.extend(leaves[start:])

    def _found(self) -> Found:
        nodes = [Node(level, (self.base >> level) + index, digest) for level, index, digest in self.nodes]
        ids = bytes.fromhex("".join(sorted(self.events.member_ids)))
        return Found(
            self.first, self.position, self.count, self.prev, self.leaf, self.first_recorded, self.recorded,
            self.tree.root(), nodes, self.prefix_roots, self.streams, self.batches, self.seals, self.singles,
            ids, self.events.sealed, sorted(self.events.unknown_types), self.events.reported, self.events.suspect,
            self.events.signers, self.broken, self.faults,
        )  # fmt: skip


def check_segment(stretch: Stretch, sizes: Iterable[int], events: EventCheck, tree: Tree | None = None) -> Found:
    """Check this stretch; `sizes` are tree sizes at which its root is wanted."""
    return Segment(stretch.after, sizes, events, tree).check(stretch)


def _type_of(event: bytes) -> Any:
    from ledger.canonical import NotCanonical, decode

    try:
        value = decode(event)
    except NotCanonical:
        return None
    return value.get("type") if isinstance(value, dict) else None
