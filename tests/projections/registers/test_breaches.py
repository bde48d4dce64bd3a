from __future__ import annotations

from projections.registers.breaches import BreachesRegister
from tests.projections.obligations.stories import Story
from tests.projections.registers.asking import begun, row

INCIDENT = "INC-1"


def leaked() -> Story:
    story = begun()
    story.tell("incident-detected", "VLAIO", "2022-04-04T08:00:00Z", incident=INCIDENT, leak=True,
               aware_at="2022-04-04T08:00:00Z", origins=["TBT"])  # fmt: skip
    return story


def test_a_leak_waits_for_its_party_under_each_clause() -> None:
    found = row(leaked(), BreachesRegister, "2022-04-05")
    assert (found["leak"], found["risk"], found["told"], found["authority"]) == ("yes", "not assessed", [], [])
    assert "VLAIO (art. 9, sentence 1)" in found["waiting_on"]
    assert "VLAIO (AVG 33(1))" in found["waiting_on"]


def test_each_step_shows_how_long_it_took_since_the_party_knew() -> None:
    story = leaked()
    story.tell("breach-notified", "VLAIO", "2022-04-05T09:00:00Z", incident=INCIDENT, to=["TBT"], channel="dpo",
               received_at="2022-04-05T10:30:00Z")  # fmt: skip
    story.tell("breach-notified", "VLAIO", "2022-04-05T09:00:00Z", incident=INCIDENT, to=["FIO"])
    story.tell("breach-assessed", "VLAIO", "2022-04-05T12:00:00Z", incident=INCIDENT, risk="likely")
    story.tell("authority-notified", "VLAIO", "2022-04-06T09:00:00Z", incident=INCIDENT, authority="VTC")
    story.tell(
        "joint-consultation-held", "VLAIO", "2022-04-06", incident=INCIDENT, participants=["VLAIO", "TBT", "FIO"]
    )
    found = row(story, BreachesRegister, "2022-04-10")
    assert found["told"] == ["TBT after 26 h, by dpo", "FIO receipt not stated"]
    assert (found["risk"], found["authority"], found["consultation"]) == ("likely", ["VTC after 2 days"], ["2 days"])
    assert "VLAIO (AVG 33(1))" not in found["waiting_on"]


def test_the_same_question_at_an_earlier_knowledge_gives_the_earlier_answer() -> None:
    story = leaked()
    story.tell("breach-notified", "VLAIO", "2022-04-05T09:00:00Z", recorded="2022-04-20T09:00:00Z", incident=INCIDENT,
               to=["TBT", "FIO"], received_at="2022-04-05T10:00:00Z")  # fmt: skip
    assert row(story, BreachesRegister, "2022-04-10", "2022-04-10")["told"] == []
    assert len(row(story, BreachesRegister, "2022-04-10")["told"]) == 2


def test_an_incident_that_was_recorded_late_says_how_late() -> None:
    story = begun()
    story.tell(
        "incident-detected",
        "TBT",
        "2022-04-04T08:00:00Z",
        recorded="2022-04-14T09:00:00Z",
        incident=INCIDENT,
        leak=False,
    )
    found = row(story, BreachesRegister, "2022-05-01")
    assert (found["late_days"], found["aware_at"]) == (10, "not stated")
