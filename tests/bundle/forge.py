"""A ledger in memory whose every key the test holds: what an operator who means ill could write, and bundles of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from ledger.bundle.archive import Archive
from ledger.bundle.archive_writer import ArchiveWriter
from ledger.bundle.build import build
from ledger.bundle.manifest import MANIFEST, Manifest, MemberLine
from ledger.bundle.persons import Disclosed
from ledger.bundle.request import Request
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import Entry, event_of, signed_bytes, spell_signature, spliced
from ledger.chain.hashing import NO_LEAF, Digest, leaf_hash, sha256
from ledger.chain.merkle import merkle_root
from ledger.chain.nodes import Leaves
from ledger.chain.note import COSIGNATURE, VerifierKey
from ledger.chain.policy import Policy
from ledger.events.base import Event, MemberEvent, stream_of
from ledger.events.codec import built, encoded
from ledger.events.usage import AccessUsed
from ledger.protocol.shipped import shipped
from ledger.storage.reader import StoredCheckpoint, StreamHead
from ledger.subjects.sealed import Opening
from tests.keys.people import (
    LOG,
    NOON,
    OPERATOR,
    ORIGIN,
    PROTOCOL,
    TBT,
    TBT_NEXT,
    VLAIO,
    Person,
    enrolment,
    opening,
    revocation,
)

FILE = shipped()[PROTOCOL]
CLAUSES = ("art. 5, item 3",)
"""Access management with its logs: access, measures, imports, and usage by its head."""

WITNESS = Person("TBT", 21, "cosign")
STRANGER = Person("SERV", 22, "cosign")
STREAM = f"{PROTOCOL}/"
ROW = tuple[int, str, int, str, bytes]


def vkey(person: Person, name: str = ORIGIN) -> VerifierKey:
    return VerifierKey(name, person.public, COSIGNATURE if person.use == "cosign" else 1)


POLICY = Policy.parse(
    f"log {vkey(LOG)}\nwitness tbt {vkey(WITNESS, 'tbt.example/witness')}\nquorum tbt\n"
    f"party VLAIO {vkey(VLAIO, 'VLAIO/events')}\nparty TBT {vkey(TBT, 'TBT/events')}\n"
    f"party OPERATOR {vkey(OPERATOR, 'OPERATOR/events')}\n".encode()
)


@dataclass
class Forge:
    """Appends as it is told, without a door. It has what `build` asks of a store."""

    origin: str = ORIGIN
    raws: list[bytes] = field(default_factory=list)
    heads: dict[str, StreamHead] = field(default_factory=dict)
    note: bytes = b""
    file: bytes = FILE
    number: int = 0

    def append(
        self, event: Event, signer: Person, *, origin: str = "", signature: str = "", stream: str = "",
        recorded: str = "", version: int = 0,
    ) -> int:  # fmt: skip
        """Write one event; `number` makes its id unless it has one that is not people's own."""
        raw = encoded(event)
        stream = stream or stream_of(event)
        signature = signature or spell_signature(signer.sign(signed_bytes(origin or ORIGIN, raw)))
        known = self.heads.get(stream)
        position, number = len(self.raws) + 1, version or (known.version if known else 0) + 1
        at = recorded or f"2022-05-30T12:00:00.{position:06d}Z"
        prev = leaf_hash(self.raws[-1]) if self.raws else NO_LEAF
        self.raws.append(spliced(raw, position, prev, at, signature, stream, number))
        self.heads[stream] = StreamHead(stream, number, position, leaf_hash(self.raws[-1]))
        return position

    def state(self, author: Person, type_name: str, **fields: Any) -> Event:
        self.number += 1
        values = {"author": author.party, "happened_at": NOON, "key": author.key_id, "stated_at": NOON}
        about = {} if type_name in ("streams-sealed/1", "subject-erased/1") else {"protocol": PROTOCOL}
        return built({**values, **about, "id": f"{self.number:032x}", "type": type_name, **fields})

    def batch(self, author: Person, count: int, counted: int = 0, *, times: int = 1) -> None:
        """An opener and its uses; `counted` is what it says, where that is not so. All of it is stated so often."""
        uses = [_use(author, self.number + 100 * (at + 1)) for at in range(count)]
        root = merkle_root([leaf_hash(encoded(use)) for use in uses])
        for _ in range(times):
            opener = self.state(
                author, "log-batch-ingested/1", source="m365-audit", file="ad" * 32, file_bytes=100, first=NOON,
                last=NOON, batch={"count": counted or count, "root": root.hex()},
            )  # fmt: skip
            position = self.append(opener, author)
            for use in uses:
                self.append(use, author, signature=f"batch:{position}")

    def seal(self, *, heads: dict[str, StreamHead] | None = None, recorded: str = "") -> None:
        sealed = heads if heads is not None else self.heads
        lines = [f"{name} {head.version} {head.leaf.hex()}".encode() for name, head in sorted(sealed.items())]
        root = merkle_root([leaf_hash(line) for line in lines])
        seal = self.state(OPERATOR, "streams-sealed/1", streams=len(lines), root=root.hex())
        self.append(seal, OPERATOR, recorded=recorded)

    def sign(
        self, log: Person = LOG, *, witnesses: tuple[Person, ...] = (WITNESS,), root: Digest | None = None
    ) -> None:
        checkpoint = Checkpoint(self.origin, len(self.raws), root or self.root)
        note = checkpoint.signed(vkey(log, self.origin), log.sign)
        for witness in witnesses:
            name = "tbt.example/witness" if witness == WITNESS else "other.example/witness"
            note = note.cosigned(vkey(witness, name), witness.sign, 1653912000)
        self.note = bytes(note)

    @property
    def root(self) -> Digest:
        return merkle_root([leaf_hash(raw) for raw in self.raws])

    def at(self, type_name: str, nth: int = 0) -> int:
        """The position of the nth entry of a type."""
        found = [
            n for n, raw in enumerate(self.raws, 1) if event_of(raw).endswith(b'"type":"%s"}' % type_name.encode())
        ]
        return found[nth]

    # --- what `build` reads ---

    def latest_checkpoint(self) -> StoredCheckpoint:
        return StoredCheckpoint(int(self.note.split(b"\n")[1]), self.note)

    def stream_heads(self) -> list[StreamHead]:
        return sorted(self.heads.values())

    def stream_entries(self, name: str, after: int = 0, size: int = 0) -> Iterator[ROW]:
        for raw in self.raws:
            entry = Entry.parse(raw)
            if entry.stream == name and entry.version > after:
                yield entry.position, entry.stream, entry.version, "", raw

    def entry(self, position: int) -> bytes:
        return self.raws[position - 1]

    def nodes(self) -> Leaves:
        return Leaves([leaf_hash(raw) for raw in self.raws])

    def protocol_file(self, digest: str) -> bytes:
        return self.file

    def bundle(self, path: Path, **asked: Any) -> Path:
        request = Request(asked.pop("protocol", PROTOCOL), asked.pop("clauses", CLAUSES), **asked)
        build(self, request, path, lambda manifest: {"nl": "Samenvatting\n", "en": "Summary\n"})  # type: ignore[arg-type]
        return path


