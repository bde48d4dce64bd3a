"""`ledger subject`, `retention`, `backup` and `restore`: names appear where they must, and nowhere else."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.application.dying import swept
from tests.cli.commands import Said, here, ledger
from tests.subjects.persons import AN, SAID, codes, erased, files_with, judged, known, said, spelled
from tests.worlds import V, World

Capture = pytest.CaptureFixture[str]
WHY = ["--ground", "request", "--decided-by", "VLAIO"]
NOBODY = "00" * 16


def told(said: Said) -> dict[str, Any]:
    assert said.exit == 0, said.err
    return dict(json.loads(said.out))


def test_a_person_is_added_and_found_by_any_spelling(world: World, capfd: Capture):
    added = here(capfd, "subject", "add", AN.upper(), "--protocol", V, world=world)
    token = added.out.strip()
    assert (added.exit, len(token)) == (0, 32)
    assert here(capfd, "subject", "add", "85.07.30-033.28", "--token", token, world=world).exit == 0
    for identifier in (AN, "85073003328", "national:85.07.30-033.28"):
        assert told(here(capfd, "subject", "find", identifier, "--json", world=world)) == {"tokens": {V: token}}


def test_an_identifier_can_come_from_stdin(world: World):
    token = known(world)
    found = ledger("subject", "find", "-", stdin=f"{AN}\n".encode(), world=world)
    assert (found.exit, found.out.split()) == (0, [token, V])


def test_a_wrong_number_is_kept_and_the_finding_said_without_the_number(world: World, capfd: Capture):
    added = here(capfd, "subject", "add", "national:85.07.30-033.29", "--protocol", V, world=world)
    assert (added.exit, added.err) == (0, "kept as it was given, with a finding: national, check digits\n")


def test_who_is_not_known_is_exit_6_and_not_repeated(world: World, capfd: Capture):
    for arguments in (["find", AN], ["show", NOBODY], ["export", NOBODY], ["erase", NOBODY, *WHY]):
        found = here(capfd, "subject", *arguments, world=world)
        assert (found.exit, found.out) == (6, "")
        assert AN not in found.err


@pytest.mark.parametrize("words", [["show"], ["export"], ["disclosures"], ["erase", *WHY], ["add", AN, "--token"]])
def test_a_name_in_the_place_of_a_token_is_not_repeated(world: World, capfd: Capture, words: list[str]):
    refused = here(capfd, "subject", *words, "jan.elders@fictief.example", "--json", world=world)
    assert (refused.exit, refused.out) == (2, "")
    assert "ledger subject find" in refused.err
    assert "jan.elders" not in refused.err


def test_a_person_is_shown_with_what_is_said_of_them(world: World, capfd: Capture):
    token = known(world)
    event = said(world, token)
    shown = here(capfd, "subject", "show", token, world=world)
    assert shown.exit == 0
    assert f"account       {AN}" in shown.out
    assert SAID in shown.out.replace("\n  ", " ")
    document = told(here(capfd, "subject", "show", token, "--json", world=world))
    assert document["texts"] == [{"position": event.position, "field": "reason", "value": SAID}]
    assert [each["position"] for each in document["mentions"]] == [event.position]


DELIVERY = {
    "exchange": "X-9", "from": "TBT", "to": ["VLAIO"], "origins": ["TBT"], "datasets": ["contacts"],
    "purpose": "frontoffice", "basis": "A6-1-e",
}  # fmt: skip


@pytest.fixture
def delivered(world: World) -> tuple[World, str]:
    token = known(world)
    world.record(
        world.signed("TBT", "data-communicated", **DELIVERY),
        world.signed("TBT", "data-communicated", **{**DELIVERY, "exchange": "X-10", "datasets": ["dossiers"]}),
        world.signed(
            "VLAIO", "onward-disclosure-made", disclosure="O-1", recipient="KULeuven", recipient_kind="third-party",
            origins=["TBT"], datasets=["contacts"],
        ),
    )  # fmt: skip
    return world, token


def test_disclosures_say_to_whom_when_and_on_which_ground(delivered: tuple[World, str], capfd: Capture):
    world, token = delivered
    document = told(here(capfd, "subject", "disclosures", token, "--dataset", "contacts", "--json", world=world))
    assert [(each["sender"], each["to"], each["basis"]) for each in document["disclosures"]] == [
        ("TBT", ["VLAIO"], "A6-1-e"), ("VLAIO", ["KULeuven"], ""),
    ]  # fmt: skip
    assert document["recipients"] == ["KULeuven", "VLAIO"]
    assert [each["datasets"] for each in _lines(world, token, capfd)] == [["contacts"], ["dossiers"], ["contacts"]]
    table = here(capfd, "subject", "disclosures", token, world=world)
    assert "KULeuven" in table.out
    assert AN not in table.out


def _lines(world: World, token: str, capfd: Capture) -> list[dict[str, Any]]:
    """The deliveries that the demo does not tell."""
    found = told(here(capfd, "subject", "disclosures", token, "--json", world=world))["disclosures"]
    return [each for each in found if each["position"] > 125]


def test_what_was_retracted_is_not_told_and_what_was_corrected_as_it_stands(
    delivered: tuple[World, str], capfd: Capture
):
    world, token = delivered
    first, second = (json.loads(line)["event"]["id"] for line in world.bytes().splitlines()[125:127])
    world.record(
        world.signed("TBT", "data-communicated", **{**DELIVERY, "to": ["FIO"]}, corrects=first),
        world.signed("TBT", "event-retracted", retracts=second),
        world.signed("VLAIO", "event-retracted", retracts=first),
    )
    assert [(each["position"], each["sender"], each["to"]) for each in _lines(world, token, capfd)] == [
        (128, "VLAIO", ["KULeuven"]), (129, "TBT", ["FIO"]),
    ]  # fmt: skip


def test_a_recipient_whose_delivery_nobody_recorded_is_told_by_what_it_recorded_itself(
    delivered: tuple[World, str], capfd: Capture
):
    world, token = delivered
    got = {"from": "TBT", "origins": ["TBT"], "datasets": ["contacts"]}
    fio = {"party": "FIO", "dataset": "contacts", "evidence": [{"strength": "statement"}]}
    world.record(
        world.signed("VLAIO", "data-received", exchange="X-9", to="VLAIO", **got),
        world.signed(
            "OPERATOR", "data-received", exchange="X-11", to="FIO", party="FIO", evidence=fio["evidence"], **got
        ),
        world.signed("OPERATOR", "holding-registered", origin="TBT", copy="a", **fio),
        world.signed("OPERATOR", "holding-registered", origin="VLAIO", copy="a", **fio),
        world.signed("OPERATOR", "holding-registered", origin="VLAIO", copy="b", **fio),
        world.signed("TBT", "holding-registered", origin="TBT", dataset="contacts", copy="own"),
    )
    lines = [(each["position"], each["type"], each["sender"], each["to"]) for each in _lines(world, token, capfd)]
    assert lines[3:] == [
        (130, "data-received", "TBT", ["FIO"]), (132, "holding-registered", "VLAIO", ["FIO"]),
    ]  # fmt: skip
    letter = here(capfd, "subject", "export", token, "--letter", "en", "--dataset", "contacts", world=world)
    assert "FIO has had data from VLAIO since" in letter.out


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", ["Uw persoonsgegevens", "artikel 15", "taak van algemeen belang", "niet bij de mededeling vermeld"]),
        ("en", ["Your personal data", "article 15", "task in the public interest", "not stated with the delivery"]),
    ],
)
def test_the_letter_says_the_same_in_the_persons_language(
    delivered: tuple[World, str], capfd: Capture, language: str, words: list[str]
):
    world, token = delivered
    said(world, token, text="een zin over An")
    letter = here(capfd, "subject", "export", token, "--letter", language, world=world)
    assert letter.exit == 0
    flowing = " ".join(letter.out.split())
    for each in (*words, AN, token, "een zin over An", "KULeuven", "contacts"):
        assert each in flowing, each
    assert max(map(len, letter.out.splitlines())) <= 78


def test_every_sentence_of_a_letter_is_in_both_languages():
    from cli.letter_texts import TEXTS

    def named(text: str) -> set[str]:
        return {part.partition("}")[0] for part in text.split("{")[1:]}

    for texts in TEXTS.values():
        assert texts.keys() == {"nl", "en"}
        assert named(texts["nl"]) == named(texts["en"])


def test_an_export_is_one_json_document_of_all_that_is_known(delivered: tuple[World, str], capfd: Capture):
    world, token = delivered
    document = told(here(capfd, "subject", "export", token, world=world))
    assert told(here(capfd, "subject", "export", token, "--json", world=world)) == document
    assert here(capfd, "subject", "export", token, "--json", "--letter", "nl", world=world).exit == 2
    assert document["identifiers"] == [{"kind": "account", "raw": AN, "value": AN, "finding": ""}]
    assert (document["protocol"], document["token"]) == (V, token)
    assert len([each for each in document["disclosures"] if each["position"] > 125]) == 3


def test_a_dry_run_erases_nothing_and_shows_tokens_only(world: World, capfd: Capture):
    token = known(world)
    event = said(world, token)
    before, size = world.place.vault.read_bytes(), world.size()
    shown = here(capfd, "subject", "erase", token, *WHY, "--dry-run", world=world)
    assert shown.exit == 0
    assert f"what entry {event.position} says in reason" in shown.out
    assert AN not in shown.out + shown.err
    assert (world.place.vault.read_bytes(), world.size()) == (before, size)


@pytest.mark.parametrize("confirm", [[], ["--confirm", NOBODY], ["--confirm", "yes"]])
def test_an_erasure_needs_the_token_again(world: World, capfd: Capture, confirm: list[str]):
    token = known(world)
    refused = ledger("subject", "erase", token, *WHY, *confirm, world=world)
    assert refused.exit == 2
    assert world.size() == 125
    assert here(capfd, "subject", "find", AN, world=world).exit == 0


def test_an_erasure_is_recorded_and_done_and_done_again_is_the_same(world: World, capfd: Capture):
    token = known(world)
    said(world, token)
    erase = ["subject", "erase", token, *WHY, "--clause", "art. 8", "--confirm", token]
    done = here(capfd, *erase, world=world)
    assert (done.exit, done.out) == (0, f"{token} erased by entry 127\n")
    assert files_with(world, *spelled(AN), *spelled(SAID)) == []
    event = json.loads(world.bytes().splitlines()[-1])["event"]
    assert (event["tokens"], event["clause"], event["decided_by"], event["in_protocol"]) == (
        [token], "art. 8", "VLAIO", V,
    )  # fmt: skip
    again = here(capfd, *erase, world=world)
    assert (again.exit, again.out) == (0, f"{token} was erased before by entry 127\n")
    gone = here(capfd, "subject", "show", token, world=world)
    assert gone.exit == 6
    assert "erased by entry 127" in gone.err


def test_a_legal_hold_blocks_an_erasure_visibly(world: World, capfd: Capture):
    token = known(world)
    hold = {"hold": "H-1", "origin": "VLAIO", "datasets": ["contacts"], "copy": ["all"], "ground": "pending-claim"}
    world.record(world.signed("TBT", "legal-hold-placed", **hold))
    for more in (["--dry-run"], ["--confirm", token]):
        blocked = here(capfd, "subject", "erase", token, *WHY, *more, world=world)
        assert (blocked.exit, blocked.out) == (7, "")
        assert "legal hold H-1 of TBT, placed by entry 126" in blocked.err
    assert here(capfd, "retention", "run", "--protocol", V, "--uses-after", "1y", world=world).exit == 7


def test_an_erasure_is_deferred_while_a_backup_is_kept(world: World, tmp_path: Path, capfd: Capture):
    token = known(world)
    copied = here(capfd, "backup", str(tmp_path / "backup"), "--kept-until", "2099-01-01", world=world)
    assert copied.exit == 0
    shown = here(capfd, "subject", "erase", token, *WHY, "--dry-run", world=world)
    assert "deferred until 2099-01-01: the backup of" in shown.out
    document = told(here(capfd, "subject", "erase", token, *WHY, "--confirm", token, "--json", world=world))
    assert [each["kept_until"] for each in document["deferred"]] == ["2098-12-31T23:00:00.000000Z"]
    assert here(capfd, "subject", "change-key", world=world).exit == 0
    other = known(world)
    assert told(here(capfd, "subject", "erase", other, *WHY, "--dry-run", "--json", world=world))["deferred"] == []


def test_a_backup_is_restored_from_the_command_line_with_what_was_erased_since(
    world: World, tmp_path: Path, capfd: Capture
):
    token = known(world)
    assert here(capfd, "backup", str(tmp_path / "backup"), "--kept-until", "2099-01-01", world=world).exit == 0
    assert here(capfd, "subject", "erase", token, *WHY, "--confirm", token, world=world).exit == 0
    newest = tmp_path / "newest.jsonl"
    newest.write_bytes(world.bytes())
    for path in world.place.base.parent.iterdir():
        if path.name != "ledger.head":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    refused = here(capfd, "restore", str(tmp_path / "backup"), world=world)
    assert (refused.exit, Path(world.place.url).exists()) == (9, False)
    restored = here(capfd, "restore", str(tmp_path / "backup"), "--erasures", str(newest), world=world)
    assert (restored.exit, restored.out.splitlines()[0]) == (0, "restored 125 entries; recorded at position 127")
    assert here(capfd, "subject", "find", AN, world=world).exit == 6
    assert files_with(world, *spelled(AN)) == []
    assert here(capfd, "verify", world=world).exit == 0


def test_retention_erases_staff_of_logs_after_their_term_and_the_ledger_still_verifies(
    imported: World, tmp_path: Path, capfd: Capture
):
    from tests.worlds import import_log, log_file

    run = ["retention", "run", "--protocol", V, "--uses-after", "1d"]
    before = imported.size()
    planned = told(here(capfd, *run, "--dry-run", "--json", world=imported))
    assert (len(planned["tokens"]), planned["purposes"], imported.size()) == (2, [], before)
    assert planned["term"] == {
        "keep": "1 day", "from": "option", "protocol_says": "10 years (house policy)", "clause": None,
    }  # fmt: skip
    by_the_file = told(here(capfd, "retention", "run", "--protocol", V, "--dry-run", "--json", world=imported))
    assert (by_the_file["tokens"], by_the_file["term"]["from"]) == ([], "house-policy")
    shown = here(capfd, *run, "--dry-run", world=imported).out
    assert "1 day, given here in place of 10 years (house policy)" in shown
    done = told(here(capfd, *run, "--json", world=imported))
    assert done["erased_by"] == [before + 1]
    assert judged(imported, deep=True).faults == ()
    with imported.open() as opened:
        assert opened.vault.holds(done["tokens"]) == set()
    assert told(here(capfd, *run, "--json", world=imported))["tokens"] == []
    assert import_log(imported, log_file(tmp_path)) == 0


def check_erasure(world: World, acknowledged: str) -> None:
    """Erased with its entry or not at all; never the one without the other once the ledger was opened."""
    entries = [line for line in world.bytes().splitlines() if b'"subject-erased/1"' in line]
    assert len(entries) <= 1
    with world.open() as opened:
        there = opened.vault.known(V, ["an@demo.invalid"])
    assert bool(there) != bool(entries)
    assert not entries or files_with(world, *spelled("an@demo.invalid")) == []
    assert judged(world).faults == ()
    if "erased" in acknowledged:
        assert entries


def test_an_erasure_killed_at_any_moment_is_completed_at_the_next_opening(demo_folder: Path, tmp_path: Path):
    from tests.worlds import copied

    with copied(demo_folder, tmp_path / "look").open() as opened:
        (token,) = opened.vault.known(V, ["an@demo.invalid"]).values()
    command = ["subject", "erase", token, *WHY, "--confirm", token]
    assert swept(demo_folder, tmp_path, command, check_erasure) > 9


PERSONAL = ("an.geheim@fictief.example", "85.07.30-033.28", "85073003328", "Geheime tekst over An")
DRAFTS: list[dict[str, Any]] = [
    {"type": "access-revoked", "protocol": V, "grant": PERSONAL[0]},
    {"type": "access-revoked", "protocol": V, "grant": "G-85.07.30-033.28"},
    {"type": "party-withdrew", "protocol": V, "party": "NOBODY", "reason": PERSONAL[3]},
    {"type": "party-withdrew", "protocol": V, "party": "TBT", "reason": {"value": PERSONAL[3], "about": ["x"]}},
    {"type": "party-withdrew", "protocol": V, "party": "TBT", "reason": [PERSONAL[3]]},
    {"type": "party-withdrew", "protocol": V, "party": "TBT", "unknown": PERSONAL[3]},
    {"type": "access-granted", "protocol": V, "subject": PERSONAL[0], "grant": "G-1"},
    {"type": PERSONAL[0], "protocol": V},
    {"type": "access-revoked", "protocol": V, "grant": "G-1", PERSONAL[0]: "x"},
    {"type": "access-granted", "protocol": V, "grant": "G-1", "author": PERSONAL[0]},
]


@pytest.mark.parametrize("draft", DRAFTS, ids=range(len(DRAFTS)))
@pytest.mark.parametrize("more", [[], ["--json"], ["--json", "--each"]], ids=" ".join)
def test_no_error_repeats_what_was_to_be_sealed(
    world: World, tmp_path: Path, capfd: Capture, draft: dict[str, Any], more: list[str]
):
    file = tmp_path / "draft.jsonl"
    file.write_text(json.dumps(draft) + "\n", encoding="utf-8")
    refused = here(capfd, "record", str(file), "--as", "TBT", *more, world=world)
    assert refused.exit == 5
    assert not [each for each in PERSONAL if each in refused.out + refused.err], refused.err


def test_a_vault_that_is_damaged_or_locked_says_so_without_a_value(spoilt: World, capfd: Capture):
    token = known(spoilt)
    said(spoilt, token)
    plain = sqlite3.connect(spoilt.place.vault)
    plain.execute("UPDATE persons SET identifier = x'00'")
    plain.execute("UPDATE openings SET content = x'00'")
    plain.commit()
    plain.close()
    for verb in ("show", "export", "disclosures"):
        told_so = here(capfd, "subject", verb, token, world=spoilt)
        assert told_so.exit == 3
        assert AN not in told_so.err
        assert SAID not in told_so.err
    assert Counter(code for code, _ in codes(judged(spoilt))) == {"sealed.altered": 6, "person.altered": 3}


def test_nothing_but_the_answer_names_a_person(world: World, capfd: Capture):
    token = known(world)
    said(world, token)
    for arguments in (["verify"], ["verify", "--deep", "--json"], ["export"], ["obligations", "--json"], ["replay"]):
        shown = here(capfd, *arguments, world=world)
        assert AN not in shown.out + shown.err
        assert SAID not in shown.out + shown.err
    assert here(capfd, "subject", "show", token, world=world).err == ""
    erased(world, token)


def test_a_single_sealed_part_is_erased_from_the_command_line(world: World, capfd: Capture):
    event = said(world)
    with world.open() as opened:
        commitment = opened.vault.openings(event.id)[0].commitment(event.id)
    done = here(capfd, "subject", "erase", "--part", commitment, *WHY, "--confirm", commitment, world=world)
    assert (done.exit, done.out) == (0, "1 sealed part(s) erased by entry 127\n")
    assert judged(world).erased_by == {127: 1}
    assert here(capfd, "subject", "erase", *WHY, world=world).exit == 2
    assert here(capfd, "subject", "erase", "--part", commitment, *WHY, world=world).exit == 6
