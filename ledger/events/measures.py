"""Register `<protocol>/measures`: which protective measures hold, by whose word."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import field

from ledger.events.acts import Act, Lasting
from ledger.events.fields import ABSENT, Absent, Hash, Id, MomentText, Name, Names, Parties, PersonToken


class MeasureAttested(Lasting, frozen=True, kw_only=True, tag="measure-attested/1"):
    """A party attested that a measure is in place, for an application where it names one.

    The next attestation of the same measure and application takes its place; `measure-lapsed` ends it.
    """

    register: ClassVar[str] = "measures"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "measure", "application")
    ended_by: ClassVar[tuple[str, ...]] = ("measure-lapsed",)
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"measure": "two-factor", "application": "KRIS", "valid_until": "2023-12-31"}

    measure: Name
    application: Name | Absent = ABSENT
    location: Name | Absent = ABSENT
    document: Hash | Absent = ABSENT


class MeasureLapsed(Act, frozen=True, kw_only=True, tag="measure-lapsed/1"):
    """A measure that was attested is no longer in place."""

    register: ClassVar[str] = "measures"
    example: ClassVar = {"measure": "two-factor", "application": "KRIS"}

    measure: Name
    application: Name | Absent = ABSENT


class PolicyReviewed(Act, frozen=True, kw_only=True, tag="policy-reviewed/1"):
    """A party reviewed one of its security documents (`policy`, `plan`), for itself and whom `for` names.

    `for` names every party that the document counts for, the reviewer too where it is one; `version` is what came of
    the review, `next_at` when the next is planned.
    """

    register: ClassVar[str] = "measures"
    example: ClassVar = {"document": "policy", "for": ["VLAIO", "FIO"], "version": "2022.1", "digest": "e5" * 32}

    document: Name
    for_: Parties = field(name="for")
    version: Name | Absent = ABSENT
    digest: Hash | Absent = ABSENT
    next_at: MomentText | Absent = ABSENT


class ConfidentialityLevelDeclared(Act, frozen=True, kw_only=True, tag="confidentiality-level-declared/1"):
    """The party that first collected a dataset said how confidentially it treats it. The next level takes its place."""

    register: ClassVar[str] = "measures"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "dataset")
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"dataset": "contacts", "level": "confidential"}

    dataset: Name
    level: Literal["public", "internal", "confidential", "strictly-confidential"]


class ConfidentialityUndertakingSigned(Lasting, frozen=True, kw_only=True, tag="confidentiality-undertaking-signed/1"):
    """A member of a party's staff signed to keep received data confidential."""

    register: ClassVar[str] = "measures"
    example: ClassVar = {"subject": "f6" * 16, "datasets": ["contacts"]}

    subject: PersonToken
    datasets: Names | Absent = ABSENT
    document: Hash | Absent = ABSENT


class PseudonymisationApplied(Act, frozen=True, kw_only=True, tag="pseudonymisation-applied/1"):
    """A party replaced personal data by random codes. The table that leads back is in the hands of `key_custodian`.

    That table is a copy of the data: it is registered as a holding of its own, under the name in `key_copy`.
    """

    register: ClassVar[str] = "measures"
    example: ClassVar = {"datasets": ["organisers"], "key_custodian": "project-lead", "key_copy": "key-table"}

    datasets: Names
    key_custodian: Name
    key_copy: Name | Absent = ABSENT
    exchange: Id | Absent = ABSENT
