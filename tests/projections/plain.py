"""Folding as it is defined: each entry through each projection, one after the other. Faster ways must give the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ledger.chain.entry import Entry
from ledger.replay import verified
from ledger.storage.store import Store
from projections.catalogue import projections
from projections.engines.engine import Engine
from projections.projection import Fact, digest
from projections.runner import Folded, fold

Digests = dict[str, str]


def digests(found: Iterable[Folded]) -> Digests:
    return {each.projection.name: each.digest for each in found}


def folded(
    store: Store, engine: Engine | None = None, upto: int | None = None, known_at: datetime | None = None
) -> Digests:
    """As `ledger replay` does it."""
    return digests(fold(store, projections(store.protocol_file), engine=engine, upto=upto, known_at=known_at))


def plainly(store: Store, entries: Iterable[Entry]) -> Digests:
    """By definition."""
    every = list(entries)
    found = {}
    for projection in projections(store.protocol_file):
        state = projection.empty()
        for entry in every:
            if projection.reads(entry.stream):
                state = projection.apply(state, Fact(entry))
        found[projection.name] = digest(projection, state)
    return found


def entries(store: Store) -> list[Entry]:
    return [entry for page in verified(store) for entry in page]
