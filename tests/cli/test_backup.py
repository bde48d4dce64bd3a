"""What `ledger backup` says of what its copy does not hold."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.commands import here
from tests.worlds import World

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("emptied", [False, True], ids=["no folder", "an empty folder"])
def test_a_backup_without_private_keys_or_policy_says_so(world: World, tmp_path: Path, capfd: Capture, emptied: bool):
    shutil.rmtree(world.place.keys)
    if emptied:
        world.place.keys.mkdir()
    world.place.policy.unlink()
    said = here(capfd, "backup", str(tmp_path / "copy"), "--kept-until", "2031-01-01", world=world)
    assert said.exit == 0, said.err
    assert f"No private key is in it, for there is none in {world.place.keys}" in said.err
    assert f"No trust policy is in it, for there is no {world.place.policy}" in said.err


def test_a_whole_one_lacks_nothing(world: World, tmp_path: Path, capfd: Capture):
    said = here(capfd, "backup", str(tmp_path / "copy"), "--kept-until", "2031-01-01", world=world)
    assert (said.exit, "is in it" in said.err, "not in it" in said.err) == (0, False, False), said.err
