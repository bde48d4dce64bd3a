"""What an event's bytes must be, whatever their place: of a known type, in the right stream, signed by a valid key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ledger.canonical import NotCanonical, decode
from ledger.chain.ed25519 import BadSignature, verify
from ledger.chain.entry import Entry, MalformedEntry, signature_bytes, signed_bytes
from ledger.errors import LedgerError
from ledger.events.base import Event, MemberEvent, SignedEvent, stream_of
from ledger.events.catalogue import by_tag
from ledger.events.codec import MalformedEvent, UnknownType, decoded_again
from ledger.events.fields import ABSENT
from ledger.events.imports import OF_IMPORTS
from ledger.events.members import MemberReader
from ledger.verification.authority import Rules
from ledger.verification.report import Fault

KEPT = ("log-batch-ingested", "streams-sealed", "ledger-opened", "protocol-version-registered")
"""Types whose content is compared with the entries around them."""


class KeyLife(NamedTuple):
    """A key as the entries tell: it counts after `enrolled` (a position) and until `revoked` (0: not revoked)."""

    public: bytes
    party: str
    use: str
    enrolled: int
    revoked: int

    def valid(self, position: int) -> bool:
        return self.enrolled < position and not (self.revoked and self.revoked < position)


class Keys(NamedTuple):
    """What signatures are checked under: the ledger's origin and operator, and each key's life by its id."""

    origin: str
    operator: str
    lives: Mapping[str, KeyLife]


class SingleEvent(NamedTuple):
    """An event with a signature of its own. `event` is kept only for the types in KEPT."""

    position: int
    id: str
    event: Event | None


class _Named(NamedTuple):
    """What the fields of a signed event say about its signer, whatever its type."""

    type: str
    author: str
    key: str


Claim = tuple[str, str, tuple[str, ...]]
"""Author, protocol, and on whose behalf: of a batch's opener, and so of its members."""


def claim_of(event: Any) -> Claim:
    return event.author, event.protocol, event.on_behalf_of if event.on_behalf_of is not ABSENT else ()