def _use(author: Person, number: int) -> MemberEvent:
    values = {**AccessUsed.example, "type": "access-used/1", "author": author.party, "happened_at": NOON}
    return msgspec.convert({**values, "id": f"{0xABC00000 + number:032x}", "protocol": PROTOCOL}, AccessUsed)


REASON = Opening("reason", "Brief, 30 mei 2022", bytes(range(32)))
GROUNDS = Opening("reason", "Besluit van het bestuur", bytes(range(1, 33)))
ABOUT = "ab" * 16

Step = Callable[[Forge], object]


def unsealed(*, until: str = "", file: bytes = FILE) -> Forge:
    """The honest ledger without its seal; `until` stops before that chapter."""
    forge = Forge(file=file)
    for name, step in chapters().items():
        if name == until:
            break
        step(forge)
    return forge


def chapters() -> dict[str, Step]:
    return {
        "open": _opened, "protocol": _registered, "access": _access, "measures": _measures, "imports": _imports,
        "leave": _left, "revoke": _revoked, "erase": _erased,
    }  # fmt: skip


def honest(file: bytes = FILE) -> Forge:
    """The whole ledger, sealed, signed and cosigned."""
    forge = unsealed(file=file)
    forge.seal()
    forge.sign()
    return forge


@lru_cache(maxsize=1)
def _good() -> bytes:
    with TemporaryDirectory() as folder:
        return honest().bundle(Path(folder) / "b.zip").read_bytes()


