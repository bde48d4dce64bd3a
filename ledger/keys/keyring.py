"""Which key counts, where in the ledger: the fold over the events of `ledger/keys`.

- A key counts at a position if it was enrolled before it and not revoked before it. No clock decides.
- Entry 1 names the operator's first two keys; they count for entry 1 itself.
- A public key is enrolled once, for one party and one use, and shows that its private half is held.
- A party's key is enrolled under its own signature; by the operator only while that party has no valid key. Such a
  key is *vouched*, and so is what it enrols in its turn, until a reader's trust policy pins one of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from ledger.chain.ed25519 import BadPublicKey, BadSignature, check_public_key, key_id, verify
from ledger.clock import Moment
from ledger.errors import InputRejected
from ledger.events.base import Event, SignedEvent
from ledger.events.fields import ABSENT
from ledger.events.keys import KeyEnrolled, KeyRevoked, KeyUse, LedgerOpened


class UnknownKey(InputRejected):
    """A key that was not enrolled before this position."""

    code = "key.unknown"


class RevokedKey(InputRejected):
    """A key that was revoked before this position."""

    code = "key.revoked"


class KeyEventRefused(InputRejected):
    """An event about keys that does not follow from those before it. `code` says which rule."""

    code = "key.refused"


class UnusableKey(KeyEventRefused, BadPublicKey):
    """An event that enrols a key under which anyone could sign."""

    code = "key.bad-public-key"


class HoldsKey(Protocol):
    """Whoever can sign with one key of a party."""

    @property
    def party(self) -> str: ...
    @property
    def use(self) -> KeyUse: ...
    @property
    def public(self) -> bytes: ...
    @property
    def key_id(self) -> str: ...
    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class EnrolledKey:
    """A key that was made known. `enrolled_at` and `revoked_at` are positions; 0 is before entry 1.

    `signed_by` is the id of the key that enrolled it, and `by_operator` says that this was another party's: the
    operator's. `compromised_since` is when, by the revocation, others may have begun to use it.
    """

    key_id: str
    party: str
    use: KeyUse
    public: bytes
    enrolled_at: int
    signed_by: str
    by_operator: bool = False
    revoked_at: int | None = None
    compromised_since: datetime | None = None

    def valid_at(self, position: int) -> bool:
        """Enrolled before this position and not revoked before it."""
        return self.enrolled_at < position and (self.revoked_at is None or position <= self.revoked_at)

    def suspect_at(self, recorded_at: datetime) -> bool:
        """Whether an act recorded then may be a thief's, who can write any time but that of recording."""
        return self.compromised_since is not None and recorded_at >= self.compromised_since


