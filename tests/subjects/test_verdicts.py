"""Sealed parts against the vault: intact, lawfully erased, or each kind of tampering by its own name."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable

import pytest

from cli.main import run
from ledger.canonical import decode, encode
from ledger.storage.vault_cipher import VaultCipher
from tests.subjects.persons import codes, copy_of, erased, judged, known, said
from tests.worlds import World, rewrite

Rows = dict[str, bytes]
OF_THE_DEMO = 5
"""Sealed parts in the demo's story."""


def rows(world: World) -> Rows:
    plain = sqlite3.connect(world.place.vault)
    found = dict(plain.execute("SELECT commitment, content FROM openings").fetchall())
    plain.close()
    return found


def put(world: World, changed: Rows) -> None:
    plain = sqlite3.connect(world.place.vault)
    for commitment, content in changed.items():
        plain.execute("UPDATE openings SET content = ? WHERE commitment = ?", (content, commitment))
    plain.commit()
    plain.close()


def of(world: World, identifier: str) -> str:
    """The commitment of an event's one sealed part."""
    with world.open() as ledger:
        (opening,) = ledger.vault.openings(identifier)
    return opening.commitment(identifier)


@pytest.fixture
def two(spoilt: World) -> tuple[World, int, str, int, str]:
    """Two sealed parts: their positions and commitments."""
    token = known(spoilt)
    one, other = said(spoilt, token), said(spoilt, token, text="een andere tekst", day=2)
    return spoilt, one.position, of(spoilt, one.id), other.position, of(spoilt, other.id)


def test_what_is_as_it_was_is_intact(two):
    world, *_ = two
    found = judged(world, deep=True)
    assert (found.counts, codes(found)) == ({"intact": 2 + OF_THE_DEMO}, [])


def test_a_row_removed_without_an_erasure_is_missing_tampering(two):
    world, position, commitment, *_ = two
    plain = sqlite3.connect(world.place.vault)
    plain.execute("DELETE FROM openings WHERE commitment = ?", (commitment,))
    plain.commit()
    plain.close()
    found = judged(world)
    assert codes(found) == [("sealed.missing", position)]
    assert "tampering" in found.faults[0].detail


@pytest.mark.parametrize("at", [0, 20, -1], ids=["nonce", "text", "tag"])
def test_a_changed_byte_of_a_row_is_altered(two, at: int):
    world, position, commitment, *_ = two
    content = bytearray(rows(world)[commitment])
    content[at] ^= 1
    put(world, {commitment: bytes(content)})
    assert codes(judged(world)) == [("sealed.altered", position)]


def changed_blind(value: dict[str, str]) -> dict[str, str]:
    return {**value, "blind": "00" * 32}


def changed_text(value: dict[str, str]) -> dict[str, str]:
    return {**value, "value": value["value"] + "!"}


@pytest.mark.parametrize("change", [changed_blind, changed_text])
def test_a_blind_or_a_text_altered_by_who_has_the_key_is_altered(two, change: Callable):
    world, position, commitment, *_ = two
    cipher = VaultCipher(world.place.vault_key.read_bytes())
    place = f"opening/{commitment}"
    value = change(decode(cipher.shown(place, rows(world)[commitment])))
    put(world, {commitment: cipher.hidden(place, encode(value))})
    assert codes(judged(world)) == [("sealed.altered", position)]


def test_two_rows_exchanged_are_swapped(two):
    world, one, first, other, second = two
    before = rows(world)
    put(world, {first: before[second], second: before[first]})
    found = judged(world)
    assert codes(found) == [("sealed.swapped", one), ("sealed.swapped", other)]
    assert f"entry {other}" in found.faults[0].detail


def test_two_rows_exchanged_by_who_has_the_key_are_swapped(two):
    world, one, first, other, second = two
    cipher, before = VaultCipher(world.place.vault_key.read_bytes()), rows(world)
    shown = {each: cipher.shown(f"opening/{each}", before[each]) for each in (first, second)}
    exchanged = ((first, second), (second, first))
    put(world, {place: cipher.hidden(f"opening/{place}", shown[text]) for place, text in exchanged})
    assert codes(judged(world)) == [("sealed.swapped", one), ("sealed.swapped", other)]


def test_an_erased_part_that_the_vault_notes_as_done_and_still_holds_is_told(two):
    world, position, commitment, *_ = two
    before = rows(world)[commitment]
    with world.open() as ledger:
        identifier = ledger.vault.part(commitment).event_id
    entry = erased(world, commitments=[commitment])
    plain = sqlite3.connect(world.place.vault)
    plain.execute("INSERT INTO openings VALUES (?, ?, '2022', ?)", (commitment, identifier, before))
    plain.commit()
    plain.close()
    found = judged(world)
    assert codes(found) == [("sealed.not-erased", position)]
    assert f"entry {entry.position}" in found.faults[0].detail


def test_a_person_of_a_log_who_is_gone_without_an_erasure_is_told_with_deep(imported: World, tmp_path):
    plain = sqlite3.connect(imported.place.vault)
    token = plain.execute("SELECT token FROM persons ORDER BY token LIMIT 1").fetchone()[0]
    before = copy_of(imported.place.vault)
    plain.execute("DELETE FROM persons")
    plain.commit()
    plain.close()
    assert judged(imported).faults == ()
    assert {code for code, _ in codes(judged(imported, deep=True))} == {"person.missing"}
    assert token
    imported.place.vault.write_bytes(before)


def verified(world: World, capfd: pytest.CaptureFixture[str]) -> tuple[int, dict]:
    capfd.readouterr()
    code = run(["--ledger", world.place.url, "verify", "--json"])
    return code, json.loads(capfd.readouterr().out)


def test_verify_tells_the_verdict_and_the_entry(two, capfd):
    world, *_ = two
    assert verified(world, capfd)[1]["verdicts"]["persons"] == "ok"
    entry = erased(world, known(world))
    code, report = verified(world, capfd)
    assert (code, report["verdicts"]["persons"]) == (0, "ok")
    assert report["persons"] == {
        "parts": {"erased": 2, "intact": OF_THE_DEMO}, "erased_by": {str(entry.position): 2}, "replayed": [],
    }  # fmt: skip


def test_verify_fails_for_a_vault_that_was_tampered_with(two, capfd):
    world, position, commitment, *_ = two
    put(world, {commitment: b"x" * 60})
    code, report = verified(world, capfd)
    assert (code, report["verdicts"]["persons"], report["verdicts"]["integrity"]) == (3, "failed", "ok")
    assert [(fault["code"], fault["position"]) for fault in report["faults"]] == [("sealed.altered", position)]


@pytest.mark.parametrize("gone", ["vault", "vault_key"])
def test_without_its_vault_a_ledger_verifies_and_says_what_was_not_checked(two, capfd, gone: str):
    world, *_ = two
    getattr(world.place, gone).unlink()
    code, report = verified(world, capfd)
    assert (code, report["verdicts"]["persons"], report["persons"]) == (0, "not-checked", None)
    assert any("sealed texts and persons: the vault cannot be opened" in each for each in report["not_checked"])


def test_the_vault_of_a_ledger_that_is_not_whole_is_left_alone(two, capfd):
    world, *_ = two
    rewrite(world, "DELETE FROM entry WHERE position = 5")
    before = copy_of(world.place.vault)
    code, report = verified(world, capfd)
    assert (code, report["verdicts"]["persons"]) == (3, "not-checked")
    assert copy_of(world.place.vault) == before
