from __future__ import annotations

import json
import shlex
import subprocess

import pytest

from cli.main import run
from tests.worlds import World

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
        "ledger holding destroy OPGROEIEN --exchange X-2021-1 --datasets organisatoren --copy mailbox --as SERV"
    )
    assert found["clause"]["text"].startswith("De meegedeelde gegevens zullen door SERV")
    assert found["opened_by"]["position"] > 0


def test_a_command_that_is_broken_at_eighty_columns_can_still_be_copied(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    identifier = ids(world, capsys)["overdue"]
    assert why(world, identifier, *AS_OF, "--json") == 0
    (wanted,) = [each["command"] for each in json.loads(capsys.readouterr().out)["would_discharge"]]
    assert why(world, identifier, *AS_OF) == 0
    told = capsys.readouterr().out
    lines = told[told.index("  do ") :].partition("\n  proof")[0]
    assert len(lines.splitlines()) > 1
    assert max(map(len, told.splitlines())) <= 80
    shell = "ledger() { printf '%s\\n' ledger \"$@\"; }\n" + lines.removeprefix("  do ")
    given = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True).stdout
    assert given.splitlines() == shlex.split(wanted)


def test_an_unknown_id_is_not_found(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert why(world, "ffffffffffffffff") == 6
    assert "no obligation or violation has the id" in capsys.readouterr().err
