"""What an engine is: one function from spans of the log to pieces. Who joins and folds them is the same for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol

from ledger.errors import NotChecked
from ledger.replay import Reached, check_end, check_follows
from ledger.storage.store import Store
from projections.pieces import Piece, Span

LARGEST, SMALLEST, PARTS = 1 << 15, 1 << 12, 8
"""Entries of a piece: few enough to be kept beside each other in memory, enough to be worth handing over.

Each is at most one of so many parts of what is left, so that all who share them are done at about the same time.
"""


class EngineAbsent(NotChecked):
    """An engine was asked for that this machine does not have: nothing was replayed."""

    code = "engine.absent"


class Engine(Protocol):
    """Reads pieces. Every engine reads each with `projections.pieces.piece`, so that all give the same."""

    def pieces(self, store: Store, spans: Sequence[Span]) -> Iterator[Piece]:
        """One piece for each span, in their order. Raises EngineAbsent, and what reading a piece raises."""
        ...


def joined(engine: Engine, store: Store, start: Reached, end: Reached) -> Iterator[Piece]:
    """Everything from one entry up to another, in order. Raises before anything wrong is given.

    `start` is known to be there; `end` is what the entry after it says is there.
    """
    # An entry is known to be what was recorded when the next one names its leaf: a piece has to wait.
    waiting: Piece | None = None
    reached = start
    for piece in engine.pieces(store, spans(start.position, end.position)):
        check_follows(piece.prev, reached)
        if waiting is not None:
            yield waiting
        waiting, reached = piece, piece.reached
    check_end(reached, end)
    if waiting is not None:
        yield waiting


def spans(after: int, upto: int) -> list[Span]:
    """The log between two positions, cut so that several may share it evenly: smaller ones towards the end."""
    borders = [after]
    while borders[-1] < upto:
        size = max(SMALLEST, min(LARGEST, (upto - borders[-1]) // PARTS))
        borders.append(min(borders[-1] + size, upto))
    return [Span(*each) for each in pairwise(borders)]
