"""A database server that answers, and does not have the database that was named."""

from __future__ import annotations

import shlex
from pathlib import Path

import psycopg
import pytest

from ledger.storage.highwater import HighWater, Mark
from tests.cli.commands import here
from tests.postgres import absent_database

Capture = pytest.CaptureFixture[str]
ASKED = [["verify"], ["obligations"], ["checkpoint", "sign"], ["key", "list"], ["init"]]


@pytest.fixture(autouse=True)
def beside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the files beside the database lie."""
    monkeypatch.setenv("LEDGER_PASSPHRASE", "a passphrase of the test")
    monkeypatch.setenv("LEDGER_FILES", str(tmp_path / "beside"))
    return tmp_path / "beside"


@pytest.mark.parametrize("command", ASKED, ids=lambda command: command[-1])
def test_it_is_told_as_absent_with_how_to_make_it(postgres_server: str, capfd: Capture, command: list[str]) -> None:
    url = absent_database(postgres_server)
    said = here(capfd, "--ledger", url, *command)
    name = url.partition("/absent")[2].partition("?")[0]
    assert (said.exit, f"there is no database absent{name} on this server" in said.err) == (6, True), said.err
    words = shlex.split(said.err.rpartition("make it: ")[2])
    assert (words[0], words[2]) == ("createdb", f"absent{name}")
    # What createdb is told to connect to is a database that is there.
    with psycopg.connect(words[1].removeprefix("--maintenance-db=")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("command", [["verify"], ["obligations"]], ids=lambda command: command[-1])
@pytest.mark.parametrize("where", ["before the host", "after the name"])
def test_a_password_of_the_url_is_told_nowhere(
    postgres_server: str, capfd: Capture, beside: Path, where: str, command: list[str]
) -> None:
    url = absent_database(postgres_server)
    url = url.replace("postgres:@", "postgres:s3cret@") if where == "before the host" else f"{url}&password=s3cret"
    said = here(capfd, "--ledger", url, *command)
    assert (said.exit, "s3cret" in said.err) == (6, False)
    HighWater(beside.with_name("beside.head")).set(Mark(125, b"x" * 32))  # type: ignore[arg-type]
    said = here(capfd, "--ledger", url, *command)
    assert (said.exit, "s3cret" in said.err) == (3, False)


@pytest.mark.parametrize("command", ASKED, ids=lambda command: command[-1])
def test_where_a_mark_knows_that_a_ledger_was_there_it_is_lost(
    postgres_server: str, capfd: Capture, beside: Path, command: list[str]
) -> None:
    HighWater(beside.with_name("beside.head")).set(Mark(125, b"x" * 32))  # type: ignore[arg-type]
    said = here(capfd, "--ledger", absent_database(postgres_server), *command)
    assert said.exit == 3
    assert "the ledger that reached entry 125 is gone: there is no database at" in said.err
    assert "ledger restore" in said.err


def test_a_server_that_is_not_there_is_still_told_as_such(tmp_path: Path, capfd: Capture) -> None:
    said = here(capfd, "--ledger", f"postgresql://nobody@/ledger?host={tmp_path}", "verify")
    assert (said.exit, "there is no database" in said.err) == (7, False)
    assert "check that its server runs" in said.err


def test_one_who_may_not_in_is_not_told_that_there_is_none(postgres_server: str, capfd: Capture) -> None:
    said = here(capfd, "--ledger", postgres_server.replace("postgres:@", "nobody:@"), "verify")
    assert (said.exit, "there is no database" in said.err) == (7, False)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://host:port/name", "this is not a database URL"),
        ("postgresql:///name?bogus=1", 'this is not a database URL: invalid connection option "bogus"'),
    ],
)
def test_a_url_that_is_none_is_wrong_usage_and_no_bug(capfd: Capture, url: str, words: str) -> None:
    said = here(capfd, "--ledger", url, "verify")
    assert (said.exit, words in said.err, "ledger: hint: write" in said.err) == (2, True, True), said.err
