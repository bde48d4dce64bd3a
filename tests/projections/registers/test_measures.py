from __future__ import annotations

from projections.registers.measures import MeasuresRegister
from tests.projections.registers.asking import begun, row, rows


def test_a_measure_is_in_place_until_it_lapses() -> None:
    story = begun()
    story.tell("measure-attested", "TBT", "2021-10-20", measure="logging",
               evidence=[{"strength": "signed-document", "signed_by": ["TBT"]}])  # fmt: skip
    story.tell("measure-lapsed", "TBT", "2022-02-01", measure="logging")
    assert rows(story, MeasuresRegister, "2021-10-15") == []
    then = row(story, MeasuresRegister, "2022-01-01")
    assert (then["state"], then["until"], then["evidence"]) == ("in place", "", "signed-document")
    later = row(story, MeasuresRegister, "2022-03-01")
    assert (later["state"], later["until"]) == ("ended", "2022-02-01")


def test_the_next_attestation_takes_the_place_of_the_one_before() -> None:
    story = begun()
    for day in ("2021-10-20", "2022-01-20"):
        story.tell("measure-attested", "TBT", day, measure="logging")
    assert [each["state"] for each in rows(story, MeasuresRegister, "2022-03-01")] == ["ended", "in place"]


def test_a_policy_that_was_reviewed_for_several_has_a_row_for_each() -> None:
    story = begun()
    story.tell("policy-reviewed", "VLAIO", "2022-01-10", document="policy", for_=["VLAIO", "FIO"], version="4")
    found = rows(story, MeasuresRegister, "2022-03-01", kind="policy")
    assert [(each["party"], each["about"], each["detail"]) for each in found] == [
        ("FIO", "policy", ["4"]),
        ("VLAIO", "policy", ["4"]),
    ]


def test_what_was_recorded_late_says_by_how_many_days() -> None:
    story = begun()
    story.tell("measure-attested", "TBT", "2021-10-20", recorded="2021-11-01T09:00:00Z", measure="logging")
    assert row(story, MeasuresRegister, "2022-01-01")["late_days"] == 11
    assert rows(story, MeasuresRegister, "2022-01-01", "2021-10-25") == []
