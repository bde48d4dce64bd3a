"""The fixed keys of the golden notes. Their seeds are public: they sign tests and nothing else."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.chain.note import COSIGNATURE, ED25519, VerifierKey
from tests.chain.vectors import own

NOTES = own("note.json")
PRIVATE = {name: Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)) for name, seed in NOTES["seeds"].items()}
LOG, TBT, OUTSIDE, POET = (VerifierKey.parse(NOTES["vkeys"][name]) for name in ("log", "tbt", "outside", "poet"))


def key(number: int, kind: int = ED25519, name: str = "") -> VerifierKey:
    """A usable key made from a seed, for texts in which only the key's being one matters."""
    public = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32).public_key().public_bytes_raw()
    return VerifierKey(name or f"key.example/{number}", public, kind)


def witness_key(number: int) -> VerifierKey:
    return key(number, COSIGNATURE)
