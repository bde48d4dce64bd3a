"""Processors in both protocols: agreements before the real start, and for as long as the processor is there."""

from __future__ import annotations

import pytest

from ledger.protocol.shipped import shipped
from projections.obligations.answer import Answer, Status
from tests.projections.obligations.stories import Story, local, signed_serv, signed_vlaio, the, under

BEFORE = ("art. 5, sentence 5", "art. 6, sentence 4")
WHILE = ("art. 5, sentence 5/b", "art. 6, sentence 4/b")


def vlaio() -> Story:
    return signed_vlaio(Story.of("vlaio-fio-tbt-2021", shipped()["vlaio-fio-tbt-2021"]))


def papers(story: Story, at: str, number: int = 1) -> None:
    story.tell("processing-agreement-signed", "VLAIO", at, agreement=f"PA-{number}", processor="Net-IT")
    story.tell("confidentiality-agreement-signed", "VLAIO", at, agreement=f"CA-{number}", processor="Net-IT")


def engaged(story: Story, at: str, **more: object) -> str:
    return story.tell("processor-engaged", "VLAIO", at, processor="Net-IT", **more)


def broken(answer: Answer) -> dict[str, bool]:
    return {each.clause: each.certain for each in answer.violations if each.clause in BEFORE}


# --- as long as it is there --------------------------------------------------------------------------------------


def agreements_that_end() -> tuple[Story, str]:
    story = vlaio()
    papers(story, "2021-11-01T08:00:00Z")
    engaged(story, "2021-12-01T08:00:00Z")
    ended = story.tell("agreement-ended", "VLAIO", "2022-02-01T08:00:00Z", agreement="PA-1")
    return story, ended


def test_an_agreement_that_ends_while_the_processor_stays_is_owed_again_from_that_moment():
    story, ended = agreements_that_end()
    assert under(story.ask("2022-01-31"), WHILE[0]) == []
    answer = story.ask("2022-03-01")
    found = the(answer, WHILE[0])
    assert (found.bearer, found.counterparty, found.status) == ("VLAIO", ("FIO", "TBT"), Status.OPEN)
    assert (found.opened_at, found.opened_by.id) == (local("2022-02-01T09:00"), ended)
    assert under(answer, WHILE[1]) == []
    assert broken(answer) == {}


def test_a_new_agreement_closes_it_and_so_does_the_end_of_the_processor():
    story, _ = agreements_that_end()
    papers(story, "2022-03-01T08:00:00Z", 2)
    found = the(story.ask("2022-04-01"), WHILE[0])
    assert (found.status, found.closed_at) == (Status.FULFILLED, local("2022-03-01T09:00"))
    story, _ = agreements_that_end()
    story.tell("processor-disengaged", "VLAIO", "2022-03-01T08:00:00Z", processor="Net-IT")
    assert the(story.ask("2022-04-01"), WHILE[0]).status is Status.LAPSED


def test_an_agreement_that_runs_out_by_itself_is_noticed_too():
    story = vlaio()
    story.tell("processing-agreement-signed", "VLAIO", "2021-11-01T08:00:00Z", agreement="PA-1", processor="Net-IT",
               valid_until="2022-01-31")  # fmt: skip
    engaged(story, "2021-12-01T08:00:00Z")
    assert under(story.ask("2022-01-31T12:00"), WHILE[0]) == []
    assert the(story.ask("2022-02-02"), WHILE[0]).opened_at == local("2022-02-01")


def test_of_the_serv_too():
    story = signed_serv(Story.of("opgroeien-serv-2021", shipped()["opgroeien-serv-2021"], begins="2021-03-01"))
    story.tell("processing-agreement-signed", "SERV", "2021-04-01T08:00:00Z", agreement="PA-1", processor="SurveyTool")
    story.tell("processor-engaged", "SERV", "2021-04-02T08:00:00Z", processor="SurveyTool", guarantees_assessed=True)
    assert under(story.ask("2021-05-01"), "art. 6, sentence 6/b") == []
    story.tell("agreement-ended", "SERV", "2021-05-02T08:00:00Z", agreement="PA-1")
    assert the(story.ask("2021-06-01"), "art. 6, sentence 6/b").counterparty == ("OPGROEIEN",)


# --- the real start ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signed", "told", "started", "late"),
    [
        ("2021-12-10T08:00:00Z", "2021-12-01T08:00:00Z", "2021-12-20T08:00:00Z", False),  # signed before the real start
        ("2021-11-20T08:00:00Z", "2021-12-01T08:00:00Z", "2021-11-10T08:00:00Z", True),  # it had begun without
        ("2021-11-20T08:00:00Z", "2021-12-01T08:00:00Z", None, False),
    ],
)
def test_what_comes_first_is_asked_at_the_real_start(signed, told, started, late):
    story = vlaio()
    for at, act in sorted(((signed, papers), (told, engaged)), key=lambda each: each[0]):
        act(story, at, **({"started_at": started} if act is engaged and started else {}))
    assert broken(story.ask("2022-01-10")) == (dict.fromkeys(BEFORE, True) if late else {})


def test_what_has_not_started_yet_is_not_judged_yet():
    story = vlaio()
    engaged(story, "2021-12-01T08:00:00Z", started_at="2022-02-01")
    assert broken(story.ask("2022-01-31")) == {}
    assert under(story.ask("2022-01-31"), WHILE[0]) == []
    assert broken(story.ask("2022-02-02")) == dict.fromkeys(BEFORE, True)
    assert the(story.ask("2022-02-02"), WHILE[0]).opened_at == local("2022-02-01")


def test_what_was_called_off_before_its_start_never_began():
    story = vlaio()
    engaged(story, "2021-12-01T08:00:00Z", started_at="2022-02-01")
    story.tell("processor-disengaged", "VLAIO", "2022-01-10T08:00:00Z", processor="Net-IT")
    answer = story.ask("2022-03-01")
    assert broken(answer) == {}
    assert [under(answer, each) for each in (WHILE[0], "art. 5, sentence 6", "art. 9, sentence 3/b")] == [[], [], []]


def test_a_list_that_was_shared_before_the_start_tells_the_newcomer():
    story = vlaio()
    engaged(story, "2021-12-01T08:00:00Z", started_at="2022-02-01T08:00:00Z")
    for to in ("FIO", "TBT"):
        story.tell("processor-overview-shared", "VLAIO", "2022-01-15T08:00:00Z", to=to, version="1",
                   processors=["Net-IT"])  # fmt: skip
    answer = story.ask("2022-03-01")
    assert {each.status for each in under(answer, "art. 9, sentence 3/b")} == {Status.FULFILLED}
    assert under(answer, "art. 5, sentence 6") == []
