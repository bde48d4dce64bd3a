"""What storage keeps beside the entries, compared with what the entries say: nodes, stream heads, the head row, files.

Nothing here is evidence; but proofs and appends are made from it, so a difference is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.chain.hashing import Digest, node_hash, sha256
from ledger.chain.merkle import Node, Tree
from ledger.errors import LedgerError
from ledger.storage.inspection import RawHead, raw_nodes, raw_stream_heads
from ledger.storage.store import Store
from ledger.verification.report import Fault
from ledger.verification.segment import BITS, StreamSpan
from ledger.verification.whole import Whole


def node_faults(store: Store, nodes: Iterable[Node]) -> Iterator[Fault]:
    """Stored tree nodes that are not those of the entries below them."""
    by_level: dict[int, list[Node]] = {}
    for node in nodes:
        by_level.setdefault(node.level, []).append(node)
    for level, wanted in by_level.items():
        stored = raw_nodes(store, level, wanted[0].index, wanted[-1].index + 1)
        for node in wanted:
            if stored.get(node.index) != node.hash:
                position = (node.index << level) + 1
                yield Fault("tree.node", position, f"the stored tree node over the {1 << level} entries from here is false")


def upper_nodes(roots: list[Digest], size: int) -> Iterator[Node]:
    """The complete nodes above full segments, from the segments' roots."""
    level, row = BITS, roots[: size >> BITS]
    while len(row) > 1:
        level += 1
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=False)]
        yield from (Node(level, index, digest) for index, digest in enumerate(row))


def head_faults(head: RawHead | None, whole: Whole) -> Iterator[Fault]:
    """The head row against the entries: a tail that was cut or added without it shows here."""
    if head is None:
        yield Fault("head.missing", whole.size, "the head row is gone")
        return
    if head.size != whole.size:
        word = "fewer" if whole.size < int(head.size) else "more"
        detail = f"the head counts {head.size} entries, and there are {word}: {whole.size}"
        yield Fault("completeness.head", min(int(head.size), whole.size) + 1, detail)
    elif bytes(head.leaf) != whole.leaf:
        yield Fault("head.leaf", whole.size, f"entry {whole.size} is not the one that the head was moved to")
    elif not _edge_holds(head, whole):
        yield Fault("head.edge", whole.size, "the tree's stored edge is not that of the entries")


def _edge_holds(head: RawHead, whole: Whole) -> bool:
    try:
        return Tree.unpack(whole.size, bytes(head.edge)).root() == whole.root(whole.size)
    except LedgerError:
        return False


def stream_head_faults(store: Store, spans: dict[str, StreamSpan]) -> Iterator[Fault]:
    """The table of stream heads against the streams."""
    stored = raw_stream_heads(store)
    for stream in sorted({*stored, *spans}):
        span = spans.get(stream)
        found = (span.version, span.position, bytes(span.leaf)) if span else None
        if stored.get(stream) != found:
            detail = f"the stored head of {stream} is not its last entry"
            yield Fault("completeness.stream-head", span.position if span else 0, detail)


def file_faults(store: Store, named: dict[str, int]) -> Iterator[Fault]:
    """Protocol files against their digests; `named` maps each digest that an entry names to its position."""
    files = store.protocol_files()
    for digest, data in files.items():
        if sha256(data).hex() != digest:
            yield Fault("protocol.file-changed", named.get(digest, 0), f"the protocol file {digest[:16]} is not what it was")
    for digest, position in named.items():
        if digest not in files:
            yield Fault("protocol.file-missing", position, f"the protocol file {digest[:16]} that it names is gone")


