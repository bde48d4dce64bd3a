from __future__ import annotations

from projections.registers.corrections import CorrectionsRegister
from tests.projections.obligations.stories import Story, holding
from tests.projections.registers.asking import begun, row, rows

ERROR = "E-2022-004"
CASE = {"error": ERROR, "origin": "TBT", "dataset": "contacts"}


def found_by(finder: str) -> Story:
    story = begun()
    holding(story, "VLAIO", "TBT", "contacts", "kris")
    story.tell(
        "data-error-found", finder, "2022-03-01T09:00:00Z", kind="wrong", found_at="2022-03-01T09:00:00Z", **CASE
    )
    return story


def reported(story: Story, author: str, to: list[str], finder: str) -> Story:
    story.tell("data-error-reported", author, "2022-03-02T09:00:00Z", to=to, found_by=finder,
               received_at="2022-03-02T09:00:00Z", found_at="2022-03-01T09:00:00Z", **CASE)  # fmt: skip
    return story


def test_a_source_that_found_an_error_is_waited_for_until_it_told_everybody() -> None:
    found = row(found_by("TBT"), CorrectionsRegister, "2022-03-05")
    assert (found["direction"], found["state"]) == ("from the source", "open")
    assert found["waiting_on"] == ["TBT (art. 7, sentence 1)"]
    assert (found["addressees_complete"], sorted(found["not_told"])) == ("no", ["FIO", "VLAIO"])


def test_a_report_to_one_of_two_leaves_the_other_in_the_list() -> None:
    found = row(reported(found_by("TBT"), "TBT", ["VLAIO"], "TBT"), CorrectionsRegister, "2022-03-05")
    assert found["not_told"] == ["FIO"]
    assert "VLAIO (art. 7, sentence 2)" in found["waiting_on"]
    assert found["steps"] == ["TBT reported to VLAIO after 24 h"]


def test_a_recipient_that_found_an_error_passes_the_wait_to_the_source() -> None:
    story = found_by("VLAIO")
    assert row(story, CorrectionsRegister, "2022-03-05")["waiting_on"] == ["VLAIO (art. 7, sentence 3)"]
    later = row(reported(story, "VLAIO", ["TBT"], "VLAIO"), CorrectionsRegister, "2022-03-05")
    assert later["direction"] == "to the source"
    assert later["waiting_on"] == ["TBT (art. 7, sentence 4)"]


def test_a_matter_is_closed_once_nobody_is_waited_for() -> None:
    story = reported(found_by("TBT"), "TBT", ["VLAIO", "FIO"], "TBT")
    story.tell("correction-applied", "VLAIO", "2022-03-08T09:00:00Z", error=ERROR, copy=["kris"], measure="change")
    story.tell("holdings-declared", "FIO", "2022-03-09", origins=["TBT"])
    found = row(story, CorrectionsRegister, "2022-04-01")
    assert (found["state"], found["addressees_complete"], found["waiting_on"]) == ("closed", "yes", [])
    assert found["steps"][-1] == "VLAIO applied after 7 days"


def test_an_error_that_is_taken_back_is_no_matter_any_more() -> None:
    story = begun()
    event = story.tell("data-error-found", "TBT", "2022-03-01", kind="wrong", **CASE)
    story.tell("event-retracted", "TBT", "2022-03-02", retracts=event)
    assert rows(story, CorrectionsRegister, "2022-04-01") == []
