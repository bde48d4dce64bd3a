"""What `ledger key create` says comes next can be typed as it stands."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from cli.output import say_next
from tests.cli.commands import Said, in_a_shell, ledger
from tests.worlds import World, copied

WORDS = {"LEDGER_PASSPHRASE": "a passphrase of the test"}
MADE = ("key", "create", "--party", "FIO")


def typed(line: str, folder: Path, **more: str) -> Said:
    return in_a_shell(line, folder, **WORDS, **more)


def after(said: Said, words: str) -> str:
    """The command, as many lines as the shell is told that it has."""
    assert said.exit == 0, said.err
    whole = re.search(rf"{re.escape(words)}\s*((?:.*\\\n)*.*)", said.err)
    assert whole, said.err
    return whole[1]


def test_what_comes_next_is_broken_at_eighty_columns_where_a_shell_goes_on(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    say_next("Next", "ledger verify")
    assert capfd.readouterr().err == "Next: ledger verify\n"
    command = "ledger --ledger '/srv/our ledgers/exchanges of 2022.db' key prove --party TBT --use imports > enrol.json"
    say_next("Next, by each other party", command)
    first, *rest = capfd.readouterr().err.splitlines()
    assert first == "Next, by each other party:"
    assert max(map(len, rest)) <= 80
    assert shlex.split("\n".join(rest).replace("\\\n", "")) == shlex.split(command)


@pytest.mark.parametrize("use", ["events", "imports"])
def test_a_key_beside_a_ledger_in_a_folder_with_a_space_is_enrolled(
    demo_folder: Path, tmp_path: Path, use: str
) -> None:
    world = copied(demo_folder, tmp_path / "our ledger")
    said = ledger("--ledger", world.place.url, *MADE, "--use", use, **WORDS)
    enrolled = typed(after(said, "Next:"), tmp_path)
    assert (enrolled.exit, f"enrolled {use} key of FIO" in enrolled.out) == (0, True), enrolled.err
    world.check()


def test_a_ledger_that_the_environment_names_is_not_named_again(world: World) -> None:
    line = after(ledger(*MADE, world=world, **WORDS), "Next:")
    assert line == "ledger key enrol --party FIO"
    assert typed(line, Path("/"), LEDGER=str(Path(world.place.url).absolute())).exit == 0


def test_a_key_in_a_folder_of_its_own_is_proved_for_the_ledger_that_was_named(world: World, tmp_path: Path) -> None:
    keys = tmp_path / "my keys"
    said = ledger("--ledger", world.place.url, *MADE, "--keys", str(keys), **WORDS)
    proved = typed(after(said, "Next:"), tmp_path)
    assert proved.exit == 0, proved.err
    draft = json.loads((tmp_path / "enrol-fio.json").read_text())
    assert (draft["type"], draft["party"]) == ("key-enrolled", "FIO")
    recorded = typed(after(said, "operator:"), tmp_path, LEDGER=world.place.url)
    assert recorded.exit == 0, recorded.err


def test_far_from_any_ledger_the_line_asks_for_which_it_is(tmp_path: Path) -> None:
    keys = str(tmp_path / "keys")
    said = ledger("--ledger", str(tmp_path / "none.db"), *MADE, "--keys", keys, **WORDS)
    line = after(said, "Next:")
    assert shlex.split(line.replace("\\\n", "")) == [
        *("ledger", "key", "prove", "--party", "FIO", "--keys", keys, ">", "enrol-fio.json")
    ]
    unasked = typed(line, tmp_path)
    assert (unasked.exit, "--origin NAME" in unasked.err) == (2, True)


def test_a_database_on_a_server_is_named_and_its_password_is_not(postgres_url: str, tmp_path: Path) -> None:
    beside = {"LEDGER_FILES": str(tmp_path / "beside it")}
    assert ledger("--ledger", postgres_url, "init", **WORDS, **beside).exit == 0
    plain = postgres_url.replace("postgres:@", "postgres@")
    said = ledger("--ledger", plain, *MADE, **WORDS, **beside)
    assert typed(after(said, "Next:"), tmp_path, **beside).exit == 0
    secret = postgres_url.replace("postgres:@", "postgres:s3cret@")
    said = ledger("--ledger", secret, *MADE, "--use", "imports", **WORDS, **beside)
    assert after(said, "Next, with the same --ledger:") == "ledger key enrol --party FIO --use imports"
    assert "s3cret" not in said.out + said.err


def test_a_key_to_cosign_with_is_named_in_the_policies_of_the_others(world: World) -> None:
    said = ledger(*MADE, "--use", "cosign", world=world, **WORDS)
    line = after(said, "in their policy:")
    assert line.startswith("witness FIO FIO/cosign+")
    with world.place.policy.open("a") as policy:
        policy.write(f"{line}\n")
    assert ledger("verify", world=world).exit == 0
