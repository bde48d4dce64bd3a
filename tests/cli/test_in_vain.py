"""A correction or a retraction that changes nothing is recorded, and whoever records it is told why it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import Said, here
from tests.worlds import O, V, World

Capture = pytest.CaptureFixture[str]
NOBODYS = "cd" * 16


@pytest.fixture
def incident(world: World) -> dict[str, str]:
    """An incident that TBT detected: its id, and where it stands."""
    (found,) = world.record(world.signed("TBT", "incident-detected", incident="I-7", leak=True))
    return {"id": found.id, "place": f"entry {found.position} is incident-detected of TBT"}


def record(world: World, capfd: Capture, folder: Path, party: str, *drafts: dict[str, Any], more: str = "") -> Said:
    file = folder / "drafts.jsonl"
    file.write_text("".join(json.dumps({"protocol": V, **draft}) + "\n" for draft in drafts), encoding="utf-8")
    said = here(capfd, "record", str(file), "--as", party, *more.split(), world=world)
    assert said.exit == 0, said.err
    return said


def retracted(target: str, **more: str) -> dict[str, str]:
    return {"type": "event-retracted", "retracts": target, **more}


def noticed(target: str) -> dict[str, Any]:
    return {"type": "incident-detected", "incident": "I-7", "leak": False, "corrects": target}


def test_of_another_party_or_of_nobody_it_is_recorded_with_a_warning(
    world: World, incident: dict[str, str], tmp_path: Path, capfd: Capture
) -> None:
    tried = {
        incident["place"]: retracted(incident["id"]),
        f"no act of this protocol has the id {NOBODYS}": noticed(NOBODYS),
        f"no act of this protocol has the id {incident['id']}": retracted(incident["id"], protocol=O),
    }
    for why, draft in tried.items():
        size = world.size()
        said = record(world, capfd, tmp_path, "VLAIO" if draft.get("protocol") != O else "OPGROEIEN", draft)
        assert world.size() == size + 1
        assert f"at position {size + 1} has no effect: {why}" in said.err
        assert "ledger: hint: " in said.err


def test_so_it_is_of_another_type(world: World, incident: dict[str, str], tmp_path: Path, capfd: Capture) -> None:
    draft = {"type": "breach-notified", "incident": "I-7", "to": ["VLAIO"], "corrects": incident["id"]}
    said = record(world, capfd, tmp_path, "TBT", draft)
    assert f"breach-notified at position {world.size()} has no effect: {incident['place']}" in said.err


def test_in_json_it_has_a_field_of_its_own(
    world: World, incident: dict[str, str], tmp_path: Path, capfd: Capture
) -> None:
    said = record(world, capfd, tmp_path, "VLAIO", retracted(incident["id"]), more="--json")
    position = world.size()
    assert json.loads(said.out)["in_vain"] == [
        {"position": position, "type": "event-retracted", "party": "VLAIO", "why": incident["place"]}
    ]
    # The same again says it again.
    again = record(world, capfd, tmp_path, "VLAIO", retracted(incident["id"]), more="--each --json")
    assert json.loads(again.out)["in_vain"] == json.loads(said.out)["in_vain"]
    assert "has no effect" in again.err


def test_what_has_an_effect_is_recorded_without_a_word(
    world: World, incident: dict[str, str], tmp_path: Path, capfd: Capture
) -> None:
    drafts = [
        noticed(incident["id"]),
        retracted(incident["id"]),
        {"type": "incident-detected", "incident": "I-8", "leak": True},
    ]
    said = record(world, capfd, tmp_path, "TBT", *drafts, more="--json")
    assert (json.loads(said.out)["in_vain"], "no effect" in said.err) == ([], False)


def test_a_retraction_of_a_later_line_counts_and_a_correction_of_one_does_not(
    world: World, tmp_path: Path, capfd: Capture
) -> None:
    ahead = {"type": "incident-detected", "incident": "I-9", "leak": True, "id": "ab" * 16}
    drafts = [retracted(ahead["id"]), noticed(str(ahead["id"])), ahead]
    said = record(world, capfd, tmp_path, "TBT", *drafts)
    assert said.err.count("has no effect") == 1
    assert f"incident-detected at position {world.size() - 1} has no effect" in said.err


def test_a_command_for_people_tells_it_once_before_it_records(
    world: World, incident: dict[str, str], capfd: Capture
) -> None:
    words = ["events", "retract", incident["id"], "--as", "VLAIO", "--protocol", V]
    said = here(capfd, *words, world=world)
    assert (said.exit, said.err.count("no effect")) == (0, 1), said.err
