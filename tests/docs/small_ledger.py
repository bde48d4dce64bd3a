"""A small ledger as `ledger export` writes it, with fixed keys: an opening, a key, a statement, a batch, a seal."""

from __future__ import annotations

from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.ed25519 import key_id
from ledger.chain.entry import Entry, signed_bytes, spell_signature, spliced
from ledger.chain.hashing import NO_LEAF, Digest, leaf_hash
from ledger.chain.merkle import merkle_root
from ledger.chain.note import VerifierKey
from ledger.events.base import Event, stream_of
from ledger.events.codec import encoded
from ledger.events.fields import Batch
from ledger.events.governance import PartyWithdrew
from ledger.events.imports import LogBatchIngested
from ledger.events.keys import KeyEnrolled, LedgerOpened
from ledger.events.seals import StreamsSealed
from ledger.events.usage import AccessUsed
from ledger.keys.keyring import possession_bytes
from ledger.verification.whole import seal_root

ORIGIN = "example.org/ledger/demo"
MOMENT = "2022-05-30T09:00:00Z"
PROTOCOL = "vlaio-fio-tbt-2021"


def key(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([number] * 32))


OPERATOR, LOG, TBT = key(1), key(2), key(7)


def public(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes_raw()


class SmallLedger:
    """Appends as the format says, with nothing of storage."""

    def __init__(self) -> None:
        self.raws: list[bytes] = []
        self.leaf = NO_LEAF
        self.heads: dict[str, tuple[int, Digest]] = {}

    def append(self, event: Event, signer: Ed25519PrivateKey | None, batch: int = 0) -> int:
        raw, stream = encoded(event), stream_of(event)
        signature = spell_signature(signer.sign(signed_bytes(ORIGIN, raw))) if signer else f"batch:{batch}"
        position, version = len(self.raws) + 1, self.heads.get(stream, (0, NO_LEAF))[0] + 1
        recorded_at = f"2022-05-30T09:00:00.{position:06d}Z"
        self.raws.append(spliced(raw, position, self.leaf, recorded_at, signature, stream, version))
        self.leaf = leaf_hash(self.raws[-1])
        self.heads[stream] = (version, self.leaf)
        return position

    @property
    def export(self) -> bytes:
        return b"".join(raw + b"\n" for raw in self.raws)

    def checkpoint(self) -> bytes:
        root = merkle_root([leaf_hash(raw) for raw in self.raws])
        return bytes(Checkpoint(ORIGIN, len(self.raws), root).signed(VerifierKey(ORIGIN, public(LOG)), LOG.sign))


def small_ledger() -> SmallLedger:
    """Ten entries; TBT's key is that of the format's example."""
    ledger = SmallLedger()
    ledger.append(_opening(), OPERATOR)
    ledger.append(_enrolment(), OPERATOR)
    ledger.append(
        PartyWithdrew(**_signed("TBT", TBT, 3), protocol=PROTOCOL, party="TBT", effective_at="2022-05-31"), TBT
    )
    uses = [_use(number) for number in range(5)]
    root = merkle_root([leaf_hash(encoded(use)) for use in uses])
    opener = ledger.append(_opener(Batch(count=len(uses), root=root.hex())), TBT)
    for use in uses:
        ledger.append(use, None, opener)
    sealed = seal_root(ledger.heads).hex()
    ledger.append(StreamsSealed(**_signed("OPERATOR", OPERATOR, 9), streams=len(ledger.heads), root=sealed), OPERATOR)
    for raw in ledger.raws:
        assert bytes(Entry.parse(raw)) == raw
    return ledger


def _signed(author: str, signer: Ed25519PrivateKey, number: int) -> dict[str, Any]:
    """The fields that every signed event has."""
    named = {"author": author, "id": f"{number:032x}", "key": key_id(public(signer))}
    return {**named, "happened_at": MOMENT, "stated_at": MOMENT}


def _opening() -> LedgerOpened:
    return LedgerOpened(
        **_signed("OPERATOR", OPERATOR, 1), origin=ORIGIN, operator="OPERATOR",
        log_key=public(LOG).hex(), operator_key=public(OPERATOR).hex(),
    )  # fmt: skip


def _enrolment() -> KeyEnrolled:
    held = TBT.sign(possession_bytes(ORIGIN, "TBT", "events", public(TBT).hex()))
    return KeyEnrolled(
        **_signed("OPERATOR", OPERATOR, 2), party="TBT", use="events", public_key=public(TBT).hex(),
        possession=held.hex(),
    )  # fmt: skip


def _opener(batch: Batch) -> LogBatchIngested:
    return LogBatchIngested(
        **_signed("TBT", TBT, 4), protocol=PROTOCOL, batch=batch, source="m365-audit", file="ad" * 32, file_bytes=100,
        first=MOMENT, last=MOMENT,
    )  # fmt: skip


def _use(number: int) -> AccessUsed:
    values = {**AccessUsed.example, "type": "access-used/1", "author": "TBT", "happened_at": MOMENT}
    return msgspec.convert({**values, "id": f"{100 + number:032x}", "protocol": PROTOCOL}, AccessUsed)
