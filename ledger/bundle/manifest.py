"""What a bundle says of itself: which clauses of which protocol, which streams up to where, and its members' digests.

Nothing of it is believed. What it says of entries, streams and clauses the verifier works out again; a digest only
says which member was changed. Its own digest is what `evidence-provided` records.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

import msgspec
from msgspec import Meta

from ledger.bundle.archive import NotABundle
from ledger.canonical import NotCanonical, decode, encode
from ledger.chain.hashing import Digest, sha256
from ledger.events.fields import (
    ABSENT,
    Absent,
    Addresses,
    Count,
    Hash,
    Id,
    MomentText,
    Name,
    Party,
    Protocol,
    check_moment,
)

FORMAT: Final = "ledger/bundle/1"
MANIFEST, CHECKPOINT = "manifest.json", "checkpoint"
ENTRIES, ENTRIES_PROOF, STREAMS_PROOF = "entries.jsonl", "entries.proof", "streams.proof"
OPENINGS, STAMP, VERIFY = "openings.jsonl", "checkpoint.tsr", "VERIFY.md"
SUMMARIES = {"en": "SUMMARY.en.md", "nl": "SUMMARY.nl.md"}
REQUIRED = (CHECKPOINT, ENTRIES, ENTRIES_PROOF, STREAMS_PROOF, VERIFY, *SUMMARIES.values())

Stream = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}/[a-z][a-z-]{0,31}$(?!\n)")]
MemberName = Annotated[str, Meta(max_length=110)]
Shown = Literal["whole", "head"]
"""A stream from its first entry to its last, or its last entry's hash only."""


class Version(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version of the protocol; its file is the member `protocol/<digest>.yaml`."""

    digest: Hash
    version: Name

    @property
    def member(self) -> str:
        return f"protocol/{self.digest}.yaml"


class StreamLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stream of the selection. `last` is its version at the checkpoint; 0 where it has no entry yet."""

    last: Count
    shown: Shown
    stream: Stream


class LeftOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stream of the same protocol that is not shown whole, and why."""

    stream: Stream
    why: Literal["not-of-these-clauses", "usage-by-head"]


class MemberLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: MemberName
    sha256: Hash
    size: Count


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`size` is that of the checkpoint; `entries` counts the lines of `entries.jsonl`.

    `other_streams` counts what belongs to other protocols, or to the ledger itself: not even their names are told.
    """

    format: Literal["ledger/bundle/1"] = FORMAT
    origin: Annotated[str, Meta(min_length=1, max_length=200)]
    size: Count
    protocol: Protocol
    versions: Annotated[tuple[Version, ...], Meta(min_length=1)]
    clauses: Addresses
    streams: Annotated[tuple[StreamLine, ...], Meta(min_length=1)]
    left_out: tuple[LeftOut, ...]
    other_streams: Count
    entries: Count
    members: tuple[MemberLine, ...]
    as_of: MomentText | Absent = ABSENT
    request: Id | Absent = ABSENT
    requester: Party | Absent = ABSENT
    provider: Party | Absent = ABSENT

    def __post_init__(self) -> None:
        for names in ([each.name for each in self.members], [each.stream for each in self.streams]):
            if names != sorted(set(names)):
                raise ValueError("members and streams stand in order, each once")
        if isinstance(self.as_of, str):
            check_moment(self.as_of)

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Raises NotABundle unless these bytes are a manifest in its one spelling."""
        try:
            value = decode(raw)
            if not isinstance(value, dict) or "format" not in value:
                raise NotABundle("the manifest has no format", file=MANIFEST)
            return msgspec.convert(value, cls, strict=True)
        except NotCanonical as error:
            raise NotABundle(f"the manifest is {error.message}", file=MANIFEST) from error
        except msgspec.ValidationError as error:
            raise NotABundle(f"the manifest: {str(error)[:1].lower()}{str(error)[1:]}", file=MANIFEST) from error

    def __bytes__(self) -> bytes:
        return encode(msgspec.to_builtins(self))

    @property
    def digest(self) -> Digest:
        return sha256(bytes(self))
