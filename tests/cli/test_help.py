"""Help is a sentence, an example and the exit codes, for every command, and costs nothing to load."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from cli.main import COMMANDS
from cli.summaries import SUMMARIES
from tests.cli.commands import command_at, every_command, here, ledger
from tests.docs.blocks import ROOT
from tests.worlds import environment

PATHS = list(every_command())


@pytest.fixture(autouse=True)
def _eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_has_help_with_an_example_and_the_exit_status(
    path: tuple[str, ...], capfd: pytest.CaptureFixture[str]
):
    said = here(capfd, *path, "--help")
    assert (said.exit, said.err) == (0, "")
    assert "Exit status:\n  0    ok\n" in said.out
    assert "\n  3    verification failed: something is proven wrong\n" in said.out
    if not isinstance(command_at(path), click.Group):
        assert "Example" in said.out
        assert f"ledger {' '.join(path)}" in said.out or f"| ledger {' '.join(path)}" in said.out


@pytest.mark.parametrize("path", [(), *PATHS], ids=" ".join)
def test_no_line_of_help_is_longer_than_eighty_columns(path: tuple[str, ...], capfd: pytest.CaptureFixture[str]):
    assert [line for line in here(capfd, *path, "--help").out.splitlines() if len(line) > 80] == []


def test_the_summaries_are_the_first_lines_of_the_commands():
    names = [name for names in COMMANDS.values() for name in names]
    assert sorted(SUMMARIES) == sorted(names)
    own = [name for names in COMMANDS.values() for name in names if name not in COMMANDS["Record what happened"]]
    firsts = {name: (command_at((name,)).help or "").split(".")[0].split("?")[0].split(";")[0] for name in own}
    unlike = {name: first for name, first in firsts.items() if SUMMARIES[name].split()[0] not in first}
    assert unlike == {}


def test_ledger_alone_shows_what_there_is_and_is_no_failure():
    said = ledger()
    assert (said.exit, said.err) == (0, "")
    assert "ledger demo" in said.out


def test_a_command_that_is_not_there_is_answered_with_one_that_is(capfd: pytest.CaptureFixture[str]):
    said = here(capfd, "verfy")
    assert said.exit == 2
    assert said.err == "ledger: error: no such command 'verfy'\nledger: hint: did you mean verify? see: ledger --help\n"


@pytest.mark.parametrize("arguments", [["verify", "--nope"], ["record"], ["register", "access", "--as-of", "yesterday"],
                                       ["export", "--after", "-1"], ["obligations", "--status", "done"]])  # fmt: skip
def test_a_wrong_use_is_exit_2_and_says_the_way_out(arguments: list[str], capfd: pytest.CaptureFixture[str]):
    said = here(capfd, *arguments)
    assert (said.exit, said.out) == (2, "")
    assert said.err.startswith("ledger: error: ")
    assert "\nledger: hint: " in said.err


def imported(*arguments: str) -> set[str]:
    """The modules that a command line imports."""
    code = (
        "import sys\nfrom cli.main import run\nsys.stdout = open('/dev/null', 'w')\n"
        f"code = run({list(arguments)!r})\nprint(*sys.modules, sep='\\n', file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment(), check=True
    )
    return set(done.stderr.split())


HEAVY = {"sqlalchemy", "eventsourcing", "psycopg", "rich", "ruamel.yaml", "holidays"}


def test_the_first_screen_loads_no_database_and_no_tables():
    assert imported("--help") & HEAVY == set()


def test_signing_needs_no_ledger_and_loads_no_database(tmp_path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    from ledger.keys.keystore import KeyStore

    KeyStore(tmp_path).create_in_clear("TBT", "events")
    drafts = tmp_path / "drafts.jsonl"
    drafts.write_text('{"type":"access-revoked","protocol":"vlaio-fio-tbt-2021","grant":"G-1"}\n', encoding="utf-8")
    found = imported("sign", str(drafts), "--key", str(tmp_path / "TBT.events.pem"), "--origin", "example.org/x")
    assert found & HEAVY == set()
