"""What may enter the ledger, and what is refused: by code, line and field, and with nothing written."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.chain.hashing import sha256
from ledger.errors import InputRejected, LedgerError
from ledger.keys.signing import SignedLine, sign_event
from ledger.protocol.shipped import shipped
from ledger.repeating import OtherMeaning
from ledger.storage.opening import open_store
from tests.application.at_the_door import (
    ATTESTED,
    MANDATE,
    PROOF,
    WITHDRAWAL,
    enrolment,
    new_key,
    open_to_cities,
    refused,
)
from tests.worlds import V, World


def test_an_event_about_a_protocol_that_is_not_here_is_refused(world: World):
    with refused(world, "protocol.unknown", line=1, field="$.protocol"):
        world.record(world.signed("VLAIO", "access-revoked", "another-protocol-2021", grant="G-1"))


def test_an_author_who_is_no_party_to_the_protocol_is_refused(world: World):
    with refused(world, "authority.unknown-party", line=1, field="$.author"):
        world.record(world.signed("SERV", "access-revoked", V, grant="G-1"))


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("to", {"type_name": "breach-notified", "to": ["NOBODY"], "incident": "I-1", "channel": "dpo"}),
        ("origin", {"type_name": "holding-registered", "origin": "SERV", "dataset": "x", "copy": "KRIS"}),
        ("for", {"type_name": "dpo-advice-given", "for": ["VLAIO", "NOBODY"], "advice": "positive"}),
    ],
)
def test_naming_a_body_that_is_no_party_to_the_protocol_is_refused(world: World, field: str, fields: dict[str, Any]):
    with refused(world, "protocol.unknown-party", line=1, field=f"$.{field}"):
        world.record(world.signed("VLAIO", **fields))


@pytest.mark.parametrize(
    ("by", "field", "fields"),
    [
        ("VLAIO", "clauses", {"type_name": "evidence-requested", "request": "R-9", "to": ["TBT"]}),
        ("OPERATOR", "clause", {"type_name": "subject-erased", "protocol": None, "in_protocol": V,
                                "tokens": ["ab" * 16], "ground": "request", "decided_by": "VLAIO"}),
    ],
)  # fmt: skip
def test_a_clause_is_one_of_the_protocols_and_not_free_text(world: World, by: str, field: str, fields: dict[str, Any]):
    for text in ("Jan Janssens, Dorpsstraat 1", "art. 99", "AVG art. 17", "AVG 17 lid 1", "decreet 18.07.2"):
        with refused(world, "protocol.unknown-clause", line=1, field=f"$.{field}"):
            world.record(world.signed(by, **fields, **{field: [text] if field == "clauses" else text}))
    world.record(world.signed(by, **fields, **{field: ["art. 5"] if field == "clauses" else "art. 5"}))


@pytest.mark.parametrize(
    ("field", "fields", "right"),
    [
        ("option", {"type_name": "interpretation-chosen", "interpretation": "I-4", "option": "sauce"}, "source"),
        ("interpretation", {"type_name": "interpretation-chosen", "interpretation": "I-99", "option": "last"}, "I-1"),
        ("external", {"type_name": "protocol-end-date-recorded", "external": "Konvenant", "ends_at": "2022-12-31"},
         "convenant"),
    ],
)  # fmt: skip
def test_what_its_file_does_not_offer_is_refused_and_not_recorded_in_vain(
    world: World, field: str, fields: dict[str, Any], right: str
):
    code = "protocol.unknown-end-date" if field == "external" else "protocol.unknown-reading"
    with refused(world, code, line=1, field=f"$.{field}"):
        world.record(world.signed("VLAIO", **fields))
    world.record(world.signed("VLAIO", **{**fields, field: right}))


@pytest.mark.parametrize(
    ("field", "end"),
    [("happened_at", "0001-01-01T00:00:00Z"), ("happened_at", "9999-12-31T23:59:59Z"), ("covers_from", "1899-12-31"),
     ("valid_until", "3000-01-01"), ("valid_until", "9999-12-30")],
)  # fmt: skip
def test_a_date_that_no_act_has_is_refused_with_the_way_out(world: World, field: str, end: str):
    act = {"type_name": "processing-agreement-signed", "agreement": "PA-9", "processor": "Net-IT"}
    with refused(world, "event.beyond-years", line=1, field=f"$.{field}"):
        world.record(world.signed("VLAIO", **act, **{field: end}))
    world.record(world.signed("VLAIO", **act, covers_from="1900-01-01", valid_until="2999-12-31"))


def test_the_ground_of_an_erasure_may_be_an_article_of_a_law_that_the_protocol_does_not_name(world: World):
    fields = {"in_protocol": V, "tokens": ["ab" * 16], "ground": "request", "decided_by": "VLAIO"}
    world.record(world.signed("OPERATOR", "subject-erased", protocol=None, **fields, clause="AVG 17(1)(b)"))


def test_a_supervisor_need_not_be_a_party(world: World):
    world.record(world.signed("VLAIO", "authority-notified", incident="I-9", authority="VTC"))


def test_a_body_that_accedes_to_an_open_class_is_a_party_from_then_on(world: World):
    key, city = open_to_cities(world), "stad-netwerk-2024"
    act = world.signed(key, "access-revoked", city, grant="G-1")
    with refused(world, "authority.unknown-party"):
        world.record(act)
    world.record(world.signed(key, "party-acceded", city, party="GENT", **{"class": "GEMEENTE"}), act)


@pytest.mark.parametrize("fields", [{}, {"class": "PROVINCIE"}], ids=["no-class", "another-class"])
def test_no_body_accedes_by_its_own_word(world: World, fields: dict[str, Any]):
    key = open_to_cities(world)
    with refused(world, "authority.unknown-party", field="$.author"):
        world.record(world.signed(key, "party-acceded", "stad-netwerk-2024", party="GENT", **fields))
    with refused(world, "authority.unknown-party"):
        world.record(world.signed("SERV", "party-acceded", V, party="SERV", **fields))


def test_no_party_states_the_withdrawal_of_another_that_has_a_key(world: World):
    with refused(world, "authority.no-mandate", line=1, field="$.author"):
        world.record(world.signed("TBT", party="VLAIO", **WITHDRAWAL))
    world.record(world.signed("VLAIO", party="VLAIO", **WITHDRAWAL))


def test_an_act_of_a_party_without_a_key_is_reported_with_evidence_or_not_at_all(world: World):
    with refused(world, "authority.no-evidence", line=1, field="$.evidence"):
        world.record(world.signed("VLAIO", party="FIO", **ATTESTED))
    world.record(world.signed("VLAIO", party="FIO", evidence=PROOF, **ATTESTED))


def test_a_key_that_is_not_enrolled_signs_nothing(world: World):
    with refused(world, "key.unknown", line=1):
        world.record(world.signed(new_key(world, "TBT"), "access-revoked", grant="G-1"))


def test_a_key_is_enrolled_and_used_in_one_file_in_that_order_only(world: World):
    key = new_key(world, "FIO")
    enrolled, used = enrolment(world, "OPERATOR", key), world.signed(key, "access-revoked", grant="G-1")
    with refused(world, "key.unknown", line=1):
        world.record(used, enrolled)
    assert [each.new for each in world.record(enrolled, used)] == [True, True]


@pytest.mark.parametrize("public", ["00" * 32, "ed" + "ff" * 30 + "7f", "02" + "00" * 31])
def test_a_key_under_which_anyone_can_sign_is_not_enrolled_and_the_field_is_named(world: World, public: str):
    fields = {"party": "FIO", "use": "events", "public_key": public, "possession": "00" * 64}
    line = world.signed("OPERATOR", "key-enrolled", None, **fields)
    with refused(world, "key.bad-public-key", line=1, field="$.public_key"):
        world.record(line)
    with pytest.raises(InputRejected):
        world.record(line)


def test_a_key_signs_nothing_after_the_entry_that_revokes_it(world: World):
    first = world.signed("TBT", "access-revoked", grant="G-1")
    revoked = world.signed("TBT", "key-revoked", None, party="TBT", revoked=world.key("TBT").key_id, cause="lost")
    second = world.signed("TBT", "access-revoked", grant="G-2")
    with refused(world, "key.revoked", line=3):
        world.record(first, revoked, second)
    world.record(first, revoked)
    with refused(world, "key.revoked", line=1):
        world.record(second)


def test_an_event_signed_for_another_ledger_is_refused(world: World):
    elsewhere = World(world.place, origin="ledger.invalid/another")
    with refused(world, "signed.bad-signature", line=1, field="$.signature"):
        world.record(elsewhere.signed("TBT", "access-revoked", grant="G-1"))


def test_an_event_under_the_signature_of_another_is_refused(world: World):
    one, other = (world.signed("TBT", "access-revoked", grant=grant) for grant in ("G-1", "G-2"))
    with refused(world, "signed.bad-signature", line=1):
        world.record(one._replace(signature=other.signature))


def test_a_sealed_part_comes_with_its_opening(world: World):
    line = world.signed("TBT", party="TBT", reason="Brief", **WITHDRAWAL)
    bare = line.dump().replace(line.dump()[line.dump().index(b',"openings"') : line.dump().index(b',"signature"')], b"")
    with refused(world, "sealed.broken", field="$.reason"):
        SignedLine.parse(bare)
    other = world.signed("TBT", party="TBT", reason="Brief.", **WITHDRAWAL)
    with refused(world, "sealed.broken", field="$.reason"):
        SignedLine.parse(line._replace(openings=other.openings).dump())
    world.record(SignedLine.parse(line.dump()))


def test_what_a_sealed_part_says_is_in_the_vault_and_not_in_the_ledger(world: World):
    line = world.signed("TBT", party="TBT", reason="Brief van 30 juni", **WITHDRAWAL)
    world.record(line)
    assert b"Brief van 30 juni" not in world.bytes()
    with world.open() as ledger:
        assert [each.value for each in ledger.vault.openings(line.event.id)] == ["Brief van 30 juni"]


def test_the_stream_follows_from_type_and_protocol(world: World):
    (recorded,) = world.record(world.signed("TBT", party="TBT", **WITHDRAWAL))
    with open_store(world.place.url) as store:
        (row,) = next(store.pages(recorded.position - 1, recorded.position))
    assert (row[1], row[3]) == (f"{V}/governance", "party-withdrew/1")


def test_the_same_draft_signed_again_is_found_and_adds_nothing(world: World):
    first = world.record(world.signed("TBT", party="TBT", reason="Brief", **WITHDRAWAL))
    before = world.bytes()
    again = world.record(world.signed("TBT", party="TBT", reason="Brief", **WITHDRAWAL))
    assert [(each.position, each.id, each.new) for each in again] == [(first[0].position, first[0].id, False)]
    assert world.bytes() == before


def test_the_same_draft_twice_in_one_file_is_one_event(world: World):
    one, two = (world.signed("TBT", party="TBT", **WITHDRAWAL) for _ in range(2))
    assert [(each.position, each.new) for each in world.record(one, two)] == [
        (world.size(), True),
        (world.size(), False),
    ]


@pytest.mark.parametrize("change", [{"effective_at": "2022-08-31"}, {"reason": "Een andere brief"}])
def test_an_id_with_another_meaning_is_a_conflict(world: World, change: dict[str, Any]):
    fields = {"party": "TBT", "id": "ab" * 16, "reason": "Brief", **WITHDRAWAL}
    first, other = world.signed("TBT", **fields), world.signed("TBT", **{**fields, **change})
    world.record(first)
    with refused(world, "event.other-meaning", line=1):
        world.record(other)
    assert OtherMeaning.exit == 7
    with refused(world, "event.other-meaning", line=2):
        fresh = {**fields, "id": "cd" * 16}
        world.record(world.signed("TBT", **fresh), world.signed("TBT", **{**fresh, **change}))


def test_an_id_whose_sealed_text_is_erased_has_no_meaning_to_compare(world: World):
    fields = {"party": "TBT", "id": "ab" * 16, "reason": "Brief", **WITHDRAWAL}
    world.record(world.signed("TBT", **fields))
    with world.open() as ledger:
        ledger.vault.sweep(["ab" * 16])
    with refused(world, "event.other-meaning", line=1):
        world.record(world.signed("TBT", **fields))


def test_a_bad_line_stops_the_whole_file_and_says_where_it_stands(world: World):
    good = [world.signed("TBT", "access-revoked", grant=f"G-{number}") for number in (1, 2, 4)]
    bad = world.signed("TBT", party="VLAIO", **WITHDRAWAL)
    with refused(world, "authority.no-mandate", file="f.jsonl", line=7, field="$.author"), world.open() as ledger:
        ledger.record([*good[:2], bad, good[2]], numbers=[2, 5, 7, 8], file="f.jsonl")


@pytest.mark.parametrize(
    ("type_name", "protocol", "fields"),
    [
        ("log-batch-ingested", V, {
            "source": "m365-audit", "file": "ad" * 32, "file_bytes": 1, "first": "2022-01-01T00:00:00Z",
            "last": "2022-01-01T00:00:00Z", "batch": {"count": 2, "root": "be" * 32}}),
        ("streams-sealed", None, {"streams": 2, "root": "6a" * 32}),
    ],
)  # fmt: skip
def test_what_is_written_with_others_is_not_recorded_by_itself(
    world: World, type_name: str, protocol: str | None, fields: dict[str, Any]
):
    with refused(world, "event.not-by-itself", line=1, field="$.type"):
        world.record(world.signed("VLAIO" if protocol else "OPERATOR", type_name, protocol, **fields))


def test_a_ledger_opens_once(world: World):
    fields = {"origin": "ledger.invalid/two", "operator": "TBT", "log_key": "1b" * 32, "operator_key": "2c" * 32}
    with refused(world, "key.opened-twice", line=1):
        world.record(world.signed("OPERATOR", "ledger-opened", None, **fields))


def test_a_version_of_a_protocol_is_registered_with_its_own_file_and_once(world: World):
    data = shipped()[V]
    fields = {"type_name": "protocol-version-registered", "version": "2", "digest": "a7" * 32}
    with refused(world, "protocol.unknown-file", line=1, field="$.digest"):
        world.record(world.signed("OPERATOR", **fields))
    fields["digest"] = sha256(data).hex()
    with refused(world, "protocol.unknown-file", line=1, field="$.digest"):
        world.record(world.signed("OPERATOR", **fields))
    changed = data + b"# changed\n"
    fields |= {"version": "1", "digest": sha256(changed).hex()}
    with refused(world, "protocol.version-taken", line=1), world.open() as ledger:
        ledger.record([world.signed("OPERATOR", **fields)], {sha256(changed).hex(): changed})
    with refused(world, "authority.operator-only", line=1, field="$.author"):
        world.record(world.signed("VLAIO", **fields))


def test_the_id_of_a_use_is_not_used_again(imported: World):
    with open_store(imported.place.url) as store:
        rows = [row for page in store.pages() for row in page if row[1] == f"{V}/usage"]
    used = rows[0][4].split(b'"id":"')[1][:32].decode()
    with refused(imported, "event.other-meaning", line=1, field="$.id"):
        imported.record(imported.signed("TBT", "access-revoked", grant="G-1", id=used))


def test_what_the_door_lets_in_it_reads_back_the_same(world: World):
    with world.open() as ledger:
        before = ledger.door
        ledger.record([enrolment(world, "OPERATOR", new_key(world, "FIO")), world.signed("TBT", **MANDATE)])
        after = ledger.door
    assert after.size == before.size + 2
    with world.open() as again:
        assert again.door.keyring == after.keyring
        assert again.door.protocols[V].mandates == after.protocols[V].mandates


def test_an_event_is_not_signed_under_another_partys_key(world: World):
    line = world.signed("TBT", "access-revoked", grant="G-1")
    with pytest.raises(LedgerError) as found:
        sign_event(line.event, world.key("VLAIO"), world.origin)
    assert found.value.exit == 5
