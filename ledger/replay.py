"""Entries out of storage: checked while they are read, so that whoever folds them folds what was recorded.

Checked here are spelling, position, link and columns, from a known leaf up to the last entry. Signatures, seals and
checkpoints are `ledger verify`'s.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple, NoReturn

from ledger.chain.entry import Entry
from ledger.chain.hashing import NO_LEAF, Digest, leaf_hash, leaf_hashes
from ledger.chain.member_form import MemberForm
from ledger.errors import NotFound, VerificationFailed
from ledger.storage.append import StoredRow
from ledger.storage.inspection import Stretch
from ledger.storage.store import Store

USES = "/usage"
"""How the name of a stream ends that holds members of batches and nothing else."""
PAGE = 512
"""Rows a page: few enough to be hashed and split while the processor has them at hand."""


class BrokenLink(VerificationFailed):
    """An entry that does not follow from the one before, or is not what its columns say."""

    code = "chain.broken-link"


class Reached(NamedTuple):
    """A place in the ledger: a position and the leaf hash of its entry. Position 0 is before entry 1."""

    position: int = 0
    leaf: Digest = NO_LEAF


class Members(NamedTuple):
    """Consecutive members of one batch, of one type (`tag`): the bytes of their entries and events, from `first` on.

    `like` is an earlier member: they have its envelope but for position, link and version. `prev` is the first's link.
    """

    first: int
    prev: Digest
    tag: str
    raws: list[bytes]
    events: list[bytes]
    like: Entry

    def entries(self) -> list[Entry]:
        """Each of them as an entry."""
        _, position, _, recorded_at, signature, stream, version, _ = self.like
        ahead, links = version - position, [self.prev, *leaf_hashes(self.raws)]
        return [
            Entry(event, at, link, recorded_at, signature, stream, at + ahead, raw)
            for at, (event, raw, link) in enumerate(zip(self.events, self.raws, links, strict=False), self.first)
        ]


class Page(NamedTuple):
    """Some entries in a row that are known to follow from each other: `members`, and all others as `entries`.

    `prev` is what the first one says of the entry before it.
    """

    entries: list[Entry]
    members: list[Members]
    prev: Digest
    reached: Reached
    recorded_at: datetime | None

    def parts(self) -> list[tuple[int, Entry | Members]]:
        """Its entries and members in order, each with its (first) position."""
        entries: list[tuple[int, Entry | Members]] = [(entry.position, entry) for entry in self.entries]
        return sorted([*entries, *((run.first, run) for run in self.members)], key=itemgetter(0))

    def every(self) -> list[Entry]:
        """All of its entries, in order."""
        found: list[Entry] = []
        for _, part in self.parts():
            found += part.entries() if isinstance(part, Members) else [part]
        return found


def verified(store: Store, start: Reached | None = None) -> Iterator[list[Entry]]:
    """Entries after `start`, each known to follow from the one before. As `pages`, which is faster for uses."""
    for page in pages(store, start):
        yield page.every()


def pages(store: Store, start: Reached | None = None) -> Iterator[Page]:
    """Entries after `start`, in pages, each known to follow from the one before.

    Raises BrokenLink, MalformedEntry or Missing at the first entry that cannot be what was recorded.
    """
    reached, end = start or Reached(), end_at(store)
    check_start(store, reached)
    # An entry is known to be what was recorded when the next one names its leaf: a page has to wait.
    waiting: Page | None = None
    for page in read(store.pages(reached.position, end.position, PAGE), reached.position, reached.leaf):
        if waiting is not None:
            yield waiting
        waiting, reached = page, page.reached
    check_end(reached, end)
    if waiting is not None:
        yield waiting


def read(found: Iterable[Sequence[StoredRow]], after: int, leaf: Digest | None = None) -> Iterator[Page]:
    """Rows after one position, each known to follow from the one before.

    `leaf` is that of entry `after`; without it the first page says what it has to be.
    """
    reading = _Reading(after, leaf)
    for rows in found:
        yield reading.page(rows)


def read_stretch(stretch: Stretch) -> Iterator[Page]:
    """As `read`, of rows still in storage: those of a batch's members are read by their bytes alone."""
    reading = _Reading(stretch.after, None)
    while stretch.after < stretch.upto:
        yield reading.members(stretch) or reading.page(stretch.page())


def end_at(store: Store, position: int | None = None) -> Reached:
    """The last entry; or an earlier one, with the leaf that the one after it says it has. Raises NotFound, Damaged."""
    size = store.checked_size()
    if position is None or position == size:
        return Reached(size, leaf_hash(store.entry(size))) if size else Reached()
    if not 0 < position < size:
        raise NotFound(f"there is no entry {position}: the ledger ends at {size}", position=position)
    return Reached(position, Entry.parse(store.entry(position + 1)).prev)


def known_by(store: Store, moment: datetime) -> int:
    """The position of the last entry recorded by then: time does not go back from one entry to the next."""
    positions = range(1, store.size() + 1)
    return bisect_right(positions, moment, key=lambda at: Entry.parse(store.entry(at)).recorded_at)


