"""Cosignatures that others send: whatever a stranger writes into a note, the checkpoint stays readable."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.chain.note import MOST_SIGNATURES, Note, Signature
from ledger.keys.keystore import KeyStore
from ledger.witness.published import Published
from tests.cli.commands import here
from tests.worlds import World

Capture = pytest.CaptureFixture[str]


def shown(world: World, capfd: Capture) -> Note:
    said = here(capfd, "checkpoint", "show", world=world)
    assert said.exit == 0, said.err
    return Note.parse(said.out.encode())


def strangers(first: int, count: int) -> tuple[Signature, ...]:
    return tuple(Signature(f"stranger-{at}", b"\0\0\0\1", bytes(72)) for at in range(first, first + count))


def test_strangers_cannot_fill_a_note_until_nobody_can_read_it(world: World, capfd: Capture, tmp_path: Path) -> None:
    """A note has so many signatures and no more; what was stored cannot be taken away again."""
    file, own = tmp_path / "note", shown(world, capfd)
    half = MOST_SIGNATURES * 2 // 3
    for first in (0, half):
        file.write_bytes(bytes(Note(own.text, (*own.signatures, *strangers(first, half)))))
        said = here(capfd, "checkpoint", "add", str(file), world=world)
        assert said.exit == 0, said.err
    assert f"not kept: {half} that cannot be checked" in said.err
    assert own.signatures[0] in shown(world, capfd).signatures
    assert here(capfd, "verify", world=world).exit == 0
    key = KeyStore(tmp_path / "keys").create_in_clear("TBT", "cosign")
    trusted = world.place.policy.read_text() + f"witness tbt {key.vkey}\n"
    world.place.policy.write_text(trusted.replace("quorum none", "") + "quorum tbt\n")
    full = (*strangers(200, MOST_SIGNATURES - 2), *own.signatures)
    file.write_bytes(bytes(Note(own.text, full).cosigned(key.vkey, key.sign, 1)))
    assert here(capfd, "checkpoint", "add", str(file), world=world).exit == 0
    assert [line.name for line in shown(world, capfd).signatures] == [world.origin, "TBT/cosign"]
    assert here(capfd, "verify", world=world).exit == 0


def test_of_one_witness_one_line_is_kept_however_many_it_sends(world: World, capfd: Capture, tmp_path: Path) -> None:
    """All of them hold, at their own times; with as many as a note takes, it would bar every other witness."""
    file, own = tmp_path / "note", shown(world, capfd)
    key = KeyStore(tmp_path / "keys").create_in_clear("TBT", "cosign")
    with world.place.policy.open("a") as policy:
        policy.write(f"witness tbt {key.vkey}\n")
    many = own
    for time in (1, 2, 2, 3):
        many = many.cosigned(key.vkey, key.sign, time)
    file.write_bytes(bytes(many))
    said = here(capfd, "checkpoint", "add", str(file), world=world)
    assert said.exit == 0, said.err
    assert shown(world, capfd).signatures == own.cosigned(key.vkey, key.sign, 1).signatures


def test_strangers_cannot_make_a_checkpoint_too_large_to_be_published(
    world: World, capfd: Capture, tmp_path: Path
) -> None:
    """Who comes to cosign reads no more than 64 KiB."""
    file, own = tmp_path / "note", shown(world, capfd)
    for at in range(2):
        long = Signature(f"stranger-{at}", b"\0\0\0\1", bytes(36_000))
        file.write_bytes(bytes(Note(own.text, (*own.signatures, long))))
        said = here(capfd, "checkpoint", "add", str(file), world=world)
        assert said.exit == 0, said.err
    assert "not kept: 1 that cannot be checked" in said.err
    assert here(capfd, "checkpoint", "publish", str(tmp_path / "www"), world=world).exit == 0
    assert Note.parse(Published(str(tmp_path / "www")).checkpoint()).text == own.text


def test_a_false_line_that_nobody_could_check_then_goes_when_its_key_is_known(
    world: World, capfd: Capture, tmp_path: Path
) -> None:
    """It was kept for an auditor who might know the key; it must not bar the witness whose name it bears."""
    file, own = tmp_path / "note", shown(world, capfd)
    key = KeyStore(tmp_path / "keys").create_in_clear("TBT", "cosign")
    true = own.cosigned(key.vkey, key.sign, 1)
    line = true.signatures[-1]
    false = Signature(line.name, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    file.write_bytes(bytes(Note(own.text, (*own.signatures, false))))
    assert here(capfd, "checkpoint", "add", str(file), world=world).exit == 0
    policy = world.place.policy.read_text().replace("quorum none\n", "")
    world.place.policy.write_text(f"{policy}witness tbt {key.vkey}\nquorum tbt\n")
    assert here(capfd, "verify", world=world).exit == 3
    file.write_bytes(bytes(true))
    said = here(capfd, "checkpoint", "add", str(file), world=world)
    assert said.exit == 0, said.err
    assert shown(world, capfd).signatures == true.signatures
    assert here(capfd, "verify", world=world).exit == 0
