"""Register `<protocol>/governance`: the life of a protocol and of its parties."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from ledger.events.acts import Act, Lasting, Told, check_not_to_itself
from ledger.events.base import ProtocolEvent, Stater
from ledger.events.fields import (
    ABSENT,
    Absent,
    Addresses,
    Channel,
    EventRef,
    Hash,
    Id,
    MomentText,
    Name,
    Names,
    Parties,
    Party,
    PersonToken,
    Sealed,
    Url,
)  # fmt: skip

Subject = Literal["purpose", "proportionality", "frequency", "duration", "other"]
"""What a change of law may touch."""


class ProtocolVersionRegistered(ProtocolEvent, frozen=True, kw_only=True, tag="protocol-version-registered/1"):
    """A version of the protocol's file counts in this ledger. `digest` is SHA-256 of the file's bytes.

    `amends` is the version that it changes. Registering binds nobody: that takes signatures.
    """

    register: ClassVar[str] = "governance"
    stated_by: ClassVar[Stater] = "operator"
    example: ClassVar = {"version": "1", "digest": "a7" * 32, "drawn_up_on": "2021-10-08"}

    version: Name
    digest: Hash
    amends: Name | Absent = ABSENT
    drawn_up_on: MomentText | Absent = ABSENT


class DpoAdviceGiven(Act, frozen=True, kw_only=True, tag="dpo-advice-given/1"):
    """A data-protection officer gave advice on a draft, to each of the parties that `for` names.

    `draft` is the digest of the draft (public, or blinded), `document` that of the advice.
    """

    register: ClassVar[str] = "governance"
    example: ClassVar = {"for": ["VLAIO", "FIO", "TBT"], "advice": "positive"}

    for_: Parties = field(name="for")
    advice: Literal["positive", "positive-with-remarks", "negative"]
    version: Name | Absent = ABSENT
    draft: Hash | Absent = ABSENT
    document: Hash | Absent = ABSENT
    officer: PersonToken | Absent = ABSENT


class ProtocolSigned(Act, frozen=True, kw_only=True, tag="protocol-signed/1"):
    """An office signed a version for its party, or for each party of `on_behalf_of`, when it happened.

    `document` is the digest of the signed file as published.
    """

    register: ClassVar[str] = "governance"
    example: ClassVar = {"version": "1", "office": "administrateur-generaal", "document": "b8" * 32}

    version: Name
    office: Name
    document: Hash | Absent = ABSENT
    signatory: PersonToken | Absent = ABSENT


class ProtocolPublished(Act, frozen=True, kw_only=True, tag="protocol-published/1"):
    """A party published the protocol at `url`; `document` is the digest of the file as seen there at `seen_at`."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"url": "https://www.vlaio.be/protocols/tbt.pdf", "document": "b8" * 32}

    url: Url
    version: Name | Absent = ABSENT
    document: Hash | Absent = ABSENT
    seen_at: MomentText | Absent = ABSENT


class ProtocolAmended(Act, frozen=True, kw_only=True, tag="protocol-amended/1"):
    """A party agreed in writing that `version` takes the place of the one before, from `effective_at` on."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"version": "2", "effective_at": "2022-07-01"}

    version: Name
    effective_at: MomentText | Absent = ABSENT
    document: Hash | Absent = ABSENT


class ProtocolSuspended(Act, frozen=True, kw_only=True, tag="protocol-suspended/1"):
    """A party suspended the protocol, from `effective_at` on (the happening, where absent)."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"effective_at": "2022-06-01"}

    effective_at: MomentText | Absent = ABSENT
    breach: Id | Absent = ABSENT
    reason: Sealed | Absent = ABSENT


class ProtocolResumed(Act, frozen=True, kw_only=True, tag="protocol-resumed/1"):
    """A party took a suspended protocol up again, from `effective_at` on (the happening, where absent)."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"effective_at": "2022-07-01"}

    effective_at: MomentText | Absent = ABSENT


class ProtocolEndDateRecorded(ProtocolEvent, frozen=True, kw_only=True, tag="protocol-end-date-recorded/1"):
    """The end date that lies outside the text became known. The next one of the same `external` takes its place.

    `external` is the name the protocol file gives that date, `ends_at` the date; `source` where it was read.
    """

    register: ClassVar[str] = "governance"
    stated_by: ClassVar[Stater] = "anyone"
    key_fields: ClassVar[tuple[str, ...]] = ("external",)
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"external": "convenant", "ends_at": "2022-12-31", "document": "c9" * 32}

    external: Name
    ends_at: MomentText
    source: Url | Absent = ABSENT
    document: Hash | Absent = ABSENT


class ProtocolEnded(Act, frozen=True, kw_only=True, tag="protocol-ended/1"):
    """A party noted that the protocol ended. It is only compared with the end that follows from text and acts."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"cause": "end-date", "effective_at": "2022-12-31"}

    cause: Literal["end-date", "dissolution", "termination", "no-legal-ground", "other"]
    effective_at: MomentText | Absent = ABSENT
    for_: Parties | Absent = field(default=ABSENT, name="for")


