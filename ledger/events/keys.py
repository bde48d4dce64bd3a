"""Register `ledger/keys`: the ledger's opening, and the life of its keys."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from ledger.events.base import LedgerEvent, Stater
from ledger.events.fields import ABSENT, Absent, Hash, MomentText, Party

KeyUse = Literal["log", "events", "imports", "cosign"]
"""What a key may sign: checkpoints; events; batches only; other logs' checkpoints."""

PublicKey = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)", description="32 bytes of an Ed25519 public key, in hex")
]
SignatureHex = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{128}$(?!\n)", description="64 bytes of an Ed25519 signature, in hex")
]
Origin = Annotated[
    str, Meta(pattern=r"^[a-z0-9][a-z0-9./_-]{2,127}$(?!\n)", description="a log's name: a URL without scheme")
]


class LedgerOpened(LedgerEvent, frozen=True, kw_only=True, tag="ledger-opened/1"):
    """A ledger began. Always entry 1, signed by the operator's events key that it names itself."""

    register: ClassVar[str] = "keys"
    example: ClassVar = {
        "origin": "example.org/ledger/demo", "operator": "OPERATOR", "log_key": "1b" * 32, "operator_key": "2c" * 32,
    }  # fmt: skip

    origin: Origin
    operator: Party
    log_key: PublicKey
    operator_key: PublicKey


class KeyEnrolled(LedgerEvent, frozen=True, kw_only=True, tag="key-enrolled/1"):
    """A party's key counts from the next entry on.

    `possession` is the new key's signature over `ledger/key/v1` LF origin LF party LF use LF public key in hex. The
    event is signed by a valid events key of that party; a first or lost key by the operator, and is then *vouched*.
    """

    register: ClassVar[str] = "keys"
    stated_by: ClassVar[Stater] = "anyone"
    example: ClassVar = {"party": "TBT", "use": "events", "public_key": "3d" * 32, "possession": "4e" * 64}

    party: Party
    use: KeyUse
    public_key: PublicKey
    possession: SignatureHex
    replaces: Hash | Absent = ABSENT


class KeyRevoked(LedgerEvent, frozen=True, kw_only=True, tag="key-revoked/1"):
    """A key no longer counts from the next entry on; acts since `compromised_since` are flagged."""

    register: ClassVar[str] = "keys"
    stated_by: ClassVar[Stater] = "anyone"
    example: ClassVar = {"party": "TBT", "revoked": "5f" * 32, "cause": "lost"}

    party: Party
    revoked: Hash
    cause: Literal["rotated", "lost", "compromised", "retired"]
    compromised_since: MomentText | Absent = ABSENT
