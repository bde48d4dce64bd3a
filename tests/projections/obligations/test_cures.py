"""A notice of default: which reading makes it one, and what a cure cures."""

from __future__ import annotations

import pytest

from ledger.protocol.shipped import shipped
from projections.obligations.answer import Answer
from tests.projections.obligations.small import clause, small, text
from tests.projections.obligations.stories import Story, local, signed_vlaio, under

DESTROY = "art. 4, sentence 3"


def suspected(story: Story, at: str, **more: str) -> str:
    return story.tell("protocol-breach-suspected", "VLAIO", at, breach="B", committed_by="TBT", **more)


def notice(story: Story, at: str, name: str = "N-1", **more: str) -> str:
    return story.tell("notice-of-default-received", "TBT", at, notice=name, breach="B", to="TBT", received_at=at,
                      **more)  # fmt: skip


def remedied(story: Story, at: str) -> None:
    story.tell("breach-remedied", "TBT", at, breach="B")


def dissolved(story: Story, at: str, name: str = "N-1") -> None:
    story.tell("protocol-dissolution-declared", "FIO", at, notice=name)


def states(answer: Answer, case: str = "") -> dict[str, str]:
    """By holder, of the power of art. 8 that one notice gave, or the only one."""
    powers = [each for each in answer.powers if each.clause == "art. 8"]
    return {each.holder: each.state for each in powers if case in ("", each.case)}


@pytest.fixture
def story() -> Story:
    found = signed_vlaio(Story.of("vlaio-fio-tbt-2021", shipped()["vlaio-fio-tbt-2021"]))
    suspected(found, "2021-10-14T09:00:00Z")
    return found


# --- readings ----------------------------------------------------------------------------------------------------


def choose(story: Story, at: str, **more: str) -> None:
    story.tell("interpretation-chosen", "OPERATOR", at, interpretation="I-11", option="not-written", **more)


def test_a_reading_chosen_later_leaves_the_power_of_a_notice_that_was_received(story):
    notice(story, "2021-10-15T12:00:00Z", channel="email")
    choose(story, "2021-11-01")
    found = [each for each in story.ask("2021-11-20").powers if each.clause == "art. 8"]
    assert {(each.holder, each.state, each.reading["I-11"]) for each in found} == {
        ("VLAIO", "exercisable", "written"), ("FIO", "exercisable", "written"),
    }  # fmt: skip
    dissolved(story, "2021-11-20T08:00:00Z")
    answer = story.ask("2021-12-01")
    assert answer.void_acts == ()
    assert states(answer) == {"FIO": "exercised"}
    assert {each.bearer for each in under(answer, DESTROY)} == {"VLAIO", "FIO", "TBT"}


def test_what_was_exercised_before_the_choice_remains_and_is_still_shown(story):
    notice(story, "2021-10-15T12:00:00Z", channel="email")
    dissolved(story, "2021-11-20T08:00:00Z")
    choose(story, "2021-11-25")
    answer = story.ask("2021-12-01")
    assert answer.void_acts == ()
    assert states(answer) == {"FIO": "exercised"}


def test_a_choice_that_says_from_when_reaches_back_and_a_later_notice_is_read_by_it(story):
    notice(story, "2021-10-15T12:00:00Z", channel="email")
    choose(story, "2021-11-01", from_="2021-10-11")
    dissolved(story, "2021-11-20T08:00:00Z")
    assert len(story.ask("2021-12-01").void_acts) == 1
    assert story.ask("2021-12-01", known_at="2021-10-31").void_acts == ()


def test_a_notice_that_came_after_the_choice_is_none(story):
    choose(story, "2021-10-15")
    notice(story, "2021-10-20T12:00:00Z", channel="email")
    dissolved(story, "2021-11-25T08:00:00Z")
    answer = story.ask("2021-12-01")
    assert ["upon what did not happen" in each.why for each in answer.void_acts] == [True]


def test_a_reading_chosen_later_changes_no_end_that_came():
    story = signed_vlaio(Story.of("vlaio-fio-tbt-2021", shipped()["vlaio-fio-tbt-2021"]))
    story.tell("legal-ground-ceased", "TBT", "2022-03-01T08:00:00Z", party="TBT")
    before = {(each.clause, each.bearer) for each in story.ask("2022-06-01").obligations if "art. 4" in each.clause}
    story.tell("interpretation-chosen", "OPERATOR", "2022-05-01", interpretation="I-3", option="withdrawal")
    after = {(each.clause, each.bearer) for each in story.ask("2022-06-01").obligations if "art. 4" in each.clause}
    assert (DESTROY, "TBT") in before
    assert after == before


