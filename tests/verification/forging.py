"""What the owner of a database can do: take the ledger apart, change it, and put it together again with fresh hashes.

A Forger has no party's key. With `operator=True` it has the operator's events and log keys: it seals and signs anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli.demo.telling import ORIGIN, seed
from ledger.canonical import encode_fast
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.ed25519 import key_id
from ledger.chain.entry import Entry, signed_bytes, spell_signature, spliced
from ledger.chain.hashing import NO_LEAF, Digest, leaf_hash
from ledger.chain.merkle import Node, Tree
from ledger.chain.note import VerifierKey
from ledger.clock import spell_recorded
from ledger.storage.highwater import HighWater
from ledger.storage.opening import open_store
from ledger.verification.report import Report
from ledger.verification.run import Asked, verify
from ledger.verification.whole import seal_root
from tests.worlds import World


def private(name: str) -> Ed25519PrivateKey:
    """A key of the demo, by party and use."""
    return Ed25519PrivateKey.from_private_bytes(seed(name))


def public_id(name: str) -> str:
    """How events name that key."""
    return key_id(private(name).public_key().public_bytes_raw())


@dataclass
class Item:
    """One entry without what its place gives it. `opener` is the batch that it is a member of."""

    event: bytes
    signature: str
    stream: str
    type: str
    recorded_at: str
    opener: Item | None = None

    def sign(self, holder: Ed25519PrivateKey, origin: str = ORIGIN, /, **changed: object) -> None:
        """Change fields of the event and sign it again, with whatever key."""
        value = {**msgspec.json.decode(self.event), **changed}
        self.event = encode_fast(value)
        self.signature = spell_signature(holder.sign(signed_bytes(origin, self.event)))


@dataclass
class Forged:
    """The ledger taken apart. `write` chains the items, in their order, and makes every table fit them."""

    url: str
    items: list[Item] = field(default_factory=list)

    @classmethod
    def of(cls, url: str) -> Forged:
        forged, openers = cls(url), dict[str, Item]()
        with closing(sqlite3.connect(url)) as file:
            found = file.execute("SELECT type, raw FROM entry ORDER BY position").fetchall()
        for type_, raw in found:
            entry = Entry.parse(raw)
            opener = openers.get(entry.signature)
            item = Item(entry.event, entry.signature, entry.stream, type_, spell_recorded(entry.recorded_at), opener)
            openers[f"batch:{entry.position}"] = item
            forged.items.append(item)
        return forged

    def __getitem__(self, position: int) -> Item:
        return self.items[position - 1]

    def first(self, type_: str, after: int = 0) -> int:
        """The first position after one that has an event of this type, named without its version."""
        return next(at for at, item in enumerate(self.items, 1) if at > after and item.type.split("/")[0] == type_)

    def rows(self, *, operator: bool = False) -> list[tuple[int, str, int, str, bytes]]:
        return self._chained(operator)[0]

    def _chained(self, operator: bool) -> tuple[list[tuple[int, str, int, str, bytes]], dict[int, bytes]]:
        places = {id(item): at for at, item in enumerate(self.items, 1)}
        rows, prev, tree = [], NO_LEAF, Tree()
        heads: dict[str, tuple[int, Digest]] = {}
        notes: dict[int, bytes] = {}
        for position, item in enumerate(self.items, 1):
            if operator and item.type.startswith("streams-sealed/"):
                root = seal_root(heads)
                item.sign(private("OPERATOR events"), streams=len(heads), root=root.hex())
            signature = f"batch:{places.get(id(item.opener), 1)}" if item.opener else item.signature
            version = heads.get(item.stream, (0, NO_LEAF))[0] + 1
            raw = spliced(item.event, position, prev, item.recorded_at, signature, item.stream, version)
            prev = leaf_hash(raw)
            heads[item.stream] = (version, prev)
            tree.extend([prev])
            rows.append((position, item.stream, version, item.type, raw))
            if operator and item.type.startswith("streams-sealed/"):
                notes[position] = checkpoint(position, tree.root())
        return rows, notes

    def write(self, *, operator: bool = False, mark: HighWater | None = None) -> None:
        """Put it all back. With the operator's keys also seals and checkpoints; the mark only where one is given."""
        rows, notes = self._chained(operator)
        nodes: list[Node] = Tree().extend([leaf_hash(row[4]) for row in rows])

        def put(file: sqlite3.Connection) -> None:
            for table in ("entry", "node"):
                file.execute(f"DELETE FROM {table}")
            file.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?)", rows)
            file.executemany("INSERT INTO node VALUES (?, ?, ?)", nodes)
            if operator:
                file.execute("DELETE FROM checkpoint")
                file.executemany("INSERT INTO checkpoint VALUES (?, 1, ?)", notes.items())

        as_owner(self.url, put)
        if mark:
            mark.path.unlink()


def checkpoint(size: int, root: Digest) -> bytes:
    """What the holder of the log key can sign: anything."""
    key = private("OPERATOR log")
    vkey = VerifierKey(ORIGIN, key.public_key().public_bytes_raw())
    return bytes(Checkpoint(ORIGIN, size, root).signed(vkey, key.sign))


def as_owner(url: str, change: Callable[[sqlite3.Connection], object]) -> None:
    """Take the guards away, change what is stored, and put them back where their table still is."""
    with closing(sqlite3.connect(url)) as file, file:
        guards = file.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _, _ in guards:
            file.execute(f"DROP TRIGGER {name}")
        change(file)
        there = {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for _, table, ddl in guards:
            if table in there:
                file.execute(ddl)


def sql(url: str, statement: str, *given: object) -> None:
    as_owner(url, lambda file: file.execute(statement, given))


def report_of(world: World, **asked: object) -> Report:
    with open_store(world.place.url) as store:
        defaults = {"head": HighWater(world.place.head), "processes": 1}
        return verify(store, world.place.url, Asked(**{**defaults, **asked}))  # type: ignore[arg-type]


def codes(report: Report) -> set[str]:
    return {fault.code for fault in report.faults}


def at(report: Report, position: int) -> set[str]:
    """The codes of what is told about one entry."""
    return {fault.code for fault in report.faults if fault.position == position}
