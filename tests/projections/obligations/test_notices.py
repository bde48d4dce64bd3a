"""A notice to several addressees: a power, and what it makes, waits for the last of them (R11)."""

from __future__ import annotations

from projections.obligations.answer import Answer
from projections.obligations.engine import world_of
from tests.projections.obligations.small import small
from tests.projections.obligations.stories import Story, local
from tests.projections.obligations.test_framework import JOIN, LEAVE, TOWNS


def noticed(**more: object) -> tuple[Story, str]:
    """Ghent, a member since February, gives notice of three months to Ann and Bob."""
    story = small(JOIN, LEAVE, extra=TOWNS)
    story.tell("party-acceded", "ANN", "2022-01-10T08:00:00Z", party="GENT", class_="TOWN", effective_at="2022-02-01")
    notice = story.tell("termination-notice-given", "GENT", "2022-06-01T08:00:00Z", to=["ANN", "BOB"], **more)
    return story, notice


def received(story: Story, notice: str, party: str, at: str) -> None:
    story.tell("receipt-confirmed", party, at, received=notice, received_at=at)


def end(story: Story) -> object:
    world = world_of(story.state(), "small", local("2023-04-01"))
    assert world is not None
    return world.life.bound["GENT"][0].end


def says(answer: Answer) -> list[str]:
    return [finding.says for finding in answer.findings]


def test_the_time_of_a_notice_runs_from_the_last_receipt():
    story, notice = noticed()
    received(story, notice, "ANN", "2022-06-02T08:00:00Z")
    received(story, notice, "BOB", "2022-06-20T08:00:00Z")
    assert end(story) == local("2022-09-21")


def test_while_one_receipt_is_missing_there_is_no_effect_and_the_answer_says_whose():
    story, notice = noticed()
    received(story, notice, "ANN", "2022-06-02T08:00:00Z")
    assert end(story) is None
    assert says(story.ask("2023-04-01")) == [
        "no effect is proven yet: received_at of termination-notice-given (entry 5) by BOB"
    ]


def test_a_receipt_that_the_notice_itself_states_is_that_of_all():
    story, _ = noticed(received_at="2022-06-03T08:00:00Z")
    assert end(story) == local("2022-09-04")
