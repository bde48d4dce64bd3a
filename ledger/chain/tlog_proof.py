"""A receipt: an inclusion proof and the checkpoint it leads to, in one text file. C2SP tlog-proof.

    c2sp.org/tlog-proof@v1
    extra <base64>              optional; nothing authenticates it
    index <decimal>
    <base64 of a hash>          one a line, the leaf's sibling first
    <blank line>
    <the checkpoint with its signatures, verbatim>

It holds no leaf: whoever checks it brings the entry.
"""

from __future__ import annotations

from typing import Self

import msgspec

from ledger.chain.checkpoint import Checkpoint, MalformedCheckpoint, opened
from ledger.chain.hashing import Digest
from ledger.chain.note import MalformedNote, Note, VerifierKey
from ledger.chain.proof import check_inclusion
from ledger.chain.spelling import LARGEST, dump_base64, parse_base64, parse_decimal
from ledger.errors import InputRejected

HEADER = "c2sp.org/tlog-proof@v1"
LONGEST_PATH = 63


class MalformedProof(InputRejected):
    code = "proof.malformed"


class LogProof(msgspec.Struct, frozen=True):
    """The place of a leaf (index from 0), its path, and the signed checkpoint. `extra` proves nothing."""

    index: int
    path: tuple[Digest, ...]
    note: Note
    extra: bytes = b""

    def __post_init__(self) -> None:
        if not 0 <= self.index <= LARGEST or len(self.path) > LONGEST_PATH:
            raise ValueError("index or path out of range")
        if any(len(digest) != 32 for digest in self.path):
            raise ValueError("a hash in the path has not 32 bytes")

    def __str__(self) -> str:
        extra = [f"extra {dump_base64(self.extra)}"] if self.extra else []
        return "\n".join([HEADER, *extra, f"index {self.index}", *map(dump_base64, self.path), "", str(self.note)])

    def __bytes__(self) -> bytes:
        return str(self).encode()

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """The proof that these bytes spell; MalformedProof otherwise."""
        head, _, note = raw.partition(b"\n\n")
        try:
            header, *lines = head.decode().split("\n")
            if header != HEADER:
                raise ValueError(f"the first line is not {HEADER}")
            extra = parse_base64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else b""
            if not lines or not lines[0].startswith("index "):
                raise ValueError("the line with the index is missing")
            path = tuple(Digest(parse_base64(line)) for line in lines[1:])
            proof = cls(parse_decimal(lines[0][6:]), path, Note.parse(note), extra)
            Checkpoint.parse(proof.note.text)
        except (ValueError, MalformedNote, MalformedCheckpoint) as error:
            raise MalformedProof(f"not a log proof: {error}") from error
        if bytes(proof) != raw:
            raise MalformedProof("log proof is not in its canonical spelling")
        return proof

    def verified(self, leaf: Digest, log_key: VerifierKey) -> Checkpoint:
        """The checkpoint, once it is known to be the log's and to cover `leaf` at `index`. Cosignatures: see Policy.

        Raises what `opened` raises, or InclusionFailed.
        """
        checkpoint = opened(bytes(self.note), log_key)
        check_inclusion(leaf, self.index, checkpoint.size, self.path, checkpoint.root)
        return checkpoint
