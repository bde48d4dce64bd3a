"""Commands for people, on the demo's ledger."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cli.main import run
from tests.worlds import V, World

Say = Callable[..., int]
BREACH = ("breach", "notify", "I-9", "--to", "FIO", "--as", "VLAIO", "--protocol", V)
INCIDENT = ("incident", "detect", "I-9", "--leak", "--aware", "2022-06-20T10:00:00+02:00", "--at", "2022-06-20",
            "--as", "VLAIO", "--protocol", V)  # fmt: skip


@pytest.fixture
def say(world: World) -> Say:
    """Runs a command on a ledger of its own."""
    return lambda *words: run(["--ledger", str(world.place.views.with_suffix(".db")), *words])


def last_event(world: World, capsys: pytest.CaptureFixture[str], say: Say) -> dict[str, Any]:
    capsys.readouterr()
    assert say("export") == 0
    event: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])["event"]
    return event


def test_a_dry_run_tells_what_it_opens_and_records_nothing(
    world: World, say: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    before = world.size()
    assert say(*INCIDENT, "--dry-run") == 0
    told = capsys.readouterr().out
    assert told.startswith("opens 2 obligations:\n")
    assert "AVG 33(1)  VLAIO -> VTC  (72 hours)" in told
    assert world.size() == before


def test_it_records_what_it_was_told_and_says_what_that_opens(
    world: World, say: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    assert say(*INCIDENT) == 0
    told = capsys.readouterr()
    assert "opens 2 obligations:" in told.err
    assert "recorded incident-detected at position" in told.out
    event = last_event(world, capsys, say)
    stated = {"type": "incident-detected/1", "author": "VLAIO", "incident": "I-9", "leak": True,
              "aware_at": "2022-06-20T08:00:00Z", "happened_at": "2022-06-20", "protocol": V}  # fmt: skip
    assert stated.items() <= event.items()
    world.check()


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_what_cannot_have_happened_now_is_told_with_the_option_that_says_when(
    world: World, say: Say, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    late = ("evidence", "request", "R-9", "--to", "TBT", "--clauses", "art. 5", "--received-at", "2022-06-02",
            "--as", "VLAIO", "--protocol", V)  # fmt: skip
    assert say(*late, *more) == 5
    told = capsys.readouterr().err
    assert told.startswith("ledger: error: received before it was sent: 2022-06-02 lies before ")
    assert "see: ledger evidence request --help; without --at it happens now" in told
    assert say(*late, "--at", "2022-06-02", "--dry-run") == 0


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (("holding", "register", "VLAIO", "--dataset", "cafés", "--copy", "kris"),
         "field --dataset: expected a word of "),
        (("holding", "delete", "VLAIO", "--datasets", "a", "--datasets", "b c", "--copy", "kris", "--method", "other"),
         "field --datasets: expected a word of "),
        (("incident", "detect", "een lek", "--leak"), "field INCIDENT: expected a word of "),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_the_option_that_gave_it(
    say: Say, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], place: str
) -> None:
    assert say(*words, "--as", "TBT", "--protocol", V) == 5
    told = capsys.readouterr().err
    assert told.startswith(f"ledger: error: {place}")
    assert told.endswith(f"see: ledger {words[0]} {words[1]} --help\n")


@pytest.mark.parametrize(
    ("words", "place"),
    [(("FIO", "--as", "VLAIO"), "field --evidence: VLAIO reports"),
     (("VLAIO", "--as", "TBT"), "field --as: TBT may not"),
     (("FIO", "--as", "VLAIO", "--on-behalf-of", "FIO"), "field --on-behalf-of: VLAIO has no mandate")],
)  # fmt: skip
def test_what_the_ledger_refuses_is_told_before_its_effect_with_its_option(
    say: Say, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], place: str
) -> None:
    for dry in ([], ["--dry-run"], ["--json"]):
        assert say("party", "withdraw", *words, "--effective", "2022-07-31", "--protocol", V, *dry) == 5
        told = capsys.readouterr()
        assert (told.out, told.err.startswith(f"ledger: error: {place}")) == ("", True)


def test_the_same_command_again_adds_nothing(world: World, say: Say, capsys: pytest.CaptureFixture[str]) -> None:
    assert say(*INCIDENT) == say(*INCIDENT) == 0
    size = world.size()
    assert say(*INCIDENT) == 0
    assert "already recorded" in capsys.readouterr().out
    assert world.size() == size


def test_a_party_signs_its_own_act_where_its_key_lies_here(
    world: World, say: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    assert say("party", "withdraw", "VLAIO", "--effective", "2022-07-31", "--reason", "Brief van juli") == 0
    event = last_event(world, capsys, say)
    assert (event["author"], event["party"], event["protocol"]) == ("VLAIO", "VLAIO", V)
    assert event["reason"].keys() == {"sealed"}


def test_what_the_protocol_knows_is_filled_in(world: World, say: Say, capsys: pytest.CaptureFixture[str]) -> None:
    assert say("protocol", "set-end-date", "--protocol", V, "--ends", "2023-12-31", "--as", "VLAIO") == 0
    assert last_event(world, capsys, say)["external"] == "Convenant"
    assert say("protocol", "sign", "--protocol", V, "--on-behalf-of", "FIO", "--as", "VLAIO", "--dry-run") == 0


@pytest.mark.parametrize(
    ("words", "exit_code", "fact"),
    [
        (("access", "grant", "--protocol", V), 2, "access grant needs GRANT, --application, --recipient-category"),
        (("incident", "detect", "I-9", "--leak"), 2, "say which protocol it is about"),
        (("incident", "detect", "I-9", "--leak", "--protocol", "other"), 2, "this ledger holds no protocol other"),
        (
            ("breach", "notify", "I-9", "--to", "tbt tbt", "--protocol", V, "--as", "VLAIO"),
            5,
            "field --to: expected a party's id",
        ),
        (("breach", "notify", "I-9", "--to", "TBT", "--at", "yesterday", "--protocol", V), 5, "is not a moment"),
        ((*BREACH, "--channel", "pigeon"), 2, "pigeon"),
        ((*BREACH, "--received", "9999-12-31"), 5, "--received-at: 9999-12-31 lies outside the years 1900 to 2999"),
        ((*BREACH, "--at", "0001-01-01"), 5, "--at: 0001-01-01 lies outside the years 1900 to 2999"),
        (("obligations", "--as-of", "9999-12-31T23:59:59Z"), 2, "lies outside the years 1900 to 2999"),
        (("register", "holdings", "--as-of", "0001-01-01"), 2, "0001-01-01 lies outside the years 1900 to 2999"),
        (("obligations", "--known-at", "9999-12-31"), 2, "9999-12-31 lies outside the years 1900 to 2999"),
    ],
)
def test_what_cannot_be_is_refused_with_what_is_missing(
    say: Say, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], exit_code: int, fact: str
) -> None:
    assert say(*words) == exit_code
    assert fact in capsys.readouterr().err


def test_a_dry_run_as_json_has_the_draft_and_every_obligation(say: Say, capsys: pytest.CaptureFixture[str]) -> None:
    assert say(*INCIDENT, "--dry-run", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["draft"]["incident"] == "I-9"
    assert {each["clause"] for each in told["opens"]} == {"AVG 33(1)", "art. 9, sentence 1"}


def test_an_act_without_the_power_is_told_to_have_no_effect(say: Say, capsys: pytest.CaptureFixture[str]) -> None:
    assert say("protocol", "dissolve", "N-1", "--as", "VLAIO", "--protocol", V, "--dry-run") == 0
    assert "would have no effect: protocol-dissolution-declared by VLAIO" in capsys.readouterr().out


def test_whom_it_is_owed_to_is_a_question_mark_where_that_is_not_known(
    say: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    assert say(*INCIDENT[:-4], "--as", "TBT", "--protocol", V, "--dry-run") == 0
    assert "AVG 33(1)/b  TBT -> ?  (72 hours)" in capsys.readouterr().out


def test_a_second_withdrawal_and_a_slip_in_a_copy_are_told_before_they_are_recorded(
    say: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    assert say("party", "withdraw", "TBT", "--protocol", V, "--dry-run") == 0
    assert "TBT has left already, on 2022-05-31, by entry 1" in capsys.readouterr().out
    slip = ("holding", "delete", "TBT", "--datasets", "vraagtraject", "--copy", "data-lak", "--method", "hard-delete",
            "--as", "VLAIO", "--protocol", V, "--dry-run")  # fmt: skip
    assert say(*slip) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert (
        "no such holding is registered: VLAIO/TBT/vraagtraject/data-lak; nearest: VLAIO/TBT/vraagtraject/data-lake"
        in told
    )
    assert say(*slip, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["unregistered"] == [
        {"name": "VLAIO/TBT/vraagtraject/data-lak", "nearest": "VLAIO/TBT/vraagtraject/data-lake"}
    ]
    assert found["already"] == []
