"""One pass over a bundle's entries, by position: what each must be by itself and beside the others.

1. A line is an entry in its one spelling, its event one of the catalogue, in the stream that its type gives.
2. Positions rise; time never goes back; an entry follows from its neighbour where the neighbour is there.
3. Versions are gapless in each stream, from 1; the seal alone may stand by itself.
4. Each event is signed, for this log's origin, by a key that counted at its position, and its author might state it
    there. No id is used twice.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from ledger.bundle.documents import named_in
from ledger.bundle.report import Findings
from ledger.bundle.usage import Summaries
from ledger.canonical import decode
from ledger.chain.ed25519 import verify
from ledger.chain.entry import Entry, signature_bytes, signed_bytes
from ledger.chain.hashing import NO_LEAF, Digest
from ledger.errors import LedgerError
from ledger.events.base import Event, SignedEvent, stream_of
from ledger.events.codec import UnknownType, decoded
from ledger.events.erasures import SubjectErased
from ledger.events.fields import Sealed
from ledger.events.governance import ProtocolVersionRegistered
from ledger.events.imports import LogBatchIngested, LogRead
from ledger.events.keys import LedgerOpened
from ledger.events.seals import StreamsSealed
from ledger.keys.authority import NotAuthorised
from ledger.keys.keyring import Keyring
from ledger.parties import Governing, Known, judged
from ledger.protocol.model import ProtocolVersion
from ledger.subjects.sealed import sealed_parts

SEALS = "ledger/seals"


class Span(NamedTuple):
    """A stream as the bundle shows it: its first and last version, and the last entry."""

    first: int
    last: int
    position: int
    leaf: Digest


class SealedPart(NamedTuple):
    """A sealed part of an entry."""

    event: str
    part: Sealed


class _Claim(NamedTuple):
    """Who says to have signed, and what its type lets them: of an unknown type, no more than of any."""

    author: str
    key: str
    type: str
    opens: bool = False
    imported: bool = False
    operators: bool = False


@dataclass
class Walk:
    """What the entries say, read in order. `origin` is the one that the checkpoint names.

    `version_of` gives a protocol's version by the digest of its file; nothing where the bundle has no such file.
    `documents` are digests that are looked for, and `named` the first entry that names each.
    """

    origin: str
    findings: Findings
    version_of: Callable[[str], ProtocolVersion | None] = lambda digest: None
    keyring: Keyring = field(default_factory=Keyring)
    positions: list[int] = field(default_factory=list)
    leaves: list[Digest] = field(default_factory=list)
    spans: dict[str, Span] = field(default_factory=dict)
    seal: tuple[int, StreamsSealed] | None = None
    versions: dict[str, ProtocolVersionRegistered] = field(default_factory=dict)
    imported: int = 0
    batch_roots: dict[str, int] = field(default_factory=dict)
    summaries: Summaries = field(default_factory=Summaries)
    sealed: dict[tuple[int, str], SealedPart] = field(default_factory=dict)
    erasures: list[tuple[int, SubjectErased]] = field(default_factory=list)
    signers: dict[str, int] = field(default_factory=dict)
    acts: dict[str, array[int]] = field(default_factory=dict)
    """By the id of a key: position and second of recording, in turn, of all that it signed."""
    reported: list[int] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    documents: frozenset[str] = frozenset()
    named: dict[str, int] = field(default_factory=dict)
    _known: Known | None = field(default_factory=Known)
    _ids: set[str] = field(default_factory=set)
    _before: Entry | None = None

    @property
    def recorded_at(self) -> datetime | None:
        """When the last entry was recorded, by the operator's clock."""
        return self._before.recorded_at if self._before else None

    def read(self, lines: Iterable[bytes]) -> None:
        """Take every line. Faults are told, never raised."""
        for number, line in enumerate(lines, 1):
            try:
                entry = Entry.parse(line)
            except LedgerError as error:
                self._fault("entry.malformed", 0, f"line {number} of entries.jsonl is not an entry: {error.message}")
                continue
            self._place(entry)
            for digest in named_in(entry.event, self.documents):
                self.named.setdefault(digest, entry.position)
            self._event(entry)
            self.positions.append(entry.position)
            self.leaves.append(entry.leaf)
            self._before = entry

    def _place(self, entry: Entry) -> None:
        before, position = self._before, entry.position
        if before is None or before.position < position:
            if position == 1 and entry.prev != NO_LEAF:
                self._fault("chain.broken-link", 1, "entry 1 follows from nothing, and its prev is not zeros")
        else:
            word = "again" if before.position == position else "out of order"
            self._fault("entry.order", position, f"entry {position} stands {word} after entry {before.position}")
        if before is not None and before.position + 1 == position and entry.prev != self.leaves[-1]:
            self._fault("chain.broken-link", position, f"entry {position} does not follow from entry {position - 1}")
        if before is not None and entry.recorded_at < before.recorded_at:
            self._fault("entry.time-went-back", position, "recorded before the entry that it follows")
        self._stream(entry)

    def _stream(self, entry: Entry) -> None:
        known, version = self.spans.get(entry.stream), entry.version
        expected = known.last + 1 if known else 1
        if version != expected and not (known is None and entry.stream == SEALS):
            detail = f"version {version} of {entry.stream} where {expected} should stand"
            self._fault("completeness.hole", entry.position, detail)
        self.spans[entry.stream] = Span(known.first if known else version, version, entry.position, entry.leaf)

    def _event(self, entry: Entry) -> None:
        try:
            event = decoded(entry.event)
        except UnknownType as error:
            self.unread.add(error.message)
            self._unknown(entry)
            return
        except LedgerError as error:
            self._fault("event.malformed", entry.position, str(error))
            return
        if stream_of(event) != entry.stream:
            detail = f"the stream of this {event.type} is {stream_of(event)}, and it stands in {entry.stream}"
            self._fault("entry.stream", entry.position, detail)
        self._once(entry.position, event.id)
        self._keep(entry.position, event)
        if self._signature(entry, event):
            self._authority(entry.position, event)
        self._keep_parties(event)

    def _unknown(self, entry: Entry) -> None:
        """Of a type that this version does not know: protocol, id and signature, whatever the rest says."""
        value = decode(entry.event)
        author, identifier, key = (value.get(name) for name in ("author", "id", "key"))
        if not (isinstance(author, str) and isinstance(identifier, str) and isinstance(key, str)):
            self._fault("event.malformed", entry.position, "an event without author, id or key")
            return
        if entry.stream.partition("/")[0] != value.get("protocol", "ledger"):
            self._fault("entry.stream", entry.position, f"an event of another protocol stands in {entry.stream}")
        self._once(entry.position, identifier)
        self._held(entry, _Claim(author, key, value["type"]))

    def _once(self, position: int, identifier: str) -> None:
        if identifier in self._ids:
            self._fault("event.id-twice", position, f"the event id {identifier} is used a second time")
        self._ids.add(identifier)

    def _keep(self, position: int, event: Event) -> None:
        """What later steps ask for. A key event counts from the next entry on; entry 1 opens with its own."""
        try:
            self.keyring = self.keyring.apply(position, event)
        except LedgerError as error:
            self._fault("key.history", position, f"this key event does not hold: {error.message}")
        if isinstance(event, StreamsSealed):
            self.seal = (position, event)
        elif isinstance(event, ProtocolVersionRegistered):
            self.versions[event.digest] = event
        elif isinstance(event, LogBatchIngested):
            self._keep_batch(position, event)
        elif isinstance(event, SubjectErased):
            self.erasures.append((position, event))
        self.summaries.take(position, event)
        self._keep_sealed(position, event)

    def _keep_batch(self, position: int, opener: LogBatchIngested) -> None:
        """No two batches have the same uses: their ids would be used again."""
        self.imported += opener.batch.count
        first = self.batch_roots.setdefault(opener.batch.root, position)
        if first != position:
            self._fault("batch.twice", position, f"these are the uses of the batch of entry {first}, signed once more")

    def _keep_sealed(self, position: int, event: Event) -> None:
        for name, part in sealed_parts(event).items():
            self.sealed[position, name] = SealedPart(event.id, part)

    def _signature(self, entry: Entry, event: Event) -> bool:
        """Whether it is signed by a key that its author had there; else the fault is told."""
        if not isinstance(event, SignedEvent):
            self._fault("signature.missing", entry.position, "it has no signature of its own")
            return False
        opens, imported = isinstance(event, LedgerOpened), isinstance(event, LogBatchIngested | LogRead)
        return self._held(
            entry, _Claim(event.author, event.key, event.type, opens, imported, event.stated_by == "operator")
        )

    def _held(self, entry: Entry, event: _Claim) -> bool:
        position, before = entry.position, self.findings.count
        if not entry.signature.startswith("ed25519:"):
            self._fault("signature.missing", position, "it has no signature of its own")
            return False
        key = self.keyring.keys.get(event.key)
        if key is None:
            self._fault("signature.unknown-key", position, f"signed by a key that was never enrolled: {event.key}")
            return False
        try:
            verify(key.public, signature_bytes(entry.signature), signed_bytes(self.origin, entry.event))
        except LedgerError:
            detail = f"the signature is not {event.author}'s over these bytes, for {self.origin}"
            self._fault("signature.false", position, detail)
            return False
        self.signers.setdefault(event.key, position)
        self.acts.setdefault(event.key, array("q")).extend((position, int(entry.recorded_at.timestamp())))
        if not (key.valid_at(position) or (event.opens and position == 1)):
            ended = f"was revoked by entry {key.revoked_at}" if key.enrolled_at < position else "was enrolled later"
            self._fault("signature.key-not-valid", position, f"the key that signed {ended}")
        if key.party != event.author:
            self._fault("signature.other-party", position, f"{event.author} signed with {key.party}'s key")
        if event.operators and event.author != self.keyring.operator:
            detail = f"{event.type} is the operator's to state, and {event.author} stated it"
            self._fault("signature.not-operator", position, detail)
        if key.use != "events" and not (key.use == "imports" and event.imported):
            self._fault("signature.key-use", position, f"a key for {key.use} signed an event")
        return self.findings.count == before

    def _authority(self, position: int, event: Event) -> None:
        """Whether its author might state it, by the keys, parties and mandates before it."""
        if self._known is None or not isinstance(event, SignedEvent):
            return
        try:
            standing = judged(event, self.keyring, position, self._known.readings)
        except NotAuthorised as error:
            self._fault(error.code, position, error.message)
            return
        if standing.how == "reported":
            self.reported.append(position)

    def _keep_parties(self, event: Event) -> None:
        """Parties and mandates as they are after this entry; unknown for good where a file cannot be read."""
        if self._known is None:
            return
        if isinstance(event, ProtocolVersionRegistered):
            version = self.version_of(event.digest)
            self._known = self._known.with_version(version) if version else None
        elif isinstance(event, Governing):
            self._known = self._known.after(event)

    def _fault(self, code: str, position: int, detail: str) -> None:
        self.findings.fault(code, position, detail)
