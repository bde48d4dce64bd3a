"""Register `<protocol>/exchange`: data that went from party to party, why, and further on.

`exchange` is one id for one delivery, or one standing exchange; what it brings to a holder is found again by it.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import field

from ledger.events.acts import Act, Told, acting, check_order
from ledger.events.base import ProtocolEvent, Stater
from ledger.events.fields import (
    ABSENT,
    Absent,
    Channel,
    Count,
    Flag,
    Hash,
    Id,
    MomentText,
    Name,
    Names,
    Parties,
    Party,
    Sealed,
)

Basis = Literal["A6-1-a", "A6-1-b", "A6-1-c", "A6-1-d", "A6-1-e", "A6-1-f"]
"""The grounds of AVG 6(1), spelled as in the W3C vocabulary (`eu-gdpr:A6-1-c`)."""


class DataCategoryRegistered(ProtocolEvent, frozen=True, kw_only=True, tag="data-category-registered/1"):
    """A category of data, and the dataset that it is part of, became a word of this protocol."""

    register: ClassVar[str] = "exchange"
    stated_by: ClassVar[Stater] = "anyone"
    key_fields: ClassVar[tuple[str, ...]] = ("category",)
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"category": "bank-account", "dataset": "contacts", "personal": "depends"}

    category: Name
    dataset: Name | Absent = ABSENT
    personal: Literal["always", "depends", "never"] | Absent = ABSENT


class StandingExchangeOpened(Act, frozen=True, kw_only=True, tag="standing-exchange-opened/1"):
    """A party gave others lasting access to data. It gives no holding: a copy is one only once it is registered."""

    register: ClassVar[str] = "exchange"
    key_fields: ClassVar[tuple[str, ...]] = ("exchange",)
    ended_by: ClassVar[tuple[str, ...]] = ("standing-exchange-closed",)
    example: ClassVar = {
        "exchange": "X-1", "from": "TBT", "to": ["VLAIO"], "datasets": ["contacts"], "application": "KRIS",
    }  # fmt: skip

    exchange: Id
    from_: Party = field(name="from")
    to: Parties
    datasets: Names
    application: Name | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        check_ends(self.from_, self.to)


class StandingExchangeClosed(Act, frozen=True, kw_only=True, tag="standing-exchange-closed/1"):
    """A lasting access to data came to its end."""

    register: ClassVar[str] = "exchange"
    example: ClassVar = {"exchange": "X-1"}

    exchange: Id


class DataCommunicated(Act, frozen=True, kw_only=True, tag="data-communicated/1"):
    """A party sent data to others.

    `origins` first collected the data, `via` passed them on. `categories` are what the file holds,
    `subject_categories` of whom, `extracted_at` its cut-off, `payload` its keyed digest. `key_channel` is how the
    password went. It gives no holding: what arrives is told by `data-received`. A repair of a failed sending is
    `data-retransmitted`.
    """

    register: ClassVar[str] = "exchange"
    example: ClassVar = {
        "exchange": "X-2", "party": "TBT", "from": "TBT", "to": ["VLAIO"], "origins": ["TBT"], "datasets": ["contacts"],
        "channel": "email", "encrypted": True, "key_channel": "telephone", "rows": 1204, "payload": "4a" * 32,
    }  # fmt: skip

    exchange: Id
    from_: Party = field(name="from")
    to: Parties
    origins: Parties
    datasets: Names
    via: Parties | Absent = ABSENT
    categories: Names | Absent = ABSENT
    subject_categories: Names | Absent = ABSENT
    purpose: Name | Absent = ABSENT
    basis: Basis | Absent = ABSENT
    channel: Channel | Absent = ABSENT
    encrypted: Flag | Absent = ABSENT
    key_channel: Channel | Absent = ABSENT
    rows: Count | Absent = ABSENT
    payload: Hash | Absent = ABSENT
    extracted_at: MomentText | Absent = ABSENT
    received_at: MomentText | Absent = ABSENT
    obtained_under: Name | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        check_ends(self.from_, self.to)
        check_order(self.happened_at, self.received_at, "received before it was sent")
        if self.from_ not in acting(self):
            raise ValueError(f"what {self.from_} communicates is the act of {self.from_}: name it as party")


class DataReceived(Act, frozen=True, kw_only=True, tag="data-received/1"):
    """Data reached a party, at `received_at`; `key_received_at` is when the password did, `opened_at` the first look.

    Gives a holding, from `received_at` on, for each dataset, origin and `copy` that it names. Where it names no copy
    it gives none: until the receiver registers or declares its holdings, what it holds is unknown. `origins` first
    collected the data, whoever sent them.
    """

    register: ClassVar[str] = "exchange"
    example: ClassVar = {
        "exchange": "X-2", "party": "TBT", "from": "VLAIO", "to": "TBT", "origins": ["VLAIO"], "datasets": ["contacts"],
        "copy": ["mailbox"], "received_at": "2022-05-30T08:15:00Z", "rows": 1204,
    }  # fmt: skip

    exchange: Id
    from_: Party = field(name="from")
    to: Party
    origins: Parties
    datasets: Names
    copy: Names | Absent = ABSENT
    received_at: MomentText | Absent = ABSENT
    key_received_at: MomentText | Absent = ABSENT
    opened_at: MomentText | Absent = ABSENT
    rows: Count | Absent = ABSENT
    payload: Hash | Absent = ABSENT
    obtained_under: Name | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        check_ends(self.from_, (self.to,))
        if self.to not in acting(self):
            raise ValueError(f"what {self.to} receives is the act of {self.to}: name it as party")
        if not isinstance(self.copy, Absent) and "all" in self.copy:
            raise ValueError("a delivery arrives in named copies, so none is called all")


class DataRetransmitted(Act, frozen=True, kw_only=True, tag="data-retransmitted/1"):
    """A party sent a delivery again because it had not arrived well. Same `exchange`: it is no second delivery."""

    register: ClassVar[str] = "exchange"
    example: ClassVar = {"exchange": "X-2", "to": ["VLAIO"], "channel": "email", "encrypted": True}

    exchange: Id
    to: Parties
    channel: Channel | Absent = ABSENT
    encrypted: Flag | Absent = ABSENT
    payload: Hash | Absent = ABSENT


class OnwardDisclosureNotified(Told, frozen=True, kw_only=True, tag="onward-disclosure-notified/1"):
    """A party told others that it means to pass received data on. `disclosure` is one id for one matter."""

    register: ClassVar[str] = "exchange"
    example: ClassVar = {"disclosure": "O-2022-1", "to": ["VLAIO"], "recipient": "KULeuven"}

    disclosure: Id
    recipient: Name
    datasets: Names | Absent = ABSENT
    grounds: Sealed | Absent = ABSENT


class OnwardDisclosureMade(Act, frozen=True, kw_only=True, tag="onward-disclosure-made/1"):
    """A party passed received data on to someone who is no party. `origins` first collected them.

    `protocol_required` says that the law asks for a protocol on it.
    """

    register: ClassVar[str] = "exchange"
    example: ClassVar = {
        "disclosure": "O-2022-1", "recipient": "Net-IT", "recipient_kind": "processor", "origins": ["VLAIO"],
        "datasets": ["contacts"],
    }  # fmt: skip

    disclosure: Id
    recipient: Name
    recipient_kind: Literal["processor", "third-party", "data-subject", "authority"]
    origins: Parties
    datasets: Names
    started_at: MomentText | Absent = ABSENT
    purpose: Name | Absent = ABSENT
    basis: Basis | Absent = ABSENT
    protocol_required: Flag | Absent = ABSENT


class OnwardConsentGiven(Told, frozen=True, kw_only=True, tag="onward-consent-given/1"):
    """A party allowed others to pass its data on to a recipient."""

    register: ClassVar[str] = "exchange"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "disclosure", "recipient")
    ended_by: ClassVar[tuple[str, ...]] = ("onward-consent-withdrawn",)
    example: ClassVar = {"disclosure": "O-2022-1", "to": ["VLAIO"], "recipient": "KULeuven"}

    disclosure: Id
    recipient: Name
    datasets: Names | Absent = ABSENT


class OnwardConsentWithdrawn(Told, frozen=True, kw_only=True, tag="onward-consent-withdrawn/1"):
    """A party no longer allows others to pass its data on to a recipient."""

    register: ClassVar[str] = "exchange"
    example: ClassVar = {"disclosure": "O-2022-1", "to": ["VLAIO"], "recipient": "KULeuven"}

    disclosure: Id
    recipient: Name


class ProcessingPurposeRecorded(Act, frozen=True, kw_only=True, tag="processing-purpose-recorded/1"):
    """A party recorded for what, and on which ground of AVG 6(1), it processes data.

    `reference` names the law that gives the task. `original_purpose` is what the data were first collected for, and
    `assessment` the blinded digest of why the two go together. The next one of the same purpose takes its place.
    """

    register: ClassVar[str] = "exchange"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "purpose")
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"purpose": "frontoffice", "basis": "A6-1-e", "reference": "decreet-2009-04-30:14/1"}

    purpose: Name
    basis: Basis
    reference: Name | Absent = ABSENT
    original_purpose: Name | Absent = ABSENT
    datasets: Names | Absent = ABSENT
    assessment: Hash | Absent = ABSENT


class PurposeDeviationDetected(Act, frozen=True, kw_only=True, tag="purpose-deviation-detected/1"):
    """A party found that received data were used for something else than the protocol allows."""

    register: ClassVar[str] = "exchange"
    example: ClassVar = {"deviation": "P-2022-1", "committed_by": "VLAIO", "purpose": "marketing"}

    deviation: Id
    committed_by: Party
    purpose: Name
    origins: Parties | Absent = ABSENT
    found_at: MomentText | Absent = ABSENT
    facts: Sealed | Absent = ABSENT


class SpecialCategoryDetected(Act, frozen=True, kw_only=True, tag="special-category-detected/1"):
    """A party found data of AVG 9 or 10 in a delivery."""

    register: ClassVar[str] = "exchange"
    example: ClassVar = {"exchange": "X-2", "kind": "art-9", "found_at": "2022-05-30"}

    exchange: Id
    kind: Literal["art-9", "art-10"]
    found_at: MomentText | Absent = ABSENT
    datasets: Names | Absent = ABSENT
    records: Count | Absent = ABSENT


def check_ends(sender: str, receivers: tuple[str, ...]) -> None:
    """Raise ValueError for data that a party sends to itself."""
    if sender in receivers:
        raise ValueError(f"data do not go from a party to itself: {sender}")
