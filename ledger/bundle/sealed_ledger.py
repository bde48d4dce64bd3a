"""The ledger as its last checkpoint sealed it: what a bundle is made from, held against what was signed."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ledger.bundle.manifest import Version
from ledger.bundle.proofs import SealLine
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import event_of
from ledger.chain.hashing import leaf_hash
from ledger.chain.merkle import merkle_root
from ledger.chain.note import Note
from ledger.errors import NotFound, VerificationFailed
from ledger.events.codec import decoded_fast
from ledger.events.governance import ProtocolVersionRegistered
from ledger.events.seals import StreamsSealed
from ledger.storage.store import Store

PAGE = 500
"""Rows of one stream that are held at a time: every stream is read beside the others."""

HINT = "run: ledger verify"


class NoCheckpoint(NotFound):
    """There is nothing signed that a bundle could rest on."""

    code = "evidence.no-checkpoint"


class NotAsSealed(VerificationFailed):
    """The ledger does not hold what its last checkpoint was signed over."""

    code = "evidence.not-as-sealed"


@dataclass
class Sealed:
    """The ledger as its last checkpoint saw it. `lines` are all streams, in the seal's order."""

    store: Store
    note: bytes
    checkpoint: Checkpoint
    lines: list[SealLine]
    versions: list[Version] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return self.checkpoint.size

    def head(self, stream: str) -> int:
        return next((line.version for line in self.lines if line.stream == stream), 0)


def sealed_ledger(store: Store, protocol: str) -> Sealed:
    """What the last checkpoint covers, held against it. Raises NoCheckpoint, NotFound, NotAsSealed."""
    last = store.latest_checkpoint()
    if last is None:
        raise NoCheckpoint("no checkpoint was signed yet", hint="sign one: ledger checkpoint sign")
    checkpoint = Checkpoint.parse(Note.parse(last.note).text)
    seal = decoded_fast(event_of(store.entry(checkpoint.size)))
    if not isinstance(seal, StreamsSealed):
        raise NotAsSealed(f"entry {checkpoint.size} is not the seal of the last checkpoint", hint=HINT)
    sealed = Sealed(store, last.note, checkpoint, list(_lines(store, checkpoint.size)))
    if merkle_root([line.hash for line in sealed.lines]).hex() != seal.root or len(sealed.lines) != seal.streams:
        raise NotAsSealed("the streams are not those that the last checkpoint sealed", hint=HINT)
    for position, _, _, _, raw in store.stream_entries(f"{protocol}/governance"):
        event = decoded_fast(event_of(raw))
        if isinstance(event, ProtocolVersionRegistered) and position <= checkpoint.size:
            sealed.versions.append(Version(event.digest, event.version))
            sealed.files[event.digest] = store.protocol_file(event.digest)
    if not sealed.versions:
        there = ", ".join(sorted({line.stream.partition("/")[0] for line in sealed.lines} - {"ledger"})) or "none"
        raise NotFound(
            f"the last checkpoint covers no protocol {protocol}", code="evidence.no-protocol",
            hint=f"it covers: {there}; sign one that covers it: ledger checkpoint sign",
        )  # fmt: skip
    return sealed


def _lines(store: Store, size: int) -> Iterator[SealLine]:
    """The seal's lines, in its order: every stream's last entry before position `size`."""
    for head in store.stream_heads():
        version = head.version if head.position < size else _version_before(store, head.stream, head.version, size)
        if version:
            yield SealLine(head.stream, version, leaf_hash(_row(store, head.stream, version)[1]))


def _version_before(store: Store, stream: str, version: int, size: int) -> int:
    """A stream's last version before a position; 0 if it begins later. Positions rise with versions."""
    low, high = 0, version
    while low < high:
        middle = (low + high + 1) // 2
        if _row(store, stream, middle)[0] < size:
            low = middle
        else:
            high = middle - 1
    return low


def _row(store: Store, stream: str, version: int) -> tuple[int, bytes]:
    position, _, _, _, raw = next(iter(store.stream_entries(stream, version - 1, 1)))
    return position, raw


def rows(sealed: Sealed, streams: Sequence[str]) -> Iterator[tuple[int, bytes]]:
    """Position and bytes of every entry of the bundle, by position; the seal is the last."""
    merged = heapq.merge(*(_stream(sealed, stream) for stream in streams))
    yield from merged
    yield sealed.size, sealed.store.entry(sealed.size)


def _stream(sealed: Sealed, stream: str) -> Iterator[tuple[int, bytes]]:
    for position, _, _, _, raw in sealed.store.stream_entries(stream, 0, PAGE):
        if position >= sealed.size:
            return
        yield position, raw
