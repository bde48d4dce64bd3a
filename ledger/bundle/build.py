"""A bundle made from a ledger: the streams that the clauses ask for, whole, under the last checkpoint.

Nothing is recorded by building: the request and the handing over are events of their own, which whoever calls states.
The same ledger, checkpoint and request give the same bytes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import msgspec

from ledger.bundle import manifest as names
from ledger.bundle.archive import LARGEST_MEMBER
from ledger.bundle.archive_writer import ArchiveWriter, Written
from ledger.bundle.documents import Document
from ledger.bundle.manifest import FORMAT, LeftOut, Manifest, MemberLine, Shown, StreamLine
from ledger.bundle.persons import Disclosed
from ledger.bundle.proofs import StreamsProof
from ledger.bundle.request import Request
from ledger.bundle.sealed_ledger import Sealed, rows, sealed_ledger
from ledger.bundle.selection import selected
from ledger.bundle.singles import proof_name
from ledger.bundle.spool import Spool
from ledger.bundle.stamps import renewal_name
from ledger.chain.hashing import sha256
from ledger.chain.multiproof import multi_proof
from ledger.chain.nodes import Leaves
from ledger.chain.note import Note
from ledger.chain.proof import inclusion_proof
from ledger.chain.tlog_proof import LogProof
from ledger.errors import Conflict, InputRejected
from ledger.events.fields import ABSENT
from ledger.protocol.load import load
from ledger.storage.store import Store


class SignedMeanwhile(Conflict):
    """Another checkpoint is the last one by now: the stamps and the summaries would be of the one before."""

    code = "evidence.signed-meanwhile"


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
        spool = Spool({document.digest.hex() for document in request.documents})
        written[names.ENTRIES] = archive.add(names.ENTRIES, lambda write: spool.copy(rows(sealed, whole), write))
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