class EventCheck:
    """Checks events for one ledger. With `deep`, members of batches are re-parsed as well.

    `reported` are positions where an act of another is reported, `suspect` those signed with a key that may have been a
    thief's by then; `signers` the keys that signed, by their ids, with the first position of each.
    """

    def __init__(self, keys: Keys, rules: Rules, *, deep: bool = False) -> None:
        self.keys, self.rules, self.deep = keys, rules, deep
        self.reported: list[int] = []
        self.suspect: list[int] = []
        self.signers: dict[str, int] = {}
        self.member_ids: list[str] = []
        self.sealed = False
        self.unknown_types: set[str] = set()
        self._readers: dict[type[Event], MemberReader] = {}

    def single(self, entry: Entry, position: int, type_: str) -> tuple[SingleEvent | None, list[Fault]]:
        """The event of an entry with its own signature, and what is wrong with it."""
        try:
            event = decoded_again(entry.event, type_)
        except UnknownType:
            return self._unknown(entry, position, type_)
        except MalformedEvent as error:
            return None, [Fault("event.malformed", position, f"not an event: {error}")]
        self.sealed = self.sealed or b'"sealed":"' in entry.event
        faults = _route(event, entry.stream, position, type_)
        if isinstance(event, SignedEvent):
            false = self._signature(_Named(event.type, event.author, event.key), entry, position)
            faults += false or self._authority(event, entry, position)
        else:
            faults.append(Fault("signature.missing", position, "an event of this type is a member of a batch"))
        kept = event if event.type.partition("/")[0] in KEPT else None
        return SingleEvent(position, event.id, kept), faults

    def _unknown(self, entry: Entry, position: int, type_: str) -> tuple[SingleEvent | None, list[Fault]]:
        """A type that this version does not know: bytes, home and signature are checked all the same."""
        try:
            value = decode(entry.event)
        except NotCanonical as error:
            return None, [Fault("event.malformed", position, f"not an event: {error}")]
        named = [value.get(name) for name in ("type", "author", "key", "id")]
        if not all(isinstance(each, str) for each in named):
            return None, [Fault("event.malformed", position, "an event without type, author, key or id")]
        tag, author, key, identifier = named
        self.unknown_types.add(f"what {tag} says, from entry {position} on: this version does not know that type")
        faults = [] if type_ == tag else [Fault("entry.columns", position, _TYPE_COLUMN)]
        if entry.stream.partition("/")[0] != value.get("protocol", "ledger"):
            faults.append(Fault("entry.stream", position, f"an event of another protocol stands in {entry.stream}"))
        faults += self._signature(_Named(tag, author, key), entry, position)
        return SingleEvent(position, identifier, None), faults

    def home(self, type_: str, stream: str) -> str:
        """What is wrong with a batch's member of this type in this stream, by type and stream alone; else nothing."""
        cls = by_tag().get(type_)
        if cls is None:
            self.unknown_types.add(f"what {type_} says, in {stream}: this version does not know that type")
        if not stream.endswith("/usage") or (cls is not None and not issubclass(cls, MemberEvent)):
            return f"{type_} is no member of a batch in {stream}"
        return ""

    def members(self, events: Sequence[bytes], first: int, type_: str, stream: str) -> tuple[set[Claim], list[Fault]]:
        """Re-parse members that follow each other from entry `first` on: who they say states them, and their faults."""
        cls = by_tag().get(type_)
        if cls is None:
            return set(), []
        if issubclass(cls, MemberEvent):
            reader = self._readers.get(cls) or self._readers.setdefault(cls, MemberReader(cls))
            found = reader.read(events)
            if found is not None and {event.protocol for event in found} == {stream.partition("/")[0]}:
                self.member_ids += [event.id for event in found]
                return set(map(claim_of, found)), []
        return self._one_by_one(events, first, type_, stream)

    def _one_by_one(
        self, events: Sequence[bytes], first: int, type_: str, stream: str
    ) -> tuple[set[Claim], list[Fault]]:
        """`members` for those that are not all as they should be, or not as the quick way knows them."""
        claims: set[Claim] = set()
        faults: list[Fault] = []
        for position, raw in enumerate(events, first):
            try:
                event = decoded_again(raw, type_)
            except MalformedEvent as error:
                faults.append(Fault("event.malformed", position, f"not an event: {error}"))
                continue
            self.member_ids.append(event.id)
            if isinstance(event, MemberEvent):
                claims.add(claim_of(event))
            if stream_of(event) != stream:
                faults += _route(event, stream, position, type_)
        return claims, faults

    def _authority(self, event: SignedEvent, entry: Entry, position: int) -> list[Fault]:
        """Whether its author might state it; whose act it may be where the signature says less than it seems to."""
        reported, faults = self.rules.check(event, position)
        if reported:
            self.reported.append(position)
        if self.rules.keyring.keys[event.key].suspect_at(entry.recorded_at):
            self.suspect.append(position)
        return faults

    def _signature(self, event: _Named, entry: Entry, position: int) -> list[Fault]:
        key = self.keys.lives.get(event.key)
        if key is None:
            detail = f"signed by a key that was never enrolled: {event.key[:16]}"
            return [Fault("signature.unknown-key", position, detail)]
        try:
            verify(key.public, signature_bytes(entry.signature), signed_bytes(self.keys.origin, entry.event))
        except (BadSignature, MalformedEntry):
            return [Fault("signature.false", position, f"the signature is not {event.author}'s over these bytes")]
        except LedgerError as error:
            return [Fault("signature.bad-key", position, error.message)]
        self.signers.setdefault(event.key, position)
        return _key_use(event, key, position)


_TYPE_COLUMN = "the type column does not say what the bytes say"


def _route(event: Event, stream: str, position: int, type_: str) -> list[Fault]:
    faults = []
    if stream_of(event) != stream:
        detail = f"the stream of this {event.type} is {stream_of(event)}, and it stands in {stream}"
        faults.append(Fault("entry.stream", position, detail))
    if type_ != event.type:
        faults.append(Fault("entry.columns", position, _TYPE_COLUMN))
    return faults


def _key_use(event: _Named, key: KeyLife, position: int) -> list[Fault]:
    faults = []
    if key.party != event.author:
        faults.append(Fault("signature.other-party", position, f"{event.author} signed with {key.party}'s key"))
    opening = event.type.startswith("ledger-opened/") and position == 1
    if not (key.valid(position) or opening):
        when = f"enrolled by entry {key.enrolled}" + (f", revoked by entry {key.revoked}" if key.revoked else "")
        faults.append(Fault("signature.key-not-valid", position, f"signed with a key that does not count here: {when}"))
    imported = event.type.partition("/")[0] in OF_IMPORTS
    if key.use != "events" and not (key.use == "imports" and imported):
        faults.append(Fault("signature.key-use", position, f"a key for {key.use} signed an event"))
    return faults
