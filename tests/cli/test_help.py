"""Help is a sentence, an example and the exit codes, for every command, and costs nothing to load."""

from __future__ import annotations

import re
import subprocess
import sys

import click
import pytest

from cli.main import COMMANDS
from cli.summaries import SUMMARIES
from tests.cli.commands import command_at, every_command, here, ledger
from tests.docs.blocks import ROOT
from tests.worlds import environment


@pytest.fixture(scope="module")
def paths() -> list[tuple[str, ...]]:
    return list(every_command())


@pytest.fixture(autouse=True)
def _eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_every_command_has_help_with_an_example_and_the_exit_status(
    paths: list[tuple[str, ...]], capfd: pytest.CaptureFixture[str]
):
    lacking = []
    for path in paths:
        said = here(capfd, *path, "--help")
        assert (said.exit, said.err) == (0, "")
        shows = re.search(r"Exit status:\n +0 +ok\n +2 +usage\n +3 +verification failed", said.out)
        example = re.search(rf"\n +(\w+=\S+ )?ledger (--\S+ \S+ )?{' '.join(path)}", said.out.partition("Example")[2])
        if not shows or not (example or isinstance(command_at(path), click.Group)):
            lacking.append(path)
    assert lacking == []


def test_no_sentence_of_help_is_longer_than_eighty_columns(
    paths: list[tuple[str, ...]], capfd: pytest.CaptureFixture[str]
):
    # A command to be copied stays on one line, and so does a list of words to choose from.
    lines = [(path, line) for path in [(), *paths] for line in here(capfd, *path, "--help").out.splitlines()]
    sentences = [(path, line) for path, line in lines if not re.match(r" +(\w+=\S+ )?ledger |  --\S+ \[\S+\]$", line)]
    assert [(path, line) for path, line in sentences if len(line) > 80] == []


def test_a_summary_is_how_the_help_of_its_command_begins():
    assert sorted(SUMMARIES) == sorted(name for names in COMMANDS.values() for name in names)
    single = [name for name in SUMMARIES if not isinstance(command_at((name,)), click.Group)]
    helps = {name: " ".join((command_at((name,)).help or "").split()) for name in single}
    assert {name: text for name, text in helps.items() if not text.startswith(SUMMARIES[name].rstrip(".?"))} == {}


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


def test_the_first_help_names_every_variable_that_is_read(capfd: pytest.CaptureFixture[str]) -> None:
    read = {
        name
        for folder in ("cli", "ledger")
        for file in (ROOT / folder).rglob("*.py")
        for name in re.findall(r"\"(LEDGER_[A-Z_]+)\"", file.read_text(encoding="utf-8"))
    }
    told = set(re.findall("LEDGER_[A-Z_]+", here(capfd, "--help").out))
    # The last is that of the recorder, where a program uses the library and not the command line.
    assert read - told == {"LEDGER_URL"}
