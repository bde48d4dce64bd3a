"""Parts of an answer that were worked out before, and which of them still hold.

A part holds from the moment that it was worked out until the nearest one at which a comparison with the moment would
have come out differently (`asking`), as long as nothing is recorded of a type that it read, and the protocol's life is
what it was. What concerns every type (retractions, disputes, mandates, readings, versions) leaves no part as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import msgspec

from projections.obligations.answer import Status
from projections.obligations.asking import Asked, Horizon
from projections.obligations.judging import late_by
from projections.obligations.part import Part

BESIDE = ""
"""The name of the part that belongs to no clause; the others have their address."""


class About(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What tells whether a part holds, and how much it says.

    `read` are the types of facts that it was worked out from. Of the part beside the clauses, `life` is the digest of
    the protocol's life and `uses` the number of uses counted; the others hold only if these are the same.
    """

    since: datetime
    until: datetime | None
    read: frozenset[str] = frozenset()
    life: str = ""
    uses: int = 0
    closed: dict[Status, int] = {}
    violations: int = 0
    uncertain: int = 0
    void_acts: int = 0
    findings: int = 0

    def at(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


class Kept(NamedTuple):
    """A part as kept: `first` is what is open, left unsaid or not executed; `rest` is everything else."""

    about: About
    first: bytes
    rest: bytes


_part = msgspec.json.Decoder(Part)


def told(horizon: Horizon) -> Callable[[object], str]:
    """How the moment of the question is written where it stands in an answer: that answer holds at no other."""

    def spelled(value: object) -> str:
        if not isinstance(value, Asked):
            raise TypeError(f"not a part of an answer: {type(value).__name__}")
        horizon.close()
        return value.plain.isoformat()

    return spelled


def kept(part: Part, horizon: Horizon, read: Iterable[str], *, life: str = "", uses: int = 0) -> Kept:
    """The part, worked out at the horizon's moment from facts of these types."""
    due = tuple(each for each in part.obligations if each.is_open)
    closed = tuple(each for each in part.obligations if not each.is_open)
    first = Part(obligations=due, gaps=part.gaps, not_executed=part.not_executed)
    rest = replace(part, obligations=closed, gaps=(), not_executed=())
    encoded = [msgspec.json.encode(each, enc_hook=told(horizon)) for each in (first, rest)]
    uncertain = sum(not each.certain for each in part.violations)
    about = About(
        since=horizon.instant, until=horizon.until, read=frozenset(read), life=life, uses=uses,
        closed=Counter(each.status for each in closed), violations=len(part.violations) - uncertain,
        uncertain=uncertain, void_acts=len(part.void_acts), findings=len(part.findings),
    )  # fmt: skip
    return Kept(about, *encoded)


def first_of(found: bytes, as_of: datetime) -> Part:
    """What is open, of a part that holds at `as_of`. How late each is, is worked out now."""
    part = _part.decode(found)
    due = (replace(each, late_by=late_by(each.due, each.policy_due, as_of)) if each.overdue_by else each
           for each in part.obligations)  # fmt: skip
    return replace(part, obligations=tuple(due))


def whole(found: Kept, as_of: datetime) -> Part:
    first, rest = first_of(found.first, as_of), _part.decode(found.rest)
    return replace(
        rest, obligations=(*first.obligations, *rest.obligations), gaps=first.gaps, not_executed=first.not_executed
    )
