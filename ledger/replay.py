"""Entries out of storage: checked while they are read, so that whoever folds them folds what was recorded.

Checked here are spelling, position, link and columns, from a known leaf up to the ledger's head. Signatures, seals and
checkpoints are `ledger verify`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from ledger.chain.entry import Entry
from ledger.chain.hashing import NO_LEAF, Digest
from ledger.errors import VerificationFailed
from ledger.storage.append import StoredRow
from ledger.storage.store import Store


class BrokenLink(VerificationFailed):
    """An entry that does not follow from the one before, or is not what its columns say."""

    code = "chain.broken-link"


class Reached(NamedTuple):
    """A place in the ledger: a position and the leaf hash of its entry. Position 0 is before entry 1."""

    position: int = 0
    leaf: Digest = NO_LEAF


def verified(store: Store, start: Reached | None = None, known_at: datetime | None = None) -> Iterator[list[Entry]]:
    """Entries after `start`, in pages, each known to follow from the one before; up to what was recorded by `known_at`.

    Raises BrokenLink, MalformedEntry or Missing at the first entry that cannot be what was recorded. Without `known_at`
    the last entry is also the one that the head row names.
    """
    reached, head = start or Reached(), store.head()
    _check_start(store, reached)
    # An entry is known to be what was recorded when the next one, or the head, names its leaf: a page has to wait.
    waiting: list[Entry] = []
    for rows in store.pages(reached.position, head.size):
        page: list[Entry] = []
        for row in rows:
            entry = _checked(row, reached)
            if known_at is not None and entry.recorded_at > known_at:
                yield waiting + page
                return
            page.append(entry)
            reached = Reached(entry.position, entry.leaf)
        if waiting:
            yield waiting
        waiting = page
    if reached != (head.size, head.leaf):
        raise BrokenLink(f"entry {head.size} is not the one that the head was moved to", position=head.size, hint=_HINT)
    if waiting:
        yield waiting


def _checked(row: StoredRow, before: Reached) -> Entry:
    position, stream, version, _, raw = row
    entry = Entry.parse(raw)
    if entry.prev != before.leaf:
        raise BrokenLink(
            f"entry {position} does not follow from entry {before.position}", position=position, hint=_HINT
        )
    if (entry.position, entry.stream, entry.version) != (position, stream, version):
        raise BrokenLink("the columns beside the entry do not say what its bytes say", position=position, hint=_HINT)
    return entry


def _check_start(store: Store, start: Reached) -> None:
    if start.position > (size := store.size()):
        raise BrokenLink(
            f"the ledger ends at {size}, and was read up to entry {start.position} before", position=size,
            hint="an old copy, or its tail was cut: run ledger verify; of another ledger, remove the .views file",
        )  # fmt: skip
    if start.position and Entry.parse(store.entry(start.position)).leaf != start.leaf:
        raise BrokenLink(
            f"entry {start.position} is no longer the one that was read before", position=start.position,
            hint="the history was rewritten since: run ledger verify",
        )  # fmt: skip


_HINT = "run ledger verify, which tells every fault"
