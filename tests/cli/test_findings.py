"""`ledger findings`: from a log and a mapping to what nobody can explain, and its closing."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from string import Formatter
from typing import Any, get_args, get_type_hints

import pytest

from cli.commands.findings import CAUSES, REASONS
from cli.finding_texts import GAPS, SETTLE, TEXTS, WORDS
from cli.language import Language
from cli.main import run
from cli.show_findings import Shown
from ledger.events.findings import FindingClosed
from projections.findings import Cause, Gap
from tests.cli.commands import Said, here
from tests.importers.logs import audit, csv_text, json_lines
from tests.worlds import V, World

AN, JAN = "an@demo.invalid", "jan.voorbeeld@fictief.example"
MAPPING = """
applications: {sharepoint: KRIS}
datasets: [{place: fictief.example/sites/vragen, dataset: vraagtraject}]
sharing: {parties: [demo.invalid]}
thresholds: {bulk_items: 10, unusual_least: 10, unusual_times: 3}
"""
USES = [
    *((AN, f"2022-01-10T09:0{minute}:00", "FileAccessed") for minute in range(4)),
    *((JAN, f"2022-01-11T09:0{minute}:00", "FileAccessed") for minute in range(3)),
    *((AN, f"2022-01-12T09:{minute}:00", "FileDownloaded") for minute in range(10, 22)),
    (AN, "2022-02-02T09:00:00", "AnonymousLinkCreated"),
    *((AN, f"2022-06-07T{hour}:00:00", "FileAccessed") for hour in ("07", "08", "09", "10")),
]
"""An has a grant of KRIS, which is revoked on 7 June 2022 at 8:30 UTC; Jan has none."""


@pytest.fixture
def found(world: World, tmp_path: Path) -> World:
    world.record(world.signed("VLAIO", "access-revoked", grant="G-2021-1", happened_at="2022-06-07T08:30:00Z"))
    imported(world, tmp_path, USES)
    return world


def imported(world: World, folder: Path, uses: list[tuple[str, str, str]], first: int = 1) -> None:
    site = "https://fictief.example/sites/vragen"
    records = [
        audit(number, UserId=user, CreationTime=at, Operation=operation, SiteUrl=site)
        for number, (user, at, operation) in enumerate(uses, first)
    ]
    (folder / "log.csv").write_text(csv_text(records))
    (folder / "mapping.yaml").write_text(MAPPING)
    words = ("import", "m365-audit", str(folder / "log.csv"), "--mapping", str(folder / "mapping.yaml"))
    assert run(["--ledger", world.place.url, *words, "--protocol", V, "--party", "VLAIO"]) == 0


def asked(capfd: pytest.CaptureFixture[str], world: World, *words: str) -> Any:
    said = here(capfd, "findings", *words, "--json", world=world)
    assert said.exit == 0, said.err
    return json.loads(said.out)


def items(capfd: pytest.CaptureFixture[str], world: World, *words: str) -> list[Any]:
    listed: list[Any] = asked(capfd, world, "list", *words)["items"]
    return listed


def told(capfd: pytest.CaptureFixture[str], world: World, *words: str) -> Said:
    return here(capfd, "findings", *words, world=world)


def test_the_list_has_each_cause_once_and_counts_the_rest(found: World, capfd: pytest.CaptureFixture[str]) -> None:
    document = asked(capfd, found, "list")
    of_uses = [each for each in document["items"] if each["cause"] != "log-gap"]
    assert sorted((each["cause"], each["uses"], each["certain_uses"]) for each in of_uses) == [
        ("bulk-export", 12, 12), ("grant-revoked", 3, 1), ("no-grant", 3, 3), ("third-party-share", 1, 1),
    ]  # fmt: skip
    (about,) = [each for each in document["protocols"] if each["protocol"] == V]
    assert (about["uses"], about["judged"], about["explained"], about["not_judged"]) == (24, 24, 18, [])


def test_show_counts_one_by_one_what_the_list_can_only_bound(found: World, capfd: pytest.CaptureFixture[str]) -> None:
    (revoked,) = items(capfd, found, "--cause", "grant-revoked")
    shown = asked(capfd, found, "show", revoked["id"])
    assert [each["event"]["happened_at"] for each in shown["items"]] == ["2022-06-07T09:00:00Z", "2022-06-07T10:00:00Z"]
    assert all(each["certain"] for each in shown["items"])
    assert "2 uses, counted one by one" in told(capfd, found, "show", revoked["id"]).out


@pytest.mark.parametrize(("cause", "uses"), [("bulk-export", 12), ("no-grant", 3), ("third-party-share", 1)])
def test_show_gives_the_uses_of_every_cause(
    cause: str, uses: int, found: World, capfd: pytest.CaptureFixture[str]
) -> None:
    (one,) = items(capfd, found, "--cause", cause)
    assert len(asked(capfd, found, "show", one["id"])["items"]) == uses


def test_an_explanation_names_what_was_looked_for_and_what_to_do(
    found: World, capfd: pytest.CaptureFixture[str]
) -> None:
    (one,) = items(capfd, found, "--cause", "grant-revoked")
    said = told(capfd, found, "explain", one["id"][:6]).out
    flat = " ".join(said.split())
    assert "grant G-2021-1 (entry 91) was revoked as of 2022-06-07T08:30:00Z (entry 126)" in flat
    assert "at least 1, at most 3" in flat
    assert f"ledger findings close {one['id'][:6]}" in flat
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("name", [*SETTLE, "or-close", "from-on", "rests-on", "person"])
def test_a_command_within_a_sentence_is_never_broken(
    name: str, language: Language, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    texts = {**TEXTS, **SETTLE}[name]
    about = {"id": "1a2b3c", "entry": "1234567", "entries": "entry 1, entry 2", "actor": "5b" * 16}
    said = texts[language].format(**about)
    Shown(language)._line("", said)
    lines = capfd.readouterr().out.splitlines()
    for command in re.findall("ledger [^;,]*", said):
        assert sum(command in line for line in lines) == 1, lines
    assert max(map(len, lines)) <= 80


def test_a_finding_is_told_in_dutch_where_that_is_asked(found: World, capfd: pytest.CaptureFixture[str]) -> None:
    (one,) = items(capfd, found, "--cause", "grant-revoked")
    said = told(capfd, found, "explain", one["id"][:6], "--lang", "nl")
    flat = " ".join(said.out.split())
    assert "gebruikt nadat de toegang was ingetrokken" in flat
    assert (
        "toegang G-2021-1 (vermelding 91) is ingetrokken met ingang van 2022-06-07T08:30:00Z (vermelding 126)" in flat
    )
    assert "minstens 1, hoogstens 3" in flat
    assert one["says_nl"] == [
        "toegang G-2021-1 (vermelding 91) is ingetrokken met ingang van 2022-06-07T08:30:00Z (vermelding 126)"
    ]
    listed = told(capfd, found, "list", "--lang", "nl")
    assert "keer gebruik geteld" in listed.out
    assert "--lang nl" in listed.err
    shown = told(capfd, found, "show", one["id"], "--lang", "nl")
    assert "2 keer gebruikt, \N{LATIN SMALL LETTER E WITH ACUTE}\N{LATIN SMALL LETTER E WITH ACUTE}n voor" in shown.out
    for text in (said.out, listed.out, shown.out):
        assert max(map(len, text.splitlines())) <= 80
        assert " the " not in text


def test_every_text_is_in_both_languages_about_the_same_data() -> None:
    for texts in (*TEXTS.values(), *WORDS.values(), *SETTLE.values(), *GAPS.values()):
        assert texts.keys() == {"nl", "en"}
        assert all(each.strip() for each in texts.values())
        assert placeholders(texts["nl"]) == placeholders(texts["en"])
    assert WORDS.keys() == set(Cause)
    assert GAPS.keys() == set(Gap)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_screen_is_eighty_columns_wide(found: World, capfd: pytest.CaptureFixture[str]) -> None:
    said = told(capfd, found, "list")
    assert max(map(len, said.out.splitlines())) <= 80
    assert "no-grant: used without a grant" in said.out
    assert said.err.startswith("Next: ledger findings explain ")


def test_the_grant_that_was_forgotten_makes_it_disappear(found: World, capfd: pytest.CaptureFixture[str]) -> None:
    (one,) = items(capfd, found, "--cause", "no-grant")
    line = found.signed(
        "VLAIO", "access-granted", grant="G-9", application="KRIS", subject=one["actor"], recipient_category="user",
        happened_at="2022-01-11T08:00:00Z",
    )  # fmt: skip
    found.record(line)
    assert items(capfd, found, "--cause", "no-grant") == []


def test_closing_is_an_event_of_the_party_and_more_uses_open_it_again(
    found: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (one,) = items(capfd, found, "--cause", "no-grant")
    closed = told(capfd, found, "close", one["id"][:6], "--reason", "measure-taken", "--explanation", "gesprek gevoerd")
    assert closed.exit == 0, closed.err
    assert items(capfd, found, "--cause", "no-grant", "--status", "open") == []
    (after,) = items(capfd, found, "--status", "closed")
    assert (after["id"], after["closing"]["party"], after["closing"]["reason"]) == (one["id"], "VLAIO", "measure-taken")
    assert b"gesprek" not in found.bytes()
    again = told(capfd, found, "close", one["id"], "--reason", "other")
    assert (again.exit, "closed already" in again.err) == (2, True)
    imported(found, tmp_path, [(JAN, "2022-01-11T15:00:00", "FileAccessed")], first=100)
    (reopened,) = items(capfd, found, "--cause", "no-grant", "--status", "open")
    assert (reopened["status"], reopened["uses"]) == ("reopened", 4)
    found.check()


def test_a_closing_is_taken_back_by_the_command_that_is_told_and_may_be_made_again(
    found: World, capfd: pytest.CaptureFixture[str]
) -> None:
    (one,) = items(capfd, found, "--cause", "no-grant")
    closing = ("close", one["id"][:6], "--reason", "measure-taken")
    assert told(capfd, found, *closing).exit == 0
    shown = told(capfd, found, "explain", one["id"][:6]).out
    on_two_lines = shown[shown.index("ledger events retract") :].split("\n  entries")[0]
    command = shlex.split(on_two_lines.replace("\\\n", ""))  # as a shell joins them
    assert here(capfd, *command[1:], world=found).exit == 0
    assert [each["status"] for each in items(capfd, found, "--cause", "no-grant")] == ["open"]
    assert told(capfd, found, *closing).exit == 0
    assert [each["status"] for each in items(capfd, found, "--cause", "no-grant")] == ["closed"]
    found.check()


def test_a_row_of_a_gap_says_what_is_wrong_with_the_log(
    found: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "twice.jsonl"
    log.write_text(json_lines([audit(500), audit(500, Operation="FileDownloaded")]))
    assert here(capfd, "import", "m365-audit", str(log), "--protocol", V, "--party", "VLAIO", world=found).exit == 0
    (one,) = [each for each in items(capfd, found, "--cause", "log-gap") if "contradicted" in each["gaps"]]
    for language, word in {"en": "records that contradict each other", "nl": "records die elkaar tegenspreken"}.items():
        rows = told(capfd, found, "list", "--cause", "log-gap", "--all", "--lang", language).out
        assert f"VLAIO: m365-audit, {word}" in " ".join(rows[rows.index(one["id"][:6]) :].split())
        assert max(map(len, rows.splitlines())) <= 80


def test_a_finding_is_as_it_was_known_then(found: World, capfd: pytest.CaptureFixture[str]) -> None:
    assert items(capfd, found, "--as-of", "2022-01-11") == []
    assert [each["cause"] for each in items(capfd, found, "--as-of", "2022-01-12")] == ["no-grant"]
    assert items(capfd, found, "--known-at", "2022-06-15") == []


@pytest.mark.parametrize(
    ("words", "exit_code", "says"),
    [
        (("explain", "ffffffffffff"), 6, "no finding has the id"),
        (("close", "f", "--reason", "other"), 2, "at least 6 digits"),
        (("list", "--protocol", "elders"), 6, "no protocol elders"),
        (("list", "--party", "ELDERS"), 6, "no party ELDERS"),
        (("list", "--cause", "zomaar"), 2, "zomaar"),
    ],
)
def test_what_does_not_exist_is_told(
    words: tuple[str, ...], exit_code: int, says: str, found: World, capfd: pytest.CaptureFixture[str]
) -> None:
    said = told(capfd, found, *words)
    assert (said.exit, says in said.err) == (exit_code, True)


def test_the_words_of_the_command_are_those_of_findings_and_of_the_event() -> None:
    assert list(CAUSES) == list(Cause)
    assert get_args(get_type_hints(FindingClosed)["reason"]) == REASONS


def test_a_script_can_wait_for_nothing_open(found: World, capfd: pytest.CaptureFixture[str]) -> None:
    assert told(capfd, found, "list", "--fail-open").exit == 4
    assert told(capfd, found, "list", "--fail-open", "--cause", "after-end").exit == 0


def test_a_spreadsheet_gets_every_column(found: World, capfd: pytest.CaptureFixture[str]) -> None:
    lines = told(capfd, found, "list", "--csv").out.splitlines()
    assert lines[0].startswith("protocol,id,status,cause,party,day")
    assert len([line for line in lines if ",log-gap," not in line]) == 5
