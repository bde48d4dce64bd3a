"""Files and folders that may not be read: exit 7, with the file that it is and who may mend it; never another fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

from tests.cli.commands import Said, command_at, every_command, here
from tests.cli.test_read_only import as_anybody
from tests.worlds import World

Capture = pytest.CaptureFixture[str]
SIGN = ("checkpoint", "sign")
CREATE = ("key", "create", "--party", "FIO")


@contextmanager
def _barred(path: Path, mode: int = 0) -> Iterator[None]:
    kept = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(kept)


def _said(world: World, *command: str) -> Said:
    done = as_anybody(world, *command)
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize(
    ("ending", "command"),
    [
        (".db", ("verify",)), (".db", SIGN), (".vault", SIGN), (".vault.key", SIGN), (".head", SIGN), (".views", SIGN),
        (".keys", SIGN), (".keys", CREATE), (".keys/OPERATOR.log.pem", SIGN), (".keys/OPERATOR.log.pub", SIGN),
    ],
)  # fmt: skip
def test_the_file_is_named_and_nothing_else_is_blamed(spoilt: World, ending: str, command: tuple[str, ...]) -> None:
    path = Path(f"{spoilt.place.base}{ending}")
    with _barred(path):
        said = _said(spoilt, *command)
    assert said.exit == 7, said.err
    assert str(path) in said.err
    assert "no enrolled" not in said.err
    assert "put NAME" not in said.err
    assert "check who owns" in said.err or "mend this file" in said.err or "made anew" in said.err


def test_a_folder_of_keys_that_takes_no_file_is_no_wrong_key(spoilt: World) -> None:
    with _barred(spoilt.place.keys, 0o500):
        said = _said(spoilt, *CREATE)
    assert (said.exit, "permission denied" in said.err) == (7, True), said.err


def test_an_input_that_may_not_be_read_is_no_wrong_usage(spoilt: World, tmp_path: Path) -> None:
    file = tmp_path / "drafts.jsonl"
    file.write_text("{}\n")
    with _barred(file):
        said = _said(spoilt, "record", str(file))
    assert (said.exit, f"{file}: permission denied" in said.err) == (7, True), said.err


def test_no_command_asks_whether_a_file_may_be_read_before_it_reads_it() -> None:
    options = (each for path in every_command() for each in command_at(path).params)
    assert [each.name for each in options if isinstance(each.type, click.Path) and each.type.readable] == []


def test_look_ups_that_are_damaged_or_a_folder_are_no_bug_and_are_made_anew(world: World, capfd: Capture) -> None:
    views = world.place.views
    content = views.read_bytes()
    for spoil in (
        lambda: views.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096)), lambda: views.mkdir(),
    ):  # fmt: skip
        views.unlink(missing_ok=True)
        spoil()
        said = here(capfd, *SIGN, world=world)
        assert (said.exit, f"{views} cannot be read" in said.err, "move it away" in said.err) == (7, True, True)
        views.rename(views.with_name(f"away-{views.is_dir()}"))
        assert here(capfd, *SIGN, world=world).exit == 0


def test_a_folder_in_the_place_of_the_ledger_is_not_said_to_hold_it(spoilt: World, capfd: Capture) -> None:
    path = Path(spoilt.place.url)
    path.unlink()
    path.mkdir()
    said = here(capfd, "verify", world=spoilt)
    assert (said.exit, "is a folder" in said.err, f"{path}/ledger.db" in said.err) == (2, True, False)


def test_a_passphrase_that_fails_names_the_key_and_no_line_of_the_input(
    tmp_path: Path, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, drafts = tmp_path / "new.db", tmp_path / "drafts.jsonl"
    monkeypatch.setenv("LEDGER_PASSPHRASE", "the right one")
    assert here(capfd, "--ledger", str(place), "init").exit == 0
    drafts.write_text('{"type":"key-revoked","party":"OPERATOR","revoked":"00","cause":"lost"}\n')
    for variable, value, words in (
        ("LEDGER_PASSPHRASE", "another", "OPERATOR.events.pem: the passphrase does not open this key"),
        ("LEDGER_PASSPHRASE", "", "OPERATOR.events.pem: this key needs a passphrase"),
        ("LEDGER_PASSPHRASE_FILE", str(tmp_path / "none"), "none: no such file"),
    ):
        monkeypatch.setenv(variable, value)
        said = here(capfd, "--ledger", str(place), "record", str(drafts))
        assert (said.exit, words in said.err, "line 1" in said.err) == (8, True, False), said.err
        assert "LEDGER_PASSPHRASE_FILE" in said.err
