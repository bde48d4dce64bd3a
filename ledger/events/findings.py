"""Register `<protocol>/findings`: what a party says of uses of data that the ledger could not explain."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from ledger.events.acts import Act
from ledger.events.fields import ABSENT, Absent, Count, Sealed

FindingId = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$(?!\n)", extra={"kind": "id"}, description="a finding's id")]


class FindingClosed(Act, frozen=True, kw_only=True, tag="finding-closed/1"):
    """A party looked into a finding and says why it is settled. It opens again when more uses fall in it.

    `finding` is the id that `ledger findings list` gives; `uses` how many uses it had when it was closed.
    """

    register: ClassVar[str] = "findings"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "finding")
    supersedes: ClassVar[bool] = True
    example: ClassVar = {"finding": "5f0c2a9b7d3e1846", "reason": "grant-recorded-late", "uses": 12}

    finding: FindingId
    reason: Literal[
        "authorised-otherwise", "grant-recorded-late", "not-our-data", "wrong-mapping", "reported-as-incident",
        "measure-taken", "accepted", "other",
    ]  # fmt: skip
    uses: Count
    explanation: Sealed | Absent = ABSENT
