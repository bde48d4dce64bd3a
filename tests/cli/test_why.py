from __future__ import annotations

import json
import shlex
import subprocess

import click
import pytest

from cli.event_example import example_draft
from cli.event_fields import command_line, given_fields, placeholder, undecided
from cli.event_trial import tried
from cli.main import run
from cli.nouns import spoken
from ledger.clock import now
from ledger.errors import InputRejected
from ledger.events.catalogue import types
from tests.cli.commands import command_at, here
from tests.worlds import V, World

AS_OF = ("--as-of", "2022-06-15")


def ids(world: World, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """An obligation of the demo for each status."""
    assert run(["--ledger", str(world.place.views.with_suffix(".db")), "obligations", *AS_OF, "--json"]) == 0
    items = json.loads(capsys.readouterr().out)["items"]
    return {each["status"]: each["id"] for each in items}


def why(world: World, *words: str) -> int:
    return run(["--ledger", str(world.place.views.with_suffix(".db")), "why", *words])


@pytest.mark.parametrize("status", ["overdue", "open", "deferred", "waived", "fulfilled"])
def test_every_status_is_explained_in_words(world: World, capsys: pytest.CaptureFixture[str], status: str) -> None:
    identifier = ids(world, capsys)[status]
    assert why(world, identifier[:10], *AS_OF) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"{identifier}  {status}")
    for part in ("  who  ", "  opened  ", "  clock  ", "  asked  "):
        assert part in told


def test_what_is_to_be_done_is_a_command_of_its_bearer(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    identifier = ids(world, capsys)["overdue"]
    assert why(world, identifier, *AS_OF, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["would_discharge"][0]["command"] == (
        "ledger holding destroy OPGROEIEN --exchange X-2021-1 --datasets organisatoren --copy mailbox "
        "--method '<method>' --as SERV"
    )
    assert found["clause"]["text"].startswith("De meegedeelde gegevens zullen door SERV")
    assert found["opened_by"]["position"] > 0


def test_a_script_is_given_a_command_that_lacks_nothing_but_what_is_to_be_chosen(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    size = world.size()
    for identifier in ids(world, capfd).values():
        assert why(world, identifier, *AS_OF, "--json") == 0
        for each in json.loads(capfd.readouterr().out)["would_discharge"]:
            _, *line = shlex.split(each["command"])
            as_it_stands = here(capfd, *line, world=world)
            assert as_it_stands.exit == (2 if "<method>" in line else 0)
            chosen = [word if word != "<method>" else "hard-delete" for word in line]
            assert here(capfd, *chosen, "--dry-run", world=world).exit == 0
    assert world.size() >= size


def trial(name: str, words: list[str]) -> None:
    given = given_fields(types()[name], command_at(spoken(name) or ()).make_context(name, words).params)
    tried({**example_draft(types()[name]), "type": name, "protocol": V, **given}, "TBT", now())


@pytest.mark.parametrize("name", [name for name in types() if spoken(name)])
def test_no_event_takes_the_placeholder_of_a_choice(name: str) -> None:
    for field, kind in undecided(name, {}).items():
        if kind.kind == "sealed":
            continue  # any text is one: no duty asks for an event by its words
        words = shlex.split(command_line(name, {field: placeholder(field, kind)}))[3:]
        with pytest.raises((click.UsageError, InputRejected)):
            trial(name, words)


def test_a_command_that_is_broken_at_eighty_columns_can_still_be_copied(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    identifier = ids(world, capsys)["overdue"]
    assert why(world, identifier, *AS_OF, "--json") == 0
    (wanted,) = [each["command"] for each in json.loads(capsys.readouterr().out)["would_discharge"]]
    assert why(world, identifier, *AS_OF) == 0
    told = capsys.readouterr().out
    lines = told[told.index("  do ") :].partition(f"\n{' ' * 13}<")[0]
    assert len(lines.splitlines()) > 1
    assert max(map(len, told.splitlines())) <= 80
    shell = "ledger() { printf '%s\\n' ledger \"$@\"; }\n" + lines.removeprefix("  do ")
    given = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True).stdout
    assert given.splitlines() == shlex.split(wanted)


def test_an_unknown_id_is_not_found(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert why(world, "ffffffffffffffff") == 6
    assert "no obligation or violation has the id" in capsys.readouterr().err
