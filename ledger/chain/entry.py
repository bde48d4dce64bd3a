"""An entry: one event's bytes in the envelope that the ledger puts around them.

- The event is encoded once, by its author, and spliced in unread; its end is the last `,"position":`.
- The entry's hash is the RFC 6962 leaf hash of the whole line; `prev` is that of the entry before.
- One spelling: eight fields, sorted, no white space. A line that `Entry.parse` accepts gives itself back by `bytes()`.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from typing import NamedTuple, Self

from ledger.chain.hashing import NO_LEAF, Digest, leaf_hash
from ledger.clock import parse_recorded
from ledger.errors import VerificationFailed

FORMAT = 1
LARGEST_EVENT = 64_000
LARGEST_ENTRY = 65_535
"""C2SP entry bundles count an entry's bytes in 16 bits."""
MOST = 2**53 - 1
"""The largest integer that every reader of JSON keeps."""

START = b'{"event":'
END = b',"position":'

_STREAM = rb"[a-z0-9][a-z0-9-]{0,63}/[a-z][a-z-]{0,31}"
# The last letter of 64 bytes in base64 holds four bits that are zero: others would be a second spelling.
_SIGNATURE = rb"ed25519:[A-Za-z0-9+/]{85}[AQgw]==|batch:[1-9][0-9]{0,15}"
_TAIL = re.compile(
    rb'"position":(0|[1-9][0-9]{0,15}),"prev":"([0-9a-f]{64})","recorded_at":"([0-9T:.Z-]{27})",'
    rb'"signature":"(%s)","stream":"(%s)","v":1,"version":(0|[1-9][0-9]{0,15})\}' % (_SIGNATURE, _STREAM)
)


class MalformedEntry(VerificationFailed):
    """Stored bytes that are not an entry in its one spelling."""

    code = "entry.malformed"


class Entry(NamedTuple):
    """One line of the ledger. `event` holds the author's bytes, whole and unread."""

    event: bytes
    position: int
    prev: Digest
    recorded_at: datetime
    signature: str
    stream: str
    version: int
    raw: bytes

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read an entry's envelope strictly; the event inside is not looked at. Raises MalformedEntry."""
        event, tail = split(raw)
        found = _TAIL.fullmatch(tail)
        if not found or len(raw) > LARGEST_ENTRY or len(event) > LARGEST_EVENT:
            raise MalformedEntry("its envelope is not in its one spelling, or it is too long")
        position, prev, recorded, signature, stream, version = found.groups()
        if not (0 < int(position) <= MOST and 0 < int(version) <= MOST):
            raise MalformedEntry("position and version of an envelope go from 1 to 2^53 - 1")
        try:
            recorded_at = parse_recorded(recorded.decode("ascii"))
        except ValueError as error:
            raise MalformedEntry(f"recorded_at of the envelope: {error}") from error
        return cls(event, int(position), Digest(bytes.fromhex(prev.decode("ascii"))), recorded_at,
                   signature.decode("ascii"), stream.decode("ascii"), int(version), raw)  # fmt: skip

    def __bytes__(self) -> bytes:
        return self.raw

    @property
    def leaf(self) -> Digest:
        return leaf_hash(self.raw)


def spliced(
    event: bytes, position: int, prev: bytes, recorded_at: str, signature: str, stream: str, version: int
) -> bytes:
    """The entry's bytes. The caller vouches for each text's spelling: this runs under the writer's lock."""
    return spliced_around(event, position, prev, envelope_middle(recorded_at, signature, stream), version)


def envelope_middle(recorded_at: str, signature: str, stream: str) -> bytes:
    """What lies between an entry's `prev` and its version: the same for all members of a batch."""
    return b'","recorded_at":"%s","signature":"%s","stream":"%s","v":1,"version":' % (
        recorded_at.encode(), signature.encode(), stream.encode(),
    )  # fmt: skip


def spliced_around(event: bytes, position: int, prev: bytes, middle: bytes, version: int) -> bytes:
    """`spliced`, with what many entries have in common made once."""
    return b'{"event":%s,"position":%d,"prev":"%s%s%d}' % (event, position, prev.hex().encode(), middle, version)


def split(raw: bytes) -> tuple[bytes, bytes]:
    """The event's bytes, and the envelope after them without its comma. Raises MalformedEntry."""
    end = raw.rfind(END)
    if not raw.startswith(START) or end < len(START):
        raise MalformedEntry("there is no event with an envelope behind it")
    return raw[len(START) : end], raw[end + 1 :]


def envelope(raw: bytes) -> tuple[int, Digest, str]:
    """Position, `prev` and `recorded_at` as an envelope states them, for who builds on it. Raises MalformedEntry.

    Looser than `Entry.parse`: neither stream, version nor signature need be those of a ledger.
    """
    found = _TAIL.fullmatch(split(raw)[1])
    if not found:
        raise MalformedEntry("its envelope is not in its one spelling")
    return int(found[1]), Digest(bytes.fromhex(found[2].decode("ascii"))), found[3].decode("ascii")


def event_of(raw: bytes) -> bytes:
    """The event's bytes in an entry that is known to be one."""
    return raw[len(START) : raw.rindex(END)]


def spell_signature(signature: bytes) -> str:
    return "ed25519:" + base64.b64encode(signature).decode("ascii")


def signature_bytes(text: str) -> bytes:
    """The 64 bytes of an `ed25519:` signature. Raises MalformedEntry unless it is in its one spelling."""
    try:
        signature = base64.b64decode(text.removeprefix("ed25519:"), validate=True)
    except binascii.Error as error:
        raise MalformedEntry("signature is not base64", field="signature") from error
    if len(signature) != 64 or spell_signature(signature) != text:
        raise MalformedEntry("signature is not in its one spelling", field="signature")
    return signature


def signed_bytes(origin: str, event: bytes) -> bytes:
    """What an author signs: the event, bound to one ledger by its origin."""
    return b"ledger/event/v1\n" + origin.encode() + b"\n" + event


__all__ = ["NO_LEAF", "Entry", "MalformedEntry", "envelope", "event_of", "signed_bytes", "spliced", "split"]
