"""Register `<protocol>/evidence`: proof that was asked for and given, what reached whom, and what is disputed."""

from __future__ import annotations

from typing import ClassVar, Literal

from ledger.events.acts import Act, Told
from ledger.events.fields import (
    ABSENT,
    Absent,
    Addresses,
    EventRef,
    EventRefs,
    Hash,
    Id,
    MomentText,
    Name,
    Names,
    Parties,
    Sealed,
)


class EvidenceRequested(Told, frozen=True, kw_only=True, tag="evidence-requested/1"):
    """A party asked others for proof of their measures.

    `clauses` are the addresses that it is about; `as_of` the past moment that it asks for, where not the present.
    """

    register: ClassVar[str] = "evidence"
    example: ClassVar = {
        "request": "R-2022-01", "to": ["VLAIO"], "clauses": ["art. 5, item 2"], "received_at": "2022-05-30T08:15:02Z",
    }  # fmt: skip

    request: Id
    clauses: Addresses
    measures: Names | Absent = ABSENT
    as_of: MomentText | Absent = ABSENT
    question: Sealed | Absent = ABSENT


class EvidenceProvided(Told, frozen=True, kw_only=True, tag="evidence-provided/1"):
    """A party handed over proof that was asked of it. `manifest` is the digest of the bundle's manifest."""

    register: ClassVar[str] = "evidence"
    example: ClassVar = {"request": "R-2022-01", "to": ["VLAIO"], "manifest": "c3" * 32}

    request: Id
    clauses: Addresses | Absent = ABSENT
    manifest: Hash | Absent = ABSENT


class ReportDelivered(Told, frozen=True, kw_only=True, tag="report-delivered/1"):
    """A party gave others a report that the protocol asks for, a yearly one perhaps.

    `report` is which report, in the word of the protocol file; `period` the time that it is about.
    """

    register: ClassVar[str] = "evidence"
    example: ClassVar = {"report": "yearly-report", "to": ["VLAIO"], "period": "2022", "document": "e5" * 32}

    report: Name
    period: Name | Absent = ABSENT
    document: Hash | Absent = ABSENT


class ReceiptConfirmed(Act, frozen=True, kw_only=True, tag="receipt-confirmed/1"):
    """A party that was addressed confirmed when it had the message: the `received_at` of that event, for it alone."""

    register: ClassVar[str] = "evidence"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "received")
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"received": "d4" * 16, "received_at": "2022-05-30T08:15:00Z"}

    received: EventRef
    received_at: MomentText


class InformationJudgedUseful(Act, frozen=True, kw_only=True, tag="information-judged-useful/1"):
    """A party judged that others should have an information; `to` are those for whom."""

    register: ClassVar[str] = "evidence"
    example: ClassVar = {"information": "S-2022-7", "topic": "security", "to": ["VLAIO", "FIO"]}

    information: Id
    topic: Literal["security", "direct-marketing", "legislation", "other"]
    to: Parties | Absent = ABSENT
    incident: Id | Absent = ABSENT


class DisputeOpened(Act, frozen=True, kw_only=True, tag="dispute-opened/1"):
    """A party disputes what events state. While it is open, those facts are neither true nor false."""

    register: ClassVar[str] = "evidence"
    key_fields: ClassVar[tuple[str, ...]] = ("dispute",)
    ended_by: ClassVar[tuple[str, ...]] = ("dispute-closed",)
    example: ClassVar = {"dispute": "D-2022-1", "about": ["0c" * 16]}

    dispute: Id
    about: EventRefs
    grounds: Sealed | Absent = ABSENT


class DisputeClosed(Act, frozen=True, kw_only=True, tag="dispute-closed/1"):
    """A dispute came to its end. What was found wrong is corrected or retracted by its own author."""

    register: ClassVar[str] = "evidence"
    example: ClassVar = {"dispute": "D-2022-1", "outcome": "settled"}

    dispute: Id
    outcome: Literal["settled", "decided", "dropped"]
    document: Hash | Absent = ABSENT
