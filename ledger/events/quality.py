"""Register `<protocol>/quality`: errors in exchanged data, and their correction.

`error` is one id for one matter, chosen by who finds it; every later event of the matter carries it.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from ledger.events.acts import Act, Told
from ledger.events.fields import ABSENT, Absent, Count, Hash, Id, MomentText, Name, Names, Party, Sealed

ErrorKind = Literal["wrong", "inaccurate", "incomplete", "missing", "outdated", "superfluous"]
"""The six kinds of the protocols: fout, onnauwkeurig, onvolledig, ontbrekend, verouderd, overtollig."""
Measure = Literal["destroy", "complete", "change"]
"""Vernietigen, aanvullen, aanpassen."""


class DataErrorFound(Act, frozen=True, kw_only=True, tag="data-error-found/1"):
    """A party found an error in exchanged data.

    `origin` first collected the data: where it is the finder, the data were communicated, else received. `found_at`
    is when they found it, `learned_from` how. The finding starts every clock of the matter.
    """

    register: ClassVar[str] = "quality"
    example: ClassVar = {
        "error": "E-2022-004", "origin": "VLAIO", "dataset": "contacts", "kind": "outdated",
        "found_at": "2022-03-01T09:30:00Z", "learned_from": "data-subject",
    }  # fmt: skip

    error: Id
    origin: Party
    kind: ErrorKind
    dataset: Name | Absent = ABSENT
    exchange: Id | Absent = ABSENT
    found_at: MomentText | Absent = ABSENT
    learned_from: Literal["own-work", "data-subject", "processor", "other"] | Absent = ABSENT
    records: Count | Absent = ABSENT
    description: Sealed | Absent = ABSENT


class DataErrorReported(Told, frozen=True, kw_only=True, tag="data-error-reported/1"):
    """A party told others of an error that was found in exchanged data.

    `found_by` found it, at `found_at`; `origin` first collected the data.
    """

    register: ClassVar[str] = "quality"
    example: ClassVar = {
        "error": "E-2022-004", "to": ["VLAIO"], "found_by": "TBT", "origin": "VLAIO", "dataset": "contacts",
        "found_at": "2022-03-01T09:30:00Z", "received_at": "2022-05-30T08:20:00Z",
    }  # fmt: skip

    error: Id
    found_by: Party
    origin: Party
    kind: ErrorKind | Absent = ABSENT
    dataset: Name | Absent = ABSENT
    found_at: MomentText | Absent = ABSENT
    description: Sealed | Absent = ABSENT


class DataErrorReportReceived(Act, frozen=True, kw_only=True, tag="data-error-report-received/1"):
    """A party had the report of an error in hands, at `received_at`. `reported_by` is who told it."""

    register: ClassVar[str] = "quality"
    example: ClassVar = {"error": "E-2022-004", "reported_by": "VLAIO", "received_at": "2022-05-30T08:20:00Z"}

    error: Id
    received_at: MomentText
    reported_by: Party | Absent = ABSENT


class CorrectionInvestigated(Act, frozen=True, kw_only=True, tag="correction-investigated/1"):
    """A party investigated a reported error; `outcome` says whether there is one. Its next one takes its place."""

    register: ClassVar[str] = "quality"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "error")
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"error": "E-2022-004", "outcome": "confirmed"}

    error: Id
    outcome: Literal["confirmed", "partly-confirmed", "rejected"]
    report: Hash | Absent = ABSENT
    grounds: Sealed | Absent = ABSENT


class CorrectionInstructed(Told, frozen=True, kw_only=True, tag="correction-instructed/1"):
    """A party told others which measure to take on an error.

    `found_by` found the error and `origin` first collected the data; `instructions` says what to put in its place.
    """

    register: ClassVar[str] = "quality"
    example: ClassVar = {
        "error": "E-2022-004", "to": ["VLAIO", "FIO"], "found_by": "VLAIO", "origin": "TBT", "dataset": "contacts",
        "measure": "change", "received_at": "2022-05-31",
    }  # fmt: skip

    error: Id
    found_by: Party
    origin: Party
    dataset: Name
    measure: Measure
    instructions: Sealed | Absent = ABSENT


class CorrectionApplied(Act, frozen=True, kw_only=True, tag="correction-applied/1"):
    """A party carried out the measure on an error, in the copies it names (`all`: in every copy it holds).

    `before` and `after` are keyed digests of the records. A measure that destroys records of a holding leaves the
    holding itself as it was: that takes `destruction-performed`.
    """

    register: ClassVar[str] = "quality"
    example: ClassVar = {"error": "E-2022-004", "copy": ["kris", "data-lake"], "measure": "change", "records": 3}

    error: Id
    copy: Names
    measure: Measure | Absent = ABSENT
    records: Count | Absent = ABSENT
    before: Hash | Absent = ABSENT
    after: Hash | Absent = ABSENT


class CorrectionOutcomeNotified(Told, frozen=True, kw_only=True, tag="correction-outcome-notified/1"):
    """A party told others what came of a reported error."""

    register: ClassVar[str] = "quality"
    example: ClassVar = {"error": "E-2022-004", "to": ["VLAIO"], "outcome": "corrected", "measure": "change"}

    error: Id
    outcome: Literal["corrected", "partly-corrected", "rejected"]
    measure: Measure | Absent = ABSENT
    explanation: Sealed | Absent = ABSENT
