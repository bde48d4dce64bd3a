"""A vault that cannot be read: which file it is, and what helps; a disk that fails is no damage."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.commands import here
from tests.cli.test_failing_disk import on_it, shim
from tests.postgres import absent_database
from tests.worlds import V, World

__all__ = ["shim"]

Capture = pytest.CaptureFixture[str]
Way = Callable[[Path], None]
FIND = ["subject", "find", "nobody@fictief.example", "--protocol", V]
COMMANDS = [["checkpoint", "sign"], FIND, ["backup", "copy", "--kept-until", "2030-01-01"]]


def _another_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE letters (text)")


def _another_file(path: Path) -> None:
    path.write_bytes(b"a letter of somebody else\n" * 50)


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _damaged(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:16_384] + b"\xff" * (len(content) - 16_384))


def _without_a_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("DROP TABLE vault")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize(
    ("way", "code", "words"),
    [
        (_another_database, 5, "what is there is no vault"),
        (_another_file, 5, "what is there is no vault"),
        (_emptied, 5, "what is there is no vault"),
        (_damaged, 3, "the database file is damaged"),
        (_without_a_table, 3, "the database is not whole"),
    ],
)
def test_it_is_named_with_what_helps_a_vault(
    spoilt: World, capfd: Capture, command: list[str], way: Way, code: int, words: str
) -> None:
    path = Path(str(spoilt.place.vault))
    way(path)
    said = here(capfd, *command, world=spoilt)
    assert (said.exit, f"vault {path}: {words}" in said.err) == (code, True), said.err
    assert "backup" in said.err
    assert "a ledger" not in said.err
    assert "name the .db" not in said.err


@pytest.mark.parametrize("start", [0, 16_384, 100_000])
@pytest.mark.parametrize("command", [FIND, ["backup", "copy", "--kept-until", "2030-01-01"]], ids=lambda each: each[0])
def test_a_disk_that_fails_under_it_is_exit_7_and_no_damage(
    shim: Path, world: World, start: int, command: list[str]
) -> None:
    said = on_it(shim, world, start, *command, file="ledger.vault")
    assert (said.exit, said.out) == (7, "")
    assert "ledger.vault: the disk failed" in said.err
    assert "damaged" not in said.err
    assert "(`dmesg`)" in said.err


def test_verify_says_that_the_disk_kept_it_from_the_vault(shim: Path, world: World) -> None:
    said = on_it(shim, world, 16_384, "verify", file="ledger.vault")
    assert "the vault cannot be opened: the disk failed" in " ".join(said.out.split())


def test_one_that_is_locked_is_told_as_the_vault(world: World, capfd: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.storage.vault_files.PATIENCE", 0)
    with closing(sqlite3.connect(str(world.place.vault), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = here(capfd, *FIND, world=world)
    assert (said.exit, "the vault is locked" in said.err) == (7, True), said.err
    assert "this vault" in said.err


def test_a_server_without_its_database_has_no_vault(
    world: World, capfd: Capture, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEDGER_VAULT", absent_database(postgres_server))
    said = here(capfd, *FIND, world=world)
    assert (said.exit, "there is no database absent" in said.err) == (6, True), said.err
    assert "its own backup" in said.err


def test_a_vault_in_a_database_of_another_kind_is_told_as_the_vault(
    world: World, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEDGER_VAULT", "mysql://user:s3cret@host/name")
    said = here(capfd, *FIND, world=world)
    assert (said.exit, "a vault cannot live in mysql" in said.err, "LEDGER_VAULT is" in said.err) == (2, True, True)
    assert "s3cret" not in said.err
    assert "a vault cannot live in" in " ".join(here(capfd, "verify", world=world).out.split())
