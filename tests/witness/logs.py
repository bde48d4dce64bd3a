"""A published log whose key the test holds, and witnesses of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.hashing import Digest, leaf_hash
from ledger.chain.merkle import merkle_root
from ledger.chain.nodes import Leaves
from ledger.chain.note import COSIGNATURE, VerifierKey
from ledger.chain.proof import consistency_proof
from ledger.chain.tiles import hash_tiles, tile_hashes
from ledger.witness.memory import Memory
from ledger.witness.rules import Witness
from tests.keys.people import LOG, ORIGIN, Person

LOG_KEY = VerifierKey(ORIGIN, LOG.public)


def noon() -> datetime:
    return datetime(2022, 5, 30, 12, tzinfo=UTC)


def leaves(count: int, kind: str = "") -> list[Digest]:
    """So many leaf hashes; another kind is another history."""
    return [leaf_hash(f"{kind}{number}".encode()) for number in range(count)]


def note(history: list[Digest]) -> bytes:
    return bytes(Checkpoint(ORIGIN, len(history), merkle_root(history)).signed(LOG_KEY, LOG.sign))


def proof(old: int, history: list[Digest]) -> list[Digest]:
    return consistency_proof(old, len(history), Leaves(history)) if 0 < old < len(history) else []


def published(folder: Path, history: list[Digest]) -> Path:
    """The folder that a log of these leaves publishes."""
    nodes = Leaves(history)
    for tile in hash_tiles(len(history)):
        path = folder / str(tile)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tile_hashes(tile, nodes))
    (folder / "checkpoint").write_bytes(note(history))
    return folder


def witness(folder: Path, seed: int = 31, clock: Callable[[], datetime] = noon) -> Witness:
    person = Person("TBT", seed, "cosign")
    key = VerifierKey(f"witness-{seed}.example", person.public, COSIGNATURE)
    return Witness(key, person.sign, {ORIGIN: LOG_KEY}, Memory(folder), clock)
