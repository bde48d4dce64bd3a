"""A new ledger's file, filled with entries that exist: no append, for that would state its own time and place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path

from ledger.chain.hashing import leaf_hashes
from ledger.chain.merkle import Tree
from ledger.storage import opening
from ledger.storage.append import StoredRow
from ledger.storage.faults import spoken
from ledger.storage.reader import StoredCheckpoint

A_TIME = 5_000
"""Rows that are held in memory at once."""


def fill(
    path: Path, rows: Iterable[StoredRow], files: Mapping[str, bytes], notes: Iterable[StoredCheckpoint]
) -> None:  # fmt: skip
    """Make a ledger's file of these rows, in one transaction. Who gives the rows has checked them."""
    opening.create(path).close()
    tree, pending = Tree(), iter(rows)
    with spoken(), closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        while page := list(islice(pending, A_TIME)):
            file.executemany("INSERT INTO entry (position, stream, version, type, raw) VALUES (?, ?, ?, ?, ?)", page)
            nodes = tree.extend(leaf_hashes(row[4] for row in page))
            file.executemany("INSERT INTO node (level, idx, hash) VALUES (?, ?, ?)", nodes)
        file.executemany("INSERT INTO protocol_file (digest, data) VALUES (?, ?)", files.items())
        file.executemany("INSERT INTO checkpoint (size, edition, note) VALUES (?, ?, ?)", _editions(notes))
        file.execute("COMMIT")


def _editions(notes: Iterable[StoredCheckpoint]) -> list[tuple[int, int, bytes]]:
    """Notes of one size, numbered in the order given."""
    known: dict[int, int] = {}
    found = []
    for size, note in notes:
        known[size] = known.get(size, 0) + 1
        found.append((size, known[size], note))
    return found
