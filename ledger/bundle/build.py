"""A bundle made from a ledger: the streams that the clauses ask for, whole, under the last checkpoint.

Nothing is recorded by building: the request and the handing over are events of their own, which whoever calls states.
The same ledger, checkpoint and request give the same bytes.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import msgspec

from ledger.bundle import manifest as names
from ledger.bundle.archive import LARGEST_MEMBER
from ledger.bundle.archive_writer import ArchiveWriter, Written
from ledger.bundle.documents import Document, named_in
from ledger.bundle.manifest import FORMAT, LeftOut, Manifest, MemberLine, Shown, StreamLine, Version
from ledger.bundle.persons import Disclosed
from ledger.bundle.proofs import EntriesProof, SealLine, StreamsProof
from ledger.bundle.selection import selected
from ledger.bundle.singles import proof_name
from ledger.bundle.stamps import renewal_name
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import event_of
from ledger.chain.hashing import Digest, leaf_hash, sha256
from ledger.chain.merkle import merkle_root
from ledger.chain.multiproof import check_multi, multi_proof
from ledger.chain.nodes import Leaves
from ledger.chain.note import Note
from ledger.chain.proof import InclusionFailed, inclusion_proof
from ledger.chain.tlog_proof import LogProof
from ledger.errors import Conflict, InputRejected, NotFound, VerificationFailed
from ledger.events.codec import decoded_fast
from ledger.events.fields import ABSENT
from ledger.events.governance import ProtocolVersionRegistered
from ledger.events.seals import StreamsSealed
from ledger.protocol.load import load
from ledger.storage.store import Store

PAGE = 500
"""Rows of one stream that are held at a time: every stream is read beside the others."""

_HINT = "run: ledger verify"
_UNNAMED = "record an event that names it, with --evidence KIND:DIGEST, and sign a checkpoint; or ask for more clauses"
_UNNAMED_PUBLIC = (
    f"{_UNNAMED}; if it was recorded blinded, put its .blind file beside it (ledger evidence digest wrote it)"
)


class NoCheckpoint(NotFound):
    """There is nothing signed that a bundle could rest on."""

    code = "evidence.no-checkpoint"


class NotInBundle(NotFound):
    """A proof or a document was asked for, and no entry of the bundle has to do with it."""

    code = "evidence.not-in-bundle"


class SignedMeanwhile(Conflict):
    """Another checkpoint is the last one by now: the stamps and the summaries would be of the one before."""

    code = "evidence.signed-meanwhile"


class NotAsSealed(VerificationFailed):
    """The ledger does not hold what its last checkpoint was signed over."""

    code = "evidence.not-as-sealed"


@dataclass(frozen=True)
class Request:
    """What is asked: clauses of a protocol, and for whom. `as_of` is the moment whose state the asker means."""

    protocol: str
    clauses: tuple[str, ...]
    as_of: str = ""
    request: str = ""
    requester: str = ""
    provider: str = ""
    openings: tuple[Disclosed, ...] = ()
    stamps: tuple[bytes, ...] = ()
    """The time stamp over the checkpoint, and its renewals in their order."""
    proofs: tuple[int, ...] = ()
    """Positions of entries that are to have a proof of their own."""
    documents: tuple[Document, ...] = ()
    size: int = 0
    """Of the checkpoint that the stamps and the summaries are of; 0: of whichever is the last."""


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


Summaries = Callable[[Manifest], Mapping[str, str]]
"""The human summary by language (`nl`, `en`), of a manifest that has no members yet."""


def build(store: Store, request: Request, path: Path, summaries: Summaries) -> Manifest:
    """Write the bundle to `path`; the file appears complete or not at all.

    Raises NoCheckpoint, NotFound for a protocol or clause that is not there, NotAsSealed where the ledger no longer
    holds what was signed, SignedMeanwhile.
    """
    sealed = sealed_ledger(store, request.protocol)
    if request.size not in (0, sealed.size):
        raise SignedMeanwhile(f"checkpoint {sealed.size} was signed in the meantime", hint="build it again")
    wanted = selected(
        request.protocol, [load(sealed.files[v.digest], v.member) for v in sealed.versions], request.clauses
    )
    whole = [stream for stream, shown in wanted.items() if shown == "whole"]
    with ArchiveWriter(path) as archive:
        written: dict[str, Written] = {}
        head = _manifest(sealed, request, wanted, entries=_count(sealed, whole))
        texts = {names.SUMMARIES[language]: text.encode() for language, text in summaries(head).items()}
        early = {**texts, names.VERIFY: _guide(), names.CHECKPOINT: sealed.note}
        if request.stamps:
            early[names.STAMP] = request.stamps[0]
        early |= _documents(request.documents)
        for name in sorted(early):
            written[name] = archive.add(name, early[name])
        spool = _Spool({document.digest.hex() for document in request.documents})
        written[names.ENTRIES] = archive.add(names.ENTRIES, lambda write: spool.copy(_rows(sealed, whole), write))
        spool.check(request)
        late = {names.STREAMS_PROOF: bytes(_streams_proof(sealed, wanted))}
        late |= {version.member: sealed.files[version.digest] for version in sealed.versions}
        late |= {proof_name(each): bytes(_single(sealed, each)) for each in request.proofs}
        late |= {renewal_name(number): token for number, token in enumerate(request.stamps[1:], 1)}
        if request.openings:
            late[names.OPENINGS] = b"".join(bytes(each) + b"\n" for each in sorted(request.openings, key=_place))
        written[names.ENTRIES_PROOF] = archive.add(names.ENTRIES_PROOF, bytes(spool.proof(sealed)))
        manifest = _with_members(head, written, late)
        for name, data in sorted({**late, names.MANIFEST: bytes(manifest)}.items()):
            archive.add(name, data)
    return manifest


def sealed_ledger(store: Store, protocol: str) -> Sealed:
    """What the last checkpoint covers, held against it. Raises NoCheckpoint, NotFound, NotAsSealed."""
    last = store.latest_checkpoint()
    if last is None:
        raise NoCheckpoint("no checkpoint was signed yet", hint="sign one: ledger checkpoint sign")
    checkpoint = Checkpoint.parse(Note.parse(last.note).text)
    seal = decoded_fast(event_of(store.entry(checkpoint.size)))
    if not isinstance(seal, StreamsSealed):
        raise NotAsSealed(f"entry {checkpoint.size} is not the seal of the last checkpoint", hint=_HINT)
    sealed = Sealed(store, last.note, checkpoint, list(_lines(store, checkpoint.size)))
    if merkle_root([line.hash for line in sealed.lines]).hex() != seal.root or len(sealed.lines) != seal.streams:
        raise NotAsSealed("the streams are not those that the last checkpoint sealed", hint=_HINT)
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


def _rows(sealed: Sealed, streams: Sequence[str]) -> Iterator[tuple[int, bytes]]:
    """Position and bytes of every entry of the bundle, by position; the seal is the last."""
    merged = heapq.merge(*(_stream(sealed, stream) for stream in streams))
    yield from merged
    yield sealed.size, sealed.store.entry(sealed.size)


def _stream(sealed: Sealed, stream: str) -> Iterator[tuple[int, bytes]]:
    for position, _, _, _, raw in sealed.store.stream_entries(stream, 0, PAGE):
        if position >= sealed.size:
            return
        yield position, raw


class _Spool:
    """Copies rows into a member, and remembers their positions, leaf hashes, and which documents they name."""

    def __init__(self, documents: Collection[str]) -> None:
        self.positions: list[int] = []
        self.leaves: list[Digest] = []
        self._documents = documents
        self._named: set[str] = set()

    def copy(self, rows: Iterable[tuple[int, bytes]], write: Callable[[bytes], int]) -> None:
        for position, raw in rows:
            self.positions.append(position)
            self.leaves.append(leaf_hash(raw))
            if self._documents:
                self._named.update(named_in(event_of(raw), self._documents))
            write(raw + b"\n")

    def check(self, request: Request) -> None:
        """Raise NotInBundle for a proof of an entry, or a document, that nothing of the bundle names."""
        there = set(self.positions)
        for position in request.proofs:
            if position not in there:
                raise NotInBundle(
                    f"entry {position} is not one of this bundle, so its proof is not either",
                    hint="see which are: build it without --proof, and look into its entries.jsonl",
                )  # fmt: skip
        for document in request.documents:
            digest = document.digest.hex()
            if digest not in self._named:
                raise NotInBundle(
                    f"no entry of these clauses names a document of digest {digest}",
                    hint=_UNNAMED if document.blind else _UNNAMED_PUBLIC,
                )  # fmt: skip

    def proof(self, sealed: Sealed) -> EntriesProof:
        """That what was copied is in the signed tree. Raises NotAsSealed: nothing leaves that would not verify."""
        indices = [position - 1 for position in self.positions]
        hashes = multi_proof(indices, sealed.size, sealed.store.nodes())
        try:
            check_multi(indices, self.leaves, sealed.size, hashes, sealed.checkpoint.root)
        except InclusionFailed as error:
            fact = f"the entries are not those that checkpoint {sealed.size} was signed over"
            raise NotAsSealed(fact, hint=_HINT) from error
        return EntriesProof(sealed.size, tuple(hashes))


def _single(sealed: Sealed, position: int) -> LogProof:
    """The proof of one entry by itself, under the same checkpoint."""
    path = inclusion_proof(position - 1, sealed.size, sealed.store.nodes())
    return LogProof(position - 1, tuple(path), Note.parse(sealed.note))


def _documents(documents: Iterable[Document]) -> dict[str, bytes]:
    """Their members by name. Raises InputRejected for one that is too large to be held by who checks it."""
    found: dict[str, bytes] = {}
    for document in documents:
        if len(document.data) > LARGEST_MEMBER:
            raise InputRejected(
                f"a document has {len(document.data):,} bytes, at most {LARGEST_MEMBER:,}", code="evidence.too-large",
                hint="hand it over beside the bundle: its digest stands in the entry",
            )  # fmt: skip
        found |= document.members
    return found


def _streams_proof(sealed: Sealed, wanted: Mapping[str, Shown]) -> StreamsProof:
    """The lines of the wanted streams; of one that has no entry yet, those between which it would stand."""
    order = [line.stream for line in sealed.lines]
    shown: set[int] = set()
    for stream in wanted:
        at = bisect_left(order, stream)
        there = order[at : at + 1] == [stream]
        shown |= {at} if there else {index for index in (at - 1, at) if 0 <= index < len(order)}
    indices = sorted(shown)
    hashes = multi_proof(indices, len(order), Leaves([line.hash for line in sealed.lines]))
    return StreamsProof(len(order), tuple((index, sealed.lines[index]) for index in indices), tuple(hashes))


def _manifest(sealed: Sealed, request: Request, wanted: Mapping[str, Shown], entries: int) -> Manifest:
    protocol = request.protocol
    own = [line.stream for line in sealed.lines if line.stream.startswith(f"{protocol}/")]
    left = [
        LeftOut(stream, "usage-by-head" if stream in wanted else "not-of-these-clauses")
        for stream in own
        if wanted.get(stream) != "whole"
    ]  # fmt: skip
    others = sum(line.stream not in own and line.stream not in wanted for line in sealed.lines)
    return Manifest(
        format=FORMAT, origin=sealed.checkpoint.origin, size=sealed.size, protocol=protocol,
        versions=tuple(sealed.versions), clauses=request.clauses, other_streams=others, entries=entries, members=(),
        streams=tuple(StreamLine(sealed.head(stream), shown, stream) for stream, shown in sorted(wanted.items())),
        left_out=tuple(left), as_of=request.as_of or ABSENT, request=request.request or ABSENT,
        requester=request.requester or ABSENT, provider=request.provider or ABSENT,
    )  # fmt: skip


def _count(sealed: Sealed, whole: Sequence[str]) -> int:
    return sum(sealed.head(stream) for stream in whole) + 1


def _with_members(head: Manifest, written: Mapping[str, Written], late: Mapping[str, bytes]) -> Manifest:
    lines = [MemberLine(name, done.sha256.hex(), done.size) for name, done in written.items()]
    lines += [MemberLine(name, sha256(data).hex(), len(data)) for name, data in late.items()]
    return msgspec.structs.replace(head, members=tuple(sorted(lines, key=lambda line: line.name)))


def _place(opening: Disclosed) -> tuple[int, str]:
    return opening.position, opening.field


def _guide() -> bytes:
    """How a bundle is checked by hand; the same in every bundle."""
    return files("ledger.bundle").joinpath("VERIFY.md").read_bytes()
