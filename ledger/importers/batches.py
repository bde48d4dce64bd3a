"""Batches as the ledger holds them: found again, listed, and told with what their file gave."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from ledger.chain.entry import Entry, event_of
from ledger.errors import NotFound
from ledger.events.codec import decoded
from ledger.events.imports import LogBatchIngested, LogRead
from ledger.storage.store import Store

PAGE = 2_000
LAST = "last"
_POSITION = re.compile(r"[0-9]{1,15}", re.ASCII)


class StoredBatch(NamedTuple):
    """An opener in its entry; its uses stand at the positions `first` up to `last`."""

    entry: Entry
    opener: LogBatchIngested

    @property
    def first(self) -> int:
        return self.entry.position + 1

    @property
    def last(self) -> int:
        return self.entry.position + self.opener.batch.count


class StoredRead(NamedTuple):
    """What was recorded of a file that was read to its end, in its entry."""

    entry: Entry
    event: LogRead


class Use(msgspec.Struct):
    """What is shown of a use, and what it is compared by."""

    id: str
    happened_at: str
    line: str
    offset: int
    action: str
    outcome: str
    actor_class: str


_use = msgspec.json.Decoder(Use).decode


def imports(store: Store, protocol: str | None = None) -> Iterator[StoredBatch | StoredRead]:
    """All that was imported, in the order of the ledger within a protocol."""
    for head in store.stream_heads():
        owner, _, register = head.stream.partition("/")
        if register != "imports" or protocol not in (None, owner):
            continue
        for row in store.stream_entries(head.stream):
            entry = Entry.parse(row[4])
            event = decoded(entry.event)
            if isinstance(event, LogBatchIngested):
                yield StoredBatch(entry, event)
            elif isinstance(event, LogRead):
                yield StoredRead(entry, event)


def batch(store: Store, named: str) -> StoredBatch:
    """The batch by its position, that of one of its uses, its event id, or `last`. Raises NotFound."""
    batches = [each for each in imports(store) if isinstance(each, StoredBatch)]
    if named == LAST and batches:
        return max(batches, key=lambda each: each.entry.position)
    position = int(named) if _POSITION.fullmatch(named) else 0
    for each in batches:
        if named == each.opener.id or each.entry.position <= position <= each.last:
            return each
    raise NotFound(f"no batch {named}", hint="see: ledger import list", code="import.no-batch")


def read(store: Store, named: str) -> StoredRead | None:
    """What was recorded of a whole file, by its position or event id; None where that is something else."""
    for each in imports(store):
        if isinstance(each, StoredRead) and named in (str(each.entry.position), each.event.id):
            return each
    return None


def of_file(store: Store, batch: StoredBatch) -> tuple[list[StoredBatch], StoredRead | None]:
    """All batches of the same file, and what was recorded at its end; None where it was never read to its end."""
    batches: list[StoredBatch] = []
    read: StoredRead | None = None
    for each in imports(store, batch.opener.protocol):
        event = each.opener if isinstance(each, StoredBatch) else each.event
        if (event.source, event.file) != (batch.opener.source, batch.opener.file):
            continue
        if isinstance(each, StoredBatch):
            batches.append(each)
        else:
            read = read or each
    return batches, read


def uses(store: Store, batch: StoredBatch) -> Iterator[tuple[int, Use]]:
    """The uses of a batch, each with its position."""
    for page in store.pages(batch.entry.position, batch.last, PAGE):
        for row in page:
            yield row[0], _use(Entry.parse(row[4]).event)


def use_at(store: Store, batch: StoredBatch, position: int) -> Use | None:
    """The use at a position of the ledger; None where that is none of this batch."""
    return _use(event_of(store.entry(position))) if batch.first <= position <= batch.last else None


def summary(store: Store, batch: StoredBatch) -> dict[str, Counter[str]]:
    """How many uses a batch has by action, outcome and class of actor."""
    found: dict[str, Counter[str]] = {"action": Counter(), "outcome": Counter(), "actor_class": Counter()}
    for _, use in uses(store, batch):
        for name, counter in found.items():
            counter[getattr(use, name)] += 1
    return found
