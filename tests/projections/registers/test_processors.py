from __future__ import annotations

import pytest

from projections.registers.processors import ProcessorsRegister
from tests.projections.obligations.stories import Story
from tests.projections.registers.asking import begun, row, rows

ENGAGED = "2021-11-10"


def engaged(story: Story) -> Story:
    story.tell(
        "processor-engaged", "VLAIO", ENGAGED, processor="Net-IT", guarantees_assessed=True, applications=["KRIS"]
    )
    return story


def agreed(story: Story, kind: str, at: str, recorded: str | None = None, **fields: str) -> Story:
    story.tell(
        f"{kind}-agreement-signed", "VLAIO", at, recorded=recorded, agreement=f"{kind}-1", processor="Net-IT", **fields
    )
    return story


def test_both_agreements_before_the_first_access_are_shown_as_such() -> None:
    story = engaged(agreed(agreed(begun(), "processing", "2021-11-01"), "confidentiality", "2021-11-02"))
    found = row(story, ProcessorsRegister, "2022-01-01")
    assert (found["processing_agreement"], found["confidentiality_agreement"]) == ("processing-1", "confidentiality-1")
    assert (found["both_before"], found["guarantees"], found["until"]) == ("yes", "assessed", "")


@pytest.mark.parametrize(
    ("signed", "verdict"), [("2021-11-09", "yes"), (ENGAGED, "unknown"), ("2021-11-11", "no"), (None, "no")]
)
def test_an_agreement_counts_by_the_day_it_was_signed(signed: str | None, verdict: str) -> None:
    story = agreed(begun(), "processing", "2021-11-01")
    if signed is not None:
        agreed(story, "confidentiality", signed)
    found = row(engaged(story), ProcessorsRegister, "2022-01-01")
    assert (found["processing_before"], found["confidentiality_before"]) == ("yes", verdict)
    assert found["both_before"] == verdict


def test_an_agreement_that_ended_while_the_processor_stays_is_none_now() -> None:
    story = engaged(agreed(agreed(begun(), "processing", "2021-11-01"), "confidentiality", "2021-11-02"))
    story.tell("agreement-ended", "VLAIO", "2022-02-01", agreement="processing-1")
    before, after = row(story, ProcessorsRegister, "2022-01-01"), row(story, ProcessorsRegister, "2022-03-01")
    assert (before["processing_now"], after["processing_now"]) == ("yes", "no")
    assert (after["processing_before"], after["confidentiality_now"]) == ("yes", "yes")
    story.tell("processor-disengaged", "VLAIO", "2022-04-01", processor="Net-IT")
    assert row(story, ProcessorsRegister, "2022-05-01")["processing_now"] == ""


def test_an_agreement_that_ended_before_the_access_does_not_count() -> None:
    story = agreed(begun(), "processing", "2021-11-01")
    story.tell("agreement-ended", "VLAIO", "2021-11-05", agreement="processing-1")
    assert row(engaged(story), ProcessorsRegister, "2022-01-01")["processing_before"] == "no"


def test_an_agreement_recorded_after_the_access_counts_by_its_own_day_once_it_is_known() -> None:
    story = agreed(engaged(begun()), "processing", "2021-11-01", recorded="2021-12-20T10:00:00Z")
    assert row(story, ProcessorsRegister, "2021-12-01", "2021-12-01")["processing_before"] == "no"
    assert row(story, ProcessorsRegister, "2021-12-01", "2022-01-01")["processing_before"] == "yes"


def test_the_last_overview_shared_with_a_party_says_whether_it_was_told() -> None:
    story = engaged(begun())
    story.tell("processor-overview-shared", "VLAIO", "2021-11-11", to="TBT", version="1", processors=["Net-IT"])
    story.tell("processor-overview-shared", "VLAIO", "2021-11-11", to="FIO", version="1", processors=["Net-IT"])
    story.tell("processor-overview-shared", "VLAIO", "2021-11-20", to="FIO", version="2", processors=[])
    assert row(story, ProcessorsRegister, "2021-11-15")["listed_to"] == ["FIO", "TBT"]
    assert row(story, ProcessorsRegister, "2022-01-01")["listed_to"] == ["TBT"]


def test_a_processor_is_listed_from_its_engagement_and_shows_its_end() -> None:
    story = engaged(begun())
    story.tell("processor-disengaged", "VLAIO", "2022-03-01", processor="Net-IT")
    assert rows(story, ProcessorsRegister, "2021-11-01") == []
    assert row(story, ProcessorsRegister, "2022-02-01")["until"] == ""
    assert row(story, ProcessorsRegister, "2022-04-01")["until"] == "2022-03-01"


def test_who_agreed_to_a_processor_and_whether_in_time() -> None:
    story = begun()
    story.tell("processor-approved", "TBT", "2021-11-08", processor="Net-IT")
    story.tell("processor-approved", "TBT", "2021-11-08", processor="HBplus")
    engaged(story)
    story.tell("processor-approved", "FIO", "2021-11-20", processor="Net-IT")
    story.tell("processor-refused", "TBT", "2022-02-01", processor="Net-IT")
    story.tell("processor-approved", "TBT", "2022-04-01", processor="Net-IT")

    def shown(as_of: str) -> tuple[list[str], list[str], list[str]]:
        found = row(story, ProcessorsRegister, as_of)
        return found["approved_by"], found["approved_before"], found["refused_by"]

    assert shown("2021-11-15") == (["TBT"], ["TBT"], [])
    assert shown("2022-01-01") == (["FIO", "TBT"], ["TBT"], [])
    assert shown("2022-03-01") == (["FIO"], ["TBT"], ["TBT"])
    assert shown("2022-05-01") == (["FIO", "TBT"], ["TBT"], [])


@pytest.mark.parametrize(
    ("kind", "at", "before"),
    [("approved", "2021-11-09", ["TBT"]), ("approved", ENGAGED, []), ("approved", "2021-11-11", []),
     ("refused", "2021-11-09", [])],
)  # fmt: skip
def test_an_approval_is_in_time_if_it_came_before_the_first_access(kind: str, at: str, before: list[str]) -> None:
    story = begun()
    story.tell(f"processor-{kind}", "TBT", at, processor="Net-IT")
    assert row(engaged(story), ProcessorsRegister, "2022-01-01")["approved_before"] == before


def test_a_refusal_before_the_first_access_takes_back_the_approval() -> None:
    story = begun()
    story.tell("processor-approved", "TBT", "2021-11-02", processor="Net-IT")
    story.tell("processor-refused", "TBT", "2021-11-05", processor="Net-IT")
    found = row(engaged(story), ProcessorsRegister, "2022-01-01")
    assert (found["approved_by"], found["approved_before"], found["refused_by"]) == ([], [], ["TBT"])
