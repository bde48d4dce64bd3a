"""What may enter: every check that an event must pass before it is appended, and the state those checks read.

1. The bytes are an event of a known type, in their one spelling; its stream follows from its type.
2. Its key counts at this position, and signed these bytes for this ledger.
3. Its author may state it: as itself, under a mandate that holds then, or as a report with evidence.
4. Its protocol is known here, and so are the parties and the clauses it names.
5. Every sealed part is opened.
6. A version of a protocol is registered once, with the file that it is.
7. No clear field holds what is plainly a person's number or address, and no event is about a person who was erased.
8. Nothing is erased while a legal hold keeps it.
9. Each moment lies in the years in which a ledger counts: one that stands for none, or for ever, is left out.

1 and 5 are kept by `SignedLine`, which cannot be had otherwise.

The state is a fold over `ledger/keys`, `ledger/erasures` and the governance and deletion registers. It is decided on as
of one size of the ledger; the append names that size, so what was decided still holds when it is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from ledger.chain.entry import split
from ledger.door_rules import check_clauses, check_mandate, check_moments, check_parties, protocol_of
from ledger.errors import Conflict, InputRejected, LedgerError
from ledger.events.base import Event, ProtocolEvent, SignedEvent, stream_of
from ledger.events.codec import decoded_fast
from ledger.events.governance import EventRetracted, ProtocolVersionRegistered
from ledger.events.keys import LedgerOpened
from ledger.keys.authority import check_authority, check_in_time
from ledger.keys.keyring import Keyring
from ledger.keys.signing import SignedLine, verify_signature
from ledger.parties import Governing, Known, version_of
from ledger.protocol.offered import check_offered
from ledger.storage.append import Row, StoredRow
from ledger.storage.faults import Damaged
from ledger.storage.store import Store
from ledger.subjects.guard import check_clear
from ledger.subjects.holds import Holds


class UnknownProtocol(InputRejected):
    """An event about a protocol that this ledger does not hold."""

    code = "protocol.unknown"


class VersionTaken(Conflict):
    """A version of a protocol that was registered before."""

    code = "protocol.version-taken"


@dataclass(frozen=True)
class Door:
    """The state that decisions are read from, after entry `size`."""

    size: int = 0
    keyring: Keyring = field(default_factory=Keyring)
    protocols: Mapping[str, Known] = field(default_factory=dict)
    holds: Holds = field(default_factory=Holds)

    @property
    def origin(self) -> str:
        return self.keyring.origin

    def after(self, event: Event, files: Mapping[str, bytes]) -> Door:
        """The state after one more entry. `files` holds protocol files by digest."""
        position = self.size + 1
        protocols = self.protocols
        if isinstance(event, ProtocolVersionRegistered):
            protocols = {**protocols, event.protocol: self._with_version(event, files)}
        elif isinstance(event, Governing) and event.protocol in protocols:
            protocols = {**protocols, event.protocol: protocols[event.protocol].after(event)}
        return Door(position, self.keyring.apply(position, event), protocols, self.holds.after(position, event))

    def admitted(self, line: SignedLine) -> Row:
        """The row for a signed event that may be recorded next. Raises InputRejected with the rule it breaks."""
        event, position = line.event, self.size + 1
        keyring = self.keyring.apply(1, event) if isinstance(event, LedgerOpened) and position == 1 else self.keyring
        if position == 1 and not isinstance(event, LedgerOpened):
            raise Conflict("this ledger has no first entry yet", hint="open it: ledger init", code="ledger.not-opened")
        verify_signature(line, keyring, keyring.origin, position)
        self._check(event, keyring, position)
        return Row(stream_of(event), event.type, line.event_bytes, line.signature)

    def check(self, event: SignedEvent) -> None:
        """Raise InputRejected with the rule that an event breaks, before anybody signs it."""
        self._check(event, self.keyring, self.size + 1)

    def _check(self, event: SignedEvent, keyring: Keyring, position: int) -> None:
        known = self.known(event) if isinstance(event, ProtocolEvent) else Known()
        standing = check_authority(event, keyring, position, parties=known.parties, mandates=known.mandates)
        check_in_time(event, standing, known.mandates)
        check_moments(event)
        check_parties(event, known.parties)
        check_clauses(event, self.protocols.get(protocol_of(event), known))
        check_offered(event, known.versions)
        check_mandate(event, known)
        check_clear(msgspec.to_builtins(event))
        self.holds.check(event)
        self.keyring.apply(position, event)

    def known(self, event: ProtocolEvent) -> Known:
        """The protocol of an event as it stands, with whom the event itself lets join. Raises UnknownProtocol."""
        found = self.protocols.get(event.protocol)
        if found is None and isinstance(event, ProtocolVersionRegistered):
            found = Known()
        if found is None:
            there = ", ".join(sorted(self.protocols)) or "none yet"
            raise UnknownProtocol(
                f"this ledger holds no protocol {event.protocol}", field="$.protocol",
                hint=f"it holds: {there}; add one with: ledger protocol add FILE",
            )  # fmt: skip
        now = found.standing
        if isinstance(event, EventRetracted):  # whoever was party once may take back its own words
            now = replace(now, parties=now.parties | found.parties)
        return now.asked_by(event)

    def _with_version(self, event: ProtocolVersionRegistered, files: Mapping[str, bytes]) -> Known:
        version = version_of(event, files)
        before = self.protocols.get(event.protocol, Known())
        if any(each.version == version.version for each in before.versions):
            raise VersionTaken(
                f"version {version.version} of {event.protocol} was registered before", field="$.version",
                hint="a file that says something else is another version: give it another name in the file",
            )  # fmt: skip
        return before.with_version(version)


def door_of(store: Store) -> Door:
    """Read the state from a ledger: the key events and the governance registers, by position.

    Raises Damaged where they are not what the door let in.
    """
    size = store.size()
    streams = [head.stream for head in store.stream_heads() if _decides(head.stream)]
    rows = sorted(row for stream in streams for row in store.stream_entries(stream) if row[0] <= size)
    return _caught_up(Door(), store, rows, size)


def caught_up(door: Door, store: Store) -> Door:
    """The state at the ledger's present size, read on from where it stood. Raises Damaged as `door_of` does."""
    size = store.size()
    rows = [row for page in store.pages(door.size, size) for row in page if _decides(row[1])]
    return _caught_up(door, store, rows, size)


def _decides(stream: str) -> bool:
    """Whether decisions are read from this stream."""
    return stream in ("ledger/keys", "ledger/erasures") or stream.endswith(("/governance", "/deletion"))


def _caught_up(door: Door, store: Store, rows: list[StoredRow], size: int) -> Door:
    files = store.protocol_files() if rows else {}
    for position, _, _, _, raw in rows:
        try:
            door = replace(door, size=position - 1).after(decoded_fast(split(raw)[0]), files)
        except LedgerError as error:
            raise Damaged(
                f"entry {position} cannot be what was recorded: {error.message}", position=position,
                hint="run: ledger verify",
            ) from error  # fmt: skip
    if size and not door.keyring.origin:
        raise Damaged("entry 1 does not open this ledger: no key can be known", position=1, hint="run: ledger verify")
    return replace(door, size=size)
