"""Folding: verified entries through one or more projections, from entry 1 or from a snapshot, up to any entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from ledger.chain.entry import Entry
from ledger.clock import parse_recorded, spell_recorded
from ledger.errors import LedgerError
from ledger.replay import USES, Reached, check_start, end_at, known_by
from ledger.storage.faults import Locked, StorageFailed
from ledger.storage.snapshots import Snapshot, Snapshots
from ledger.storage.store import Store
from ledger.uncollected import uncollected
from projections.counting import Counted, gather
from projections.engines.engine import Engine, joined
from projections.engines.local import Local
from projections.projection import Fact, Projection, Sound, digest, digest_of, dumped
from projections.uses import Uses

Progress = Callable[[int, int], None]
WORTH_KEEPING = 1_000
"""New entries for which a snapshot is replaced: fewer are folded again sooner than a large state is written."""
WORTH_COUNTING = 50_000
"""Stretches of uses that are kept apart before the projections count them."""


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
    store: Store, projections: Sequence[Projection], *, upto: int | None = None, known_at: datetime | None = None,
    engine: Engine | None = None, progress: Progress = lambda done, total: None,
) -> list[Folded]:  # fmt: skip
    """Every projection from entry 1 up to entry `upto` (the last, if not given), or to what was recorded by `known_at`.

    `engine` says who reads and checks; what comes out is the same. Raises NotFound for an entry that is not there,
    BrokenLink, MalformedEntry or Missing at the first one that cannot be what was recorded, and what an engine does.
    """
    start = [Folded(each, each.empty(), Reached(), None) for each in projections]
    if known_at is not None:
        upto = known_by(store, known_at)
    if upto == 0:
        return start
    return _folded_on(store, start, end_at(store, upto), engine, progress)


def fold_at(
    store: Store, projections: Sequence[Projection], positions: Iterable[int],
    *, engine: Engine | None = None, progress: Progress = lambda done, total: None,
) -> Iterator[list[Folded]]:  # fmt: skip
    """Every projection after each of these entries, in rising order, in one pass: folds go on from the states given.

    Raises as `fold` does.
    """
    folded = [Folded(each, each.empty(), Reached(), None) for each in projections]
    for position in positions:
        folded = _folded_on(store, folded, end_at(store, position), engine, progress)
        yield folded


def follow(
    store: Store, projections: Sequence[Projection], snapshots: Snapshots,
    *, engine: Engine | None = None, progress: Progress = lambda done, total: None,
) -> list[Folded]:  # fmt: skip
    """Every projection at the ledger's head, read on from its snapshot, which is then replaced if that saves enough.

    A snapshot remembers the leaf hash of its entry: raises BrokenLink where history was rewritten beneath it.
    """
    with uncollected():
        starts = [_loaded(each, snapshots.get(each.name, each.version)) for each in projections]
    found: dict[int, Folded] = {}
    for place in dict.fromkeys(start.reached for start in starts):
        numbers = [number for number, start in enumerate(starts) if start.reached == place]
        several = _folded_on(store, [starts[number] for number in numbers], end_at(store), engine, progress)
        for number, folded in zip(numbers, several, strict=True):
            found[number] = folded
            if not place.position or folded.reached.position - place.position >= WORTH_KEEPING:
                with suppress(Locked, StorageFailed):  # it saves time, no more
                    snapshots.put(_snapshot(folded))
    return [found[number] for number in range(len(starts))]


def keep_anew(snapshots: Snapshots, found: Sequence[Folded]) -> None:
    """What was folded from entry 1 to the ledger's head takes the place of all that was kept."""
    snapshots.renew(_snapshot(each) for each in found if each.reached.position >= WORTH_KEEPING)


def _folded_on(
    store: Store, starts: list[Folded], end: Reached, engine: Engine | None, progress: Progress
) -> list[Folded]:
    """Fold on from one common place."""
    reached, recorded_at = starts[0].reached, starts[0].recorded_at
    check_start(store, reached)
    fold = _Fold([start.projection for start in starts], [start.state for start in starts])
    with uncollected():
        for piece in joined(engine or Local(), store, reached, end):
            for entry in piece.entries:
                fold.entry(entry)
            fold.add(piece.uses)
            recorded_at = piece.recorded_at or recorded_at
            progress(piece.reached.position, end.position)
        fold.count()
    states = zip(starts, fold.states, strict=True)
    return [Folded(start.projection, state, end, recorded_at) for start, state in states]


class _Fold:
    """Projections and their states. An entry is decoded once for all of them, and not at all where nobody reads it."""

    def __init__(self, projections: list[Projection], states: list[Any]) -> None:
        self.projections, self.states, self.uses = projections, states, Uses()
        self._readers: dict[str, list[tuple[int, Projection]]] = {}

    def _reading(self, stream: str) -> list[tuple[int, Projection]]:
        found = self._readers.get(stream)
        if found is None:
            every = enumerate(self.projections)
            found = self._readers[stream] = [(at, each) for at, each in every if each.reads(stream)]
        return found

    def entry(self, entry: Entry | Sound) -> None:
        readers = self._reading(entry.stream)
        if readers:
            fact, states = Fact(entry), self.states
            for at, projection in readers:
                states[at] = projection.apply(states[at], fact)

    def add(self, counted: Counted) -> None:
        """Keep uses until they are worth counting: most are of persons and applications that came before."""
        gather(self.uses, counted)
        if self.uses.stretches() > WORTH_COUNTING:
            self.count()

    def count(self) -> None:
        """Give the projections the uses that were kept. Who reads any stream of uses reads all of them."""
        for stream in sorted({f"{key[0]}{USES}" for key in self.uses.kept})[:1]:
            for at, projection in self._reading(stream):
                self.states[at] = projection.count(self.states[at], self.uses)
        self.uses = Uses()


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
