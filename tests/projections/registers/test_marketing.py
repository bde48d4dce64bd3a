from __future__ import annotations

import pytest

from projections.registers.marketing import MarketingRegister
from tests.projections.obligations.stories import Story
from tests.projections.registers.asking import begun, row


def campaign(received_at: str | None) -> Story:
    story = begun()
    receipt = {"received_at": received_at} if received_at else {}
    story.tell("direct-marketing-announced", "VLAIO", "2022-02-01T09:00:00Z", campaign="DM-1", to=["TBT"], **receipt)
    story.tell(
        "direct-marketing-reviewed", "VLAIO", "2022-02-03", campaign="DM-1", within_task=True, promotes_private=False
    )
    story.tell(
        "direct-marketing-sent", "VLAIO", "2022-02-10T09:00:00Z", campaign="DM-1", origins=["TBT"], recipients=40
    )
    return story


@pytest.mark.parametrize(
    ("received_at", "verdict"),
    [("2022-02-02", "TBT: yes"), ("2022-02-10", "TBT: unknown"), ("2022-02-11", "TBT: no"), (None, "TBT: unknown")],
)
def test_an_origin_is_told_first_only_if_it_had_the_announcement_before_the_sending(
    received_at: str | None, verdict: str
) -> None:
    found = row(campaign(received_at), MarketingRegister, "2022-03-01")
    assert found["told_first"] == [verdict]
    assert (found["reviewed"], found["recipients"]) == ("within the task", 40)


def test_a_campaign_that_told_nobody_first_names_the_clause_that_it_broke() -> None:
    story = begun()
    story.tell("direct-marketing-sent", "VLAIO", "2022-02-10T09:00:00Z", campaign="DM-2", origins=["TBT"])
    found = row(story, MarketingRegister, "2022-03-01")
    assert (found["reviewed"], found["told_first"]) == ("no", ["TBT: no"])
    assert any(clause.startswith("art. 10") for clause in found["violations"])


def test_a_campaign_that_is_only_announced_has_not_begun() -> None:
    story = begun()
    story.tell("direct-marketing-announced", "VLAIO", "2022-02-01", campaign="DM-3", to=["TBT"])
    found = row(story, MarketingRegister, "2022-03-01")
    assert (found["began"], found["told_first"], found["violations"]) == ("", [], [])
