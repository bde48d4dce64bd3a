"""Erasure: nothing is left of a person, everything still verifies, and nothing but the operator's word erases."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

import pytest

from ledger.errors import LedgerError, NotFound
from ledger.storage.append import Row
from ledger.storage.opening import open_store
from ledger.storage.vault_store import VaultStore
from ledger.subjects.identifiers import Identifier
from tests.application.test_door import refused
from tests.subjects.persons import AN, JAN, SAID, copy_of, erased, files_with, judged, known, said, spelled
from tests.worlds import V, World, import_log, log_file


def stored(world: World, table: str, where: str, *values: str) -> list[bytes]:
    """What the rows hold as bytes: look-ups, wrapped keys, cipher texts."""
    plain = sqlite3.connect(world.place.vault)
    rows = plain.execute(f"SELECT * FROM {table} WHERE {where}", values).fetchall()  # our own names
    plain.close()
    return [cell for row in rows for cell in row if isinstance(cell, bytes)]


def test_after_an_erasure_no_byte_of_the_person_is_left_in_any_file(world: World):
    others = [f"person{number}@fictief.example" for number in range(300)]
    with world.open() as ledger:
        ledger.vault.tokens(V, others[:150])
    token = known(world)
    with world.open() as ledger:
        ledger.vault.add_identifier(token, Identifier.guessed(JAN))
        ledger.vault.tokens(V, others[150:])
        blinds = []
    event = said(world, token)
    with world.open() as ledger:
        blinds = [opening.blind for opening in ledger.vault.openings(event.id)]
    rows = stored(world, "persons", "token = ?", token) + stored(world, "aliases", "token = ?", token)
    rows += stored(world, "openings", "event_id = ?", event.id)
    assert len(rows) >= 6
    # They are there to be found before:
    assert {needle for _, needle in files_with(world, *rows)} == set(rows)
    erased(world, token)
    needles = [*rows, *spelled(AN), *spelled(SAID), *spelled("85073003328"), *spelled("85.07.30-033.28")]
    needles += [*blinds, *(blind.hex().encode() for blind in blinds)]
    assert files_with(world, *needles) == []
    assert judged(world).faults == ()
    with world.open() as ledger:
        assert ledger.vault.known(V, [AN, "national:85073003328"]) == {}
        assert len(ledger.vault.known(V, others)) == 300
        with pytest.raises(NotFound):
            ledger.vault.identifier(token)


def test_the_entries_stay_byte_for_byte_and_the_parts_are_lawfully_erased_by_that_entry(world: World):
    token = known(world)
    about, other = said(world, token), said(world, text="over niemand", day=2)
    before, intact = world.bytes(), judged(world).counts["intact"]
    entry = erased(world, token)
    assert world.bytes().startswith(before)
    found = judged(world)
    assert (found.counts, found.erased_by) == ({"erased": 1, "intact": intact - 1}, {entry.position: 1})
    with world.open() as ledger:
        assert ledger.vault.openings(about.id) == ()
        assert [each.value for each in ledger.vault.openings(other.id)] == ["over niemand"]


def test_a_text_about_two_persons_goes_with_the_first_of_them(world: World):
    an, jan = known(world), known(world, JAN)
    event = said(world, an, jan)
    erased(world, an)
    with world.open() as ledger:
        assert ledger.vault.openings(event.id) == ()
        assert ledger.vault.identifier(jan) == "national:85073003328"


def test_a_single_sealed_part_is_erased_by_its_commitment(world: World):
    event = said(world)
    with world.open() as ledger:
        (opening,) = ledger.vault.openings(event.id)
    entry = erased(world, commitments=[opening.commitment(event.id)])
    assert judged(world).erased_by == {entry.position: 1}
    assert files_with(world, *spelled(SAID), opening.blind) == []


def test_a_person_who_comes_again_gets_another_token(world: World):
    token = known(world)
    erased(world, token)
    assert known(world) != token


def test_an_event_about_a_person_who_was_erased_is_refused(world: World):
    token = known(world)
    entry = erased(world, token)
    line = world.signed("TBT", "employment-ended", subject=token)
    with refused(world, "erasure.erased-person"):
        world.record(line)
    sealed = world.signed("TBT", "party-withdrew", party="TBT", reason={"value": "x", "about": [token]})
    with pytest.raises(LedgerError, match=f"erased by entry {entry.position}"):
        world.record(sealed)


HOLD = {"hold": "H-1", "origin": "VLAIO", "datasets": ["contacts"], "copy": ["all"], "ground": "pending-claim"}


@pytest.mark.parametrize("in_protocol", [V, None])
def test_a_legal_hold_stops_an_erasure_until_it_is_released(world: World, in_protocol: str | None):
    token = known(world)
    world.record(world.signed("TBT", "legal-hold-placed", **HOLD))
    about: dict[str, Any] = {"tokens": [token], "ground": "request", "decided_by": "VLAIO"}
    about |= {"in_protocol": in_protocol} if in_protocol else {}
    line = world.signed("OPERATOR", "subject-erased", None, **about)
    with refused(world, "erasure.legal-hold"):
        world.record(line)
    with world.open() as ledger:
        assert ledger.vault.identifier(token) == AN
    # Another party's release of a hold of the same name is not this one's.
    world.record(world.signed("VLAIO", "legal-hold-released", hold="H-1"))
    with refused(world, "erasure.legal-hold"):
        world.record(line)
    world.record(world.signed("TBT", "legal-hold-released", hold="H-1"))
    world.record(line)
    assert judged(world).faults == ()


def test_a_legal_hold_that_is_retracted_stops_nothing(world: World):
    token = known(world)
    (placed,) = world.record(world.signed("TBT", "legal-hold-placed", **HOLD))
    world.record(world.signed("TBT", "event-retracted", retracts=placed.id))
    assert erased(world, token).new


def test_a_legal_hold_that_another_retracted_still_stops_an_erasure(world: World):
    token = known(world)
    (placed,) = world.record(world.signed("TBT", "legal-hold-placed", **HOLD))
    world.record(world.signed("VLAIO", "event-retracted", retracts=placed.id))
    about = {"tokens": [token], "ground": "request", "decided_by": "VLAIO"}
    with refused(world, "erasure.legal-hold"):
        world.record(world.signed("OPERATOR", "subject-erased", None, **about))


def test_a_legal_hold_stands_again_where_its_release_or_its_retraction_is_retracted(world: World):
    token = known(world)
    line = world.signed("OPERATOR", "subject-erased", None, tokens=[token], ground="request", decided_by="VLAIO")
    (placed,) = world.record(world.signed("TBT", "legal-hold-placed", **HOLD))
    (taken,) = world.record(world.signed("TBT", "event-retracted", retracts=placed.id))
    world.record(world.signed("TBT", "event-retracted", retracts=taken.id))
    with refused(world, "erasure.legal-hold"):
        world.record(line)
    (released,) = world.record(world.signed("TBT", "legal-hold-released", hold="H-1"))
    world.record(world.signed("TBT", "event-retracted", retracts=released.id))
    with refused(world, "erasure.legal-hold"):
        world.record(line)
    world.record(world.signed("TBT", "legal-hold-released", hold="H-1", happened_at="2022-06-30"))
    world.record(line)


def test_only_the_operator_erases(world: World):
    token = known(world)
    line = world.signed("VLAIO", "subject-erased", None, tokens=[token], ground="request", decided_by="VLAIO")
    with refused(world, "authority.operator-only"):
        world.record(line)


def test_an_erasure_that_the_database_alone_tells_of_destroys_nothing(spoilt: World):
    token = known(spoilt)
    forged = spoilt.signed("TBT", "subject-erased", None, tokens=[token], ground="request", decided_by="VLAIO")
    row = Row("ledger/erasures", "subject-erased/1", forged.event_bytes, forged.signature)
    with open_store(spoilt.place.url) as store:
        store.append([row], at=store.size())
    with pytest.raises(LedgerError) as found:
        spoilt.open()
    assert (found.value.code, found.value.exit) == ("erasure.forged", 3)
    vault = VaultStore.open(spoilt.place.vault, spoilt.place.vault_key)
    assert vault.identifier(token) == AN
    vault.close()


def test_an_old_vault_that_is_put_back_forgets_again_before_anything_is_read(world: World):
    token = known(world)
    said(world, token)
    old = copy_of(world.place.vault)
    entry = erased(world, token)
    world.place.vault.write_bytes(old)
    with world.open() as ledger:
        assert [(each.position, *each.destroyed) for each in ledger.replayed] == [(entry.position, 1, 1)]
        assert ledger.vault.known(V, [AN]) == {}
    world.place.vault.write_bytes(old)
    found = judged(world)
    assert (found.replayed, found.faults) == ((entry.position,), ())
    assert judged(world).replayed == ()


def test_a_log_imported_again_after_an_erasure_adds_nothing_and_brings_nobody_back(imported: World, tmp_path):
    with imported.open() as ledger:
        (token,) = ledger.vault.known(V, [AN]).values()
    erased(imported, token)
    assert import_log(imported, log_file(tmp_path)) == 0
    with imported.open() as ledger:
        assert ledger.vault.known(V, [AN]) == {}
    assert judged(imported, deep=True).faults == ()


def test_a_stolen_ledger_tells_nobody_from_all_numbers_that_there_are(world: World):
    """A sample of all ten-digit numbers, the right one among them, in every digest that needs no secret."""
    import hashlib  # noqa: TID251 - what a thief would do
    import hmac

    token = known(world, "enterprise:0316.380.841")
    world.record(world.signed("TBT", "employment-ended", subject=token))
    stolen = world.bytes()
    assert token.encode() in stolen
    for number in ["0316380841", *(f"{number:010}" for number in range(316_380_000, 316_381_000))]:
        for text in (number, f"enterprise:{number}", f"{V}\nenterprise:{number}", f"{V}enterprise:{number}"):
            for key in (b"", V.encode(), world.origin.encode()):
                tried = hmac.digest(key, text.encode(), "sha256").hex()
                assert tried[:32].encode() not in stolen
            assert hashlib.sha256(text.encode()).hexdigest()[:32].encode() not in stolen


def test_the_look_up_of_a_stolen_vault_needs_its_key(world: World):
    token = known(world, "enterprise:0316.380.841")
    (lookup, *_) = stored(world, "persons", "token = ?", token)
    from ledger.storage.vault_cipher import VaultCipher

    spelling = "enterprise:0316380841"
    assert VaultCipher(bytes(32)).lookup(V, spelling) != lookup
    assert VaultCipher(world.place.vault_key.read_bytes()).lookup(V, spelling) == lookup


def test_an_erasure_cannot_step_around_a_hold_by_naming_another_protocol(world: World):
    token = known(world)
    event = said(world)
    with world.open() as ledger:
        (opening,) = ledger.vault.openings(event.id)
    why = {"ground": "request", "decided_by": "VLAIO", "in_protocol": "opgroeien-serv-2021"}
    for about in ({"tokens": [token]}, {"commitments": [opening.commitment(event.id)]}):
        line = world.signed("OPERATOR", "subject-erased", None, **about, **why)
        with refused(world, "erasure.other-protocol", field="$.in_protocol"):
            world.record(line)


def test_the_same_text_in_two_entries_looks_different(world: World):
    one, two = said(world, day=1), said(world, day=2)
    with world.open() as ledger:
        commitments = {ledger.vault.openings(each.id)[0].commitment(each.id) for each in (one, two)}
    assert len(commitments) == 2


def test_a_text_whose_event_was_never_recorded_is_swept_once_it_is_old(world: World):
    event = said(world)
    line = world.signed("TBT", "party-withdrew", party="TBT", reason=SAID, effective_at="2022-08-09")
    with world.open() as ledger:
        ledger.vault.put_openings(line.event.id, line.openings)
        assert ledger.sweep_orphans() == 0
        world.moment += timedelta(hours=2)
        assert ledger.sweep_orphans() == 1
        assert ledger.vault.openings(line.event.id) == ()
        assert len(ledger.vault.openings(event.id)) == 1
