"""AVG 19 from `ledger subject erase`: who erased their own data too says so in the same go, and owes the notices."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.subject_change import name_of
from ledger.subjects.guard import found_in
from tests.application.dying import swept
from tests.cli.commands import PROGRAM, Said, here
from tests.subjects.persons import AN, files_with, judged, known, spelled
from tests.worlds import V, World, environment

Capture = pytest.CaptureFixture[str]


def erase(capfd: Capture, world: World, token: str, *more: str, ground: str = "request", by: str = "TBT") -> Said:
    words = ["subject", "erase", token, "--ground", ground, "--decided-by", by, "--confirm", token, *more]
    return here(capfd, *words, world=world)


def notices(capfd: Capture, world: World) -> list[tuple[str, str, list[str], str]]:
    found = here(capfd, "obligations", "--protocol", V, "--clause", "AVG 19", "--json", world=world)
    items = json.loads(found.out)["items"]
    return [(each["status"], each["bearer"], each["counterparty"], each["case"]) for each in items]


@pytest.mark.parametrize("ground", ["request", "objection", "unlawful", "order"])
def test_a_party_that_erased_its_own_data_too_owes_each_recipient_a_notice(world: World, capfd: Capture, ground: str):
    token = known(world)
    done = erase(capfd, world, token, "--dataset", "vraagtraject", ground=ground)
    change = name_of(token)
    assert (done.exit, done.out.splitlines()) == (
        0, [f"{token} erased by entry 127", "TBT erased this person from vraagtraject too: entry 126"],
    )  # fmt: skip
    assert "opens 1 obligation:\n  AVG 19  TBT -> VLAIO" in done.err
    assert notices(capfd, world) == [("open", "TBT", ["VLAIO"], change)]
    event, erasure = (json.loads(line)["event"] for line in world.bytes().splitlines()[-2:])
    assert (event["author"], event["kind"], event["subjects"]) == ("TBT", "erasure", [token])
    assert (erasure["author"], erasure["type"]) == ("OPERATOR", "subject-erased/1")
    assert files_with(world, *spelled(AN)) == []
    told = here(capfd, "rights", "notify-recipient", change, "--to", "VLAIO", "--as", "TBT", world=world)
    assert told.exit == 0
    assert notices(capfd, world) == [("fulfilled", "TBT", ["VLAIO"], change)]


def test_an_erasure_in_the_ledger_alone_opens_no_notice_and_says_how_one_is_opened(world: World, capfd: Capture):
    token = known(world)
    done = erase(capfd, world, token)
    assert (done.exit, notices(capfd, world)) == (0, [])
    assert f"ledger rights change-data {name_of(token)} --kind erasure" in done.err


def test_data_that_go_at_their_term_owe_nobody_a_notice(world: World, capfd: Capture):
    token = known(world)
    refused = erase(capfd, world, token, "--dataset", "vraagtraject", ground="retention-ended")
    assert (refused.exit, world.size()) == (2, 125)
    assert "no notice is owed" in refused.err
    done = erase(capfd, world, token, ground="retention-ended")
    assert (done.exit, done.out) == (0, f"{token} erased by entry 126\n")
    assert "AVG 19" not in done.err
    assert notices(capfd, world) == []


def test_the_same_again_adds_nothing_and_a_statement_that_comes_later_is_made_by_itself(world: World, capfd: Capture):
    token, other = known(world), known(world, "jan.elders@fictief.example")
    first = json.loads(erase(capfd, world, token, "--dataset", "vraagtraject", "--json").out)
    again = json.loads(erase(capfd, world, token, "--dataset", "vraagtraject", "--json").out)
    assert (first["erased_by"], again["erased_by"], again["new"]) == (127, 127, False)
    assert (first["change"]["position"], again["change"]["position"]) == (126, 126)
    assert [each["clause"] for each in first["change"]["opens"]] == ["AVG 19"]
    assert erase(capfd, world, other).exit == 0
    late = erase(capfd, world, other, "--dataset", "vraagtraject")
    assert (late.exit, world.size()) == (5, 128)
    (hint,) = (line for line in late.err.splitlines() if "hint" in line)
    words = hint.partition("ledger rights ")[2].split()
    assert here(capfd, "rights", *words, world=world).exit == 0
    assert [case for *_, case in notices(capfd, world)] == [name_of(token), name_of(other)]


@pytest.mark.parametrize(
    ("more", "by", "exit_", "words"),
    [
        ((), "NOBODY", 6, "no party NOBODY"),
        (("--dataset", "vraagtraject"), "VTC", 6, "no party VTC"),
        (("--dataset", "vraagtraject", "--as", "NOBODY"), "TBT", 6, "no party NOBODY"),
        (("--dataset", "an@demo.invalid"), "TBT", 5, "e-mail address"),
    ],
    ids=["decider", "outsider", "party", "guard"],
)
def test_who_is_not_there_decides_and_states_nothing(
    world: World, capfd: Capture, more: tuple[str, ...], by: str, exit_: int, words: str
):
    token = known(world)
    refused = erase(capfd, world, token, *more, by=by)
    assert (refused.exit, refused.out, world.size()) == (exit_, "", 125)
    assert words in refused.err
    assert "an@demo.invalid" not in refused.err
    assert here(capfd, "subject", "find", AN, world=world).exit == 0


def test_an_authority_decides_and_the_party_that_had_disclosed_states_it(world: World, capfd: Capture):
    token = known(world)
    assert erase(capfd, world, token, "--dataset", "vraagtraject", "--as", "TBT", by="VTC").exit == 0
    assert [(bearer, to) for _, bearer, to, _ in notices(capfd, world)] == [("TBT", ["VLAIO"])]


def test_a_party_whose_key_is_elsewhere_is_not_spoken_for(world: World, capfd: Capture):
    token = known(world)
    for file in world.place.keys.glob("TBT*"):
        file.unlink()
    refused = erase(capfd, world, token, "--dataset", "vraagtraject")
    assert (refused.exit, refused.out, world.size()) == (8, "", 125)
    assert here(capfd, "subject", "find", AN, world=world).exit == 0


@pytest.mark.parametrize(
    ("answers", "positions"), [("vraagtraject\nTOKEN\n", (126, 127)), ("\nTOKEN\n", (0, 126))], ids=["also", "alone"]
)
def test_on_a_terminal_it_is_asked(world: World, answers: str, positions: tuple[int, int]):
    token = known(world)
    typed, terminal = pty.openpty()
    os.write(typed, answers.replace("TOKEN", token).encode())
    words = ["subject", "erase", token, "--ground", "request", "--decided-by", "TBT"]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "--ledger", str(Path(world.place.url).absolute()), *words],
        stdin=terminal, capture_output=True, timeout=60, env=environment(), cwd=Path.cwd(), check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"TBT disclosed: subsidiedossier, vraagtraject" in done.stderr
    assert world.size() == positions[1]
    assert (b"opens 1 obligation" in done.stderr) == bool(positions[0])


@pytest.mark.parametrize("token", ["0032470123456789", "0470123456780000", "8507300332800000", "be68539007547034"])
def test_no_name_of_a_matter_is_taken_for_a_persons_number(token: str):
    assert (found_in(f"x:{token[:16]}") or found_in(f"x:{token[:11]}") or found_in(f"x:{token[:10]}")) != ""
    assert found_in(name_of(token)) == ""


def check_both_or_neither(world: World, acknowledged: str) -> None:
    types = [json.loads(line)["event"]["type"] for line in world.bytes().splitlines()[125:]]
    assert types in ([], ["subject-data-changed/1", "subject-erased/1"])
    with world.open() as opened:
        assert bool(opened.vault.known(V, ["an@demo.invalid"])) != bool(types)
    assert judged(world).faults == ()
    assert types or "erased" not in acknowledged


def test_killed_at_any_moment_both_are_recorded_or_neither(demo_folder: Path, tmp_path: Path):
    from tests.worlds import copied

    with copied(demo_folder, tmp_path / "look").open() as opened:
        (token,) = opened.vault.known(V, ["an@demo.invalid"]).values()
    command: list[Any] = ["subject", "erase", token, "--ground", "request", "--decided-by", "TBT", "--confirm", token]
    assert swept(demo_folder, tmp_path, [*command, "--dataset", "vraagtraject"], check_both_or_neither) > 10
