"""Folding: verified entries through one or more projections, in pages, from entry 1 or from a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from ledger.canonical import decode, encode
from ledger.chain.entry import Entry
from ledger.clock import parse_recorded, spell_recorded
from ledger.errors import LedgerError
from ledger.replay import Reached, verified
from ledger.storage.snapshots import Snapshot, Snapshots
from ledger.storage.store import Store
from projections.projection import Fact, Projection, digest

Progress = Callable[[int, int], None]


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
    store: Store, projections: Sequence[Projection], *, known_at: datetime | None = None,
    progress: Progress = lambda done, total: None,
) -> list[Folded]:  # fmt: skip
    """Every projection from entry 1, by what was recorded up to `known_at`. Raises what `verified` does."""
    start = [Folded(each, each.empty(), Reached(), None) for each in projections]
    return _folded_on(store, start, known_at, progress)


def follow(
    store: Store, projections: Sequence[Projection], snapshots: Snapshots,
    *, progress: Progress = lambda done, total: None,
) -> list[Folded]:  # fmt: skip
    """Every projection at the ledger's head, read on from its snapshot, which is then replaced.

    A snapshot remembers the leaf hash of its entry: raises BrokenLink where history was rewritten beneath it.
    """
    found = []
    for projection in projections:
        start = _loaded(projection, snapshots.get(projection.name, projection.version))
        (folded,) = _folded_on(store, [start], None, progress)
        if folded.reached.position > start.reached.position:
            snapshots.put(_snapshot(folded))
        found.append(folded)
    return found


def _folded_on(store: Store, starts: list[Folded], known_at: datetime | None, progress: Progress) -> list[Folded]:
    """Fold on from one common place."""
    reached, recorded_at, total = starts[0].reached, starts[0].recorded_at, store.size()
    states = [start.state for start in starts]
    for page in verified(store, reached, known_at):
        for at, start in enumerate(starts):
            states[at] = _folded(start.projection, states[at], page)
        if page:
            last = page[-1]
            reached, recorded_at = Reached(last.position, last.leaf), last.recorded_at
            progress(last.position, total)
    return [Folded(start.projection, state, reached, recorded_at) for start, state in zip(starts, states, strict=True)]


def _folded(projection: Projection, state: Any, page: Sequence[Entry]) -> Any:
    reads: dict[str, bool] = {}
    for entry in page:
        stream = entry.stream
        if stream not in reads:
            reads[stream] = projection.reads(stream)
        if reads[stream]:
            state = projection.apply(state, Fact(entry))
    return state


def _loaded(projection: Projection, snapshot: Snapshot | None) -> Folded:
    """The state of a snapshot, or the empty one where there is none or it is not what was put."""
    if snapshot is not None:
        try:
            state = projection.load(decode(snapshot.state))
            if digest(projection, state) == snapshot.digest:
                recorded_at = parse_recorded(snapshot.recorded_at)
                return Folded(projection, state, Reached(snapshot.position, snapshot.leaf), recorded_at)
        except (LedgerError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            pass  # not what was put: it is folded again
    return Folded(projection, projection.empty(), Reached(), None)


def _snapshot(folded: Folded) -> Snapshot:
    projection, reached = folded.projection, folded.reached
    assert folded.recorded_at is not None, "an entry was folded"
    return Snapshot(
        projection.name, projection.version, reached.position, reached.leaf, spell_recorded(folded.recorded_at),
        folded.digest, encode(projection.dump(folded.state)),
    )  # fmt: skip
