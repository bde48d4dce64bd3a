"""Signed events, and how they travel: one JSON line each.

    {"event":{...},"openings":{"reason":{"blind":"<hex>","value":"Brief, 30 mei"}},"signature":"ed25519:..."}

- The event's bytes are encoded once. A line is read strictly, so that they are again exactly those that were signed.
- A blind is random and never derived: what can be computed again cannot be erased.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Self

import msgspec

from ledger.canonical import NotCanonical, decode, encode
from ledger.chain.ed25519 import BadSignature, verify
from ledger.chain.entry import MalformedEntry, signature_bytes, signed_bytes, spell_signature
from ledger.clock import Clock, spell
from ledger.errors import InputRejected
from ledger.events.base import Event, SignedEvent
from ledger.events.codec import decoded, encoded
from ledger.keys.draft import BadDraft, Draft
from ledger.keys.keyring import EnrolledKey, HoldsKey, Keyring
from ledger.subjects.sealed import BLIND_BYTES, Opening, fitting, opened

Random = Callable[[int], bytes]
"""So many random bytes. The demo has its own source; everything else takes the system's."""

LARGEST_LINE = 1_048_576
"""Bytes of a signed line with its openings."""


class BadLine(InputRejected):
    """A line that is not a signed event with its openings."""

    code = "signed.malformed"


class NotItsSignature(InputRejected):
    """A signature that does not hold for the event it came with, in this ledger."""

    code = "signed.bad-signature"


class SignedLine(NamedTuple):
    """One signed event as it travels: its bytes, `ed25519:` and base64, and what its sealed parts say."""

    event_bytes: bytes
    signature: str
    openings: tuple[Opening, ...]
    event: SignedEvent

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read one line, without its line end. Every sealed part is opened.

        Raises BadLine, MalformedEvent, SealBroken with the field's path. The signature is not checked yet.
        """
        if len(raw) > LARGEST_LINE:
            raise BadLine(f"{len(raw):,} bytes, and a signed event has at most {LARGEST_LINE:,}", hint=_AGAIN)
        try:
            value = decode(raw)
        except NotCanonical as error:
            raise BadLine(error.message, hint=_AGAIN).at(**error.where) from error
        if not isinstance(value, dict) or not {"event", "signature"} <= value.keys() <= _LINE_FIELDS:
            raise BadLine("a signed event has event, openings (where it has sealed parts) and signature", hint=_AGAIN)
        # The line is in its one spelling, so what the event's value encodes to is the slice of it that was signed.
        event_bytes = encode(value["event"])
        event = decoded(event_bytes)
        if not isinstance(event, SignedEvent):
            raise BadLine(f"{event.type} is only ever a member of a batch", field="$.event.type", hint=_AGAIN)
        openings = _openings(value.get("openings"))
        opened(event, openings)
        return cls(event_bytes, _signature(value["signature"]), openings, event)

    def dump(self) -> bytes:
        """The line, without its line end; `parse` gives this back."""
        openings = {each.field: {"blind": each.blind.hex(), "value": each.value} for each in self.openings}
        middle = b',"openings":' + encode(openings) if openings else b""
        return b'{"event":%s%s,"signature":"%s"}' % (self.event_bytes, middle, self.signature.encode())


def sign(
    draft: Draft, holder: HoldsKey, origin: str, clock: Clock,
    *, id_key: bytes | None = None, random: Random = secrets.token_bytes,
) -> SignedLine:  # fmt: skip
    """Make the draft a statement of the key's party, bound to the ledger of this origin.

    Without an id of its own it gets one derived under `id_key` (so the same draft again has the same), else a random
    one. Raises BadDraft if it names another author, MalformedEvent as `Draft.parse` does.
    """
    if draft.clear.get("author", holder.party) != holder.party:
        raise BadDraft(
            f"the author is {draft.clear['author']}, and the key is that of {holder.party}", field="$.author",
            hint=f"sign with a key of {draft.clear['author']}, or leave the author out",
        )  # fmt: skip
    derived = draft.id_under(id_key, holder.party) if id_key is not None else random(16).hex()
    event_id = str(draft.clear.get("id", derived))
    openings = tuple(
        Opening(name, text.value, random(BLIND_BYTES)) for name, text in sorted(draft.texts.items())
    )  # fmt: skip
    commitments = {each.field: each.commitment(event_id) for each in openings}
    event = draft.event(holder.party, holder.key_id, event_id, spell(clock()), commitments)
    return sign_event(event, holder, origin, openings)


def sign_event(event: SignedEvent, holder: HoldsKey, origin: str, openings: Iterable[Opening] = ()) -> SignedLine:
    """Sign an event that is complete. Raises SealBroken if the openings do not fit it, BadDraft for another's key."""
    if (event.author, event.key) != (holder.party, holder.key_id):
        raise BadDraft(f"the event is not stated under this key of {holder.party}", field="$.key")
    given = tuple(openings)
    opened(event, given)
    raw = encoded(event)
    return SignedLine(raw, spell_signature(holder.sign(signed_bytes(origin, raw))), given, event)