class MandateRecorded(Lasting, frozen=True, kw_only=True, tag="mandate-recorded/1"):
    """A party lets another state acts for it. `acts` are types of this catalogue without version, or `any`.

    Whose act it is (`party`, where the giver has no key) gives the mandate to `to`.
    """

    register: ClassVar[str] = "governance"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "mandate")
    ended_by: ClassVar[tuple[str, ...]] = ("mandate-withdrawn",)
    example: ClassVar = {"mandate": "M-1", "to": "VLAIO", "acts": ["protocol-signed"], "document": "da" * 32}

    mandate: Id
    to: Party
    acts: Names
    document: Hash | Absent = ABSENT
    reference: Name | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        check_not_to_itself(self, (self.to,))


class MandateWithdrawn(Act, frozen=True, kw_only=True, tag="mandate-withdrawn/1"):
    """A party took its mandate back."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"mandate": "M-1"}

    mandate: Id


class InterpretationChosen(ProtocolEvent, frozen=True, kw_only=True, tag="interpretation-chosen/1"):
    """A question that the text leaves open was answered. The next choice on the same question takes its place.

    `interpretation` and `option` are those of the protocol file. It counts from the happening on; with `from`, also
    for what was opened since that moment.
    """

    register: ClassVar[str] = "governance"
    stated_by: ClassVar[Stater] = "anyone"
    key_fields: ClassVar[tuple[str, ...]] = ("interpretation",)
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"interpretation": "I-4", "option": "source"}

    interpretation: Name
    option: Name
    from_: MomentText | Absent = field(default=ABSENT, name="from")
    grounds: Sealed | Absent = ABSENT


class PartyAcceded(ProtocolEvent, frozen=True, kw_only=True, tag="party-acceded/1"):
    """A body joined the protocol, from `effective_at` on (the happening, where absent), as a member of `class`."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"party": "GENT", "class": "municipality", "effective_at": "2022-01-01"}

    party: Party
    class_: Name | Absent = field(default=ABSENT, name="class")
    version: Name | Absent = ABSENT
    effective_at: MomentText | Absent = ABSENT
    document: Hash | Absent = ABSENT


class PartyWithdrew(ProtocolEvent, frozen=True, kw_only=True, tag="party-withdrew/1"):
    """A party left the protocol, from `effective_at` on (the happening, where absent)."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"party": "TBT", "effective_at": "2022-05-31"}

    party: Party
    effective_at: MomentText | Absent = ABSENT
    reason: Sealed | Absent = ABSENT


class LegalGroundCeased(ProtocolEvent, frozen=True, kw_only=True, tag="legal-ground-ceased/1"):
    """No legal ground for the exchange is left for a party, from `effective_at` on. `reference` names the law."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"party": "TBT", "effective_at": "2022-12-31", "reference": "decreet-2009-04-30"}

    party: Party
    effective_at: MomentText | Absent = ABSENT
    reference: Name | Absent = ABSENT
    grounds: Sealed | Absent = ABSENT


class ProtocolBreachSuspected(Act, frozen=True, kw_only=True, tag="protocol-breach-suspected/1"):
    """A party holds that another processes data against the protocol or the law. `breach` is one id for one matter."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"breach": "B-2022-1", "committed_by": "TBT", "clauses": ["art. 3, sentence 2"]}

    breach: Id
    committed_by: Party
    clauses: Addresses | Absent = ABSENT
    found_at: MomentText | Absent = ABSENT
    facts: Sealed | Absent = ABSENT


class NoticeOfDefaultSent(Act, frozen=True, kw_only=True, tag="notice-of-default-sent/1"):
    """A party sent another a written notice to mend or end a breach."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"notice": "N-2022-1", "breach": "B-2022-1", "to": "TBT", "channel": "registered-letter"}

    notice: Id
    breach: Id
    to: Party
    channel: Channel | Absent = ABSENT
    document: Hash | Absent = ABSENT


