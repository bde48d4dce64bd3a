"""A trust policy that is not there is told as missing, with how to get one; nothing is said of its lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.chain.policy import Policy
from tests.cli.commands import Said, here
from tests.worlds import World

Capture = pytest.CaptureFixture[str]
NAMED = [
    ["verify"], ["evidence", "verify", "proof.zip"], ["checkpoint", "compare", "mine", "theirs"],
    ["checkpoint", "cosign", "public", "--party", "TBT"], ["checkpoint", "witness", "--party", "TBT"],
]  # fmt: skip


def _check_missing(said: Said, file: Path) -> None:
    assert (said.exit, f"file {file}: there is no such trust policy" in said.err) == (8, True), said.err
    assert "docs/formats/policy.md" in said.err
    assert "mend these lines" not in said.err


@pytest.mark.parametrize("command", NAMED, ids=lambda command: command[1] if command[1:] else command[0])
def test_a_missing_one_is_told_as_missing(world: World, tmp_path: Path, capfd: Capture, command: list[str]) -> None:
    file = tmp_path / "none.policy"
    _check_missing(here(capfd, *command, "--policy", str(file), world=world), file)


def test_so_is_the_one_beside_the_ledger_where_it_is_needed(world: World, tmp_path: Path, capfd: Capture) -> None:
    kept = world.place.policy.rename(tmp_path / "kept")
    note = tmp_path / "note"
    note.write_text(here(capfd, "checkpoint", "show", world=world).out)
    _check_missing(here(capfd, "checkpoint", "add", str(note), world=world), world.place.policy)
    kept.rename(world.place.policy)
    assert here(capfd, "checkpoint", "add", str(note), world=world).exit == 0


def test_a_folder_in_its_place_is_told(world: World, capfd: Capture) -> None:
    world.place.policy.unlink()
    world.place.policy.mkdir()
    said = here(capfd, "verify", world=world)
    assert (said.exit, "the trust policy cannot be read: is a directory" in said.err) == (8, True), said.err


def test_one_with_faults_is_named_with_its_lines(world: World, tmp_path: Path, capfd: Capture) -> None:
    file = tmp_path / "a.policy"
    file.write_text("quorum nobody\n")
    said = here(capfd, "verify", "--policy", str(file), world=world)
    assert (said.exit, f"file {file}: trust policy cannot be used: line 1" in said.err) == (8, True), said.err


def test_the_words_of_the_hint_make_one(world: World, tmp_path: Path, capfd: Capture) -> None:
    file = tmp_path / "own.policy"
    log = Policy.parse(world.place.policy.read_bytes()).logs[0]
    file.write_text(f"log {log.key}\nquorum none\nparty TBT {world.key('TBT').vkey}\n")
    said = here(capfd, "verify", "--policy", str(file), world=world)
    assert said.exit == 0, said.err
