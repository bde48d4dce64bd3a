"""Events to append, and the check that a ledger is whole: every link, version, head and node."""

from __future__ import annotations

import itertools

from ledger.chain.entry import NO_LEAF, Entry, spell_signature
from ledger.chain.hashing import Digest
from ledger.chain.merkle import merkle_root
from ledger.storage.append import BATCH, Row
from ledger.storage.reader import StreamHead
from ledger.storage.store import Store

SIGNATURE = spell_signature(bytes(64))
USAGE = "demo/usage"
ACCESS = "demo/access"


def single(number: int = 1, stream: str = ACCESS) -> list[Row]:
    return [Row(stream, "access-granted/1", b'{"id":"%032x","type":"access-granted/1"}' % number, SIGNATURE)]


def batch(count: int, first: int = 1, stream: str = USAGE) -> list[Row]:
    """An opener in /imports and `count - 1` members."""
    opener = [Row("demo/imports", "log-batch-ingested/1", b'{"id":"%032x"}' % first, SIGNATURE)]
    return opener + [
        Row(stream, "access-used/1", b'{"id":"%032x"}' % number, BATCH) for number in range(first + 1, first + count)
    ]


def entries(store: Store) -> list[Entry]:
    return [Entry.parse(row[4]) for page in store.pages() for row in page]


def events(store: Store) -> list[bytes]:
    return [entry.event for entry in entries(store)]


def check_whole(store: Store) -> int:
    """The ledger's size, after everything that is stored twice was compared."""
    prev, leaves = NO_LEAF, list[Digest]()
    streams: dict[str, StreamHead] = {}
    positions = itertools.count(1)
    for page in store.pages():
        for position, stream, version, _, raw in page:
            entry = Entry.parse(raw)
            last = streams.get(stream)
            assert (position, stream, version) == (entry.position, entry.stream, entry.version)
            assert (position, entry.prev) == (next(positions), prev)
            assert version == (last.version if last else 0) + 1
            prev = entry.leaf
            streams[stream] = StreamHead(stream, version, position, prev)
            leaves.append(prev)
    head = store.head()
    assert (head.size, head.leaf, head.root) == (len(leaves), prev, merkle_root(leaves))
    assert store.stream_heads() == sorted(streams.values())
    return len(leaves)
