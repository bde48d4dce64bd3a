"""Register `<protocol>/agreements`: what parties agree beside the protocol."""

from __future__ import annotations

from typing import ClassVar

from ledger.events.acts import Act, Lasting
from ledger.events.fields import ABSENT, Absent, Address, Hash, Id, MomentText, Name, Names, Parties, Party


class RetentionAgreementMade(Lasting, frozen=True, kw_only=True, tag="retention-agreement-made/1"):
    """Parties agreed that received data may be kept where the protocol would have them deleted or destroyed.

    `between` are all who agreed; `origin` whose data it covers (where absent: of any of them). It covers every dataset
    and copy, unless it names some. It counts only with the word of who gives something up: the origin states it too,
    under the same `agreement`, or its signed document is in evidence.
    """

    register: ClassVar[str] = "agreements"
    key_fields: ClassVar[tuple[str, ...]] = ("agreement",)
    ended_by: ClassVar[tuple[str, ...]] = ("retention-agreement-ended",)
    example: ClassVar = {
        "agreement": "RA-1", "between": ["TBT", "VLAIO"], "origin": "TBT", "datasets": ["question-tracks"],
        "valid_until": "2023-12-31",
    }  # fmt: skip

    agreement: Id
    between: Parties
    origin: Party | Absent = ABSENT
    datasets: Names | Absent = ABSENT
    copy: Names | Absent = ABSENT
    exchange: Id | Absent = ABSENT
    document: Hash | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        check_parties(self.between)
        if self.origin is not ABSENT and self.origin not in self.between:
            raise ValueError(f"the origin is not one of those who agree: {self.origin}")


class RetentionAgreementEnded(Act, frozen=True, kw_only=True, tag="retention-agreement-ended/1"):
    """An agreement to keep data came to its end: what is owed runs again, with a new term."""

    register: ClassVar[str] = "agreements"
    example: ClassVar = {"agreement": "RA-1"}

    agreement: Id


class PriorAgreementTerminated(Act, frozen=True, kw_only=True, tag="prior-agreement-terminated/1"):
    """Parties ended an agreement from before this protocol."""

    register: ClassVar[str] = "agreements"
    example: ClassVar = {"agreement": "convenant-2018", "signed_on": "2018-07-23", "parties": ["VLAIO", "TBT"]}

    agreement: Name
    parties: Parties
    signed_on: MomentText | Absent = ABSENT
    effective_at: MomentText | Absent = ABSENT
    document: Hash | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        check_parties(self.parties)


class LinkedProtocolConcluded(Act, frozen=True, kw_only=True, tag="linked-protocol-concluded/1"):
    """A party concluded another protocol because of this one, for passing data on. `linked` is its id or reference."""

    register: ClassVar[str] = "agreements"
    example: ClassVar = {"linked": "serv-universiteit-2021", "disclosure": "O-2021-1", "recipient": "KULeuven"}

    linked: Name
    recipient: Name | Absent = ABSENT
    disclosure: Id | Absent = ABSENT
    document: Hash | Absent = ABSENT


class ReasonableTermAgreed(Act, frozen=True, kw_only=True, tag="reasonable-term-agreed/1"):
    """Parties fixed the date that a "reasonable term" means in one case.

    `case` is the id of the matter (of an error, say), `due_at` the end of the term; `clause` narrows it to one clause.
    """

    register: ClassVar[str] = "agreements"
    key_fields: ClassVar[tuple[str, ...]] = ("case", "clause")
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"case": "E-2022-004", "between": ["TBT", "VLAIO"], "due_at": "2022-06-30"}

    case: Id
    between: Parties
    due_at: MomentText
    clause: Address | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        check_parties(self.between)


def check_parties(parties: tuple[str, ...]) -> None:
    """Raise ValueError for an agreement with oneself."""
    if len(set(parties)) < 2:
        raise ValueError("an agreement has at least two parties")
