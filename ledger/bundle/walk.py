"""One pass over a bundle's entries, by position: what each must be by itself and beside the others.

1. A line is an entry in its one spelling, its event one of the catalogue, in the stream that its type gives.
2. Positions rise; time never goes back; an entry follows from its neighbour where the neighbour is there.
3. Versions are gapless in each stream, from 1; the seal alone may stand by itself.
4. Each event is signed, for this log's origin, by a key that counted at its position. No id is used twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from ledger.bundle.report import Findings
from ledger.chain.ed25519 import verify
from ledger.chain.entry import Entry, signature_bytes, signed_bytes
from ledger.chain.hashing import NO_LEAF, Digest
from ledger.errors import LedgerError
from ledger.events.base import Event, SignedEvent, stream_of
from ledger.events.codec import UnknownType, decoded
from ledger.events.erasures import SubjectErased
from ledger.events.fields import Sealed
from ledger.events.governance import ProtocolVersionRegistered
from ledger.events.imports import LogBatchIngested
from ledger.events.keys import LedgerOpened
from ledger.events.seals import StreamsSealed
from ledger.keys.keyring import Keyring
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


@dataclass
class Walk:
    """What the entries say, read in order. `origin` is the one that the checkpoint names."""

    origin: str
    findings: Findings
    keyring: Keyring = field(default_factory=Keyring)
    positions: list[int] = field(default_factory=list)
    leaves: list[Digest] = field(default_factory=list)
    spans: dict[str, Span] = field(default_factory=dict)
    seal: tuple[int, StreamsSealed] | None = None
    versions: dict[str, ProtocolVersionRegistered] = field(default_factory=dict)
    imported: int = 0
    sealed: dict[tuple[int, str], SealedPart] = field(default_factory=dict)
    erasures: list[tuple[int, SubjectErased]] = field(default_factory=list)
    signers: dict[str, int] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
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
            return
        except LedgerError as error:
            self._fault("event.malformed", entry.position, str(error))
            return
        if stream_of(event) != entry.stream:
            detail = f"the stream of this {event.type} is {stream_of(event)}, and it stands in {entry.stream}"
            self._fault("entry.stream", entry.position, detail)
        if event.id in self._ids:
            self._fault("event.id-twice", entry.position, f"the event id {event.id} is used a second time")
        self._ids.add(event.id)
        self._keep(entry.position, event)
        self._signature(entry, event)

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
            self.imported += event.batch.count
        elif isinstance(event, SubjectErased):
            self.erasures.append((position, event))
        self._keep_sealed(position, event)

    def _keep_sealed(self, position: int, event: Event) -> None:
        for name, part in sealed_parts(event).items():
            self.sealed[position, name] = SealedPart(event.id, part)

    def _signature(self, entry: Entry, event: Event) -> None:
        position = entry.position
        if not isinstance(event, SignedEvent) or not entry.signature.startswith("ed25519:"):
            self._fault("signature.missing", position, "it has no signature of its own")
            return
        key = self.keyring.keys.get(event.key)
        if key is None:
            self._fault("signature.unknown-key", position, f"signed by a key that was never enrolled: {event.key}")
            return
        try:
            verify(key.public, signature_bytes(entry.signature), signed_bytes(self.origin, entry.event))
        except LedgerError:
            detail = f"the signature is not {event.author}'s over these bytes, for {self.origin}"
            self._fault("signature.false", position, detail)
            return
        self.signers.setdefault(event.key, position)
        if not (key.valid_at(position) or (isinstance(event, LedgerOpened) and position == 1)):
            ended = f"was revoked by entry {key.revoked_at}" if key.enrolled_at < position else "was enrolled later"
            self._fault("signature.key-not-valid", position, f"the key that signed {ended}")
        if key.party != event.author:
            self._fault("signature.other-party", position, f"{event.author} signed with {key.party}'s key")
        if event.stated_by == "operator" and event.author != self.keyring.operator:
            detail = f"{event.type} is the operator's to state, and {event.author} stated it"
            self._fault("signature.not-operator", position, detail)
        if key.use != "events" and not (key.use == "imports" and isinstance(event, LogBatchIngested)):
            self._fault("signature.key-use", position, f"a key for {key.use} signed an event")

    def _fault(self, code: str, position: int, detail: str) -> None:
        self.findings.fault(code, position, detail)
