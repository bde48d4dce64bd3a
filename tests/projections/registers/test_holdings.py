from __future__ import annotations

from projections.registers.holdings import HoldingsRegister
from tests.projections.obligations.stories import Story, deleted, destroyed, holding
from tests.projections.registers.asking import begun, row, rows


def held() -> Story:
    story = begun()
    holding(story, "VLAIO", "TBT", "contacts", "kris", at="2021-11-02")
    return story


def test_a_copy_goes_from_held_to_deleted_to_destroyed() -> None:
    story = held()
    deleted(story, "VLAIO", "TBT", "kris", "2022-02-01", dataset="contacts")
    destroyed(story, "VLAIO", "TBT", "kris", "2022-04-01", dataset="contacts")
    assert rows(story, HoldingsRegister, "2021-10-20") == []
    states = [row(story, HoldingsRegister, day)["state"] for day in ("2022-01-01", "2022-03-01", "2022-05-01")]
    assert states == ["held", "deleted", "destroyed"]


def test_two_files_in_one_copy_are_two_rows() -> None:
    story = held()
    for file in ("F-1", "F-2"):
        holding(story, "VLAIO", "TBT", "files", "kris", at="2021-11-02", records=file)
    destroyed(story, "VLAIO", "TBT", "kris", "2022-04-01", dataset="files", records="F-1")
    found = {each["records"]: each["state"] for each in rows(story, HoldingsRegister, "2022-05-01")}
    assert found == {"": "held", "F-1": "destroyed", "F-2": "held"}


def test_a_deletion_that_was_recorded_late_changes_what_was_true_and_not_what_was_known() -> None:
    story = held()
    story.tell("deletion-performed", "VLAIO", "2022-02-01", recorded="2022-02-20T09:00:00Z", origin="TBT",
               datasets=["contacts"], copy=["kris"], method="hard-delete", evidence=[{"strength": "log"}])  # fmt: skip
    assert row(story, HoldingsRegister, "2022-02-10", "2022-02-10")["state"] == "held"
    found = row(story, HoldingsRegister, "2022-02-10")
    assert (found["state"], found["evidence"], found["late_days"]) == ("deleted", "log", 18)


def test_a_legal_hold_and_an_ageing_backup_are_notes_beside_the_copy() -> None:
    story = held()
    story.tell("legal-hold-placed", "VLAIO", "2022-01-05", hold="H-1", origin="TBT", datasets=["contacts"],
               copy=["kris"], ground="dispute")  # fmt: skip
    story.tell("backup-expiry-recorded", "VLAIO", "2022-01-06", origin="TBT", datasets=["contacts"], copy="kris",
               expires_at="2022-09-01")  # fmt: skip
    notes = row(story, HoldingsRegister, "2022-02-01")["notes"]
    assert notes[0].startswith("under legal hold")
    assert notes[1] == "ages out on 2022-09-01"