# --- versions ----------------------------------------------------------------------------------------------------

DEFAULT = clause("default", "pattern: power\nwhen: {type: notice-of-default-received, at: received_at}\n"
                            "holder: {of: all, but: trigger.to}\nafter: 30 days\n"
                            "act: {type: protocol-dissolution-declared, where: {notice: trigger.notice}}\n"
                            "effect: {makes: ended, for: all, at: act.happened_at}")  # fmt: skip
AMEND = clause("amend", "pattern: power\nholder: all\njointly: true\nact: {type: protocol-amended}\n"
                        "effect: {makes: amended, for: all, at: act.effective_at}")  # fmt: skip


@pytest.mark.parametrize(
    ("second", "address", "since"),
    [
        ("", "default", "2021-12-16"),
        (DEFAULT.replace("30 days", "60 days"), "default", "2021-12-16"),
        (DEFAULT.replace("30 days", "60 days").replace("clause: default\n", "clause: later\n  takes_over: default\n"),
         "later", "2022-01-15"),
    ],
)  # fmt: skip
def test_a_later_version_changes_a_power_that_arose_only_if_it_takes_it_over(second, address, since):
    story = small(DEFAULT, AMEND)
    story.tell("notice-of-default-received", "BOB", "2021-11-15T09:00:00Z", notice="N-1", breach="B", to="BOB",
               received_at="2021-11-15T09:00:00Z")  # fmt: skip
    story.amend(text(second, AMEND, version="2"), "2", at="2021-11-29")
    for party in ("ANN", "BOB"):
        story.tell("protocol-amended", party, "2021-11-29T08:00:00Z", version="2", effective_at="2021-12-01")
    powers = [each for each in story.ask("2021-12-05").powers if each.clause in ("default", "later")]
    assert [(each.clause, each.exercisable_from) for each in powers] == [(address, local(since))]
    story.tell("protocol-dissolution-declared", "ANN", "2021-12-20T08:00:00Z", notice="N-1")
    assert bool(story.ask("2022-02-01").void_acts) is (address == "later")


# --- cures -------------------------------------------------------------------------------------------------------


def test_a_breach_that_comes_back_is_not_cured_by_what_came_before(story):
    first = notice(story, "2021-10-15T12:00:00Z")
    remedied(story, "2021-11-01T10:00:00Z")
    suspected(story, "2022-01-10T09:00:00Z")
    second = notice(story, "2022-01-12T12:00:00Z", "N-2")
    assert states(story.ask("2022-02-15"), first) == {"VLAIO": "cured", "FIO": "cured"}
    assert states(story.ask("2022-02-15"), second) == {"VLAIO": "exercisable", "FIO": "exercisable"}
    dissolved(story, "2022-02-15T08:00:00Z", "N-2")
    assert story.ask("2022-03-01").void_acts == ()


def test_a_notice_that_was_sent_after_the_cure_says_so_too(story):
    remedied(story, "2021-11-01T10:00:00Z")
    story.tell("notice-of-default-sent", "VLAIO", "2022-01-10T09:00:00Z", notice="N-2", breach="B", to="TBT")
    notice(story, "2022-01-12T12:00:00Z", "N-2")
    assert states(story.ask("2022-02-15")) == {"VLAIO": "exercisable", "FIO": "exercisable"}
    remedied(story, "2022-01-20T10:00:00Z")
    assert states(story.ask("2022-02-15")) == {"VLAIO": "cured", "FIO": "cured"}


def test_what_was_cured_in_time_stays_cured_and_its_return_takes_a_new_notice(story):
    notice(story, "2021-10-15T12:00:00Z")
    remedied(story, "2021-10-25T10:00:00Z")
    suspected(story, "2021-11-05T09:00:00Z")
    dissolved(story, "2021-11-20T08:00:00Z")
    answer = story.ask("2021-12-01")
    assert states(answer) == {"VLAIO": "cured", "FIO": "cured"}
    assert [each.why for each in answer.void_acts] == ["cured in time: art. 8, by breach-remedied (entry 6)"]


def test_a_cure_while_the_notice_was_on_its_way_cures_it(story):
    story.tell("notice-of-default-sent", "VLAIO", "2021-10-15T09:00:00Z", notice="N-1", breach="B", to="TBT")
    remedied(story, "2021-10-16T09:00:00Z")
    notice(story, "2021-10-18T12:00:00Z")
    assert states(story.ask("2021-12-01")) == {"VLAIO": "cured", "FIO": "cured"}
