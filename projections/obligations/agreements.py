"""Agreements to keep data: for the pair, datasets, copies and time they name, never for a third party (R17)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from projections.obligations.facts import Fact, parsed
from projections.obligations.holdings import ALL
from projections.obligations.truth import Piece, Timeline, swept
from projections.obligations.validity import end
from projections.obligations.world import Item, World

MADE = "retention-agreement-made"


def retention(world: World, givers: Sequence[str], keeper: str, item: Item | None) -> Timeline:
    """Whether those who give something up agreed with the keeper that this unit is kept.

    Unknown while only the keeper says so: it takes the word of every giver, stated by itself (or by mandate), or its
    signed document in evidence.
    """
    pair = {*givers, keeper}
    found = [fact for fact in world.facts.of(MADE) if pair <= set(fact.values("between"))]
    covering = [fact for fact in found if item is None or _covers(fact, givers, item)]
    return swept([piece for fact in covering for piece in _pieces(world, fact, givers, keeper, covering)])


def _covers(fact: Fact, givers: Sequence[str], item: Item) -> bool:
    origins = fact.values("origin")
    if origins and not set(origins) & {*item.values("origin"), *givers}:
        return False
    for names, name in (("datasets", "dataset"), ("copy", "copy"), ("exchange", "exchange")):
        named = fact.values(names)
        if named and ALL not in named and not set(named) & set(item.values(name)):
            return False
    return True


def _pieces(world: World, fact: Fact, givers: Sequence[str], keeper: str, all_of_it: Iterable[Fact]) -> Iterable[Piece]:
    start = parsed(fact.fields["covers_from"]) if "covers_from" in fact.fields else fact.happened
    ended = end(world.facts, fact)
    until = ended.doubtful if ended else None
    said = [each for each in all_of_it if each.values("agreement") == fact.values("agreement")]
    silent = [giver for giver in givers if not any(_has_word(each, giver, keeper) for each in said)]
    name = fact.fields.get("agreement", fact.id)
    missing = [f"the word of {giver} on agreement {name}" for giver in silent]
    missing += [f"the dispute about {fact}"] if fact.disputed else []
    if missing:
        return [Piece(start.earliest, until, None, fact, each) for each in missing]
    doubt = [Piece(start.earliest, start.latest, None, fact, f"the hour of {fact}")] if start.is_day else []
    return [*doubt, Piece(start.latest, until, True, fact)]


def _has_word(fact: Fact, giver: str, keeper: str) -> bool:
    if giver in fact.parties and not (fact.reported and fact.fields["author"] == keeper):
        return True
    return any(
        each.get("strength") == "signed-document" and giver in each.get("signed_by", ())
        for each in fact.fields.get("evidence", ())
    )
