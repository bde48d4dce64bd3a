"""Sealed parts against the vault: intact, lawfully erased, or each kind of tampering by its own name."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable

import pytest

from cli.main import run
from ledger.canonical import decode, encode
from ledger.storage.vault_cipher import VaultCipher
from ledger.subjects.identifiers import Identifier
from tests.subjects.persons import SAID, codes, copy_of, erased, judged, known, said
from tests.worlds import V, World, rewrite

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


def test_equal_texts_about_one_person_in_two_entries_look_different(spoilt: World):
    token = known(spoilt)
    one, other = said(spoilt, token), said(spoilt, token, day=2)
    first, second = of(spoilt, one.id), of(spoilt, other.id)
    with spoilt.open() as ledger:
        assert {ledger.vault.part(each).opening.value for each in (first, second)} == {SAID}
    stored = rows(spoilt)
    assert first != second
    assert stored[first][12:] != stored[second][12:]


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


def change(world: World, *statements: tuple[str, tuple[object, ...]]) -> None:
    """Change the vault behind the ledger's back."""
    plain = sqlite3.connect(world.place.vault)
    for statement, given in statements:
        plain.execute(statement, given)
    plain.commit()
    plain.close()


@pytest.fixture
def pair(spoilt: World) -> tuple[World, str, str, int]:
    """Two persons, and the entry that says something of the first."""
    one, other = known(spoilt), known(spoilt, "jan.elders@fictief.example")
    return spoilt, one, other, said(spoilt, one).position


def test_persons_who_are_as_they_were_are_well_under_a_new_key_too(pair):
    world, one, other, _ = pair
    number = Identifier.guessed("85.07.30-033.28")
    with world.open() as ledger:
        ledger.vault.add_identifier(one, number)
        assert ledger.vault.add_person(V, number) == one
        ledger.vault.add_person(V, Identifier.guessed("Jan.Elders@Fictief.Example"))
        assert len(ledger.vault.identifiers(one)) == 2
    assert (codes(judged(world)), judged(world).verdict) == ([], "ok")
    with world.open() as ledger:
        ledger.vault.change_key(world.place.vault_key)
        assert ledger.vault.known(V, [str(number)]) == {str(number): one}
        assert ledger.vault.identifiers(other)[0].raw == "Jan.Elders@Fictief.Example"
    assert (codes(judged(world)), judged(world).verdict) == ([], "ok")


FIELDS = ("wrapped", "identifier", "lookup")


@pytest.mark.parametrize("fields", [FIELDS[:1], FIELDS[:2], FIELDS[2:], FIELDS], ids=" ".join)
def test_the_row_of_another_person_is_told(pair, fields: tuple[str, ...]):
    world, one, other, _ = pair
    plain = sqlite3.connect(world.place.vault)
    wanted = f"SELECT {', '.join(FIELDS)} FROM persons WHERE token = ?"
    rows_of = {
        token: dict(zip(FIELDS, plain.execute(wanted, (token,)).fetchone(), strict=True)) for token in (one, other)
    }
    plain.close()
    free = ("UPDATE persons SET lookup = x'00' WHERE token = ?", (one,))
    to = [(token, rows_of[whose]) for token, whose in ((other, one), (one, other))]
    statements = [
        (f"UPDATE persons SET {name} = ? WHERE token = ?", (row[name], token)) for token, row in to for name in fields
    ]
    change(world, *([free] if "lookup" in fields else []), *statements)
    found = judged(world)
    assert codes(found) == [("person.altered", 0)] * 2
    assert {fault.detail[:32] for fault in found.faults} == {one, other}


def test_a_person_whose_other_identifier_is_left_was_taken_out(pair):
    world, one, _, position = pair
    with world.open() as ledger:
        ledger.vault.add_identifier(one, Identifier.guessed("85.07.30-033.28"))
    change(world, ("DELETE FROM persons WHERE token = ?", (one,)))
    found = judged(world)
    assert (codes(found), found.unknown) == ([("person.altered", 0)], {one: position})
    assert "taken out" in found.faults[0].detail


def test_a_person_whom_only_an_entry_names_is_not_said_to_be_fine(pair, capfd):
    world, one, _, position = pair
    change(world, ("DELETE FROM persons WHERE token = ?", (one,)))
    code, document = verified(world, capfd)
    assert (code, document["verdicts"]["persons"], document["persons"]["unknown"]) == (0, "not-checked", 1)
    assert any(f"{one}, of entry {position}" in line for line in document["not_checked"])


def test_an_erased_person_who_is_put_back_is_told(pair):
    world, one, *_ = pair
    plain = sqlite3.connect(world.place.vault)
    row = plain.execute("SELECT * FROM persons WHERE token = ?", (one,)).fetchone()
    plain.close()
    entry = erased(world, one)
    change(world, ("INSERT INTO persons VALUES (?, ?, ?, ?, ?)", row))
    assert codes(judged(world)) == [("person.not-erased", entry.position)]


def test_a_part_that_is_no_longer_known_to_speak_of_its_person_is_told(pair):
    world, one, _, position = pair
    change(world, ("DELETE FROM about WHERE token = ?", (one,)))
    found = judged(world)
    assert codes(found) == [("sealed.unlinked", position)]
    assert "would leave it" in found.faults[0].detail


def test_a_part_that_is_made_to_speak_of_another_person_is_told(pair):
    world, one, other, position = pair
    change(world, ("INSERT INTO about SELECT ?, commitment FROM about WHERE token = ?", (other, one)))
    found = judged(world)
    assert codes(found) == [("sealed.unlinked", position)]
    assert "would take it" in found.faults[0].detail


def test_what_an_old_copy_of_the_vault_has_not_is_told_as_that(pair):
    world, one, _, position = pair
    before = copy_of(world.place.vault)
    later = said(world, one, text="een latere tekst", day=2)
    world.place.vault.write_bytes(before)
    found = judged(world)
    assert codes(found) == [("sealed.missing", later.position)]
    assert f"an old copy, as of entry {position} or before, was put back" in found.faults[0].detail


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
            "unknown": 0,
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
