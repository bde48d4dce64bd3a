"""Art. 4, sentence 1: what is permanent may not be closed, unless one of its ends is gone."""

from __future__ import annotations

import pytest

from ledger.protocol.shipped import shipped
from tests.projections.clauses.cases import VLAIO
from tests.projections.obligations.stories import Story, signed_vlaio


@pytest.mark.parametrize(
    ("exchange", "closed", "forbidden"),
    [
        ("TO-TBT", "2022-05-30T08:00:00Z", True),
        ("TO-TBT", "2022-06-01T08:00:00Z", False),
        ("FROM-TBT", "2022-06-01T08:00:00Z", False),
        ("TO-FIO", "2022-06-01T08:00:00Z", True),
    ],
)
def test_what_led_to_a_party_that_left_may_be_closed_and_nothing_else(exchange, closed, forbidden):
    story = signed_vlaio(Story.of(VLAIO, shipped()[VLAIO]))
    for name, source, target in (("TO-TBT", "VLAIO", "TBT"), ("FROM-TBT", "TBT", "VLAIO"), ("TO-FIO", "VLAIO", "FIO")):
        story.tell("standing-exchange-opened", source, "2021-11-01T08:00:00Z", exchange=name, from_=source, to=[target],
                   datasets=["contacts"])  # fmt: skip
    story.tell("party-withdrew", "TBT", "2022-05-31T08:00:00Z", party="TBT")
    story.tell("standing-exchange-closed", "VLAIO", closed, exchange=exchange)
    found = [each for each in story.ask("2022-07-01").violations if each.clause == "art. 4, sentence 1"]
    assert [each.certain for each in found] == [True] * forbidden
