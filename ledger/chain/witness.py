"""Cosignatures: "as of this time, the largest consistent tree I saw of this origin is this". C2SP tlog-cosignature.

Only the signature (Ed25519, cosignature/v1, note key type 04). What a witness has seen, and so may sign, it keeps.
"""

from __future__ import annotations

from typing import Self

import msgspec

from ledger.chain.ed25519 import SIGNATURE_BYTES, BadSignature, Sign, verify
from ledger.chain.spelling import LARGEST


class Cosignature(msgspec.Struct, frozen=True):
    """When a witness signed (POSIX seconds), and its 64-byte signature over that time and the checkpoint."""

    time: int
    signature: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.time <= LARGEST or len(self.signature) != SIGNATURE_BYTES:
            raise ValueError("time or signature out of range")

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """The 72 bytes behind the key id of a signature line; BadSignature if they are not a cosignature."""
        try:
            return cls(int.from_bytes(raw[:8], "big"), raw[8:])
        except ValueError as error:
            raise BadSignature(f"not a cosignature: {error}") from error

    def __bytes__(self) -> bytes:
        return self.time.to_bytes(8, "big") + self.signature

    def check(self, public: bytes, text: bytes) -> None:
        """Raise BadSignature (or BadPublicKey) unless this cosigns the note text, final LF included."""
        verify(public, self.signature, signed_message(self.time, text))


def signed_message(time: int, text: bytes) -> bytes:
    """What a witness signs. Its name is not in it: one key serves one cosigner."""
    return b"cosignature/v1\ntime %d\n%b" % (time, text)


def cosign(text: bytes, sign: Sign, time: int) -> Cosignature:
    """The cosignature of a checkpoint's note text, at `time` in POSIX seconds."""
    return Cosignature(time, sign(signed_message(time, text)))
