"""What stands of what was stated: corrections and retractions, each by the author of what it changes.

Rule R2 of docs/formats/clauses.md, in one place: the door, whoever verifies and the projections all ask here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ledger.events.base import Event
from ledger.events.governance import EventRetracted


class Said(NamedTuple):
    """What corrections and retractions turn on. `retracts` is None in all but a retraction."""

    id: str
    author: str
    type: str
    corrects: str | None = None
    retracts: str | None = None


def said_of(event: Event) -> Said:
    corrects = event.corrects if isinstance(event.corrects, str) else None
    retracts = event.retracts if isinstance(event, EventRetracted) else None
    return Said(event.id, event.author, event.type.partition("/")[0], corrects, retracts)


def may_change(later: Said, named: Said) -> bool:
    """Whether a statement may change the one it names: of the same author; a correction, of the same type too."""
    return later.author == named.author and (later.retracts is not None or later.type == named.type)


class Stands(NamedTuple):
    """A first statement and the last correction of it (itself, where there is none), by their places in the list."""

    first: int
    last: int


def taken_out(said: Sequence[Said]) -> dict[str, int]:
    """What its author took out, with the place of the retraction.

    A retraction may be retracted itself, so the last one is read first.
    """
    authors = {each.id: each.author for each in said}
    found: dict[str, int] = {}
    for at in range(len(said) - 1, -1, -1):
        each = said[at]
        if each.retracts is not None and each.id not in found and authors.get(each.retracts) == each.author:
            found[each.retracts] = at
    return found


def as_corrected(said: Sequence[Said], taken: dict[str, int]) -> dict[str, Stands]:
    """Each first statement, by its id, also one that was taken out. A correction in `taken` corrects nothing."""
    found: dict[str, Stands] = {}
    root: dict[str, str] = {}
    for at, each in enumerate(said):
        if each.corrects is None:
            found[each.id] = Stands(at, at)
            continue
        first = root[each.id] = root.get(each.corrects, each.corrects)
        stands = found.get(first)
        if stands is None or each.id in taken:
            continue
        if may_change(each, said[stands.first]):
            found[first] = stands._replace(last=at)
    return found


def standing(said: Sequence[Said]) -> list[int]:
    """The places of the statements that hold, in the order in which each was first stated."""
    taken = taken_out(said)
    return [stands.last for first, stands in as_corrected(said, taken).items() if first not in taken]
