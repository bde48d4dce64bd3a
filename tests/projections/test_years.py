"""An act whose date no act has is refused; one that was recorded all the same stops no answer, and neither does a term.

Every type of the catalogue and every moment in it, so that a new type is tried by itself.
"""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from cli.json_obligations import obligations_json
from ledger.clock import FIRST, LAST, Moment
from ledger.events.catalogue import types
from projections.catalogue import REGISTERS, register
from projections.explanation import explained
from projections.obligations.answer import Obligation
from projections.obligations.engine import evaluate
from projections.obligations.renewing import renewed
from projections.projection import Fact
from tests.projections.beyond import EARLY, LATE, of_every_type, stories
from tests.projections.clauses.cases import SERV, VLAIO
from tests.projections.obligations.stories import Story, local

NOW, AT_LAST = local("2022-03-01"), local("2999-12-31")


@pytest.mark.parametrize("kind", sorted(types()))
@pytest.mark.parametrize("ends", [EARLY, LATE], ids=["early", "late"])
def test_an_act_at_an_end_of_the_calendar_stops_no_answer(kind: str, ends: tuple[str, ...]) -> None:
    for story in stories(kind, ends):
        projection = story.projection()
        state = projection.load(projection.dump(story.state()))
        assert renewed(state, story.protocol, NOW, {}, 0).parts
        answer = evaluate(state, AT_LAST)
        json.dumps(obligations_json(answer, answer.obligations, None))
        for each in _of(answer.obligations, kind, story):
            assert explained(state, answer, each).subject is each


def _of(obligations: tuple[Obligation, ...], kind: str, story: Story) -> list[Obligation]:
    """Those that an act of this type opened, closed or waived: a few of them, each for another clause."""
    ids = {json.loads(entry.raw)["id"] for entry in story.entries if json.loads(entry.raw)["type"] == types()[kind].tag}
    found = [
        each for each in obligations for by in (each.opened_by, each.closed_by, each.waived_by) if by and by.id in ids
    ]
    return list({(each.clause, each.status): each for each in found}.values())


@pytest.mark.parametrize("protocol", [VLAIO, SERV])
@pytest.mark.parametrize("ends", [EARLY, LATE], ids=["early", "late"])
@pytest.mark.parametrize("name", REGISTERS)
def test_every_register_is_read_beside_acts_of_every_type_at_the_ends(
    name: str, ends: tuple[str, ...], protocol: str
) -> None:
    story = of_every_type(protocol, ends)
    projection = register(name, story.files.__getitem__)
    state = projection.empty()
    for entry in story.entries:
        if projection.reads(entry.stream):
            state = projection.apply(state, Fact(entry))
    for at in (NOW, AT_LAST):
        list(projection.rows(projection.load(projection.dump(state)), at))


@pytest.mark.parametrize("text", ["1900-01-01", "2022-03-01", "2999-12-31", "2999-12-31T22:59:59Z"])
def test_a_moment_in_the_years_counts_as_itself(text: str) -> None:
    assert Moment.counted(text) == Moment.parse(text)
    assert Moment.parse(text).is_countable


@pytest.mark.parametrize(("text", "end"), [("0001-01-01T00:00:00Z", FIRST), ("1899-12-31", FIRST), ("3000-01-01", LAST),
                                           ("9999-12-31T23:59:59Z", LAST)])  # fmt: skip
def test_a_moment_outside_counts_as_the_end_that_is_nearer(text: str, end: datetime) -> None:
    assert Moment.counted(text) == (text, end, end)
    assert not Moment.parse(text).is_countable
