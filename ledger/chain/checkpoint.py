"""Checkpoints: the size and root of the log, signed by the log. C2SP tlog-checkpoint.

    example.org/ledger/demo
    42
    47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=

Exactly these three lines: extension lines, which C2SP allows and advises against, are refused, because what nobody
can check must not be signed. The origin is the name of the log's key.
"""

from __future__ import annotations

from typing import Self

import msgspec

from ledger.chain.ed25519 import Sign
from ledger.chain.hashing import EMPTY_ROOT, Digest
from ledger.chain.note import ED25519, Note, VerifierKey, WrongSigner, is_key_name
from ledger.chain.spelling import LARGEST, dump_base64, parse_base64, parse_decimal
from ledger.errors import InputRejected, VerificationFailed

_HINT = "a checkpoint is what `ledger checkpoint show` writes: three lines, and the signatures under them"


class MalformedCheckpoint(InputRejected):
    code = "checkpoint.malformed"


class WrongOrigin(VerificationFailed):
    """A checkpoint, well signed, of another log than the one that was asked about."""

    code = "checkpoint.wrong-origin"


class Checkpoint(msgspec.Struct, frozen=True):
    """The size and root of the log at one moment, before it is signed."""

    origin: str
    size: int
    root: Digest

    def __post_init__(self) -> None:
        if not is_key_name(self.origin):
            raise ValueError("origin is not a key name")
        if not 0 <= self.size <= LARGEST or len(self.root) != 32:
            raise ValueError("size or root out of range")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise ValueError("an empty tree has one root only")

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{dump_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The checkpoint of this note text; MalformedCheckpoint if it is not spelled as `str()` spells it."""
        try:
            if text.count("\n") != 3:
                raise ValueError("it has not three lines")
            origin, size, root, end = text.split("\n")
            parsed = cls(origin, parse_decimal(size), Digest(parse_base64(root)))
        except ValueError as error:
            raise MalformedCheckpoint(f"not a checkpoint: {error}", hint=_HINT) from error
        if end or str(parsed) != text:
            raise MalformedCheckpoint("checkpoint is not in its canonical spelling", hint=_HINT)
        return parsed

    def signed(self, key: VerifierKey, sign: Sign) -> Note:
        """The checkpoint under the log's signature. WrongSigner if the key is not this log's, or `sign` not the key's.

        A log must never sign two checkpoints that are not consistent: who calls this has checked the last one.
        """
        if key.kind != ED25519 or key.name != self.origin:
            raise WrongSigner(f"key {key.name} is not the log key of {self.origin}")
        return Note(str(self), ()).signed(key, sign)


def opened(raw: bytes, log_key: VerifierKey) -> Checkpoint:
    """The checkpoint in this signed note, once it is known to be the log's.

    Raises MalformedNote, MalformedCheckpoint, BadSignature, NoKnownSignature or WrongOrigin.
    """
    note = Note.parse(raw)
    note.verified([log_key])
    checkpoint = Checkpoint.parse(note.text)
    if log_key.kind != ED25519 or checkpoint.origin != log_key.name:
        raise WrongOrigin(f"the checkpoint is of {checkpoint.origin}, the key is of {log_key.name}")
    return checkpoint
