"""Exit codes, and what goes to stdout and to stderr: scripts and auditors' procedures rely on them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from ledger.keys.keystore import KeyStore
from ledger.place import Place
from tests.cli.commands import PROGRAM, Said, here, ledger
from tests.docs.blocks import ROOT
from tests.limits import files_of_at_most
from tests.worlds import O, V, World, environment, log_file, rewrite

Capture = pytest.CaptureFixture[str]
WITHDRAWAL = {"type": "party-withdrew", "protocol": V, "party": "TBT", "effective_at": "2022-07-31"}
READING = [
    ["verify"], ["replay"], ["obligations"], ["register", "access"], ["checkpoint", "show"], ["protocol", "list"],
    ["protocol", "show", V], ["key", "list"],
]  # fmt: skip


def written(folder: Path, *drafts: dict[str, Any] | str, name: str = "drafts.jsonl") -> str:
    file = folder / name
    lines = (draft if isinstance(draft, str) else json.dumps(draft) for draft in drafts)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(file)


def failure(said: Said) -> dict[str, Any]:
    """The last line on stderr, as `--json` promises it."""
    found = json.loads(said.err.splitlines()[-1])
    assert found.keys() == {"type", "code", "exit", "message", "hint"}
    assert (found["type"], found["exit"]) == ("error", said.exit)
    assert re.fullmatch(r"[a-z]+\.[a-z0-9-]+", found["code"])
    return dict(found)


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_a_reading_command_answers_on_stdout_and_in_json_alike(arguments: list[str], world: World, capfd: Capture):
    said = here(capfd, *arguments, world=world)
    assert (said.exit, said.err) == (0, "")
    assert said.out
    document = here(capfd, *arguments, "--json", world=world)
    assert (document.exit, document.err) == (0, "")
    assert json.loads(document.out)


@pytest.mark.parametrize("arguments", [*READING, ["export"], ["record", "-"], ["checkpoint", "sign"]], ids=" ".join)
def test_a_ledger_that_is_not_there_is_exit_6_with_a_way_on(arguments: list[str], tmp_path: Path, capfd: Capture):
    json_too = ["--json"] if arguments in READING else []
    said = here(capfd, "--ledger", str(tmp_path / "none.db"), *arguments, *json_too)
    assert (said.exit, said.out) == (6, "")
    assert "ledger init" in said.err
    assert list(tmp_path.iterdir()) == []
    if json_too:
        assert failure(said)["hint"]


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00", b"\x00" * 5000])
def test_a_file_that_is_not_a_ledger_is_exit_5(content: bytes, tmp_path: Path, capfd: Capture):
    file = tmp_path / "other.db"
    file.write_bytes(content)
    for arguments in (["verify", "--json"], ["obligations", "--json"], ["replay", "--json"]):
        said = here(capfd, "--ledger", str(file), *arguments)
        assert (said.exit, said.out) == (5, "")
        failure(said)


def test_a_changed_entry_is_exit_3_for_every_command_that_reads_it(spoilt: World, capfd: Capture):
    rewrite(
        spoilt, "UPDATE entry SET raw = CAST(replace(CAST(raw AS TEXT), '2021', '2020') AS BLOB) WHERE position = 60"
    )
    for arguments in (["verify"], ["replay"], ["obligations"], ["register", "holdings"]):
        said = here(capfd, *arguments, "--json", world=spoilt)
        assert said.exit == 3, arguments
        assert failure(said)["exit"] == 3


@pytest.mark.parametrize("position", [1, 2, 125])
def test_a_stored_entry_that_does_not_parse_is_exit_3_and_not_bad_input(
    position: int, spoilt: World, tmp_path: Path, capfd: Capture
):
    rewrite(spoilt, f"UPDATE entry SET raw = x'7b7d' WHERE position = {position}")
    drafts = written(tmp_path, WITHDRAWAL)
    for arguments in (["verify"], ["replay"], ["obligations"], ["record", drafts, "--as", "TBT"]):
        said = here(capfd, *arguments, "--json", world=spoilt)
        assert said.exit == 3, (arguments, said.err)
        failure(said)


def test_a_ledger_behind_its_mark_is_exit_3_and_takes_nothing(
    spoilt: World, demo_folder: Path, tmp_path: Path, capfd: Capture
):
    assert here(capfd, "record", written(tmp_path, WITHDRAWAL), "--as", "TBT", world=spoilt).exit == 0
    for ending in ("", "-wal", "-shm"):
        Path(spoilt.place.url + ending).unlink(missing_ok=True)
    shutil.copy(demo_folder / "ledger.db", spoilt.place.url)
    said = here(capfd, "record", written(tmp_path, WITHDRAWAL), "--as", "TBT", "--json", world=spoilt)
    assert (said.exit, failure(said)["code"]) == (3, "highwater.behind")
    assert spoilt.size() == 125


def test_what_is_overdue_is_exit_4_only_where_it_was_asked(world: World, capfd: Capture):
    assert here(capfd, "obligations", "--as-of", "2023-06-01", world=world).exit == 0
    said = here(capfd, "obligations", "--as-of", "2023-06-01", "--fail-overdue", "--json", world=world)
    assert said.exit == 4
    assert json.loads(said.out)["items"]
    failure(said)
    assert here(capfd, "obligations", "--status", "fulfilled", "--fail-overdue", world=world).exit == 0


def test_a_refused_draft_is_exit_5_and_names_file_line_and_field(world: World, tmp_path: Path, capfd: Capture):
    file = written(tmp_path, WITHDRAWAL, "", {**WITHDRAWAL, "effective_at": "31 mei"})
    said = here(capfd, "record", file, "--as", "TBT", "--json", world=world)
    assert (said.exit, said.out) == (5, "")
    assert said.err.startswith(f"ledger: error: file {file}, line 3, field $.effective_at: ")
    assert failure(said)["hint"]
    assert world.size() == 125


def test_each_records_what_is_right_and_tells_the_rest(world: World, tmp_path: Path, capfd: Capture):
    bad, other = {**WITHDRAWAL, "party": "VLAIO"}, {**WITHDRAWAL, "effective_at": "2022-08-31"}
    file = written(tmp_path, WITHDRAWAL, bad, "{", other)
    said = here(capfd, "record", file, "--as", "TBT", "--each", "--json", world=world)
    assert said.exit == 5
    answered = json.loads(said.out)
    assert [each["position"] for each in answered["recorded"]] == [126, 127]
    assert [each["code"] for each in answered["refused"]] == ["authority.no-mandate", "canonical.refused"]
    assert said.err.count("ledger: error: file") == 2
    assert failure(said)["code"] == "input.rejected"


def test_the_same_file_again_adds_nothing_and_is_exit_0(world: World, tmp_path: Path, capfd: Capture):
    file = written(tmp_path, WITHDRAWAL)
    first, again = (here(capfd, "record", file, "--as", "TBT", world=world) for _ in range(2))
    assert first.out == "recorded party-withdrew at position 126 (log size 126)\n"
    assert again.out == "already recorded: party-withdrew at position 126 (log size 126)\n"
    assert (first.exit, again.exit) == (0, 0)


@pytest.mark.parametrize("each", [[], ["--each"]])
def test_another_meaning_under_one_id_is_exit_7(each: list[str], world: World, tmp_path: Path, capfd: Capture):
    one = {**WITHDRAWAL, "id": "ab" * 16}
    assert here(capfd, "record", written(tmp_path, one), "--as", "TBT", world=world).exit == 0
    file = written(tmp_path, {**one, "effective_at": "2022-08-31"})
    said = here(capfd, "record", file, "--as", "TBT", *each, "--json", world=world)
    assert said.exit == 7
    assert "line 1" in said.err
    failure(said)


def test_a_ledger_that_is_there_is_not_opened_again(world: World, capfd: Capture, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LEDGER_PASSPHRASE", "x")
    said = here(capfd, "init", world=world)
    assert (said.exit, said.out) == (7, "")
    assert "name another place" in said.err


def test_without_a_passphrase_nothing_is_made_and_it_is_exit_8(tmp_path: Path):
    said = ledger("--ledger", str(tmp_path / "new.db"), "init")
    assert (said.exit, said.out) == (8, "")
    assert "LEDGER_PASSPHRASE_FILE" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_passphrase_is_exit_8_and_nothing_is_recorded(tmp_path: Path):
    place, secret = str(tmp_path / "new.db"), tmp_path / "secret"
    secret.write_text("right\n", encoding="utf-8")
    draft = json.dumps({"type": "key-revoked", "party": "OPERATOR", "revoked": "5f" * 32, "cause": "lost"}).encode()
    made = ledger("--ledger", place, "init", LEDGER_PASSPHRASE_FILE=str(secret))
    assert (made.exit, made.out.split()[0]) == (0, "opened")
    wrong = ledger("--ledger", place, "record", "-", stdin=draft, LEDGER_PASSPHRASE="Zomer2022")
    assert (wrong.exit, wrong.out) == (8, "")
    absent = ledger("--ledger", place, "record", "-", stdin=draft)
    assert (absent.exit, absent.out) == (8, "")
    assert World(Place.named(place, {})).size() == 1
    assert ledger("--ledger", place, "verify").exit == 0
    assert "Zomer2022" not in wrong.err


@pytest.mark.parametrize("policy", ["", "log nonsense\n", "quorum 2\n"])
def test_a_policy_that_was_named_and_cannot_be_used_is_exit_8(
    policy: str, world: World, tmp_path: Path, capfd: Capture
):
    file = tmp_path / "mine.policy"
    file.write_text(policy, encoding="utf-8")
    said = here(capfd, "verify", "--policy", str(file), "--json", world=world)
    assert said.exit == 8, said
    failure(said)
    file.unlink()
    assert here(capfd, "verify", "--policy", str(file), world=world).exit == 8


def test_a_disk_that_is_full_is_exit_7_and_no_bug_and_nothing_is_lost(world: World, tmp_path: Path, capfd: Capture):
    draft = tmp_path / "draft.jsonl"
    draft.write_text(json.dumps({"type": "measure-lapsed", "protocol": V, "party": "VLAIO", "measure": "m1"}))
    command = ["record", str(draft), "--as", "VLAIO"]
    before = world.bytes()
    with files_of_at_most(20_000):
        said = here(capfd, *command, world=world)
    assert (said.exit, "bug" in said.err) == (7, False), said
    assert world.bytes() == before
    assert here(capfd, *command, world=world).exit == 0


@pytest.mark.parametrize(
    "asked",
    [["restore", "none"], ["load", "none"], ["load", "x", "--protocol", "none"], ["protocol", "check", "none"]],
    ids=" ".join,
)
def test_a_file_or_folder_that_is_not_there_is_exit_6(asked: list[str], tmp_path: Path, capfd: Capture):
    (tmp_path / "x").write_bytes(b"")
    given = [str(tmp_path / each) if each in ("none", "x") else each for each in asked]
    said = here(capfd, "--ledger", str(tmp_path / "ledger.db"), *given)
    assert said.exit == 6, said
    assert "hint" in said.err
    assert [each.name for each in tmp_path.iterdir()] == ["x"]


def test_a_quorum_that_nobody_signed_for_is_exit_9(world: World, tmp_path: Path, capfd: Capture):
    key = KeyStore(tmp_path / "keys").create_in_clear("TBT", "cosign")
    policy = world.place.policy.read_text(encoding="utf-8")
    file = tmp_path / "mine.policy"
    file.write_text(policy.replace("quorum none", f"witness TBT {key.vkey}\nquorum TBT"), encoding="utf-8")
    said = here(capfd, "verify", "--policy", str(file), "--json", world=world)
    assert said.exit == 9, said
    assert json.loads(said.out)["verdicts"]["integrity"] == "ok"
    failure(said)


def test_rejected_lines_leave_an_import_0_and_are_exit_5_where_strict(world: World, tmp_path: Path, capfd: Capture):
    file = log_file(tmp_path)
    file.write_text(file.read_text(encoding="utf-8") + "x,x,x,x,x,x,x,{,x,x,x,x,x\r\n", encoding="utf-8")
    command = ["import", "m365-audit", str(file), "--protocol", V, "--party", "VLAIO"]
    said = here(capfd, *command, "--json", world=world)
    assert (said.exit, json.loads(said.out)["rejected"]) == (0, 1)
    strict = here(capfd, *command, "--strict", "--json", world=world)
    assert (strict.exit, json.loads(strict.out)["new"]) == (5, 0)
    failure(strict)


def test_an_export_is_the_stored_entries_byte_for_byte(world: World):
    said = ledger("export", world=world)
    assert (said.exit, said.err) == (0, "")
    assert said.out.encode() == world.bytes()
    assert ledger("export", "--after", "124", world=world).out.encode() == world.bytes().splitlines(True)[-1]


def test_a_reader_that_goes_away_ends_the_command_quietly(world: World):
    done = subprocess.run(
        f"{sys.executable} -c '{PROGRAM}' export | head -c 10; echo ${{PIPESTATUS[0]}}", shell=True, cwd=ROOT,
        capture_output=True, text=True, env=environment(LEDGER=world.place.url), executable="/bin/bash", check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.stdout.split("\n")[0].startswith('{"event":{')
    assert done.stdout.rstrip().endswith(("130", "0"))


@pytest.mark.parametrize("arguments", [["export"], ["events", "list"], ["verify"], ["obligations", "--json"]])
def test_an_answer_that_cannot_be_written_is_not_a_success(arguments: list[str], world: World):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT,
            env=environment(LEDGER=world.place.url), check=False,
        )  # fmt: skip
    assert done.returncode == 7
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.stderr.startswith("ledger: error: ")


def test_an_interrupted_command_is_exit_130(world: World, capfd: Capture, monkeypatch: pytest.MonkeyPatch):
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ledger.storage.lost.open_there", interrupted)
    said = here(capfd, "verify", "--json", world=world)
    assert (said.exit, said.out) == (130, "")
    failure(said)


def test_the_same_questions_give_the_same_answer_from_another_place(world: World, capfd: Capture):
    asked = ["obligations", "--as-of", "2022-06-15", "--protocol", O, "--json"]
    assert here(capfd, *asked, "--ledger", world.place.url).out == here(capfd, *asked, world=world).out


def test_reading_works_where_nothing_can_be_written_beside_the_ledger(world: World, capfd: Capture):
    expected = here(capfd, "obligations", "--as-of", "2022-06-15", world=world)
    for ending in ("", "-wal", "-shm"):
        world.place.views.with_name(world.place.views.name + ending).unlink(missing_ok=True)
    world.place.views.symlink_to("/proc/no-such-folder/views")
    assert here(capfd, "obligations", "--as-of", "2022-06-15", world=world) == expected
    world.place.views.unlink()


def test_look_ups_that_are_damaged_are_made_anew(world: World, tmp_path: Path, capfd: Capture):
    expected = here(capfd, "obligations", "--as-of", "2022-06-15", world=world)
    file = written(tmp_path, WITHDRAWAL)
    for content in (b"", b"garbage" * 1000, world.place.vault.read_bytes()):
        for ending in ("-wal", "-shm"):
            world.place.views.with_name(world.place.views.name + ending).unlink(missing_ok=True)
        world.place.views.write_bytes(content)
        assert here(capfd, "obligations", "--as-of", "2022-06-15", "--known-at", "2022-06-30", world=world).exit == 0
        assert here(capfd, "record", file, "--as", "TBT", world=world).exit == 0
    assert world.size() == 126
    assert expected.exit == 0


def test_a_key_that_is_made_and_not_enrolled_does_not_sign(world: World, tmp_path: Path, capfd: Capture):
    KeyStore(world.place.keys).create_in_clear("TBT", "events", another=True)
    assert here(capfd, "record", written(tmp_path, WITHDRAWAL), "--as", "TBT", world=world).exit == 0


def test_receipts_are_written_for_each_author(world: World, tmp_path: Path, capfd: Capture):
    folder = tmp_path / "receipts"
    said = here(capfd, "record", written(tmp_path, WITHDRAWAL), "--as", "TBT", "--receipt", str(folder), world=world)
    assert said.exit == 0
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".tlog-proof"]
    assert here(capfd, "verify", world=world).exit == 0
    assert run(["--ledger", world.place.url, "record", "/dev/null", "--receipt", str(tmp_path / "none")]) == 0
    assert not (tmp_path / "none").exists()


def test_the_same_again_writes_the_same_receipts_and_adds_nothing(world: World, tmp_path: Path, capfd: Capture):
    folders = [tmp_path / name for name in ("first", "again", "later")]
    command = ["record", written(tmp_path, WITHDRAWAL), "--as", "TBT", "--receipt"]
    assert here(capfd, *command, str(folders[0]), world=world).exit == 0
    size, notes = world.size(), here(capfd, "checkpoint", "show", world=world).out
    assert here(capfd, *command, str(folders[1]), world=world).exit == 0
    assert (world.size(), here(capfd, "checkpoint", "show", world=world).out) == (size, notes)
    # Nor does it once others recorded and signed more.
    assert here(capfd, "checkpoint", "sign", world=world).exit == 0
    size = world.size()
    assert here(capfd, *command, str(folders[2]), world=world).exit == 0
    assert world.size() == size
    first, *others = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert others == [first, first]


def test_an_event_that_no_checkpoint_covers_yet_gets_one_with_its_receipt(world: World, tmp_path: Path, capfd: Capture):
    command = ["record", written(tmp_path, WITHDRAWAL), "--as", "TBT"]
    assert here(capfd, *command, world=world).exit == 0
    size = world.size()
    assert here(capfd, *command, "--receipt", str(tmp_path / "receipts"), world=world).exit == 0
    assert world.size() == size + 1
    assert len(list((tmp_path / "receipts").iterdir())) == 2


@pytest.mark.parametrize("asked", [("obligations",), ("findings", "list")], ids=" ".join)
def test_a_ledger_without_a_protocol_does_not_just_say_that_nothing_is_due(asked: tuple[str, ...], tmp_path: Path):
    place = ["--ledger", str(tmp_path / "new.db")]
    assert ledger(*place, "init", LEDGER_PASSPHRASE="only for the test").exit == 0
    said = ledger(*place, *asked)
    assert said.exit == 0
    assert said.err.endswith("no protocol yet, so nothing can be due: ledger protocol add FILE\n")
    assert ledger(*place, *asked, "--json").err == ""
