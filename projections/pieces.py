"""What folding begins with: verified entries in pieces, uses already counted; read here or shared with other processes.

A piece can be read by itself: it shows what its first entry says of the one before, and the pieces are joined in their
order. So it does not matter who reads which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ledger.chain.entry import Entry
from ledger.chain.hashing import Digest
from ledger.errors import LedgerError
from ledger.replay import Members, Page, Reached, check_follows, check_head, check_start, pages, stretch
from ledger.storage.opening import open_store
from ledger.storage.store import Store
from ledger.verification.tasks import shared
from projections.uses import Counter, Uses

PIECE = 1 << 15
"""Entries of a piece: few enough to be kept beside each other in memory, enough to be worth handing over."""


class Piece(NamedTuple):
    """Entries in a row up to `reached`: `uses` are counted, all others are `entries`. `prev` is the first one's link.

    `recorded_at` is the last one's; None where there is none.
    """

    entries: list[Entry]
    uses: Uses
    prev: Digest | None
    reached: Reached
    recorded_at: datetime | None


class Task(NamedTuple):
    """A piece to be read by another process."""

    url: str
    after: int
    upto: int


def read(store: Store, start: Reached, known_at: datetime | None = None) -> Iterator[Piece]:
    """Everything after `start`, in order. Raises what `ledger.replay.pages` does, before anything wrong is given."""
    yield from _gathered(pages(store, start, known_at))


def read_by_several(store: Store, url: str, start: Reached, processes: int) -> Iterator[Piece]:
    """The same, read by this process and others, each of which opens the ledger by its URL."""
    head = store.head()
    check_start(store, start)
    borders = [*range(start.position, head.size, PIECE), head.size]
    tasks = (Task(url, after, upto) for after, upto in pairwise(borders))
    # An entry is known to be what was recorded when the next one, or the head, names its leaf: a piece has to wait.
    waiting: Piece | None = None
    reached = start
    for found in shared(lambda task: _read_here(store, task), _read_elsewhere, tasks, processes - 1):
        piece = found if isinstance(found, Piece) else _read(store, found)
        check_follows(piece.prev, reached)
        if waiting is not None:
            yield waiting
        waiting, reached = piece, piece.reached
    check_head(reached, Reached(head.size, head.leaf))
    if waiting is not None:
        yield waiting


def _gathered(found: Iterable[Page]) -> Iterator[Piece]:
    """Pages in pieces."""
    gathering = _Gathering()
    for page in found:
        gathering.add(page)
        if gathering.size >= PIECE:
            yield gathering.piece()
    if gathering.size:
        yield gathering.piece()


def _read(store: Store, task: Task) -> Piece:
    """Read one piece in this process."""
    gathering = _Gathering()
    for page in stretch(store, task.after, task.upto):
        gathering.add(page)
    return gathering.piece()


def _read_here(store: Store, task: Task) -> Piece | Task:
    """The piece, or its task again where something is wrong with it: the first fault in order is the one to tell."""
    try:
        return _read(store, task)
    except LedgerError:
        return task


@lru_cache(maxsize=1)
def _opened(url: str) -> Store:
    # Kept open until the process ends with its last task.
    return open_store(url)


def _read_elsewhere(task: Task) -> Piece | Task:
    found = _read_here(_opened(task.url), task)
    if isinstance(found, Piece):  # whoever folds reads events: the bytes around them were checked, and stay here
        found.entries[:] = [entry._replace(raw=b"") for entry in found.entries]
    return found


class _Gathering:
    """Pages on their way to a piece."""

    def __init__(self) -> None:
        self._counter = Counter()
        self._start()

    def _start(self) -> None:
        self.size = 0
        self._entries: list[Entry] = []
        self._prev: Digest | None = None
        self._reached, self._recorded_at = Reached(), None  # type: Reached, datetime | None

    def add(self, page: Page) -> None:
        if self._prev is None:
            self._prev = page.prev
        for run in page.members:
            self.size += len(run.events)
            self._count(run)
        self.size += len(page.entries)
        self._entries += page.entries
        self._reached, self._recorded_at = page.reached, page.recorded_at or self._recorded_at

    def _count(self, run: Members) -> None:
        try:
            self._counter.count(run.first, run.events)
        except ValueError:
            # What is no use that we know is given as it is: whoever reads it says what is wrong with it.
            self._entries += run.entries()

    def piece(self) -> Piece:
        self._entries.sort(key=lambda entry: entry.position)
        piece = Piece(self._entries, self._counter.taken(), self._prev, self._reached, self._recorded_at)
        self._start()
        return piece
