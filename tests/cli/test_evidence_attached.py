"""Documents and single proofs, from the digest that an event names to the bundle that holds them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.bundle.archive import Archive
from ledger.chain.hashing import sha256
from tests.cli.commands import here
from tests.cli.test_evidence import built, signed
from tests.worlds import V, World

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text("Aan het bestuur: de sloten zijn vervangen.\n", encoding="utf-8")
    return path


def digest_of(capfd: Capture, file: Path, *more: str) -> str:
    said = here(capfd, "evidence", "digest", str(file), *more)
    assert said.exit == 0, said.err
    return said.out.strip()


def attest(world: World, capfd: Capture, digest: str) -> int:
    """Record a measure that the document shows; give its position."""
    with world.open() as opened:
        evidence = [{"strength": "signed-document", "digest": digest}]
        (done,) = opened.record([world.signed("VLAIO", "measure-attested", measure="locks", evidence=evidence)])
    signed(world, capfd)
    return done.position


def test_a_document_travels_with_the_entry_that_names_it(
    world: World, capfd: Capture, tmp_path: Path, letter: Path
) -> None:
    digest = digest_of(capfd, letter)
    position = attest(world, capfd, digest)
    path = built(world, capfd, tmp_path, "--attach", str(letter), "--proof", str(position))
    said = here(capfd, "evidence", "verify", str(path), "--policy", str(world.place.policy), "--json")
    assert (said.exit, json.loads(said.out)["counts"]["documents"]) == (0, 1)
    shown = here(capfd, "evidence", "show", str(path)).out
    assert f"document     {digest}" in shown
    assert f"proof        {position}.tlog-proof" in shown
    with Archive.open(path) as archive:
        assert archive.read(f"document/{digest}") == letter.read_bytes()


def test_a_digest_is_blinded_unless_the_document_is_public(capfd: Capture, letter: Path) -> None:
    plain = sha256(letter.read_bytes()).hex()
    blinded = digest_of(capfd, letter)
    assert blinded != plain
    assert digest_of(capfd, letter) == blinded
    assert digest_of(capfd, letter, "--public") == plain
    assert (letter.parent / "letter.txt.blind").stat().st_mode & 0o777 == 0o600


def test_a_damaged_blind_is_refused_and_kept(capfd: Capture, letter: Path) -> None:
    digest_of(capfd, letter)
    beside = letter.parent / "letter.txt.blind"
    beside.write_text("short\n")
    assert here(capfd, "evidence", "digest", str(letter)).exit == 5
    assert beside.read_text() == "short\n"


def test_a_document_that_no_entry_names_is_refused_with_what_to_do(
    world: World, capfd: Capture, tmp_path: Path, letter: Path
) -> None:
    build = ("evidence", "build", "--protocol", V, "--clause", "art. 5", "-o", str(tmp_path / "b.zip"))
    said = here(capfd, *build, "--attach", str(letter), world=world)
    assert said.exit == 6
    assert sha256(letter.read_bytes()).hex() in said.err
    assert "--evidence KIND:DIGEST" in said.err
    assert "sloten" not in said.err
    assert here(capfd, *build, "--attach", str(tmp_path / "none"), world=world).exit == 6
    assert here(capfd, *build, "--proof", "999999", world=world).exit == 6
    assert not (tmp_path / "b.zip").exists()
