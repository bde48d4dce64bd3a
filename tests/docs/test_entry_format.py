"""docs/formats/entry.md says what the code does, and its scripts find what they say they find."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.chain.ed25519 import key_id, verify
from ledger.chain.entry import Entry, signature_bytes, signed_bytes, spell_signature
from ledger.events.codec import decoded, encoded
from ledger.subjects.sealed import commitment
from tests.docs.blocks import ROOT, block
from tests.docs.shell import shell
from tests.docs.small_ledger import ORIGIN, TBT, SmallLedger, public, small_ledger

PAGE = ROOT / "docs/formats/entry.md"
GOLDEN = ROOT / "tests/vectors/entry/v1-example.json"
EVENT = block(PAGE, "event").code.rstrip("\n").encode()
ENTRY = block(PAGE, "entry").code.rstrip("\n").encode()
FACTS = {line[:13].strip(): line[13:] for line in block(PAGE, "facts").code.splitlines()}

Export = tuple[SmallLedger, Path]
Check = Callable[[Path], subprocess.CompletedProcess[str]]


def test_the_example_is_an_entry_with_that_leaf() -> None:
    entry = Entry.parse(ENTRY)
    assert (entry.event, entry.leaf.hex()) == (EVENT, FACTS["leaf"])
    assert encoded(decoded(EVENT)) == EVENT


def test_the_example_is_signed_by_the_key_of_that_seed() -> None:
    private, entry = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(FACTS["seed"])), Entry.parse(ENTRY)
    message = signed_bytes(FACTS["origin"], EVENT)
    assert public(private).hex() == FACTS["public key"]
    assert spell_signature(private.sign(message)) == entry.signature
    assert json.loads(EVENT)["key"] == key_id(public(private))
    verify(public(private), signature_bytes(entry.signature), message)


def test_the_example_seals_that_reason() -> None:
    event = json.loads(EVENT)
    made = commitment(bytes.fromhex(FACTS["blind"]), event["id"], "reason", FACTS["reason"])
    assert event["reason"] == {"sealed": made}


def test_the_golden_file_holds_the_same_example() -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert {"event": EVENT.decode(), "entry": ENTRY.decode(), "leaf": FACTS["leaf"]}.items() <= golden.items()


@pytest.mark.parametrize("name", ["check.py", "check.sh", "signature.sh"])
def test_a_check_has_at_most_ten_lines(name: str) -> None:
    assert len(block(PAGE, name).code.splitlines()) <= 10


@pytest.fixture
def export(tmp_path: Path) -> Export:
    for name in ("check.py", "check.sh", "signature.sh"):
        (tmp_path / name).write_text(block(PAGE, name).code, encoding="utf-8")
    ledger = small_ledger()
    (tmp_path / "entries.jsonl").write_bytes(ledger.export)
    (tmp_path / "checkpoint").write_bytes(ledger.checkpoint())
    return ledger, tmp_path


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def in_python(folder: Path) -> subprocess.CompletedProcess[str]:
    return run(folder, sys.executable, "-I", "check.py", "entries.jsonl", "checkpoint")


def in_shell(folder: Path) -> subprocess.CompletedProcess[str]:
    return run(folder, "sh", "check.sh", "entries.jsonl")


def signature(folder: Path, position: int, *, origin: str = ORIGIN, key: bytes = public(TBT)) -> int:
    return run(folder, "sh", "signature.sh", "entries.jsonl", str(position), origin, key.hex()).returncode


def test_ten_lines_of_python_pass_a_whole_export(export: Export) -> None:
    done = in_python(export[1])
    assert (done.returncode, done.stdout) == (0, f"{len(export[0].raws)} entries follow from each other\n"), done.stderr


def test_ten_lines_of_shell_pass_a_whole_export(export: Export) -> None:
    ledger, folder = export
    done = in_shell(folder)
    assert (done.returncode, done.stdout) == (0, f"{len(ledger.raws)} {ledger.leaf.hex()}\n"), done.stderr


def test_entries_after_the_checkpoint_are_no_fault(export: Export) -> None:
    ledger, folder = export
    ledger.append(decoded(Entry.parse(ledger.raws[2]).event), TBT)
    (folder / "entries.jsonl").write_bytes(ledger.export)
    assert in_python(folder).returncode == 0


@pytest.mark.parametrize("check", [in_python, in_shell])
@pytest.mark.parametrize("fault", ["changed", "dropped", "swapped", "doubled", "renumbered"])
def test_a_changed_export_is_found_with_its_position(export: Export, fault: str, check: Check) -> None:
    ledger, folder = export
    raws = list(ledger.raws)
    if fault == "changed":
        raws[2] = raws[2].replace(b"2022-05-31", b"2022-06-30")
    elif fault == "dropped":
        del raws[3]
    elif fault == "swapped":
        raws[3], raws[4] = raws[4], raws[3]
    elif fault == "doubled":
        raws.insert(3, raws[2])
    else:
        raws[3] = raws[3].replace(b',"position":4,', b',"position":5,')
    (folder / "entries.jsonl").write_bytes(b"".join(raw + b"\n" for raw in raws))
    done = check(folder)
    assert (done.returncode, done.stderr) == (1, "entry 4 does not follow from the one before\n")


@pytest.mark.parametrize("fault", ["tail cut", "last entry changed", "made again"])
def test_ten_lines_of_python_hold_an_export_to_its_checkpoint(export: Export, fault: str) -> None:
    ledger, folder = export
    if fault == "tail cut":
        ledger.raws.pop()
    elif fault == "last entry changed":
        ledger.raws[-1] = ledger.raws[-1].replace(b'"streams":', b'"streamz":')
    else:
        ledger.raws, first = [], ledger.raws[0]
        ledger.raws.append(first.replace(b"OPERATOR", b"SOMEBODY"))
    (folder / "entries.jsonl").write_bytes(ledger.export)
    done = in_python(folder)
    assert (done.returncode, done.stderr) == (1, "the first 10 are not those of the checkpoint\n")


def test_both_pass_what_the_demo_exports(export: Export) -> None:
    _, folder = export
    exported = "ledger export > entries.jsonl; ledger checkpoint show > checkpoint"
    done = shell(folder, f"ledger demo story; export LEDGER=story/ledger.db; {exported}")
    assert done.returncode == 0, done.stderr
    for check in (in_python, in_shell):
        found = check(folder)
        assert found.returncode == 0, found.stderr


@pytest.fixture
def openssl() -> None:
    missing = [tool for tool in ("openssl", "basenc") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"one signature by openssl is NOT TESTED: {' and '.join(missing)} not installed")


@pytest.mark.usefixtures("openssl")
def test_openssl_accepts_an_authors_signature(export: Export) -> None:
    assert signature(export[1], 3) == 0


@pytest.mark.usefixtures("openssl")
@pytest.mark.parametrize("fault", ["event", "origin", "key"])
def test_openssl_refuses_a_signature_over_something_else(export: Export, fault: str) -> None:
    ledger, folder = export
    if fault == "event":
        ledger.raws[2] = ledger.raws[2].replace(b"2022-05-31", b"2022-06-30")
        (folder / "entries.jsonl").write_bytes(ledger.export)
        assert signature(folder, 3) != 0
    elif fault == "origin":
        assert signature(folder, 3, origin="example.org/other") != 0
    else:
        assert signature(folder, 3, key=bytes(31) + b"\x09") != 0
