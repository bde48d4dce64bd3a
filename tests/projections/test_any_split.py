"""Any history, in batches of any size, from a snapshot, rebuilt, or cut anywhere: the digests are those of a fold."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.storage.append import BATCH, Row
from ledger.storage.opening import create, open_store
from ledger.storage.snapshots import Snapshots
from ledger.storage.store import Store
from projections.catalogue import projections
from projections.pieces import Piece, Span, piece
from projections.runner import follow
from tests.projections.obligations.stories import Story
from tests.projections.obligations.test_folding import stories
from tests.projections.plain import Digests, digests, entries, folded, plainly

SIGNATURE = "ed25519:" + "A" * 86 + "=="
cuts = st.lists(st.integers(0, 60), max_size=6)


class Cut:
    """Reads the pieces between these positions, in pages of a size of its own."""

    def __init__(self, cuts: Sequence[int], page: int) -> None:
        self.cuts, self.page = cuts, page

    def pieces(self, store: Store, spans: Sequence[Span]) -> Iterator[Piece]:
        first, last = spans[0].after, spans[-1].upto
        borders = sorted({first, last, *(cut for cut in self.cuts if first < cut < last)})
        for after, upto in pairwise(borders):
            yield piece(store.pages(after, upto, self.page), after)


def rows(story: Story, after: int = 0) -> list[Row]:
    return [
        Row(entry.stream, str(typed(entry.event)), entry.event, BATCH if entry.signature == "batch:1" else SIGNATURE)
        for entry in story.entries[after:]
    ]


def typed(event: bytes) -> Any:
    import json

    return json.loads(event)["type"]


def written(story: Story, folder: str, sizes: Sequence[int]) -> Path:
    """The story in a ledger, in as many appends, a day apart."""
    path, days = Path(folder) / "ledger.db", iter(range(1, 1000))
    with create(path, clock=lambda: datetime(2030, 1, 1, tzinfo=UTC).replace(minute=next(days) % 60)) as store:
        every = rows(story)
        for start, end in pairwise(sorted({0, len(every), *(size for size in sizes if size < len(every))})):
            store.append(every[start:end], files=story.files)
    return path


def followed(path: Path, store: Store) -> Digests:
    with closing(Snapshots(path.with_suffix(".views"))) as snapshots:
        return digests(follow(store, projections(store.protocol_file), snapshots))


@settings(max_examples=20, deadline=None)
@given(stories, cuts, cuts, st.integers(1, 30), st.integers(1, 60))
def test_any_history_gives_one_digest_however_it_is_read(story: Story, appends, cut, page: int, upto: int):
    with tempfile.TemporaryDirectory() as folder:
        path = written(story, folder, appends)
        with open_store(path) as store:
            every = entries(store)
            expected, early = plainly(store, every), plainly(store, every[:upto])
            upto = min(upto, len(every))
            assert folded(store) == expected
            assert folded(store, Cut(cut, page)) == expected
            assert folded(store, Cut(cut, page), upto=upto) == early
            recorded = every[upto - 1].recorded_at
            known = [entry for entry in every if entry.recorded_at <= recorded]
            assert folded(store, Cut(cut, page), known_at=recorded) == plainly(store, known)


@settings(max_examples=10, deadline=None)
@given(stories, st.integers(1, 60), cuts)
def test_any_history_gives_one_digest_from_a_snapshot_of_any_entry_and_when_it_is_rebuilt(story: Story, cut: int, more):
    with tempfile.TemporaryDirectory() as folder:
        whole = story.entries
        story.entries = whole[:cut]
        path = written(story, folder, [])
        with open_store(path) as store:
            early = followed(path, store)
            assert early == plainly(store, entries(store))
            story.entries = whole
            if rows(story, cut):
                store.append(rows(story, cut))
            expected = plainly(store, entries(store))
            assert followed(path, store) == expected
            with closing(Snapshots(path.with_suffix(".views"))) as snapshots:
                snapshots.forget()
            assert followed(path, store) == expected == folded(store, Cut(more, 7))
