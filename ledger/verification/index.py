"""What storage keeps beside the entries, compared with what the entries say: tree nodes, the layout, protocol files.

Nothing here is evidence; but proofs and appends are made from it, so a difference is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.chain.hashing import Digest, node_hash, sha256
from ledger.chain.merkle import KEEP_LEVEL, Node
from ledger.errors import LedgerError
from ledger.storage.faults import NOT_READ
from ledger.storage.inspection import Beside, raw_nodes, structure_faults
from ledger.storage.objects import odd_objects
from ledger.storage.shapes import odd_shapes
from ledger.storage.store import Store
from ledger.storage.tables import FORMAT
from ledger.verification.report import Fault
from ledger.verification.whole import Whole


def node_faults(store: Store, nodes: Iterable[Node]) -> Iterator[Fault]:
    """Stored tree nodes that are not those of the entries below them."""
    by_level: dict[int, list[Node]] = {}
    for node in nodes:
        if node.level >= KEEP_LEVEL:
            by_level.setdefault(node.level, []).append(node)
    for level, wanted in by_level.items():
        try:
            stored = raw_nodes(store, level, wanted[0].index, wanted[-1].index + 1)
        except NOT_READ:
            raise
        except LedgerError as error:
            yield Fault("tree.node", (wanted[0].index << level) + 1, f"the stored tree cannot be read: {error.message}")
            continue
        for node in wanted:
            if stored.get(node.index) != node.hash:
                detail = f"the stored tree node over the {1 << level} entries from here on is not theirs"
                yield Fault("tree.node", (node.index << level) + 1, detail)


def node_count_faults(beside: Beside, size: int) -> Iterator[Fault]:
    """Stored nodes that belong to no complete subtree."""
    expected = sum(size >> level for level in range(KEEP_LEVEL, size.bit_length()))
    if beside.nodes != expected:
        yield Fault("tree.node-count", 0, f"{beside.nodes} tree nodes are stored, and {size} entries have {expected}")


def upper_nodes(roots: list[Digest], size: int, bits: int) -> Iterator[Node]:
    """The complete nodes above full segments, from the segments' roots."""
    level, row = bits, roots[: size >> bits]
    while len(row) > 1:
        level += 1
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=False)]
        yield from (Node(level, index, digest) for index, digest in enumerate(row))


def layout_faults(beside: Beside, whole: Whole) -> Iterator[Fault]:
    """The row that says which layout this is; one of the layout before also says where the ledger ends."""
    if "layout" in beside.unreadable:
        return
    expected = [(1, FORMAT)], [(1, FORMAT - 1, whole.size, whole.leaf)]
    found = [tuple(row) for row in beside.layout]
    if found in expected:
        return
    if len(found) == 1 and found[0][:2] == expected[1][0][:2]:
        size = found[0][2]
        at = min(size, whole.size) + 1 if isinstance(size, int) and size >= 0 else whole.size
        yield Fault("completeness.head", at, f"the ledger does not end at entry {size}, where its head row says")
    else:
        yield Fault("database.layout", 0, "the row that says which layout this is was changed, or is gone")


def row_faults(beside: Beside, whole: Whole) -> Iterator[Fault]:
    """Tables that cannot be read, and rows of entries that stand at no position."""
    for table, message in beside.unreadable.items():
        yield Fault("database.unreadable", 0, f"table {table} cannot be read: {message}")
    there = whole.start + whole.count
    if "entry" not in beside.unreadable and beside.entries != there:
        yield Fault("completeness.rows", 0, f"the entry table has {beside.entries} rows, and positions lead to {there}")


def file_faults(beside: Beside, named: dict[str, int]) -> Iterator[Fault]:
    """Protocol files against their digests; `named` maps each digest that an entry names to its position."""
    files = dict(beside.protocol_file)
    for digest, data in files.items():
        if not isinstance(data, bytes) or sha256(data).hex() != digest:
            detail = f"the protocol file {str(digest)[:16]} is not what it was"
            yield Fault("protocol.file-changed", named.get(digest, 0), detail)
    for digest, position in named.items():
        if digest not in files:
            yield Fault("protocol.file-missing", position, f"the protocol file {digest[:16]} that it names is gone")


def database_faults(store: Store) -> Iterator[Fault]:
    """What the database itself finds wrong with its pages and indexes."""
    try:
        found = structure_faults(store)
    except NOT_READ:
        raise
    except LedgerError as error:
        found = [error.message]
    for each in found:
        yield Fault("database.structure", 0, f"the database finds itself damaged: {each[:200]}")


def object_faults(store: Store) -> Iterator[Fault]:
    """Guards and tables that are not as they were made, and triggers, indexes and more that are not the ledger's."""
    try:
        found, shapes = odd_objects(store), odd_shapes(store)
    except NOT_READ:
        raise
    except LedgerError as error:
        yield Fault("database.unreadable", 0, f"what hangs on the tables cannot be read: {error.message}")
        return
    for odd in found:
        yield Fault("database.guard" if odd.is_guard else "database.trigger", 0, odd.detail)
    yield from (Fault("database.table", 0, detail) for detail in shapes)
