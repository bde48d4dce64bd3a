"""Parties with keys, and the events that make a ledger of them. Their keys sign tests and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.chain.ed25519 import key_id
from ledger.events.base import Event, SignedEvent
from ledger.events.codec import built
from ledger.events.keys import KeyUse
from ledger.keys.keyring import Keyring, possession

ORIGIN = "example.org/ledger/demo"
PROTOCOL = "vlaio-fio-tbt-2021"
PARTIES = ("VLAIO", "FIO", "TBT")
NOON = "2022-05-30T12:00:00Z"


def noon() -> datetime:
    return datetime(2022, 5, 30, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """A party and one of its keys, made from a seed."""

    party: str
    seed: int
    use: KeyUse = "events"

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes([self.seed]) * 32)

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> str:
        return key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


OPERATOR, LOG = Person("OPERATOR", 1), Person("OPERATOR", 2, "log")
VLAIO, TBT, FIO = Person("VLAIO", 3), Person("TBT", 4), Person("FIO", 5)
TBT_NEXT, TBT_IMPORTS = Person("TBT", 6), Person("TBT", 7, "imports")


def stated(author: Person, type_name: str, **fields: Any) -> SignedEvent:
    """An event of that type (`party-withdrew/1`) under the author's key."""
    values = {"author": author.party, "happened_at": NOON, "id": "0f" * 16, "key": author.key_id, "stated_at": NOON}
    event = built({**values, "type": type_name, **fields})
    assert isinstance(event, SignedEvent)
    return event


def opening() -> Event:
    return stated(
        OPERATOR, "ledger-opened/1", origin=ORIGIN, operator="OPERATOR", log_key=LOG.public.hex(),
        operator_key=OPERATOR.public.hex(),
    )  # fmt: skip


def enrolment(signer: Person, of: Person, **changed: Any) -> SignedEvent:
    fields = {
        "party": of.party, "use": of.use, "public_key": of.public.hex(), "possession": possession(of, ORIGIN),
    }  # fmt: skip
    return stated(signer, "key-enrolled/1", **{**fields, **changed})


def revocation(signer: Person, of: Person, **changed: Any) -> SignedEvent:
    fields = {"party": of.party, "revoked": of.key_id, "cause": "lost"}
    return stated(signer, "key-revoked/1", **{**fields, **changed})


def keyring(*events: Event) -> Keyring:
    """The keyring after entry 1 and these, at positions 2, 3, ..."""
    ring = Keyring()
    for position, event in enumerate((opening(), *events), start=1):
        ring = ring.apply(position, event)
    return ring


def withdrawal(author: Person, party: str, **fields: Any) -> SignedEvent:
    return stated(author, "party-withdrew/1", protocol=PROTOCOL, party=party, **fields)
