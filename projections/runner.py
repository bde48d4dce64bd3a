"""Folding: verified entries through one or more projections, in pages, from entry 1 or from a snapshot."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from ledger.chain.entry import Entry
from ledger.clock import parse_recorded, spell_recorded
from ledger.errors import LedgerError
from ledger.replay import USES, Reached
from ledger.storage.faults import Locked, StorageFailed
from ledger.storage.snapshots import Snapshot, Snapshots
from ledger.storage.store import Store
from projections.pieces import read, read_by_several
from projections.projection import Fact, Projection, digest, digest_of, dumped
from projections.uses import Uses

Progress = Callable[[int, int], None]
WORTH_KEEPING = 1_000
"""New entries for which a snapshot is replaced: fewer are folded again sooner than a large state is written."""
PROCESSES = 2
WORTH_PROCESSES = 100_000
"""Entries for which another process is started: it takes as long as folding some tens of thousands."""


class Folded(NamedTuple):
    """A projection's state after entry `reached.position`, the last one recorded at `recorded_at`."""

    projection: Projection
    state: Any
    reached: Reached
    recorded_at: datetime | None

    @property
    def digest(self) -> str:
        return digest(self.projection, self.state)


def fold(
    store: Store, projections: Sequence[Projection], *, known_at: datetime | None = None, url: str | None = None,
    progress: Progress = lambda done, total: None,
) -> list[Folded]:  # fmt: skip
    """Every projection from entry 1, by what was recorded up to `known_at`. Raises what `pages` does.

    With its `url` a large ledger is read and checked by two processes; what comes out is the same.
    """
    start = [Folded(each, each.empty(), Reached(), None) for each in projections]
    return _folded_on(store, start, known_at, url, progress)


def follow(
    store: Store, projections: Sequence[Projection], snapshots: Snapshots,
    *, url: str | None = None, progress: Progress = lambda done, total: None,
) -> list[Folded]:  # fmt: skip
    """Every projection at the ledger's head, read on from its snapshot, which is then replaced if that saves enough.

    A snapshot remembers the leaf hash of its entry: raises BrokenLink where history was rewritten beneath it.
    """
    starts = [_loaded(each, snapshots.get(each.name, each.version)) for each in projections]
    found: dict[int, Folded] = {}
    for place in dict.fromkeys(start.reached for start in starts):
        numbers = [number for number, start in enumerate(starts) if start.reached == place]
        several = _folded_on(store, [starts[number] for number in numbers], None, url, progress)
        for number, folded in zip(numbers, several, strict=True):
            found[number] = folded
            if not place.position or folded.reached.position - place.position >= WORTH_KEEPING:
                with suppress(Locked, StorageFailed):  # it saves time, no more
                    snapshots.put(_snapshot(folded))
    return [found[number] for number in range(len(starts))]


def _folded_on(
    store: Store, starts: list[Folded], known_at: datetime | None, url: str | None, progress: Progress
) -> list[Folded]:
    """Fold on from one common place."""
    reached, recorded_at, total = starts[0].reached, starts[0].recorded_at, store.size()
    fold = _Fold([start.projection for start in starts], [start.state for start in starts])
    several = known_at is None and total - reached.position >= WORTH_PROCESSES
    with _uncollected():
        for piece in (
            read_by_several(store, url, reached, PROCESSES) if url and several else read(store, reached, known_at)
        ):
            for entry in piece.entries:
                fold.entry(entry)
            fold.uses(piece.uses)
            reached, recorded_at = piece.reached, piece.recorded_at or recorded_at
            progress(reached.position, total)
    states = fold.states
    return [Folded(start.projection, state, reached, recorded_at) for start, state in zip(starts, states, strict=True)]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles: entries and states have none, and it would walk through all of them often."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Fold:
    """Projections and their states. An entry is decoded once for all of them, and not at all where nobody reads it."""

    def __init__(self, projections: list[Projection], states: list[Any]) -> None:
        self.projections, self.states = projections, states
        self._readers: dict[str, list[tuple[int, Projection]]] = {}

    def _reading(self, stream: str) -> list[tuple[int, Projection]]:
        found = self._readers.get(stream)
        if found is None:
            every = enumerate(self.projections)
            found = self._readers[stream] = [(at, each) for at, each in every if each.reads(stream)]
        return found

    def entry(self, entry: Entry) -> None:
        readers = self._reading(entry.stream)
        if readers:
            fact, states = Fact(entry), self.states
            for at, projection in readers:
                states[at] = projection.apply(states[at], fact)

    def uses(self, uses: Uses) -> None:
        """Those who read any stream of uses read all of them."""
        for stream in sorted({f"{key[0]}{USES}" for key in uses.kept})[:1]:
            for at, projection in self._reading(stream):
                self.states[at] = projection.count(self.states[at], uses)


def _loaded(projection: Projection, snapshot: Snapshot | None) -> Folded:
    """The state of a snapshot, or the empty one where there is none or it is not what was put."""
    if snapshot is not None and digest_of(projection, snapshot.state) == snapshot.digest:
        try:
            state = projection.load(msgspec.json.decode(snapshot.state))
            recorded_at = parse_recorded(snapshot.recorded_at)
            return Folded(projection, state, Reached(snapshot.position, snapshot.leaf), recorded_at)
        except (LedgerError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            pass  # of another shape: it is folded again
    return Folded(projection, projection.empty(), Reached(), None)


def _snapshot(folded: Folded) -> Snapshot:
    projection, reached = folded.projection, folded.reached
    recorded, state = folded.recorded_at, dumped(folded.projection, folded.state)
    return Snapshot(
        projection.name, projection.version, reached.position, reached.leaf,
        spell_recorded(recorded) if recorded else "", digest_of(projection, state), state,
    )  # fmt: skip
