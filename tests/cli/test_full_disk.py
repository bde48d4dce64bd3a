"""A disk that is full ends a command with 7 and a way on, leaves nothing half made, and the same again completes it."""

from __future__ import annotations

import pytest

from cli.main import run
from tests.cli.commands import here
from tests.limits import files_of_at_most
from tests.worlds import V, World

Capture = pytest.CaptureFixture[str]
COMMANDS = {
    "backup": ("backup", "NEW", "--kept-until", "2031-01-01"),
    "publish": ("checkpoint", "publish", "NEW"),
    "sign": ("checkpoint", "sign"),
    "rotate": ("key", "rotate", "--party", "TBT"),
    "key": ("key", "create", "--party", "X", "--keys", "NEW"),
    "bundle": ("evidence", "build", "--protocol", V, "--clause", "art. 5", "-o", "NEW"),
    "page": ("evidence", "page", "-o", "NEW"),
}


@pytest.mark.parametrize("room", [100, 50_000])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_on_a_full_disk_leaves_nothing_and_can_be_run_again(
    world: World, capsys: Capture, monkeypatch: pytest.MonkeyPatch, name: str, room: int
) -> None:
    monkeypatch.setenv("LEDGER_PASSPHRASE", "a passphrase of the test")
    new = world.place.base.with_name("new")
    command = [str(new) if word == "NEW" else word for word in COMMANDS[name]]
    with files_of_at_most(room):
        said = here(capsys, *command, world=world)
    if said.exit:
        assert (said.exit, "bug" in said.err, "run the same command again" in said.err) == (7, False, True), said
        left = [path for path in new.parent.rglob("*") if path.name.startswith(".") or path.is_relative_to(new)]
        assert [path for path in left if path.is_file()] == []
        world.check()
        again = here(capsys, *command, world=world)
        assert again.exit == 0, again


def test_the_exit_code_is_right_where_nothing_can_be_said_either(world: World, capfd: Capture) -> None:
    with files_of_at_most(10):
        assert run(["--ledger", world.place.url, "checkpoint", "sign"]) == 7


def test_a_disk_that_fails_is_no_bug(world: World, capfd: Capture) -> None:
    """What lies at the beginning of its own memory no process can read: the kernel answers EIO, as for a bad sector."""
    said = here(capfd, "record", "/proc/self/mem", "--as", "TBT", world=world)
    assert said.exit == 7
    assert "the disk failed" in said.err
    assert "(`dmesg`), then run the same command again" in said.err
