"""Reading from a position on, on top of what is stored about the entries before it.

Entries before it are not read: their tree nodes, last versions and last leaf are taken as they lie. A checkpoint behind
it then shows that those nodes are what was signed, and nothing about the bytes below them.
"""

from __future__ import annotations

from typing import NamedTuple

from ledger.chain.entry import Entry
from ledger.chain.hashing import Digest, leaf_hash, leaf_hashes
from ledger.chain.merkle import KEEP_LEVEL, Tree
from ledger.errors import LedgerError, NotFound
from ledger.events.codec import decoded
from ledger.events.imports import LogBatchIngested, LogRead
from ledger.storage.inspection import Beside, head_at, raw_entry, raw_nodes, raw_pages
from ledger.storage.store import Store
from ledger.verification.found import StreamSpan
from ledger.verification.report import Fault
from ledger.verification.whole import OpenBatch, Start


class Beginning(NamedTuple):
    """Where reading begins. `tree` holds what lies before it in its own segment."""

    start: Start
    tree: Tree
    faults: list[Fault]


class _Unusable(LedgerError):
    """What is stored before the beginning cannot be built upon."""


def beginning(store: Store, beside: Beside, since: int, bits: int) -> Beginning:
    """The nearest beginning at or before entry `since` that stored nodes allow: a multiple of 256 entries before it.

    Where they cannot be used, that is a fault, and everything is read. Raises NotFound beyond the last entry.
    """
    if since > max(beside.last, 1):
        raise NotFound(f"there is no entry {since}: the ledger ends at {beside.last}", hint="name an earlier position")
    after = (since - 1) >> KEEP_LEVEL << KEEP_LEVEL
    if after <= 0:
        return Beginning(Start(), Tree(), [])
    try:
        return Beginning(_start(store, beside, after, bits), _tree(store, after, bits), [])
    except LedgerError as error:
        return Beginning(Start(), Tree(), [Fault("tree.node", after, f"cannot begin after it: {error.message}")])


def _start(store: Store, beside: Beside, after: int, bits: int) -> Start:
    entry = _entry(store, after)
    roots = [_node(store, bits, index) for index in range(after >> bits)]
    streams = dict[str, StreamSpan]()
    for name, _ in beside.streams:
        for version, position, raw in head_at(store, name, after):
            streams[name] = StreamSpan(version, position, version, position, leaf_hash(raw))
    return Start(after, leaf_hash(entry.raw), entry.recorded_at, roots, streams, _batch(store, entry, after))


def _tree(store: Store, after: int, bits: int) -> Tree:
    """The right edge of the segment that `after` lies in."""
    inside = after & ((1 << bits) - 1)
    edge = []
    for level in range(KEEP_LEVEL, bits):
        if inside >> level & 1:
            edge.append(_node(store, level, (after >> level) - 1))
    return Tree.unpack(inside, b"".join(edge))


def _node(store: Store, level: int, index: int) -> Digest:
    found = raw_nodes(store, level, index, index + 1).get(index)
    if not isinstance(found, bytes) or len(found) != 32:
        raise _Unusable(f"the stored tree has no node {index} of level {level}")
    return Digest(found)


def _entry(store: Store, position: int) -> Entry:
    raw = raw_entry(store, position)
    if raw is None:
        raise _Unusable(f"entry {position} is missing")
    return Entry.parse(raw)


def _batch(store: Store, entry: Entry, after: int) -> OpenBatch | None:
    """The batch that entry `after` opens or is a member of, with the leaves of its members so far."""
    opener = after
    if entry.signature.startswith("batch:"):
        opener = int(entry.signature.removeprefix("batch:"))
        entry = _entry(store, opener)
    elif not entry.stream.endswith("/imports"):
        return None
    event = decoded(entry.event)
    if isinstance(event, LogRead):
        return None
    if not isinstance(event, LogBatchIngested):
        raise _Unusable(f"entry {opener} opens no batch")
    events = [Entry.parse(row[4]).event for page in raw_pages(store, opener, after) for row in page]
    return OpenBatch(opener, event, leaf_hashes(events), len(events))
