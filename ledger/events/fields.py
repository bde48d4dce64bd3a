"""The kinds of field an event may have. A clear field is an id, a number, a moment, a digest or a word of a list.

The kind travels in msgspec's metadata, so that the clause language can type its selectors by the catalogue. Whatever
may be absent is `X | Absent = ABSENT`; there is no other default.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ledger.clock import Moment
from ledger.ids import HEX128_PATTERN, HEX256_PATTERN, NAME_PATTERN, PARTY_PATTERN, PROTOCOL_PATTERN

Absent = UnsetType
ABSENT = UNSET

_DATE = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{0,5}[1-9])?Z"

# Days that every year has: telling so takes a fifth of the time, and is the tight loop of `ledger verify --deep`.
_DAY = r"((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
_OF_EVERY_YEAR = re.compile(rf"(?!0000|0001|9999)[0-9]{{4}}-{_DAY}(T{_TIME})?", re.ASCII)
_OF_DAY = re.compile(rf"(T{_TIME})?", re.ASCII)

MomentText = Annotated[
    str,
    Meta(pattern=rf"^{_DATE}(T{_TIME})?$(?!\n)", extra={"kind": "moment"}, description="an instant in UTC, or a date"),
]
Party = Annotated[str, Meta(pattern=PARTY_PATTERN, extra={"kind": "party"}, description="a party's id")]
Protocol = Annotated[str, Meta(pattern=PROTOCOL_PATTERN, extra={"kind": "protocol"}, description="a protocol's id")]
Name = Annotated[
    str, Meta(pattern=NAME_PATTERN, extra={"kind": "name"}, description="a word of a closed or registered list")
]
Id = Annotated[str, Meta(pattern=NAME_PATTERN, extra={"kind": "id"}, description="an id that its author chose")]
EventRef = Annotated[str, Meta(pattern=HEX128_PATTERN, extra={"kind": "id"}, description="an event's id")]
PersonToken = Annotated[str, Meta(pattern=HEX128_PATTERN, extra={"kind": "token"}, description="a person, as a token")]
Hash = Annotated[str, Meta(pattern=HEX256_PATTERN, extra={"kind": "digest"}, description="SHA-256 in hex")]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1, extra={"kind": "number"})]
Flag = Annotated[bool, Meta(extra={"kind": "boolean"})]
Url = Annotated[
    str,
    Meta(
        pattern=r"^https?://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~%/-]*)?$(?!\n)", max_length=400, extra={"kind": "url"}
    ),
]

Address = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9 .,#()/-]{0,59}$(?!\n)",
        extra={"kind": "name"},
        description="a clause's address in the protocol file",
    ),
]
Addresses = Annotated[tuple[Address, ...], Meta(min_length=1)]
Names = Annotated[tuple[Name, ...], Meta(min_length=1)]
Parties = Annotated[tuple[Party, ...], Meta(min_length=1)]
EventRefs = Annotated[tuple[EventRef, ...], Meta(min_length=1)]
Tokens = Annotated[tuple[PersonToken, ...], Meta(min_length=1)]
Channel = Literal[
    "dpo", "email", "letter", "registered-letter", "ebox", "portal", "api", "file-transfer", "shared-application",
    "carrier", "bailiff", "meeting", "telephone", "other",
]  # fmt: skip
"""Which way something went; `dpo` is from data-protection officer to data-protection officer."""


class Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Free text, or anything said of a person: only its commitment is in the chain.

    `sealed` is HMAC-SHA-256 under 32 random bytes (the blind) over `ledger/sealed/v1` LF event id LF field LF the
    value as RFC 8785; `about` names the persons it speaks of, as tokens.
    """

    sealed: Hash
    about: Tokens | Absent = ABSENT


Strength = Literal["statement", "ticket", "log", "verified-log", "certificate", "receipt", "signed-document"]


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the author holds to show that the event is so.

    `strength` is what kind of proof it is, weakest first: a statement, a ticket, an application's log, a log that
    shows absence at a second look, a certificate; `signed-document` carries the word of who signed it. `digest` is of
    a public or blinded document; `entry` is another event's id.
    """

    strength: Strength
    digest: Hash | Absent = ABSENT
    entry: EventRef | Absent = ABSENT
    signed_by: Parties | Absent = ABSENT


Proofs = Annotated[tuple[Evidence, ...], Meta(min_length=1)]


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many entries follow as members, and the RFC 6962 root over their event bytes."""

    count: Annotated[int, Meta(ge=1, le=10_000)]
    root: Hash


def check_moment(text: str) -> None:
    """Raise ValueError for a moment that no calendar has (30 February), which the pattern lets through."""
    if not _OF_EVERY_YEAR.fullmatch(text):
        Moment.parse(text)


def is_usual_day(text: str) -> bool:
    """Whether this is a date of a day that every year has: behind it, whatever `is_time_of_day` makes a moment."""
    return len(text) == 10 and bool(_OF_EVERY_YEAR.fullmatch(text))


def is_time_of_day(text: str) -> bool:
    """Whether this may stand behind a date in a moment: a time in UTC, or nothing."""
    return bool(_OF_DAY.fullmatch(text))
