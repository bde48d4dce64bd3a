"""Register `ledger/erasures`: what was taken out of the vault, on which ground, by whose decision."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from ledger.events.base import LedgerEvent
from ledger.events.fields import ABSENT, Absent, Address, EventRef, Hash, MomentText, Party, Protocol, Tokens


class SubjectErased(LedgerEvent, frozen=True, kw_only=True, tag="subject-erased/1"):
    """Persons, or sealed texts, were erased from the vault; the chain keeps only that it was so.

    `tokens` are the persons: every sealed part `about` one of them goes too. `commitments` are single sealed parts.
    `clause` of `in_protocol`, or `request` (the event that asked), says why; `decided_by` who decided, at
    `decided_at`.
    """

    register: ClassVar[str] = "erasures"
    example: ClassVar = {"tokens": ["ab" * 16], "ground": "retention-ended", "decided_by": "VLAIO"}

    ground: Literal["retention-ended", "request", "objection", "unlawful", "order"]
    decided_by: Party
    tokens: Tokens | Absent = ABSENT
    commitments: Annotated[tuple[Hash, ...], Meta(min_length=1)] | Absent = ABSENT
    in_protocol: Protocol | Absent = ABSENT
    clause: Address | Absent = ABSENT
    request: EventRef | Absent = ABSENT
    decided_at: MomentText | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.tokens is ABSENT and self.commitments is ABSENT:
            raise ValueError("an erasure names tokens or commitments")
