"""In this process, one piece after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.storage.store import Store
from projections.pieces import Piece, Span, read


class Local:
    """Needs nothing, and keeps one piece in memory."""

    def pieces(self, store: Store, spans: Sequence[Span]) -> Iterator[Piece]:
        return (read(store, span) for span in spans)