@dataclass(frozen=True, slots=True)
class Keyring:
    """All keys up to some position; it answers for every position before. Empty until entry 1 is applied."""

    origin: str = ""
    operator: str = ""
    keys: Mapping[str, EnrolledKey] = field(default_factory=dict)

    def apply(self, position: int, event: Event) -> Keyring:
        """The keyring after this entry; itself for an event that is not about keys.

        The event's own signature is for the caller to check, and may be checked under the result: a key that an event
        enrols does not count for that event. Raises KeyEventRefused, UnknownKey, RevokedKey.
        """
        if isinstance(event, LedgerOpened):
            return self._opened(position, event)
        if isinstance(event, KeyEnrolled):
            return self._enrolled(position, event)
        if isinstance(event, KeyRevoked):
            return self._revoked(position, event)
        return self

    def valid(self, identifier: str, position: int) -> EnrolledKey:
        """The key with this id, if it counts at this position. Raises UnknownKey or RevokedKey."""
        key = self.keys.get(identifier)
        if key is None or key.enrolled_at >= position:
            raise UnknownKey(
                f"key {identifier[:16]} is not enrolled before position {position}", key=identifier,
                hint="the operator enrols a party's first key with: ledger key enrol",
            )  # fmt: skip
        if not key.valid_at(position):
            raise RevokedKey(
                f"key {identifier[:16]} of {key.party} was revoked by entry {key.revoked_at}", key=identifier,
                hint=f"sign with a key that {key.party} has now: ledger key list",
            )  # fmt: skip
        return key

    def valid_keys(self, party: str, use: KeyUse, position: int) -> tuple[EnrolledKey, ...]:
        """The keys of a party that count for this use at this position, the oldest first."""
        return tuple(
            key for key in self.keys.values() if key.party == party and key.use == use and key.valid_at(position)
        )

    def has_key(self, party: str, use: KeyUse, position: int) -> bool:
        return bool(self.valid_keys(party, use, position))

    def vouched(self, identifier: str, pinned: Collection[str] = ()) -> bool:
        """Whether it rests on the operator's word alone that this key is its party's.

        `pinned` holds ids of keys that the reader's trust policy names: those, and what they enrolled, are not.
        """
        key = self.keys[identifier]
        while not key.by_operator and key.key_id not in pinned:
            if key.signed_by == key.key_id or key.enrolled_at == 0:
                return False
            key = self.keys[key.signed_by]
        return key.key_id not in pinned

    def rests_on(self, identifier: str, pinned: Collection[str]) -> bool:
        """Whether the key is one of these, or was enrolled by its own party with one that is."""
        while identifier not in pinned:
            key = self.keys[identifier]
            if key.by_operator or key.signed_by == identifier:
                return False
            identifier = key.signed_by
        return True

    def _opened(self, position: int, event: LedgerOpened) -> Keyring:
        if position != 1 or self.keys:
            raise KeyEventRefused(
                "a ledger opens once, at entry 1", code="key.opened-twice", hint="for another ledger: ledger init"
            )
        signer = key_id(bytes.fromhex(event.operator_key))
        if event.key != signer or event.author != event.operator:
            raise KeyEventRefused("entry 1 is signed by the operator's key that it names", code="key.opening-signer")
        opened = Keyring(event.origin, event.operator)
        return opened._with_new(0, event.operator, "events", event.operator_key, signer)._with_new(
            0, event.operator, "log", event.log_key, signer
        )

    def _enrolled(self, position: int, event: KeyEnrolled) -> Keyring:
        signer = self._signer(position, event, event.party)
        by_operator = event.party != signer.party
        if by_operator and self.has_key(event.party, "events", position):
            raise KeyEventRefused(
                f"{event.party} has a valid key and enrols further ones with it", code="key.party-has-key",
                hint="if that key is lost, revoke it first: ledger key revoke",
            )  # fmt: skip
        if event.use == "log" and event.party != self.operator:
            raise KeyEventRefused(f"only {self.operator}, the operator, has a log key", code="key.log-of-operator")
        if event.replaces is not ABSENT:
            self._known_of(str(event.replaces), event.party, event.use)
        try:
            after = self._with_new(position, event.party, event.use, event.public_key, signer.key_id, by_operator)
        except BadPublicKey as error:
            raise UnusableKey(error.message, field="$.public_key", hint=error.hint) from error
        check_possession(self.origin, event)
        return after

    def _revoked(self, position: int, event: KeyRevoked) -> Keyring:
        self._signer(position, event, event.party)
        key = self._known_of(event.revoked, event.party)
        if key.revoked_at is not None:
            raise KeyEventRefused(f"entry {key.revoked_at} revoked that key already", code="key.revoked-twice")
        last = key.party == self.operator and len(self.valid_keys(key.party, key.use, position + 1)) == 1
        if last and key.use in ("events", "log"):
            raise KeyEventRefused(
                f"this is the operator's last {key.use} key: without one the ledger stands still",
                code="key.last-of-operator", hint="enrol the next one first: ledger key enrol",
            )  # fmt: skip
        since = event.compromised_since
        moment = Moment.parse(since).earliest if isinstance(since, str) else None
        return replace(
            self, keys={**self.keys, key.key_id: replace(key, revoked_at=position, compromised_since=moment)}
        )

    def _signer(self, position: int, event: SignedEvent, party: str) -> EnrolledKey:
        """The key that an event about `party`'s keys names: an events key of its author, who is it or the operator."""
        signer = self.valid(event.key, position)
        if signer.use != "events" or signer.party != event.author or signer.party not in (party, self.operator):
            raise KeyEventRefused(
                f"the keys of {party} are for {party} itself, or {self.operator} as operator", code="key.signer",
                hint="sign with an events key of one of them",
            )  # fmt: skip
        return signer

    def _known_of(self, identifier: str, party: str, use: KeyUse | None = None) -> EnrolledKey:
        key = self.keys.get(identifier)
        if key is None or key.party != party or use not in (None, key.use):
            raise KeyEventRefused(
                f"{party} has no {use or ''} key {identifier[:16]}".replace("  ", " "), code="key.not-of-party",
                hint="see: ledger key list",
            )  # fmt: skip
        return key

    def _with_new(
        self, position: int, party: str, use: KeyUse, public: str, signed_by: str, by_operator: bool = False
    ) -> Keyring:
        raw = bytes.fromhex(public)
        check_public_key(raw)
        identifier = key_id(raw)
        if known := self.keys.get(identifier):
            raise KeyEventRefused(
                f"this public key is enrolled already, for {known.party} and {known.use}",
                code="key.enrolled-twice", hint="make a new key for each party and each use: ledger key create",
            )  # fmt: skip
        key = EnrolledKey(identifier, party, use, raw, position, signed_by, by_operator)
        return replace(self, keys={**self.keys, identifier: key})


def possession_bytes(origin: str, party: str, use: str, public: str) -> bytes:
    """What a new key signs to show that its private half is held; `public` is in hex."""
    return "\n".join(["ledger/key/v1", origin, party, use, public]).encode()


def possession(holder: HoldsKey, origin: str) -> str:
    """The proof, 64 bytes in hex, that goes into `key-enrolled`."""
    return holder.sign(possession_bytes(origin, holder.party, holder.use, holder.public.hex())).hex()


def check_possession(origin: str, event: KeyEnrolled) -> None:
    """Raise KeyEventRefused unless the new key signed for this ledger, party and use."""
    message = possession_bytes(origin, event.party, event.use, event.public_key)
    try:
        verify(bytes.fromhex(event.public_key), bytes.fromhex(event.possession), message)
    except (BadSignature, BadPublicKey) as error:
        raise KeyEventRefused(
            f"the proof of possession does not hold: {error.message}", code="key.possession", field="$.possession",
            hint="the holder of the new key makes it, for this ledger's origin, party and use",
        ) from error  # fmt: skip
