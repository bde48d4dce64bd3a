"""Register `<protocol>/publication`: what a party publishes on the basis of received data."""

from __future__ import annotations

from typing import ClassVar, Literal

from ledger.events.acts import Act, Told
from ledger.events.fields import ABSENT, Absent, Count, Hash, Id, MomentText, Parties, Sealed, Url


class PublicationSubmitted(Told, frozen=True, kw_only=True, tag="publication-submitted/1"):
    """A party showed others what it wishes to publish. `publication` is one id for one matter."""

    register: ClassVar[str] = "publication"
    example: ClassVar = {"publication": "PUB-1", "to": ["VLAIO", "FIO"], "draft": "6c" * 32}

    publication: Id
    draft: Hash | Absent = ABSENT


class PublicationApproved(Act, frozen=True, kw_only=True, tag="publication-approved/1"):
    """A party approved a publication on the basis of its data. Its later refusal ends that."""

    register: ClassVar[str] = "publication"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "publication")
    ended_by: ClassVar[tuple[str, ...]] = ("publication-refused",)
    example: ClassVar = {"publication": "PUB-1", "draft": "6c" * 32}

    publication: Id
    draft: Hash | Absent = ABSENT


class PublicationRefused(Act, frozen=True, kw_only=True, tag="publication-refused/1"):
    """A party refused a publication on the basis of its data. Its later approval ends that."""

    register: ClassVar[str] = "publication"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "publication")
    ended_by: ClassVar[tuple[str, ...]] = ("publication-approved",)
    example: ClassVar = {"publication": "PUB-1"}

    publication: Id
    grounds: Sealed | Absent = ABSENT


class PublicationConsentsRecorded(Act, frozen=True, kw_only=True, tag="publication-consents-recorded/1"):
    """The publishing party recorded how many of the persons in a publication agreed to it.

    `coverage` is `complete` only if all did. The next record takes its place, also after a consent was withdrawn.
    """

    register: ClassVar[str] = "publication"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "publication")
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"publication": "PUB-1", "coverage": "partial", "persons": 12, "consents": 11}

    publication: Id
    coverage: Literal["complete", "partial", "none"]
    persons: Count
    consents: Count

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.consents > self.persons:
            raise ValueError(f"{self.consents} consents of {self.persons} persons")
        covered = "complete" if self.consents == self.persons else "partial" if self.consents else "none"
        if covered != self.coverage:
            raise ValueError(f"{self.consents} consents of {self.persons} persons is {covered}, not {self.coverage}")


class PublicationMade(Act, frozen=True, kw_only=True, tag="publication-made/1"):
    """A party published on the basis of received data. `origins` first collected the data in it."""

    register: ClassVar[str] = "publication"
    example: ClassVar = {"publication": "PUB-1", "origins": ["VLAIO", "FIO"], "document": "7d" * 32}

    publication: Id
    origins: Parties
    started_at: MomentText | Absent = ABSENT
    url: Url | Absent = ABSENT
    document: Hash | Absent = ABSENT


class ConsentEvidenceRequested(Told, frozen=True, kw_only=True, tag="consent-evidence-requested/1"):
    """A party asked the publishing one for the consents of the persons in a publication."""

    register: ClassVar[str] = "publication"
    example: ClassVar = {"request": "CR-1", "publication": "PUB-1", "to": ["VLAIO"]}

    request: Id
    publication: Id


class ConsentEvidenceProvided(Told, frozen=True, kw_only=True, tag="consent-evidence-provided/1"):
    """A party handed over the consents that it was asked for."""

    register: ClassVar[str] = "publication"
    example: ClassVar = {"request": "CR-1", "publication": "PUB-1", "to": ["VLAIO"], "manifest": "8e" * 32}

    request: Id
    publication: Id | Absent = ABSENT
    manifest: Hash | Absent = ABSENT
