"""`ledger demo` as a new user meets it: what it names next can be typed."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.cli.commands import here
from tests.worlds import V, World


def test_what_the_demo_names_next_can_be_typed_from_a_folder_with_a_space(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "my tour"
    said = here(capfd, "demo", str(folder))
    assert said.exit == 0
    (line,) = [each for each in said.out.splitlines() if "export LEDGER=" in each]
    assert shlex.split(line) == ["export", f"LEDGER={folder / 'ledger.db'}"]


def test_other_commands_name_such_a_place_so_too(
    world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "for the auditor"
    place.mkdir()
    proof, draft, public = place / "proof.zip", place / "draft.yaml", place / "public"
    assert f" '{draft}' " in here(capfd, "protocol", "new", str(draft)).err
    assert f" '{public}' " in here(capfd, "checkpoint", "publish", str(public), world=world).err
    built = here(capfd, "evidence", "build", "--protocol", V, "--clause", "art. 4", "-o", str(proof), world=world)
    assert f" '{proof}' " in built.err
