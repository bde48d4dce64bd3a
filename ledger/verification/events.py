"""What an event's bytes must be, whatever their place: of a known type, in the right stream, signed by a valid key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ledger.chain.ed25519 import BadSignature, verify
from ledger.chain.entry import Entry, MalformedEntry, signature_bytes, signed_bytes
from ledger.errors import LedgerError
from ledger.events.base import Event, MemberEvent, SignedEvent, stream_of
from ledger.events.codec import MalformedEvent, UnknownType, decoded
from ledger.verification.report import Fault

KEPT = ("log-batch-ingested", "streams-sealed", "ledger-opened", "protocol-version-registered")
"""Types whose content is compared with the entries around them."""


class KeyLife(NamedTuple):
    """A key as the entries tell: it counts after `enrolled` (a position) and until `revoked` (0: not revoked).

    `vouched`: the operator enrolled it for the party, not the party itself with an earlier key.
    """

    public: bytes
    party: str
    use: str
    enrolled: int
    revoked: int
    vouched: bool

    def valid(self, position: int) -> bool:
        return self.enrolled < position and not (self.revoked and self.revoked < position)


class SingleEvent(NamedTuple):
    """An event with a signature of its own. `event` is kept only for the types in KEPT."""

    position: int
    id: str
    event: Event | None


class EventCheck:
    """Checks events for one ledger. `keys` maps a key id to its life; with `deep`, members are re-parsed as well."""

    def __init__(self, origin: str, keys: Mapping[str, KeyLife], *, deep: bool = False) -> None:
        self.origin, self.keys, self.deep = origin, keys, deep
        self.member_ids: list[str] = []
        self.unknown_types: set[str] = set()

    def single(self, entry: Entry, position: int, type_: str) -> tuple[SingleEvent | None, list[Fault]]:
        """The event of an entry with its own signature, and what is wrong with it."""
        try:
            event = decoded(entry.event)
        except UnknownType as error:
            # Bytes and link are still checked by the caller; what the type means is not known here.
            self.unknown_types.add(f"{type_} (entry {position}): {error.message}")
            return None, []
        except MalformedEvent as error:
            return None, [Fault("event.malformed", position, str(error))]
        faults = self._route(event, entry.stream, position, type_)
        if isinstance(event, SignedEvent):
            faults += self._signature(event, entry, position)
        else:
            faults.append(Fault("signature.missing", position, "an event of this type is a member of a batch"))
        kept = event if event.type.partition("/")[0] in KEPT else None
        return SingleEvent(position, event.id, kept), faults

    def member(self, event: bytes, position: int, type_: str, stream: str) -> Fault | None:
        """A batch member. Its bytes are covered by the batch's root; `deep` parses them as well."""
        if not event.endswith(b'"type":"%s"}' % type_.encode()):
            return Fault("entry.columns", position, "the type column does not say what the bytes say")
        return self._deep_member(event, position, stream) if self.deep else None

    def _deep_member(self, raw: bytes, position: int, stream: str) -> Fault | None:
        try:
            event = decoded(raw)
        except UnknownType as error:
            self.unknown_types.add(error.message)
            return None
        except MalformedEvent as error:
            return Fault("event.malformed", position, str(error))
        self.member_ids.append(event.id)
        if not isinstance(event, MemberEvent) or stream_of(event) != stream:
            return Fault("entry.stream", position, f"its stream is {stream_of(event)}, and it stands in {stream}")
        return None

    def _route(self, event: Event, stream: str, position: int, type_: str) -> list[Fault]:
        faults = []
        if stream_of(event) != stream:
            detail = f"the stream of this {event.type} is {stream_of(event)}, and it stands in {stream}"
            faults.append(Fault("entry.stream", position, detail))
        if type_ != event.type:
            faults.append(Fault("entry.columns", position, "the type column does not say what the bytes say"))
        return faults

    def _signature(self, event: SignedEvent, entry: Entry, position: int) -> list[Fault]:
        key = self.keys.get(event.key)
        if key is None:
            return [Fault("signature.unknown-key", position, f"signed by a key that was never enrolled: {event.key}")]
        try:
            verify(key.public, signature_bytes(entry.signature), signed_bytes(self.origin, entry.event))
        except (BadSignature, MalformedEntry):
            return [Fault("signature.false", position, f"the signature is not {event.author}'s over these bytes")]
        except LedgerError as error:
            return [Fault("signature.bad-key", position, error.message)]
        return self._key_use(event, key, position)

    def _key_use(self, event: SignedEvent, key: KeyLife, position: int) -> list[Fault]:
        faults = []
        if key.party != event.author:
            faults.append(Fault("signature.other-party", position, f"{event.author} signed with {key.party}'s key"))
        opening = event.type.startswith("ledger-opened/") and position == 1
        if not (key.valid(position) or opening):
            faults.append(Fault("signature.key-not-valid", position, "signed with a key before or after its life"))
        batch = event.type.startswith("log-batch-ingested/")
        if key.use != "events" and not (key.use == "imports" and batch):
            faults.append(Fault("signature.key-use", position, f"a key for {key.use} signed an event"))
        return faults
