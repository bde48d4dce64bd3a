"""Who owns the ledger passes by the door: what no party might state is found, and its entry is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cli.main import run
from ledger.chain.entry import Entry
from ledger.chain.hashing import sha256
from ledger.clock import spell
from ledger.events.base import stream_of
from ledger.keys.keystore import KeyPair
from ledger.keys.signing import SignedLine
from ledger.protocol.shipped import shipped
from ledger.storage.append import Row
from ledger.storage.opening import open_store
from ledger.verification import run as running
from tests.application.test_door import MANDATE, PROOF, enrolment, new_key, open_to_cities
from tests.verification.forging import Forged, at, report_of, sql
from tests.worlds import V, World

WITHDRAWAL = {"type_name": "party-withdrew", "effective_at": "2022-07-31"}
ATTESTED = {"type_name": "measure-attested", "measure": "auditing"}
CITY = "stad-netwerk-2024"


def past_the_door(world: World, *lines: SignedLine) -> int:
    """Write signed events as storage takes them, whoever signed; the position of the last one."""
    rows = [Row(stream_of(line.event), line.event.type, line.event_bytes, line.signature) for line in lines]
    with open_store(world.place.url) as store:
        store.append(rows)
        return store.size()


def _withdrawal_by_the_operator(world: World) -> int:
    return past_the_door(world, world.signed("OPERATOR", party="VLAIO", **WITHDRAWAL))


def _withdrawal_by_another_party(world: World) -> int:
    return past_the_door(world, world.signed("TBT", party="VLAIO", evidence=PROOF, **WITHDRAWAL))


def _own_accession(world: World) -> int:
    return past_the_door(world, world.signed("SERV", "party-acceded", party="SERV"))


def _accession_to_a_class_of_ones_own(world: World) -> int:
    return past_the_door(world, world.signed("SERV", "party-acceded", party="SERV", **{"class": "RAAD"}))


def _act_of_a_stranger(world: World) -> int:
    return past_the_door(world, world.signed("SERV", "access-revoked", grant="G-1"))


def _report_without_evidence(world: World) -> int:
    return past_the_door(world, world.signed("VLAIO", party="FIO", **ATTESTED))


def _act_on_behalf_without_mandate(world: World) -> int:
    return past_the_door(world, world.signed("VLAIO", on_behalf_of=["FIO"], evidence=PROOF, **ATTESTED))


def _act_under_a_mandate_that_ended(world: World) -> int:
    fio: KeyPair = new_key(world, "FIO")
    world.record(enrolment(world, "OPERATOR", fio))
    world.record(world.signed(fio, **MANDATE), world.signed("VLAIO", on_behalf_of=["FIO"], **ATTESTED))
    world.record(world.signed(fio, "mandate-withdrawn", mandate="M-1"))
    return past_the_door(world, world.signed("VLAIO", on_behalf_of=["FIO"], **{**ATTESTED, "measure": "logging"}))


def _erasure_by_a_party(world: World) -> int:
    fields = {"ground": "request", "decided_by": "TBT", "tokens": ["ab" * 16]}
    return past_the_door(world, world.signed("TBT", "subject-erased", None, **fields))


def _protocol_that_nobody_registered(world: World) -> int:
    return past_the_door(world, world.signed("VLAIO", "access-revoked", "another-2021", grant="G-1"))


def _version_with_the_file_of_another(world: World) -> int:
    fields = {"version": "2", "digest": sha256(shipped()[V]).hex()}
    return past_the_door(world, world.signed("OPERATOR", "protocol-version-registered", **fields))


FORGERIES: dict[Callable[[World], int], str] = {
    _withdrawal_by_the_operator: "authority.no-mandate",
    _withdrawal_by_another_party: "authority.no-mandate",
    _own_accession: "authority.unknown-party",
    _accession_to_a_class_of_ones_own: "authority.unknown-party",
    _act_of_a_stranger: "authority.unknown-party",
    _report_without_evidence: "authority.no-evidence",
    _act_on_behalf_without_mandate: "authority.no-mandate",
    _act_under_a_mandate_that_ended: "authority.no-mandate",
    _erasure_by_a_party: "authority.operator-only",
    _protocol_that_nobody_registered: "protocol.unknown",
    _version_with_the_file_of_another: "protocol.other-file",
}


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__.strip("_"))
def test_what_its_author_might_not_state_is_a_fault_of_integrity(
    damaged: World, capsys: pytest.CaptureFixture[str], forge: Callable[[World], int]
) -> None:
    position = forge(damaged)
    report = report_of(damaged)
    assert [(fault.code, fault.position) for fault in report.faults] == [(FORGERIES[forge], position)]
    assert report.verdicts["integrity"] == "failed"
    assert run(["--ledger", damaged.place.url, "verify"]) == 3
    assert f"first at entry {position}" in capsys.readouterr().err


def test_it_is_found_from_a_position_on_and_what_rests_on_earlier_entries_is_said(grown: World) -> None:
    position = _withdrawal_by_the_operator(grown)
    report = report_of(grown, since=600)
    assert at(report, position) == {"authority.no-mandate"}
    assert any("keys, parties and mandates" in line for line in report.not_checked)
    assert not any("keys, parties and mandates" in line for line in report_of(grown).not_checked)


def test_it_is_found_by_every_process(grown: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "WORTH_PROCESSES", 0)
    grown.record(grown.signed("VLAIO", party="FIO", evidence=PROOF, **ATTESTED))
    positions = [forge(grown) for forge in (_withdrawal_by_the_operator, _own_accession)]
    found = [report_of(grown, processes=processes, bits=6) for processes in (1, 2)]
    assert found[0] == found[1]
    assert [fault.position for fault in found[0].faults] == positions


def test_members_of_an_open_class_accede_and_state_what_parties_state(damaged: World) -> None:
    key = open_to_cities(damaged)
    act: dict[str, Any] = {"type_name": "access-revoked", "protocol": CITY, "grant": "G-1"}
    early = past_the_door(damaged, damaged.signed(key, **act))
    past_the_door(damaged, damaged.signed(key, "party-acceded", CITY, party="GENT", **{"class": "GEMEENTE"}))
    past_the_door(damaged, damaged.signed(key, **{**act, "grant": "G-2"}))
    assert [(fault.code, fault.position) for fault in report_of(damaged).faults] == [("authority.unknown-party", early)]


def test_what_an_earlier_door_let_in_under_a_retracted_mandate_or_accession_is_no_fault(damaged: World) -> None:
    """It did not read retractions and corrections. Such an act has no effect, but nobody wrote past a door."""
    key, given = open_to_cities(damaged), damaged.signed("TBT", **MANDATE)
    joined = damaged.signed(key, "party-acceded", CITY, party="GENT", **{"class": "GEMEENTE"})
    narrower = damaged.signed("TBT", **{**MANDATE, "acts": ["access-revoked"]}, corrects=given.event.id)
    damaged.record(given, joined, narrower, damaged.signed(key, "event-retracted", CITY, retracts=joined.event.id))
    act = damaged.signed("VLAIO", on_behalf_of=["TBT"], **ATTESTED)
    past_the_door(damaged, act, damaged.signed(key, "access-revoked", CITY, grant="G-1"))
    damaged.record(damaged.signed("TBT", "event-retracted", retracts=given.event.id))
    past_the_door(damaged, damaged.signed("VLAIO", on_behalf_of=["TBT"], **{**ATTESTED, "measure": "logging"}))
    assert report_of(damaged).faults == ()


def test_an_act_under_a_mandate_whose_withdrawal_another_party_retracted_is_a_fault(damaged: World) -> None:
    withdrawal = damaged.signed("TBT", "mandate-withdrawn", mandate="M-1")
    damaged.record(damaged.signed("TBT", **MANDATE), withdrawal)
    damaged.record(damaged.signed("VLAIO", "event-retracted", retracts=withdrawal.event.id))
    position = past_the_door(damaged, damaged.signed("VLAIO", on_behalf_of=["TBT"], **ATTESTED))
    assert at(report_of(damaged), position) == {"authority.no-mandate"}


def test_a_report_is_told_and_is_no_fault(damaged: World) -> None:
    before = report_of(damaged)
    damaged.record(damaged.signed("VLAIO", party="FIO", evidence=PROOF, **ATTESTED))
    report = report_of(damaged)
    assert report.faults == ()
    (told,) = [line for line in report.not_checked if "report of parties" in line]
    assert told not in before.not_checked


def test_acts_since_a_key_may_have_been_stolen_are_told_and_are_no_fault(damaged: World) -> None:
    damaged.record(damaged.signed("TBT", **WITHDRAWAL, party="TBT"))
    stolen = damaged.size()
    with open_store(damaged.place.url) as store:
        since = spell(Entry.parse(store.entry(stolen)).recorded_at)
    assert not any("a thief's" in line for line in report_of(damaged).not_checked)
    fields = {"cause": "compromised", "party": "TBT", "revoked": damaged.key("TBT").key_id}
    damaged.record(damaged.signed("OPERATOR", "key-revoked", None, compromised_since=since, **fields))
    report = report_of(damaged)
    assert report.faults == ()
    (told,) = [line for line in report.not_checked if "a thief's" in line]
    assert told.startswith(f"whose acts entry {stolen} are: ")


def test_a_changed_protocol_file_is_a_fault_and_what_it_said_is_not_used(damaged: World) -> None:
    items = Forged.of(damaged.place.url).items
    registered = (at for at, item in enumerate(items, 1) if item.type.startswith("protocol-version-registered/"))
    position = next(at for at in registered if items[at - 1].stream == f"{V}/governance")
    digest = sha256(shipped()[V]).hex()
    sql(damaged.place.url, "UPDATE protocol_file SET data = CAST(data || ' ' AS BLOB) WHERE digest = ?", digest)
    report = report_of(damaged)
    assert {fault.code for fault in report.faults} == {"protocol.file-changed"}
    assert any(f"who might state what for {V} after entry {position}" in line for line in report.not_checked)