def verify_signature(line: SignedLine, keyring: Keyring, origin: str, position: int) -> EnrolledKey:
    """The key that signed, which counts at this position. Raises UnknownKey, RevokedKey, NotItsSignature.

    For entry 1 the keyring is the one that its event makes.
    """
    key = keyring.valid(line.event.key, position)
    try:
        verify(key.public, signature_bytes(line.signature), signed_bytes(origin, line.event_bytes))
    except BadSignature as error:
        raise NotItsSignature(
            f"{error.message}: changed after signing, or signed for another ledger than {origin}",
            field="$.signature", hint=f"sign it again: ledger sign --origin {origin}",
        ) from error  # fmt: skip
    return key


def meaning(event: Event, openings: Iterable[Opening]) -> bytes:
    """What an event says, however often it is signed: equal for the same draft signed twice.

    Sealed parts count by what they say; left out are key, `stated_at`, and `happened_at` where it is only the moment
    of signing. Openings that do not fit are passed over; raises SealBroken where a sealed part is left without one.
    """
    value = msgspec.to_builtins(event)
    stated_at = value.pop("stated_at", None)
    value.pop("key", None)
    if value["happened_at"] == stated_at:
        del value["happened_at"]
    for name, opening in opened(event, fitting(event, openings).values()).items():
        value[name] = {**value.get(name, {}), "sealed": opening.value}
    return encode(value)


def _openings(value: Any) -> tuple[Opening, ...]:
    if value is None:
        return ()
    if not isinstance(value, dict) or not value:
        raise BadLine("openings is an object with a blind and a value for each sealed part", field="$.openings")
    return tuple(_opening(name, item) for name, item in value.items())


def _opening(field: str, value: Any) -> Opening:
    if isinstance(value, dict) and value.keys() == {"blind", "value"} and isinstance(value["blind"], str):
        blind = value["blind"]
        if len(blind) == 2 * BLIND_BYTES and not blind.strip("0123456789abcdef"):
            return Opening(field, value["value"], bytes.fromhex(blind))
    raise BadLine("an opening has a value, and a blind of 64 hex digits", field=f"$.openings.{field}", hint=_AGAIN)


def _signature(value: Any) -> str:
    try:
        signature_bytes(value if isinstance(value, str) else "")
    except MalformedEntry as error:
        raise BadLine(error.message, field="$.signature", hint=_AGAIN) from error
    return str(value)


_LINE_FIELDS = {"event", "openings", "signature"}
_AGAIN = "take the line as `ledger sign` wrote it, or sign the draft again"

__all__ = [
    "BadDraft", "BadLine", "Draft", "NotItsSignature", "Random", "SignedLine", "meaning", "sign", "sign_event",
    "verify_signature",
]  # fmt: skip
