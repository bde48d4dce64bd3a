"""Somebody with VERIFY.md, openssl, sha256sum and a shell finds what the tool finds."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.bundle.archive import Archive
from ledger.chain.note import Note
from ledger.chain.timestamp import renewed_text
from tests.bundle.authority import authority
from tests.bundle.forge import good, honest, vkey
from tests.bundle.mutations import MUTATIONS
from tests.bundle.mutations.attached import attached
from tests.docs.blocks import ROOT, block
from tests.keys.people import LOG, OPERATOR, TBT, TBT_NEXT, VLAIO

STEPS = ("files", "checkpoint", "tree", "streams", "authors", "protocol", "documents")
GUIDE = ROOT / "ledger/bundle/VERIFY.md"


@pytest.fixture(autouse=True)
def _tools() -> None:
    missing = [tool for tool in ("openssl", "basenc", "sha256sum", "awk") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"the check by hand is NOT TESTED: {' and '.join(missing)} not installed")


def by_hand(path: Path, folder: Path, steps: tuple[str, ...] = STEPS) -> str:
    """The first step of the guide that fails; nothing if all pass."""
    with Archive.open(path) as archive:
        for name in archive.members:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(archive.read(name))
    people = (OPERATOR, VLAIO, TBT, TBT_NEXT)
    pins = "".join(f"party {each.party} {vkey(each, f'{each.party}/events')}\n" for each in people)
    (folder / "trust.policy").write_text(f"# whom I trust\nlog {vkey(LOG)}\nquorum none\n{pins}")
    script = "\n".join(f"echo {step} >&2\n{block(GUIDE, step).code}" for step in ("keys", *steps))
    done = subprocess.run(
        ["sh", "-euc", script + "\necho done >&2"], cwd=folder, capture_output=True, text=True, check=False
    )
    told = [line for line in done.stderr.splitlines() if line in ("keys", *STEPS, "stamp", "renewal", "done")]
    return "" if told[-1] == "done" else told[-1]


def test_a_good_bundle_passes_by_hand(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert by_hand(good(tmp_path), tmp_path / "folder") == ""


def test_a_bundle_with_documents_passes_by_hand(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert by_hand(attached(tmp_path), tmp_path / "folder") == ""


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("one flipped bit", "files"),
        ("file that is not there", "files"),
        ("root changed", "checkpoint"),
        ("checkpoint of the same size with another root", "tree"),
        ("entry left out", "tree"),
        ("recording time changed", "tree"),
        ("hash of the seals proof changed", "streams"),
        ("seal that says less than there is", "streams"),
        ("signed with a key that nobody enrolled", "authors"),
        ("act of another ledger played again", "authors"),
        ("protocol file changed", "protocol"),
        ("document changed", "documents"),
        ("document without its blind", "documents"),
        ("blind of another document", "documents"),
        ("document that no entry names", "documents"),
    ],
)
def test_a_mutation_fails_by_hand_at_its_step(tmp_path: Path, name: str, step: str) -> None:
    make: Callable[[Path], Path] = MUTATIONS[name].make
    (tmp_path / "folder").mkdir()
    assert by_hand(make(tmp_path), tmp_path / "folder") == step


def test_the_guide_has_a_block_for_every_step_and_no_other() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert text.count("<!-- run: ") == len(STEPS) + 3


@pytest.mark.parametrize("text", ["", "another text\n"])
def test_openssl_checks_the_time_stamp(tmp_path: Path, text: str) -> None:
    tsa, forge = authority(tmp_path / "tsa"), honest()
    stamp = tsa.stamp((text or Note.parse(forge.note).text).encode())
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/tsa-root.pem").write_bytes(tsa.roots)
    path = forge.bundle(tmp_path / "b.zip", stamps=(stamp,))
    assert by_hand(path, tmp_path / "folder", ("stamp",)) == ("stamp" if text else "")


@pytest.mark.parametrize("over", ["", "something else"])
def test_openssl_checks_a_renewed_stamp(tmp_path: Path, over: str) -> None:
    tsa, forge = authority(tmp_path / "tsa"), honest()
    text = Note.parse(forge.note).text.encode()
    first = tsa.stamp(text)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/tsa-root.pem").write_bytes(tsa.roots)
    path = forge.bundle(tmp_path / "b.zip", stamps=(first, tsa.stamp(over.encode() or renewed_text(text, first))))
    assert by_hand(path, tmp_path / "folder", ("stamp", "renewal")) == ("renewal" if over else "")
