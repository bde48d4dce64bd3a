"""What is on record already, or is not, where an event speaks as if it were otherwise. Told before it is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from itertools import product
from typing import NamedTuple

from ledger.clock import Moment
from projections.obligations.facts import Fact
from projections.obligations.holdings import ALL, CHANGES, RESTORED, Holding, covered
from projections.obligations.life import MOMENT
from projections.obligations.world import World

LEFT = ("left", "ended")
BACK = "acceded"


class Already(NamedTuple):
    """The party has left, or leaves, by an earlier act of the same type: that entry, and from when."""

    party: str
    at: Moment
    position: int


class Unregistered(NamedTuple):
    """A copy that the event deletes or destroys and nobody registered, and what comes nearest to its name."""

    name: str
    nearest: str


def already(world: World, act: Fact) -> Iterator[Already]:
    """For each party that an act of this type has taken out before, and that did not come back."""
    if "corrects" in act.fields:
        return
    for party in act.parties or act.values("party"):
        turns = [turn for turn in world.life.turns if turn.stands and party in turn.parties]
        known = [turn for turn in turns if turn.type.removeprefix(MOMENT) in (*LEFT, BACK)]
        last = max(known, key=lambda turn: turn.happened.earliest, default=None)
        cause = world.facts.by_id.get(last.id) if last is not None else None
        if last is not None and cause is not None and (cause.type, last.type != MOMENT + BACK) == (act.type, True):
            yield Already(party, last.happened, cause.position)


def unregistered(world: World, act: Fact) -> Iterator[Unregistered]:
    """For each dataset and copy that it names, where no holding of whose act it is has both."""
    if act.type not in CHANGES or act.type == RESTORED:
        return
    held = [each for each in world.holdings.all() if each.holder in act.parties]
    for dataset, copy in product(act.values("datasets") or (ALL,), act.values("copy") or (ALL,)):
        one = replace(act, fields={**act.fields, "datasets": [dataset], "copy": [copy]})
        if not any(covered(one, each) for each in held):
            name = "/".join(map(str, (*act.parties, *act.values("origin"), dataset, copy, *act.values("exchange"))))
            yield Unregistered(name, _nearest(name, held))


def _nearest(name: str, held: list[Holding]) -> str:
    return next(iter(get_close_matches(name, [each.label for each in held], n=1, cutoff=0)), "")
