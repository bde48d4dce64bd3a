"""Register `<protocol>/processors`: who processes received data for a party, under which agreements."""

from __future__ import annotations

from typing import ClassVar

from ledger.events.acts import Act, Lasting, check_not_to_itself, check_order
from ledger.events.fields import ABSENT, Absent, Flag, Hash, Id, MomentText, Name, Names, Party, Sealed


class ProcessorEngaged(Act, frozen=True, kw_only=True, tag="processor-engaged/1"):
    """A party lets a processor process received data, from `started_at` on (the happening, where absent).

    `guarantees_assessed` says that its measures were found sufficient first; `sub_processor_of` is the processor that
    in turn engages it.
    """

    register: ClassVar[str] = "processors"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "processor")
    ended_by: ClassVar[tuple[str, ...]] = ("processor-disengaged",)
    example: ClassVar = {
        "processor": "Net-IT",
        "applications": ["KRIS"],
        "started_at": "2021-10-11",
        "guarantees_assessed": True,
    }

    processor: Name
    started_at: MomentText | Absent = ABSENT
    guarantees_assessed: Flag | Absent = ABSENT
    sub_processor_of: Name | Absent = ABSENT
    applications: Names | Absent = ABSENT
    datasets: Names | Absent = ABSENT


class ProcessorDisengaged(Act, frozen=True, kw_only=True, tag="processor-disengaged/1"):
    """A processor no longer processes received data for a party."""

    register: ClassVar[str] = "processors"
    example: ClassVar = {"processor": "Net-IT"}

    processor: Name


class ProcessorApproved(Act, frozen=True, kw_only=True, tag="processor-approved/1"):
    """A party agreed that another lets this processor, or sub-processor, process the data (AVG 28(2)).

    Its later refusal ends that.
    """

    register: ClassVar[str] = "processors"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "processor")
    ended_by: ClassVar[tuple[str, ...]] = ("processor-refused",)
    example: ClassVar = {"processor": "Net-IT", "document": "5d" * 32}

    processor: Name
    document: Hash | Absent = ABSENT


class ProcessorRefused(Act, frozen=True, kw_only=True, tag="processor-refused/1"):
    """A party objected to a processor, or sub-processor, of another. Its later approval ends that."""

    register: ClassVar[str] = "processors"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "processor")
    ended_by: ClassVar[tuple[str, ...]] = ("processor-approved",)
    example: ClassVar = {"processor": "Net-IT"}

    processor: Name
    grounds: Sealed | Absent = ABSENT


class ProcessingAgreementSigned(Lasting, frozen=True, kw_only=True, tag="processing-agreement-signed/1"):
    """A party and a processor signed a processing agreement (AVG 28(3)).

    `guarantees` says that it binds the processor to sufficient measures.
    """

    register: ClassVar[str] = "processors"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "agreement")
    ended_by: ClassVar[tuple[str, ...]] = ("agreement-ended",)
    example: ClassVar = {"agreement": "PA-7", "processor": "Net-IT", "guarantees": True, "document": "2e" * 32}

    agreement: Id
    processor: Name
    guarantees: Flag | Absent = ABSENT
    document: Hash | Absent = ABSENT


class ConfidentialityAgreementSigned(Lasting, frozen=True, kw_only=True, tag="confidentiality-agreement-signed/1"):
    """A party and a processor signed an agreement on confidentiality, beside the processing agreement."""

    register: ClassVar[str] = "processors"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "agreement")
    ended_by: ClassVar[tuple[str, ...]] = ("agreement-ended",)
    example: ClassVar = {"agreement": "CA-7", "processor": "Net-IT", "document": "3f" * 32}

    agreement: Id
    processor: Name
    document: Hash | Absent = ABSENT


class AgreementEnded(Act, frozen=True, kw_only=True, tag="agreement-ended/1"):
    """A party's agreement with a processor came to its end."""

    register: ClassVar[str] = "processors"
    example: ClassVar = {"agreement": "PA-7"}

    agreement: Id


class ProcessorOverviewShared(Act, frozen=True, kw_only=True, tag="processor-overview-shared/1"):
    """A party gave another its list of processors. The next list to the same party takes its place.

    `processors` is the whole list: an empty one says that there are none.
    """

    register: ClassVar[str] = "processors"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "to")
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"to": "VLAIO", "version": "3", "processors": ["Net-IT", "HBplus"], "received_at": "2022-05-31"}

    to: Party
    version: Name
    processors: tuple[Name, ...]
    received_at: MomentText | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        check_not_to_itself(self, (self.to,))
        check_order(self.happened_at, self.received_at, "received before it was sent")