def check_end(reached: Reached, end: Reached) -> None:
    """Raises BrokenLink unless the last entry read is the one that was there, or that the entry after it names."""
    if reached != end:
        position = end.position
        raise BrokenLink(f"entry {position} is not the one that the next one follows", position=position, hint=_HINT)


def check_start(store: Store, start: Reached) -> None:
    """Raises BrokenLink unless the ledger still holds the entry from which reading goes on."""
    if start.position > (size := store.size()):
        raise BrokenLink(
            f"the ledger ends at {size}, and was read up to entry {start.position} before", position=size,
            hint="an old copy, or its tail was cut: run ledger verify; of another ledger, remove the .views file",
        )  # fmt: skip
    if start.position and Entry.parse(store.entry(start.position)).leaf != start.leaf:
        raise BrokenLink(
            f"entry {start.position} is no longer the one that was read before", position=start.position,
            hint="the history was rewritten since: run ledger verify",
        )  # fmt: skip


def check_follows(prev: Digest | None, before: Reached) -> None:
    """Raises BrokenLink unless `prev`, what an entry says of the one before it, is that one's leaf."""
    if prev != before.leaf:
        _raise_broken(before.position + 1, before.position)


class _Reading:
    """Rows in their order, read on from one place. `like` is the member of a batch that was read last, and its form."""

    def __init__(self, after: int, leaf: Digest | None) -> None:
        self.position, self.leaf = after, leaf
        self.like: tuple[MemberForm, Entry] | None = None

    def page(self, rows: Sequence[StoredRow]) -> Page:
        """The entries of these rows. Raises BrokenLink or MalformedEntry."""
        leaves = leaf_hashes([row[4] for row in rows])
        entries: list[Entry] = []
        members: list[Members] = []
        first, recorded, at = self.leaf, None, 0
        while at < len(rows):
            if self.like is not None and (run := self._members(*self.like, rows[at:], leaves[at:])).events:
                members.append(run)
                at += len(run.events)
                recorded = run.like.recorded_at
                continue
            entry = self._entry(rows[at])
            first = entry.prev if first is None else first
            self.position, self.leaf, recorded = entry.position, leaves[at], entry.recorded_at
            entries.append(entry)
            self._expect(entry, rows[at][3])
            at += 1
        return Page(entries, members, first or NO_LEAF, Reached(self.position, self.leaf or NO_LEAF), recorded)

    def members(self, stretch: Stretch) -> Page | None:
        """The shortest way: more members of a batch, whose columns the database compares; None where there are others.

        Nothing is read then.
        """
        if self.like is None or self.leaf is None:
            return None
        (form, like), first, prev = self.like, self.position + 1, self.leaf
        raws = stretch.members(form.stream, form.type, form.ahead)
        try:
            leaves = leaf_hashes(raws)
        except TypeError:
            leaves = []
        events = form.spelled(raws, first, (prev, *leaves[:-1])) if leaves else []
        if len(events) < len(raws) or not raws:
            stretch.after = self.position
            return None
        self.position, self.leaf = stretch.after, leaves[-1]
        run = Members(first, prev, form.type, list(raws), events, like)
        return Page([], [run], prev, Reached(self.position, self.leaf), like.recorded_at)

    def _members(self, form: MemberForm, like: Entry, rows: Sequence[StoredRow], leaves: Sequence[Digest]) -> Members:
        """The short way: as many rows as are what the member before them makes us expect, compared as bytes."""
        first, link = self.position + 1, self.leaf or NO_LEAF
        events = form.events(rows, first, (link, *leaves[:-1]))
        if events:
            self.position, self.leaf = self.position + len(events), leaves[len(events) - 1]
        return Members(first, link, form.type, [row[4] for row in rows[: len(events)]], events, like)

    def _entry(self, row: StoredRow) -> Entry:
        """The thorough way."""
        position, stream, version, _, raw = row
        if position != self.position + 1:
            raise BrokenLink(f"entry {self.position + 1} is missing", position=self.position + 1, hint=_HINT)
        entry = Entry.parse(raw)
        if self.leaf is not None and entry.prev != self.leaf:
            _raise_broken(position, self.position)
        if (entry.position, entry.stream, entry.version) != (position, stream, version):
            raise BrokenLink(
                "the columns beside the entry do not say what its bytes say", position=position, hint=_HINT
            )
        return entry

    def _expect(self, entry: Entry, tag: str) -> None:
        """What the next entry looks like, if it is one more member of the same batch."""
        form = MemberForm.of(entry, tag) if entry.stream.endswith(USES) else None
        self.like = (form, entry) if form else None


def _raise_broken(position: int, before: int) -> NoReturn:
    raise BrokenLink(f"entry {position} does not follow from entry {before}", position=position, hint=_HINT)


_HINT = "run ledger verify, which tells every fault"
