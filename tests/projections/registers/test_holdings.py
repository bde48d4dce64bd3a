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


def test_a_row_says_who_keeps_the_copy_who_sent_it_and_what_shows_that_it_is_gone() -> None:
    story = held()
    holding(story, "VLAIO", "TBT", "files", "cloud", at="2021-11-02", kept_by="Net-IT", sender="FIO")
    named = {"origin": "TBT", "datasets": ["files"], "copy": ["cloud"]}
    story.tell("processor-deletion-confirmed", "VLAIO", "2022-04-02", processor="Net-IT", outcome="destroyed", **named)
    story.tell("deletion-verified", "VLAIO", "2022-04-03", verified_how="queried-again", outcome="still-there", **named)
    found = next(each for each in rows(story, HoldingsRegister, "2022-05-01") if each["copy"] == "cloud")
    assert (found["kept_by"], found["sender"], found["state"]) == ("Net-IT", "FIO", "held")
    count = len(story.entries)
    assert found["notes"] == [
        f"Net-IT confirmed: destroyed, entry {count - 1}", f"queried-again: still-there, entry {count}",
    ]  # fmt: skip
    assert row(story, HoldingsRegister, "2022-05-01", copy="kris")["notes"] == []


def test_an_agreement_stands_beside_the_copy_that_it_covers_while_it_lasts() -> None:
    story = held()
    story.tell("retention-agreement-made", "TBT", "2022-01-05", agreement="RA-1", between=["TBT", "VLAIO"],
               datasets=["contacts"], valid_until="2022-12-31")  # fmt: skip
    position = len(story.entries)
    kept = [f"kept by agreement RA-1, entry {position}"]
    assert [row(story, HoldingsRegister, day)["notes"] for day in ("2022-01-01", "2022-02-01", "2023-01-01")] == [
        [], kept, [],
    ]  # fmt: skip


def test_a_legal_hold_and_an_ageing_backup_are_notes_beside_the_copy() -> None:
    story = held()
    story.tell("legal-hold-placed", "VLAIO", "2022-01-05", hold="H-1", origin="TBT", datasets=["contacts"],
               copy=["kris"], ground="dispute")  # fmt: skip
    story.tell("backup-expiry-recorded", "VLAIO", "2022-01-06", origin="TBT", datasets=["contacts"], copy="kris",
               expires_at="2022-09-01")  # fmt: skip
    notes = row(story, HoldingsRegister, "2022-02-01")["notes"]
    assert notes[0].startswith("under legal hold")
    assert notes[1] == "ages out on 2022-09-01"
