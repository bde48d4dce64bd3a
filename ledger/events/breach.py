"""Register `<protocol>/breach`: incidents and data leaks. `incident` is one id for one matter."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from ledger.events.acts import Act, Told
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

LeakKind = Literal["confidentiality", "integrity", "availability"]
Phase = Literal["initial", "further", "final"]
"""A notice may be given in phases (AVG 33(4))."""


class IncidentDetected(Act, frozen=True, kw_only=True, tag="incident-detected/1"):
    """A party became aware of a security incident, at `aware_at`.

    `leak` says that it is a personal-data breach (AVG 4(12)); `origins` whose data it touches. Where it happened at a
    processor, `processor_aware_at` is when that one knew.
    """

    register: ClassVar[str] = "breach"
    example: ClassVar = {
        "incident": "I-2022-01", "leak": True, "aware_at": "2022-04-11T07:45:00Z", "kinds": ["confidentiality"],
        "origins": ["VLAIO"], "datasets": ["contacts"],
    }  # fmt: skip

    incident: Id
    leak: Flag
    aware_at: MomentText | Absent = ABSENT
    began_at: MomentText | Absent = ABSENT
    kinds: Annotated[tuple[LeakKind, ...], Meta(min_length=1)] | Absent = ABSENT
    origins: Parties | Absent = ABSENT
    impacted: Parties | Absent = ABSENT
    datasets: Names | Absent = ABSENT
    persons: Count | Absent = ABSENT
    processor: Name | Absent = ABSENT
    processor_aware_at: MomentText | Absent = ABSENT
    description: Sealed | Absent = ABSENT


class BreachAssessed(Act, frozen=True, kw_only=True, tag="breach-assessed/1"):
    """A party judged what a leak means, for which parties and for the persons concerned.

    `no_impact_on` are the parties it does not touch; `risk` is that for the persons (AVG 33(1), 34). The next
    assessment of the same incident by that party takes its place.
    """

    register: ClassVar[str] = "breach"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "incident")
    supersedes: ClassVar[bool] = True
    example: ClassVar = {
        "incident": "I-2022-01", "impact_on": ["VLAIO", "TBT"], "no_impact_on": ["FIO"], "risk": "unlikely",
    }  # fmt: skip

    incident: Id
    impact_on: Parties | Absent = ABSENT
    no_impact_on: Parties | Absent = ABSENT
    risk: Literal["unlikely", "likely", "high"] | Absent = ABSENT
    report: Hash | Absent = ABSENT
    grounds: Sealed | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.impact_on, Absent) and not isinstance(self.no_impact_on, Absent):
            for party in self.impact_on:
                if party in self.no_impact_on:
                    raise ValueError(f"impact and no impact on the same party: {party}")


class BreachNotified(Told, frozen=True, kw_only=True, tag="breach-notified/1"):
    """A party told other parties of a data leak."""

    register: ClassVar[str] = "breach"
    example: ClassVar = {
        "incident": "I-2022-01", "to": ["VLAIO"], "channel": "dpo", "received_at": "2022-05-30T10:02:00Z",
    }  # fmt: skip

    incident: Id
    channel: Channel | Absent = ABSENT
    phase: Phase | Absent = ABSENT
    notice: Sealed | Absent = ABSENT


class IncidentNotified(Told, frozen=True, kw_only=True, tag="incident-notified/1"):
    """A party told other parties of an incident, be it a leak or not."""

    register: ClassVar[str] = "breach"
    example: ClassVar = {"incident": "I-2022-01", "to": ["VLAIO"], "channel": "telephone"}

    incident: Id
    channel: Channel | Absent = ABSENT
    notice: Sealed | Absent = ABSENT


class JointConsultationHeld(Act, frozen=True, kw_only=True, tag="joint-consultation-held/1"):
    """Parties consulted together about an incident.

    `participants` are all who took part; `minutes` is the blinded digest of their record.
    """

    register: ClassVar[str] = "breach"
    example: ClassVar = {"incident": "I-2022-01", "participants": ["VLAIO", "TBT"], "minutes": "a1" * 32}

    incident: Id
    participants: Parties
    minutes: Hash | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.participants) < 2:
            raise ValueError("a joint consultation has at least two parties")


class BreachRemediationTaken(Act, frozen=True, kw_only=True, tag="breach-remediation-taken/1"):
    """A party took a measure to limit or repair what an incident did, or to restore security."""

    register: ClassVar[str] = "breach"
    example: ClassVar = {"incident": "I-2022-01", "measure": "accounts-blocked", "purpose": "limit"}

    incident: Id
    measure: Name
    purpose: Literal["limit", "repair", "restore-security", "prevent"] | Absent = ABSENT
    description: Sealed | Absent = ABSENT


class AuthorityNotified(Act, frozen=True, kw_only=True, tag="authority-notified/1"):
    """A party notified its supervisory authority of a leak (AVG 33(1), decree of 18 July 2008).

    `authority` is the outsider of the protocol file; `delay` says why, where it took more than 72 hours.
    """

    register: ClassVar[str] = "breach"
    example: ClassVar = {"incident": "I-2022-01", "authority": "VTC", "phase": "initial"}

    incident: Id
    authority: Party
    phase: Phase | Absent = ABSENT
    form: Hash | Absent = ABSENT
    delay: Sealed | Absent = ABSENT


class SecurityInformationShared(Told, frozen=True, kw_only=True, tag="security-information-shared/1"):
    """A party gave others information to improve security; `information` is that it had judged useful."""

    register: ClassVar[str] = "breach"
    example: ClassVar = {"to": ["VLAIO", "FIO"], "information": "S-2022-7", "incident": "I-2022-01"}

    information: Id | Absent = ABSENT
    incident: Id | Absent = ABSENT
    document: Hash | Absent = ABSENT
    content: Sealed | Absent = ABSENT
