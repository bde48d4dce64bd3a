"""A file that is named in place of another is told as what it is, before anything is built on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import here
from tests.worlds import V, World

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def backup(world: World, tmp_path: Path, capfd: Capture) -> Path:
    made = tmp_path / "backup"
    assert here(capfd, "backup", str(made), "--kept-until", "2031-01-01", world=world).exit == 0
    return made


@pytest.mark.parametrize("content", [b"", b"a letter\n", b"\n", b'{"type":"subject-erased"}\n'])
def test_erasures_from_a_file_that_is_no_export_are_not_taken_as_none(
    backup: Path, tmp_path: Path, capfd: Capture, content: bytes
) -> None:
    file = tmp_path / "newest.jsonl"
    file.write_bytes(content)
    place = tmp_path / "again.db"
    said = here(capfd, "--ledger", str(place), "restore", str(backup), "--erasures", str(file))
    assert (said.exit, "ledger export" in said.err, place.exists()) == (5, True, False), said.err
    file.write_text(here(capfd, "--ledger", str(backup / "ledger/ledger.db"), "export").out)
    assert here(capfd, "--ledger", str(place), "restore", str(backup), "--erasures", str(file)).exit == 0


def test_a_vault_that_is_the_ledger_itself_is_wrong_usage(
    world: World, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEDGER_VAULT", world.place.url)
    said = here(capfd, "checkpoint", "sign", world=world)
    assert (said.exit, "LEDGER_VAULT names the ledger itself" in said.err) == (2, True), said.err


def test_an_output_that_is_a_folder_is_named_and_not_its_draft(world: World, tmp_path: Path, capfd: Capture) -> None:
    said = here(
        capfd, "evidence", "build", "--protocol", V, "--clause", "art. 4", "-o", str(tmp_path / "world"), world=world
    )
    assert (said.exit, f"{tmp_path}/world: is a directory" in said.err) == (7, True), said.err


def test_a_file_where_the_folder_of_keys_would_be_is_no_wrong_key(
    tmp_path: Path, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEDGER_PASSPHRASE", "a passphrase of the test")
    (tmp_path / "keys").write_text("a letter")
    said = here(capfd, "key", "create", "--party", "TBT", "--keys", str(tmp_path / "keys" / "new"))
    assert (said.exit, "a file is where its folder would be" in said.err) == (7, True), said.err
