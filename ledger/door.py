"""What may enter: every check that an event must pass before it is appended, and the state those checks read.

1. The bytes are an event of a known type, in their one spelling; its stream follows from its type.
2. Its key counts at this position, and signed these bytes for this ledger.
3. Its author may state it: as itself, under a mandate, or as a report with evidence.
4. Its protocol is known here, and so are the parties it names.
5. Every sealed part is opened.

The state is a fold over `ledger/keys` and the governance registers. It is decided on as of one size of the ledger; the
append names that size, so what was decided still holds when it is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ledger.chain.entry import event_of
from ledger.errors import Conflict, InputRejected
from ledger.events.acts import acting
from ledger.events.base import Event, ProtocolEvent, stream_of
from ledger.events.codec import decoded_fast
from ledger.events.governance import MandateRecorded, MandateWithdrawn, PartyAcceded, ProtocolVersionRegistered
from ledger.events.keys import LedgerOpened
from ledger.keys.authority import MandateGrant, check_authority
from ledger.keys.keyring import Keyring
from ledger.keys.signing import SignedLine, verify_signature
from ledger.protocol.definitions import Mandate
from ledger.protocol.load import load
from ledger.protocol.model import ProtocolVersion
from ledger.storage.append import Row
from ledger.storage.store import Store


class UnknownProtocol(InputRejected):
    """An event about a protocol that this ledger does not hold."""

    code = "protocol.unknown"


@dataclass(frozen=True)
class Known:
    """One protocol as the door knows it: its versions, who is party to it, and who may speak for whom."""

    versions: tuple[ProtocolVersion, ...]
    parties: frozenset[str]
    mandates: tuple[MandateGrant, ...]


@dataclass(frozen=True)
class Door:
    """The state that decisions are read from, after entry `size`."""

    size: int = 0
    keyring: Keyring = field(default_factory=Keyring)
    protocols: Mapping[str, Known] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return self.keyring.origin

    def after(self, event: Event, files: Mapping[str, bytes]) -> Door:
        """The state after one more entry. `files` holds protocol files by digest."""
        position = self.size + 1
        protocols = self.protocols
        if isinstance(event, ProtocolVersionRegistered):
            protocols = {**protocols, event.protocol: self._with_version(event, files)}
        elif isinstance(event, MandateRecorded | MandateWithdrawn | PartyAcceded):
            protocols = {**protocols, event.protocol: _changed(self.protocols[event.protocol], event)}
        return Door(position, self.keyring.apply(position, event), protocols)

    def admitted(self, line: SignedLine) -> Row:
        """The row for a signed event that may be recorded next. Raises InputRejected with the rule it breaks."""
        event, position = line.event, self.size + 1
        keyring = self.keyring.apply(1, event) if isinstance(event, LedgerOpened) and position == 1 else self.keyring
        if position == 1 and not isinstance(event, LedgerOpened):
            raise Conflict("this ledger has no first entry yet", hint="open it: ledger init", code="ledger.not-opened")
        verify_signature(line, keyring, keyring.origin, position)
        known = self.known(event) if isinstance(event, ProtocolEvent) else None
        check_authority(
            event, keyring, position,
            parties=known.parties if known else (), mandates=known.mandates if known else (),
        )  # fmt: skip
        self.keyring.apply(position, event)
        return Row(stream_of(event), event.type, line.event_bytes, line.signature)

    def known(self, event: ProtocolEvent) -> Known:
        """The protocol of an event. Raises UnknownProtocol, unless the event registers it."""
        found = self.protocols.get(event.protocol)
        if found is None and isinstance(event, ProtocolVersionRegistered):
            return Known((), frozenset({event.author}), ())
        if found is None:
            there = ", ".join(sorted(self.protocols)) or "none yet"
            raise UnknownProtocol(
                f"this ledger holds no protocol {event.protocol}", field="$.protocol",
                hint=f"it holds: {there}; add one with: ledger protocol add FILE",
            )  # fmt: skip
        return found

    def _with_version(self, event: ProtocolVersionRegistered, files: Mapping[str, bytes]) -> Known:
        version = load(files[event.digest], f"{event.protocol}/{event.version}")
        before = self.protocols.get(event.protocol, Known((), frozenset(), ()))
        defined = tuple(
            MandateGrant(
                body.giver, body.holder, frozenset(body.acts) if body.acts is not None else None, clause.address
            )
            for clause, body in version.defined(Mandate, version.readings())
        )
        return Known((*before.versions, version), before.parties | set(version.party_ids), before.mandates + defined)


def _changed(known: Known, event: MandateRecorded | MandateWithdrawn | PartyAcceded) -> Known:
    if isinstance(event, PartyAcceded):
        return replace(known, parties=known.parties | {event.party})
    (giver, *_) = acting(event)
    if isinstance(event, MandateWithdrawn):
        source = f"mandate {event.mandate} of {giver}"
        return replace(known, mandates=tuple(each for each in known.mandates if each.source != source))
    acts = None if "any" in event.acts else frozenset(event.acts)
    grant = MandateGrant(giver, event.to, acts, f"mandate {event.mandate} of {giver}")
    return replace(known, mandates=(*known.mandates, grant))


def door_of(store: Store) -> Door:
    """Read the state from a ledger: the key events and the governance registers, by position."""
    size = store.size()
    streams = [head.stream for head in store.stream_heads() if head.stream == "ledger/keys" or _governs(head.stream)]
    rows = sorted(row for stream in streams for row in store.stream_entries(stream) if row[0] <= size)
    return _caught_up(Door(), store, rows, size)


def caught_up(door: Door, store: Store) -> Door:
    """The state at the ledger's present size, read on from where it stood."""
    size = store.size()
    rows = [
        row
        for page in store.pages(door.size, size)
        for row in page
        if row[1] == "ledger/keys" or _governs(row[1])
    ]  # fmt: skip
    return _caught_up(door, store, rows, size)


def _governs(stream: str) -> bool:
    return stream.endswith("/governance")


def _caught_up(door: Door, store: Store, rows: list[tuple[int, str, int, str, bytes]], size: int) -> Door:
    files = store.protocol_files()
    for position, _, _, _, raw in rows:
        door = replace(door, size=position - 1).after(decoded_fast(event_of(raw)), files)
    return replace(door, size=size)
