"""Register `<protocol>/marketing`: direct marketing with received data. `campaign` is one id for one matter."""

from __future__ import annotations

from typing import ClassVar

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
    Sealed,
)


class DirectMarketingAnnounced(Told, frozen=True, kw_only=True, tag="direct-marketing-announced/1"):
    """A party told those who first collected the data that it will use them for direct marketing."""

    register: ClassVar[str] = "marketing"
    example: ClassVar = {
        "campaign": "DM-2022-1",
        "to": ["VLAIO"],
        "purpose": "frontoffice",
        "received_at": "2022-05-31",
    }

    campaign: Id
    purpose: Name | Absent = ABSENT
    datasets: Names | Absent = ABSENT
    planned_at: MomentText | Absent = ABSENT


class DirectMarketingReviewed(Act, frozen=True, kw_only=True, tag="direct-marketing-reviewed/1"):
    """A party checked a message before it was sent.

    `within_task` says that it lies within its legal duties or public service; `promotes_private` that it also
    promotes services or products of private providers. The next review of the campaign takes its place.
    """

    register: ClassVar[str] = "marketing"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "campaign")
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"campaign": "DM-2022-1", "within_task": True, "promotes_private": False, "message": "9f" * 32}

    campaign: Id
    within_task: Flag
    promotes_private: Flag
    message: Hash | Absent = ABSENT


class DirectMarketingSent(Act, frozen=True, kw_only=True, tag="direct-marketing-sent/1"):
    """A party sent direct marketing, using received data. `origins` first collected them."""

    register: ClassVar[str] = "marketing"
    example: ClassVar = {
        "campaign": "DM-2022-1", "origins": ["VLAIO"], "promotes_private": False, "channel": "email", "recipients": 840,
    }  # fmt: skip

    campaign: Id
    origins: Parties
    started_at: MomentText | Absent = ABSENT
    purpose: Name | Absent = ABSENT
    promotes_private: Flag | Absent = ABSENT
    channel: Channel | Absent = ABSENT
    message: Hash | Absent = ABSENT
    recipients: Count | Absent = ABSENT


class DirectMarketingInformationShared(Told, frozen=True, kw_only=True, tag="direct-marketing-information-shared/1"):
    """A party gave others information on its direct marketing; `information` is that it had judged useful."""

    register: ClassVar[str] = "marketing"
    example: ClassVar = {"information": "S-2022-8", "campaign": "DM-2022-1", "to": ["VLAIO"]}

    information: Id | Absent = ABSENT
    campaign: Id | Absent = ABSENT
    document: Hash | Absent = ABSENT
    content: Sealed | Absent = ABSENT
