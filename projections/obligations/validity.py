"""How long a fact holds (R6): from its moment until its `valid_until`, or the event that the catalogue names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from ledger.clock import Moment
from projections.obligations.facts import Fact, Facts, parsed
from projections.obligations.kinds import Kind, kind
from projections.obligations.matching import Match, Test
from projections.obligations.truth import Piece
from projections.obligations.world import World


class Ended(NamedTuple):
    """When a fact stopped holding for certain, or may have; and by which event, if one did it."""

    doubtful: datetime
    certain: datetime
    by: Fact | None


def pieces(world: World, match: Match, narrowed: Sequence[Test] = ()) -> list[Piece]:
    """The stretches in which a matching fact holds, or may hold.

    `narrowed` are the tests of the condition: of an overview shared with several, only the one asked for is ended by
    the next overview to that one.
    """
    fact = match.fact
    start = _start(world.facts, match)
    if start is None:
        return [Piece(fact.happened.earliest, None, None, fact, f"{match.at} of {fact}")]
    ended = end(world.facts, fact, narrowed)
    missing = [*match.missing, *([f"the dispute about {fact}"] if fact.disputed else [])]
    if missing:
        return [Piece(start[0], ended.certain if ended else None, None, fact, each) for each in missing]
    found = [Piece(start[1], ended.doubtful if ended else None, True, fact)]
    if start[0] < start[1]:
        until = min(start[1], ended.certain) if ended else start[1]
        found.append(Piece(start[0], until, None, fact, f"the hour of {fact}"))
    if ended and ended.doubtful < ended.certain:
        found.append(Piece(max(start[1], ended.doubtful), ended.certain, None, fact, f"the hour of {ended.by}"))
    return found


def _start(facts: Facts, match: Match) -> tuple[datetime, datetime] | None:
    if match.at == "happened_at" and "covers_from" in match.fact.fields:
        moment = parsed(match.fact.fields["covers_from"])
        return moment.earliest, moment.earliest
    found = facts.moment(match.fact, match.at, match.addressees)
    return None if found is None else (found.earliest, found.latest)


def end(facts: Facts, fact: Fact, narrowed: Sequence[Test] = ()) -> Ended | None:
    """When it stopped holding; None while nothing on record ends it."""
    about = kind(fact.type)
    ends = [each for each in _enders(facts, fact, about) if _concerns(each, fact, about, narrowed)]
    found = [Ended(each.happened.earliest, each.happened.latest, each) for each in ends if each.type in about.ended_by]
    # The next one takes over: between two of them there is no gap.
    found += [Ended(each.happened.latest, each.happened.latest, each) for each in ends if each.type == fact.type]
    if "valid_until" in fact.fields:
        latest = parsed(fact.fields["valid_until"]).latest
        found.append(Ended(latest, latest, None))
    return min(found, key=lambda each: (each.doubtful, each.certain), default=None)


def called_off(facts: Facts, fact: Fact, moment: Moment) -> bool:
    """Whether what was to begin at this moment had come to its end before: it never began."""
    if moment.earliest <= fact.happened.latest:
        return False
    ended = end(facts, fact)
    by_another = ended is not None and ended.by is not None and ended.by.type != fact.type
    return ended is not None and by_another and ended.certain <= moment.earliest


def _enders(facts: Facts, fact: Fact, about: Kind) -> list[Fact]:
    """What comes after it and may end it: of the ending types, or the next of its own."""
    if not about.key:
        return []
    types = (*about.ended_by, *((fact.type,) if about.supersedes else ()))
    first = max(about.key, key=lambda name: name != "party")
    values = fact.values(first)
    found = [each for kind_ in types for each in (facts.having(kind_, first, values) if values else facts.of(kind_))]
    return [each for each in found if each.stands and each is not fact and _after(each, fact)]


def _after(later: Fact, fact: Fact) -> bool:
    return (later.happened.earliest, later.happened.latest, later.position) > (
        fact.happened.earliest,
        fact.happened.latest,
        fact.position,
    )


def _concerns(later: Fact, fact: Fact, about: Kind, narrowed: Sequence[Test]) -> bool:
    wanted = {test.field: test.wanted for test in narrowed if test.wanted is not None}
    return all(_same(later.values(name), fact.values(name), wanted.get(name)) for name in about.key)


def _same(later: tuple[Any, ...], earlier: tuple[Any, ...], wanted: frozenset[Any] | None) -> bool:
    if not later and not earlier:
        return True
    return any(each in earlier and (wanted is None or each in wanted) for each in later)
