"""The two proof members, as text in the manner of C2SP.

    ledger/entries-proof/v1            ledger/streams-proof/v1
    size 1843                          count 24
    <base64 of a hash>                 3 vlaio-fio-tbt-2021/access 17 <leaf in hex>
    ...                                ...
                                       <blank line>
                                       <base64 of a hash>

Both are compact multi-proofs (`ledger.chain.multiproof`). The first needs no indices: the entries carry their
positions. The second has the seal's lines that the bundle shows, each with its index (from 0) among all lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, Self

from ledger.chain.hashing import Digest, leaf_hash
from ledger.chain.spelling import dump_base64, parse_base64, parse_decimal
from ledger.errors import VerificationFailed

_ENTRIES, _STREAMS = "ledger/entries-proof/v1", "ledger/streams-proof/v1"
_LINE = re.compile(r"(0|[1-9][0-9]{0,8}) ([a-z0-9-]{1,64}/[a-z-]{1,32}) ([1-9][0-9]{0,15}) ([0-9a-f]{64})", re.ASCII)


class MalformedProof(VerificationFailed):
    """A proof member that is not in its one spelling."""

    code = "bundle.proof-malformed"


class SealLine(NamedTuple):
    """One line that the seal covers: a stream, its last version, and the leaf hash of that entry."""

    stream: str
    version: int
    leaf: Digest

    def __str__(self) -> str:
        return f"{self.stream} {self.version} {self.leaf.hex()}"

    @property
    def hash(self) -> Digest:
        return leaf_hash(str(self).encode())


class EntriesProof(NamedTuple):
    """That the entries of the bundle are in the tree of `size` leaves."""

    size: int
    hashes: tuple[Digest, ...]

    def __bytes__(self) -> bytes:
        return "".join(f"{line}\n" for line in (_ENTRIES, f"size {self.size}", *_dumped(self.hashes))).encode()

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        try:
            title, size, *hashes, end = raw.decode("ascii").split("\n")
            proof = cls(parse_decimal(size.removeprefix("size ")), _parsed(hashes))
        except ValueError as error:
            raise MalformedProof(f"not a proof of entries: {error}") from error
        if title != _ENTRIES or end or bytes(proof) != raw:
            raise MalformedProof("the proof of the entries is not in its one spelling")
        return proof


class StreamsProof(NamedTuple):
    """Lines of the seal by their index, and that they are among the `total` lines it covers."""

    total: int
    lines: tuple[tuple[int, SealLine], ...]
    hashes: tuple[Digest, ...]

    def __bytes__(self) -> bytes:
        lines = [f"{index} {line}" for index, line in self.lines]
        text = (_STREAMS, f"count {self.total}", *lines, "", *_dumped(self.hashes))
        return "".join(f"{line}\n" for line in text).encode()

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        try:
            head, _, tail = raw.decode("ascii").partition("\n\n")
            title, count, *lines = head.split("\n")
            proof = cls(
                parse_decimal(count.removeprefix("count ")), tuple(map(_line, lines)), _parsed(tail.split("\n")[:-1])
            )
        except ValueError as error:
            raise MalformedProof(f"not a proof of streams: {error}") from error
        if title != _STREAMS or bytes(proof) != raw:
            raise MalformedProof("the proof of the streams is not in its one spelling")
        return proof


def _line(text: str) -> tuple[int, SealLine]:
    found = _LINE.fullmatch(text)
    if not found:
        raise ValueError(f"{text[:40]!r} is no line of a seal")
    index, stream, version, leaf = found.groups()
    return int(index), SealLine(stream, int(version), Digest(bytes.fromhex(leaf)))


def _dumped(hashes: Sequence[Digest]) -> list[str]:
    return [dump_base64(each) for each in hashes]


def _parsed(lines: Sequence[str]) -> tuple[Digest, ...]:
    found = tuple(Digest(parse_base64(line)) for line in lines)
    if any(len(each) != 32 for each in found):
        raise ValueError("a hash has not 32 bytes")
    return found