class NoticeOfDefaultReceived(Act, frozen=True, kw_only=True, tag="notice-of-default-received/1"):
    """A written notice of default reached the party in default, at `received_at`: from then its days to mend run.

    The receiver states it, or another with proof of receipt as evidence. `to` is who is in default.
    """

    register: ClassVar[str] = "governance"
    stated_by: ClassVar[Stater] = "anyone"
    example: ClassVar = {"notice": "N-2022-1", "breach": "B-2022-1", "to": "TBT", "received_at": "2022-03-11"}

    notice: Id
    breach: Id
    to: Party
    from_: Party | Absent = field(default=ABSENT, name="from")
    channel: Channel | Absent = ABSENT
    received_at: MomentText | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.from_ == self.to:
            raise ValueError(f"a party cannot put itself in default: {self.to}")


class BreachRemedied(Act, frozen=True, kw_only=True, tag="breach-remedied/1"):
    """A party mended or ended the breach that it was put in default for.

    It cures what came before it: a breach that is suspected again, or of which notice is sent again, came back.
    """

    register: ClassVar[str] = "governance"
    key_fields: ClassVar[tuple[str, ...]] = ("breach",)
    ended_by: ClassVar[tuple[str, ...]] = ("protocol-breach-suspected", "notice-of-default-sent")
    example: ClassVar = {"breach": "B-2022-1"}

    breach: Id
    description: Sealed | Absent = ABSENT


class ProtocolDissolutionDeclared(Act, frozen=True, kw_only=True, tag="protocol-dissolution-declared/1"):
    """A party declared the protocol dissolved, because of the breach that `notice` was about."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"notice": "N-2022-1"}

    notice: Id
    breach: Id | Absent = ABSENT
    to: Parties | Absent = ABSENT
    received_at: MomentText | Absent = ABSENT
    declaration: Hash | Absent = ABSENT


class ProtocolTerminatedUnilaterally(Told, frozen=True, kw_only=True, tag="protocol-terminated-unilaterally/1"):
    """A party ended the protocol by notice, without notice of default, because of a breach."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"breach": "B-2022-1", "to": ["VLAIO"], "received_at": "2022-06-02"}

    breach: Id
    document: Hash | Absent = ABSENT


class TerminationNoticeGiven(Told, frozen=True, kw_only=True, tag="termination-notice-given/1"):
    """A party gave notice that it ends the protocol, or leaves it, after the period of notice."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"to": ["VLAIO", "FIO"], "received_at": "2022-06-02"}

    notice: Id | Absent = ABSENT
    effective_at: MomentText | Absent = ABSENT
    document: Hash | Absent = ABSENT


class ContactPointChanged(Act, frozen=True, kw_only=True, tag="contact-point-changed/1"):
    """A party is reached elsewhere for one kind of matter. The next one of that kind takes its place."""

    register: ClassVar[str] = "governance"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "kind")
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"kind": "dpo", "address": {"sealed": "eb" * 32}}

    kind: Literal["dpo", "exchange", "security", "legal", "general"]
    address: Sealed


class LegislativeChangeFound(Act, frozen=True, kw_only=True, tag="legislative-change-found/1"):
    """A party found a change of law that touches the protocol. `change` is one id for one matter."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"change": "L-2022-1", "found_at": "2022-02-01", "touches": ["duration"]}

    change: Id
    found_at: MomentText | Absent = ABSENT
    published_at: MomentText | Absent = ABSENT
    effective_at: MomentText | Absent = ABSENT
    touches: Annotated[tuple[Subject, ...], Meta(min_length=1)] | Absent = ABSENT
    reference: Name | Absent = ABSENT


class LegislativeChangeNotified(Told, frozen=True, kw_only=True, tag="legislative-change-notified/1"):
    """A party told others of a change of law that touches the protocol."""

    register: ClassVar[str] = "governance"
    example: ClassVar = {"change": "L-2022-1", "to": ["VLAIO", "FIO"]}

    change: Id
    reference: Name | Absent = ABSENT
    effective_at: MomentText | Absent = ABSENT


class EventRetracted(ProtocolEvent, frozen=True, kw_only=True, tag="event-retracted/1"):
    """An author took back an event of its own: what it said does not count, and what it opened is void.

    Retracting a correction gives back what stood before.
    """

    register: ClassVar[str] = "governance"
    example: ClassVar = {"retracts": "1d" * 16}

    retracts: EventRef
    grounds: Sealed | Absent = ABSENT
