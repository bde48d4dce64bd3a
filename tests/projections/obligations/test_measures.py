"""P4: what art. 3 says of a delivery that does not name its data, and how long the measures of art. 6 are asked."""

from __future__ import annotations

import pytest

from ledger.protocol.shipped import shipped
from projections.obligations.answer import Status
from tests.projections.obligations.stories import Story, destroyed, local, signed_serv, the, under

CLOSED_LIST = "art. 3, table/b"
STORAGE, SHOWN = "art. 6, item 2", "art. 6, sentence 3"


def serv() -> Story:
    return signed_serv(Story.of("opgroeien-serv-2021", shipped()["opgroeien-serv-2021"], begins="2021-03-01"))


def sent(story: Story, **more: object) -> str:
    return story.tell("data-communicated", "OPGROEIEN", "2021-03-22T08:00:00Z", exchange="X", from_="OPGROEIEN",
                      to=["SERV"], origins=["OPGROEIEN"], datasets=["d"], **more)  # fmt: skip


def received(story: Story, at: str = "2021-03-22T09:00:00Z", exchange: str = "X", **more: object) -> None:
    story.tell("data-received", "SERV", at, exchange=exchange, from_="OPGROEIEN", to="SERV", origins=["OPGROEIEN"],
               datasets=["d"], received_at=at, **more)  # fmt: skip


# --- what is not said --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({}, [False]),
        ({"categories": ["naam", "gemeente"]}, []),
        ({"categories": ["naam", "rijksregisternummer"]}, [True]),
    ],
)
def test_a_delivery_that_does_not_say_what_it_holds_is_asked_about(said, verdict):
    story = serv()
    sent(story, **said)
    found = [each for each in story.ask("2021-06-01").violations if each.clause == CLOSED_LIST]
    assert [each.certain for each in found] == verdict
    if verdict == [False]:
        assert found[0].missing == ("categories of data-communicated (entry 4)",)


def test_a_correction_that_says_it_settles_the_question():
    story = serv()
    first = sent(story)
    sent(story, categories=["naam"], corrects=first)
    assert [each for each in story.ask("2021-06-01").violations if each.clause == CLOSED_LIST] == []


# --- measures ----------------------------------------------------------------------------------------------------


def test_measures_are_asked_from_in_force_until_everything_received_is_destroyed():
    story = serv()
    assert the(story.ask("2021-03-20"), STORAGE).status is Status.OPEN
    received(story, copy=["mailbox", "key-table"])
    destroyed(story, "SERV", "OPGROEIEN", "mailbox", "2021-11-01T08:00:00Z")
    assert the(story.ask("2021-12-01"), STORAGE).status is Status.OPEN
    destroyed(story, "SERV", "OPGROEIEN", "key-table", "2022-01-10T08:00:00Z")
    answer = story.ask("2022-03-01")
    assert {each.status for each in under(answer, STORAGE)} == {Status.LAPSED}
    assert {each.status for each in under(answer, SHOWN)} == {Status.LAPSED}


def test_a_measure_that_lapses_afterwards_is_not_owed_again():
    story = serv()
    story.tell("measure-attested", "SERV", "2021-03-19T08:00:00Z", measure="secured-storage")
    received(story, copy=["mailbox"])
    destroyed(story, "SERV", "OPGROEIEN", "mailbox", "2021-11-01T08:00:00Z")
    story.tell("measure-lapsed", "SERV", "2021-12-01T08:00:00Z", measure="secured-storage")
    assert under(story.ask("2022-03-01"), STORAGE, status="open") == []


def test_a_delivery_without_a_copy_on_record_keeps_the_measures():
    story = serv()
    received(story)
    found = the(story.ask("2021-06-01"), STORAGE)
    assert (found.status, found.missing) == (Status.OPEN, ("which copies SERV has of OPGROEIEN",))


def test_a_copy_that_comes_back_asks_them_again():
    story = serv()
    received(story, copy=["mailbox"])
    destroyed(story, "SERV", "OPGROEIEN", "mailbox", "2021-11-01T08:00:00Z")
    story.tell("restore-performed", "SERV", "2021-12-01T08:00:00Z", copy=["mailbox"], origin="OPGROEIEN",
               datasets=["d"])  # fmt: skip
    found = the(story.ask("2022-03-01"), STORAGE, status="open")
    assert found.opened_at == local("2021-12-01T09:00")


def test_after_the_end_of_the_protocol_no_measure_is_asked():
    story = serv()
    received(story, copy=["mailbox"])
    story.tell("protocol-breach-suspected", "OPGROEIEN", "2021-06-01T09:00:00Z", breach="B", committed_by="SERV")
    story.tell("protocol-terminated-unilaterally", "OPGROEIEN", "2021-06-03T09:00:00Z", breach="B", to=["SERV"],
               received_at="2021-06-05T09:00:00Z")  # fmt: skip
    answer = story.ask("2021-07-01")
    assert {each.status for each in under(answer, STORAGE)} == {Status.LAPSED}
    assert the(answer, "art. 3, sentence 4").status is Status.OPEN
