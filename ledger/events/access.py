"""Register `<protocol>/access`: who may use received data, for which function, in which application."""

from __future__ import annotations

from typing import ClassVar, Literal

from ledger.events.acts import Act, Lasting
from ledger.events.fields import ABSENT, Absent, Flag, Id, MomentText, Name, Names, Parties, Party, PersonToken


class ApplicationRegistered(Act, frozen=True, kw_only=True, tag="application-registered/1"):
    """A party recorded an application that holds received data: where, run by whom, how one signs in."""

    register: ClassVar[str] = "access"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "application")
    supersedes: ClassVar[bool] = True
    example: ClassVar = {
        "application": "KRIS", "location": "BE", "processor": "Net-IT", "sign_in": "two-factor", "read_only": False,
    }  # fmt: skip

    application: Name
    location: Name | Absent = ABSENT
    processor: Name | Absent = ABSENT
    sign_in: Literal["password", "two-factor", "federated", "certificate", "other"] | Absent = ABSENT
    read_only: Flag | Absent = ABSENT
    datasets: Names | Absent = ABSENT


class FunctionProfileRecorded(Act, frozen=True, kw_only=True, tag="function-profile-recorded/1"):
    """A party recorded whether a function needs received data, and which. The next on the same profile takes its place.

    With `needs_data` it names datasets, or all are meant.
    """

    register: ClassVar[str] = "access"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "profile")
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"profile": "account-manager", "needs_data": True, "datasets": ["contacts"]}

    profile: Name
    needs_data: Flag
    datasets: Names | Absent = ABSENT
    applications: Names | Absent = ABSENT
    department: Name | Absent = ABSENT


class FunctionChanged(Act, frozen=True, kw_only=True, tag="function-changed/1"):
    """A person has another function at a party, from `effective_at` on (the happening, where absent)."""

    register: ClassVar[str] = "access"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "subject")
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"subject": "5b" * 16, "function_profile": "team-lead", "effective_at": "2022-02-01"}

    subject: PersonToken
    function_profile: Name
    effective_at: MomentText | Absent = ABSENT
    department: Name | Absent = ABSENT


class AccessGranted(Lasting, frozen=True, kw_only=True, tag="access-granted/1"):
    """A party let a person, or a group, use an application with received data. `access-revoked` ends it.

    `acting_for` is the party that the use is for, where not the granting one. `recipient_category` says whether they
    use the data or run the application.
    """

    register: ClassVar[str] = "access"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "grant")
    ended_by: ClassVar[tuple[str, ...]] = ("access-revoked",)
    example: ClassVar = {
        "grant": "G-118", "subject": "5b" * 16, "application": "KRIS", "function_profile": "account-manager",
        "recipient_category": "user", "purpose": "frontoffice",
    }  # fmt: skip

    grant: Id
    application: Name
    recipient_category: Literal["user", "operator", "processor", "service", "guest"]
    subject: PersonToken | Absent = ABSENT
    group: Name | Absent = ABSENT
    function_profile: Name | Absent = ABSENT
    department: Name | Absent = ABSENT
    acting_for: Party | Absent = ABSENT
    purpose: Name | Absent = ABSENT
    origins: Parties | Absent = ABSENT
    datasets: Names | Absent = ABSENT
    approved_by: PersonToken | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.subject is ABSENT) == (self.group is ABSENT):
            raise ValueError("access is granted to a person or to a group, and to one of the two")


class AccessReviewed(Act, frozen=True, kw_only=True, tag="access-reviewed/1"):
    """A party looked through the access to an application, or one grant, again."""

    register: ClassVar[str] = "access"
    example: ClassVar = {"application": "KRIS", "outcome": "changed"}

    application: Name
    outcome: Literal["kept", "changed", "revoked"]
    grant: Id | Absent = ABSENT
    reviewer: PersonToken | Absent = ABSENT


class AccessRevoked(Act, frozen=True, kw_only=True, tag="access-revoked/1"):
    """A party took an access back."""

    register: ClassVar[str] = "access"
    example: ClassVar = {"grant": "G-118", "cause": "function-changed"}

    grant: Id
    cause: Literal["function-changed", "employment-ended", "review", "expired", "incident", "other"] | Absent = ABSENT


class EmploymentEnded(Act, frozen=True, kw_only=True, tag="employment-ended/1"):
    """A person no longer works for a party, from `effective_at` on (the happening, where absent)."""

    register: ClassVar[str] = "access"
    example: ClassVar = {"subject": "5b" * 16, "effective_at": "2022-06-30"}

    subject: PersonToken
    effective_at: MomentText | Absent = ABSENT
