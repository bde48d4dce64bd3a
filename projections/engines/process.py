"""Shared with other processes, each of which opens the ledger for itself.

They are started anew and not forked: a fork would share this process's connections and locks with its child.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from ledger.errors import LedgerError
from ledger.storage.opening import open_store
from ledger.storage.store import Store
from ledger.verification.tasks import shared, started
from projections.engines.local import Local
from projections.pieces import Piece, Span, read

PROCESSES = 2
WORTH_PROCESSES = 100_000
"""Entries for which another process is started: it takes as long as folding some tens of thousands."""


class _Task(NamedTuple):
    url: str
    span: Span


class Processes:
    """This process and others. `url` opens the same ledger again, for them."""

    def __init__(self, url: str, processes: int = PROCESSES) -> None:
        self.url, self.processes = url, processes

    def pieces(self, store: Store, spans: Sequence[Span]) -> Iterator[Piece]:
        if self.processes < 2 or not spans or spans[-1].upto - spans[0].after < WORTH_PROCESSES:
            yield from Local().pieces(store, spans)
            return
        tasks = (_Task(self.url, span) for span in spans)
        with started(self.processes - 1) as others:
            for found in shared(lambda task: tried(store, task.span), _read_elsewhere, tasks, others):
                # Where something is wrong with a piece it is read again in its turn: the first fault is told.
                yield found if isinstance(found, Piece) else read(store, found)


def tried(store: Store, span: Span) -> Piece | Span:
    """The piece, or its span where something is wrong with it."""
    try:
        return read(store, span)
    except LedgerError:
        return span


def _read_elsewhere(task: _Task) -> Piece | Span:
    return tried(_opened(task.url), task.span)


@lru_cache(maxsize=1)
def _opened(url: str) -> Store:
    # Kept open until the process ends with its last task.
    return open_store(url)