def good(folder: Path) -> Path:
    """The bundle of the honest ledger, of which every test changes its own copy."""
    path = folder / "b.zip"
    path.write_bytes(_good())
    return path


def _opened(forge: Forge) -> None:
    forge.append(_named(forge, opening()), OPERATOR)
    forge.append(_named(forge, enrolment(OPERATOR, VLAIO)), OPERATOR)
    forge.append(_named(forge, enrolment(OPERATOR, TBT)), OPERATOR)


def _named(forge: Forge, event: Event) -> Event:
    forge.number += 1
    return msgspec.structs.replace(event, id=f"{forge.number:032x}")


def _registered(forge: Forge) -> None:
    digest = sha256(forge.file).hex()
    forge.append(forge.state(OPERATOR, "protocol-version-registered/1", version="1", digest=digest), OPERATOR)


def _access(forge: Forge) -> None:
    for number in range(3):
        event = forge.state(VLAIO, "application-registered/1", application=f"A{number}", sign_in="two-factor")
        forge.append(event, VLAIO)


def _measures(forge: Forge) -> None:
    for measure in ("security-policy", "security-plan", "access-management"):
        forge.append(forge.state(VLAIO, "measure-attested/1", measure=measure), VLAIO)
    forge.append(forge.state(TBT, "measure-attested/1", measure="security-policy"), TBT)
    # Of a register that the clause does not ask for.
    forge.append(forge.state(VLAIO, "dossier-closed/1", dossier="D-1"), VLAIO)


def _imports(forge: Forge) -> None:
    forge.batch(VLAIO, 3)
    forge.batch(VLAIO, 2)


def _left(forge: Forge) -> None:
    event = forge.state(TBT, "party-withdrew/1", party="TBT", effective_at="2022-05-31", reason={"sealed": "00" * 32})
    for text, about in ((REASON, ()), (GROUNDS, (ABOUT,))):
        sealed = {"sealed": text.commitment(event.id), **({"about": list(about)} if about else {})}
        event = built({**msgspec.to_builtins(event), "reason": sealed})
        forge.append(event, TBT)
        forge.number += 1
        event = msgspec.structs.replace(event, id=f"{forge.number:032x}")


def _revoked(forge: Forge) -> None:
    forge.append(_named(forge, enrolment(TBT, TBT_NEXT)), TBT)
    forge.append(_named(forge, revocation(TBT_NEXT, TBT, cause="rotated")), TBT_NEXT)


def _erased(forge: Forge) -> None:
    erasure = forge.state(
        OPERATOR, "subject-erased/1", ground="request", decided_by="TBT", tokens=[ABOUT],
    )  # fmt: skip
    forge.append(erasure, OPERATOR)


# --- a bundle taken apart and put together again ---


def members(path: Path) -> dict[str, bytes]:
    with Archive.open(path) as archive:
        return {name: archive.read(name) for name in archive.members}


def rewritten(path: Path, parts: dict[str, bytes], *, relist: bool = True) -> Path:
    """Write these members; with `relist` the manifest names them as they are now."""
    if relist:
        manifest = Manifest.parse(parts[MANIFEST])
        lines = [MemberLine(n, sha256(b).hex(), len(b)) for n, b in sorted(parts.items()) if n != MANIFEST]
        parts = {**parts, MANIFEST: bytes(msgspec.structs.replace(manifest, members=tuple(lines)))}
    with ArchiveWriter(path) as archive:
        for name, data in sorted(parts.items()):
            archive.add(name, data)
    return path


def disclosed(forge: Forge, text: Opening, nth: int = 0) -> Disclosed:
    return Disclosed(forge.at("party-withdrew/1", nth), text.field, text.value, text.blind.hex())
