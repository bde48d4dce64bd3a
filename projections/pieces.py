"""What folding begins with: verified entries in pieces, uses already counted.

A piece can be read by itself: it shows what its first entry says of the one before, and the pieces are joined in their
order. So it does not matter who reads which, nor where they are cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from ledger.chain.entry import Entry
from ledger.chain.hashing import Digest
from ledger.replay import PAGE, USES, Members, Page, Reached, read_stretch
from ledger.replay import read as read_rows
from ledger.storage.append import StoredRow
from ledger.storage.inspection import Stretch
from ledger.storage.store import Store
from ledger.uncollected import uncollected
from projections.counting import Counted, Counter
from projections.projection import Sound, sound


class Span(NamedTuple):
    """The entries after one position up to another."""

    after: int
    upto: int


class Piece(NamedTuple):
    """Entries in a row up to `reached`: `uses` are counted, all others are `entries`. `prev` is the first one's link.

    `recorded_at` is the last one's; None where there is none.
    """

    entries: list[Entry | Sound]
    uses: Counted
    prev: Digest | None
    reached: Reached
    recorded_at: datetime | None


def read(store: Store, span: Span) -> Piece:
    """One piece, out of storage. Raises BrokenLink, MalformedEntry or Missing."""
    with store.held() as rows:
        return _gathered(read_stretch(Stretch(rows, *span, size=PAGE, postgres=store.is_postgres)))


def piece(rows: Iterable[Sequence[StoredRow]], after: int) -> Piece:
    """One piece, from its rows in pages. What its first entry follows from is for others to check."""
    return _gathered(read_rows(rows, after))


def _gathered(pages: Iterable[Page]) -> Piece:
    gathering = _Gathering()
    with uncollected():
        for page in pages:
            gathering.add(page)
        return gathering.piece()


class _Gathering:
    """Pages on their way to a piece."""

    def __init__(self) -> None:
        self._counter = Counter()
        self._entries: list[Entry | Sound] = []
        self._prev: Digest | None = None
        self._reached = Reached()
        self._recorded_at: datetime | None = None

    def add(self, page: Page) -> None:
        if self._prev is None:
            self._prev = page.prev
        for _, part in page.parts():
            if isinstance(part, Members):
                self._count(part)
            else:
                self._add(part)
        self._reached, self._recorded_at = page.reached, page.recorded_at or self._recorded_at

    def _add(self, entry: Entry) -> None:
        if entry.stream.endswith(USES):
            self._count_one(entry)
        else:
            self._entries.append(sound(entry))

    def _count(self, run: Members) -> None:
        try:
            self._counter.count(run.first, run.events)
        except ValueError:
            for entry in run.entries():
                self._count_one(entry)

    def _count_one(self, entry: Entry) -> None:
        try:
            self._counter.count(entry.position, [entry.event])
        except ValueError:
            # What is no use that we know is given as it is: whoever reads it says what is wrong with it.
            self._entries.append(sound(entry))

    def piece(self) -> Piece:
        return Piece(self._entries, self._counter.taken(), self._prev, self._reached, self._recorded_at)
