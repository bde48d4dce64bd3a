"""What became of each sealed part: intact, lawfully erased by an entry, or missing.

- *Intact*: the vault opens it, and what it says and its blind give the commitment in the entry.
- *Erased by entry N*: the vault has nothing, and entry N erased this commitment or a person it speaks of.
- *Missing*: the vault has nothing, and no entry says that it was erased. Somebody took it out.
- *Altered*: something lies in its place that gives another commitment. *Swapped*: it is another part's.
- *Still there*: erased by entry N, and the vault has it all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ledger.canonical import NotCanonical
from ledger.events.erasures import SubjectErased
from ledger.events.fields import Absent, Sealed
from ledger.subjects.vault import StoredPart

State = Literal["intact", "erased", "missing", "altered", "swapped", "still-there"]


class Part(NamedTuple):
    """A sealed part as the chain has it."""

    position: int
    event_id: str
    field: str
    sealed: Sealed


class PartVerdict(NamedTuple):
    """`by` is the entry that erased it (0: none did); `other` the position whose part lies here, if swapped."""

    part: Part
    state: State
    by: int = 0
    other: int = 0


@dataclass(frozen=True)
class Erased:
    """Which entry erased each commitment and each person."""

    commitments: Mapping[str, int] = field(default_factory=dict)
    tokens: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, erasures: Iterable[tuple[int, SubjectErased]]) -> Erased:
        commitments: dict[str, int] = {}
        tokens: dict[str, int] = {}
        for position, event in erasures:
            for found, names in ((commitments, event.commitments), (tokens, event.tokens)):
                for name in () if isinstance(names, Absent) else names:
                    found.setdefault(name, position)
        return cls(commitments, tokens)

    def by(self, part: Sealed) -> int:
        """The first entry that erased this part, or 0."""
        about = () if isinstance(part.about, Absent) else part.about
        found = [self.commitments.get(part.sealed, 0), *(self.tokens.get(token, 0) for token in about)]
        return min((position for position in found if position), default=0)


Elsewhere = Callable[[str, Iterable[str]], str]
"""Given a commitment and others: in whose place the row of the first one opens (`Parts.place_of`)."""


def part_verdicts(
    parts: Iterable[Part], erased: Erased, stored: Mapping[str, StoredPart], elsewhere: Elsewhere
) -> Iterator[PartVerdict]:
    """One verdict for each sealed part of the chain; `stored` is what the vault holds, by commitment."""
    known = list(parts)
    ids = {part.sealed.sealed: part for part in known}
    wrong = [part for part in known if part.sealed.sealed in stored and not _fits(part, stored[part.sealed.sealed])]
    for part in known:
        commitment, by = part.sealed.sealed, erased.by(part.sealed)
        held = stored.get(commitment)
        if held is None:
            yield PartVerdict(part, "erased" if by else "missing", by)
        elif by:
            yield PartVerdict(part, "still-there", by)
        elif _fits(part, held):
            yield PartVerdict(part, "intact")
        else:
            other = _whose(held, wrong, elsewhere)
            other_at = ids[other].position if other else 0
            yield PartVerdict(part, "swapped" if other_at else "altered", other=other_at)


def _fits(part: Part, held: StoredPart) -> bool:
    return held.event_id == part.event_id and _gives(part, held)


def _gives(part: Part, held: StoredPart) -> bool:
    if held.opening is None or held.opening.field != part.field:
        return False
    try:
        return held.opening.commitment(part.event_id) == part.sealed.sealed
    except NotCanonical:
        return False


def _whose(held: StoredPart, wrong: list[Part], elsewhere: Elsewhere) -> str:
    """Of the parts that do not fit: the one that this row is really of, by its commitment; or nothing.

    It opens in that one's place (rows were exchanged as they are), or says what that one says (by who has the key).
    """
    others = [part for part in wrong if part.sealed.sealed != held.commitment]
    if held.opening is None:
        return elsewhere(held.commitment, [part.sealed.sealed for part in others])
    return next((part.sealed.sealed for part in others if _gives(part, held)), "")
