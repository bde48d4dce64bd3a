"""Who owns the database changes it and makes every table fit: with no key, or with the operator's."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.chain.hashing import Digest, leaf_hash
from ledger.chain.merkle import merkle_root
from ledger.events.codec import encoded
from ledger.events.keys import KeyRevoked
from ledger.keys.keyring import possession_bytes
from ledger.storage.highwater import HighWater
from tests.verification.conftest import use
from tests.verification.forging import Forged, at, checkpoint, codes, private, public_id, report_of, sql
from tests.worlds import World

Attack = Callable[[Forged], int]
"""Changes the items; gives a position that must be named."""


def test_taking_the_ledger_apart_and_putting_it_together_changes_nothing(damaged: World) -> None:
    before = damaged.bytes()
    Forged.of(damaged.place.url).write(operator=True)
    assert damaged.bytes() == before
    assert report_of(damaged).faults == ()


def _changed_event(forged: Forged) -> int:
    position = forged.first("party-withdrew")
    item = forged[position]
    assert b'"author":"VLAIO"' in item.event or b'"author":"TBT"' in item.event
    item.event = item.event.replace(b'"stated_at":"2022-05-30', b'"stated_at":"2022-05-29')
    return position


def _moved_to_another_stream(forged: Forged) -> int:
    position = forged.first("party-withdrew")
    forged[position].stream = "opgroeien-serv-2021/governance"
    return position


def _other_register(forged: Forged) -> int:
    position = forged.first("party-withdrew")
    forged[position].stream = "vlaio-fio-tbt-2021/measures"
    return position


def _stolen_signature(forged: Forged) -> int:
    first = forged.first("party-withdrew")
    forged[first].signature = forged[first - 1].signature
    return first


def _signed_by_another_party(forged: Forged) -> int:
    position = forged.first("party-withdrew")
    forged[position].sign(private("SERV events"))
    return position


def _names_the_key_of_another_party(forged: Forged) -> int:
    position = forged.first("party-withdrew")
    forged[position].sign(private("SERV events"), key=public_id("SERV events"))
    return position


def _from_another_ledger(forged: Forged) -> int:
    position = forged.first("party-withdrew")
    forged[position].sign(private("TBT events"), "ledger.invalid/other")
    return position


def _unknown_type_with_old_signature(forged: Forged) -> int:
    position = forged.first("party-withdrew")
    item = forged[position]
    item.event = item.event.replace(b'"type":"party-withdrew/1"', b'"type":"party-withdrem/1"')
    item.type = "party-withdrem/1"
    return position


def _twice(forged: Forged) -> int:
    position = forged.first("party-withdrew")
    forged.items.insert(position, replace(forged[position]))
    return position + 1


def _before_its_key(forged: Forged) -> int:
    position = forged.first("key-enrolled")
    mine = forged.first("party-withdrew")
    forged.items.insert(position - 1, forged.items.pop(mine - 1))
    return position


def _member_changed(forged: Forged) -> int:
    opener = forged.first("log-batch-ingested")
    forged[opener + 2].event = use(999)
    return opener


def _member_dropped(forged: Forged) -> int:
    opener = forged.first("log-batch-ingested")
    del forged.items[opener + 1]
    return opener


def _last_member_dropped(forged: Forged) -> int:
    opener = forged.first("log-batch-ingested")
    del forged.items[opener + 4]
    return opener


def _member_added(forged: Forged) -> int:
    opener = forged.first("log-batch-ingested")
    forged.items.insert(opener + 5, replace(forged[opener + 1], event=use(998)))
    return opener


def _members_swapped(forged: Forged) -> int:
    opener = forged.first("log-batch-ingested")
    one, two = forged[opener + 1], forged[opener + 2]
    one.event, two.event = two.event, one.event
    return opener


def _member_moved_to_another_batch(forged: Forged) -> int:
    first = forged.first("log-batch-ingested")
    second = forged.first("log-batch-ingested", first)
    item = forged.items.pop(first)
    item.opener = forged[second - 1]
    forged.items.insert(second - 1, item)
    return second - 1


def _whole_batch_left_out(forged: Forged) -> int:
    """The members go, and the opener stays."""
    opener = forged.first("log-batch-ingested")
    del forged.items[opener : opener + 5]
    return opener


def _something_inside_a_batch(forged: Forged) -> int:
    opener = forged.first("log-batch-ingested")
    forged.items.insert(opener + 2, forged.items.pop(forged.first("party-withdrew") - 1))
    return opener + 3


def _single_as_member(forged: Forged) -> int:
    """An event of a party is given the batch's signature in place of its own."""
    opener = forged.first("log-batch-ingested")
    item = forged[forged.first("party-withdrew")]
    forged.items.remove(item)
    item.opener = forged[opener - 1]
    forged.items.insert(opener + 4, item)
    return opener + 5


ATTACKS: dict[Attack, str] = {
    _changed_event: "signature.false",
    _moved_to_another_stream: "entry.stream",
    _other_register: "entry.stream",
    _stolen_signature: "signature.false",
    _signed_by_another_party: "signature.false",
    _names_the_key_of_another_party: "signature.other-party",
    _from_another_ledger: "signature.false",
    _unknown_type_with_old_signature: "signature.false",
    _twice: "event.id-twice",
    _before_its_key: "signature.key-not-valid",
    _member_changed: "batch.root",
    _member_dropped: "batch.count",
    _last_member_dropped: "batch.count",
    _member_added: "batch.count",
    _members_swapped: "batch.root",
    _member_moved_to_another_batch: "batch.count",
    _whole_batch_left_out: "batch.count",
    _something_inside_a_batch: "batch.outside",
    _single_as_member: "batch.outside",
}


@pytest.mark.parametrize("operator", [False, True], ids=["no-key", "operator"])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__.strip("_"))
def test_fresh_hashes_do_not_hide_what_no_party_signed(damaged: World, attack: Attack, operator: bool) -> None:
    """Also where the mark is taken away, and everything is made to fit."""
    forged = Forged.of(damaged.place.url)
    position = attack(forged)
    forged.write(operator=operator, mark=HighWater(damaged.place.head))
    report = report_of(damaged)
    assert report.failed
    assert ATTACKS[attack] in at(report, position)
    if not operator:
        assert {"checkpoint.other-root", "completeness.seal"} & codes(report)


def test_a_time_changed_under_fresh_hashes_breaks_seal_and_checkpoint(damaged: World) -> None:
    forged = Forged.of(damaged.place.url)
    later = next(at for at in range(50, 100) if forged[at].recorded_at != forged[at - 1].recorded_at)
    forged[later].recorded_at = forged[later - 1].recorded_at
    forged.write()
    found = codes(report_of(damaged))
    assert {"completeness.seal", "checkpoint.other-root", "highwater.beside"} <= found


def test_who_has_the_operators_keys_and_drops_a_partys_act_is_shown_by_the_mark(damaged: World) -> None:
    forged = Forged.of(damaged.place.url)
    del forged.items[forged.first("party-withdrew") - 1]
    forged.write(operator=True)
    report = report_of(damaged)
    assert codes(report) == {"highwater.behind"}
    assert report.verdicts["completeness"] == "failed"


def test_a_time_that_goes_back_is_found_under_all_of_the_operators_keys(damaged: World) -> None:
    forged = Forged.of(damaged.place.url)
    forged[60].recorded_at = forged[59].recorded_at.replace("20", "19", 1)
    forged.write(operator=True, mark=HighWater(damaged.place.head))
    assert "entry.time-went-back" in at(report_of(damaged), 60)


def test_a_key_that_the_forger_enrols_for_a_party_is_found(damaged: World) -> None:
    """Without the operator's key the enrolment is not signed; with it, the party has a key already."""
    mine = Ed25519PrivateKey.from_private_bytes(bytes([9] * 32))
    public = mine.public_key().public_bytes_raw().hex()
    held = mine.sign(possession_bytes(damaged.origin, "TBT", "events", public)).hex()
    for operator in (False, True):
        forged = Forged.of(damaged.place.url)
        position = forged.first("key-enrolled") + 4
        item = replace(forged[forged.first("key-enrolled")])
        key = private("OPERATOR events") if operator else mine
        item.sign(key, party="TBT", public_key=public, possession=held, id="ab" * 16)
        forged.items.insert(position - 1, item)
        forged.write(operator=operator, mark=None)
        expected = "key.history" if operator else "signature.false"
        assert expected in at(report_of(damaged), position)


def test_a_key_does_not_count_after_it_was_revoked(damaged: World) -> None:
    revoked = public_id("TBT events")
    forged = Forged.of(damaged.place.url)
    fields = {name: value for name, value in KeyRevoked.example.items() if name != "revoked"}
    item = replace(forged[forged.first("key-enrolled")], type="key-revoked/1")
    head = {name: msgspec.json.decode(item.event)[name] for name in ("author", "happened_at", "key", "stated_at")}
    event = {**head, **fields, "type": "key-revoked/1", "id": "cd" * 16, "revoked": revoked}
    item.event = encoded(msgspec.convert(event, KeyRevoked))
    item.sign(private("OPERATOR events"))
    item.recorded_at = forged[5].recorded_at
    forged.items.insert(5, item)
    forged.write(operator=True)
    report = report_of(damaged)
    signed_by_tbt = [at for at, item in enumerate(forged.items, 1) if f'"key":"{revoked}"'.encode() in item.event]
    assert signed_by_tbt
    for position in signed_by_tbt:
        assert at(report, position) == {"signature.key-not-valid"}


def test_a_seal_that_lies_is_found_though_the_operator_signed_it(damaged: World) -> None:
    forged = Forged.of(damaged.place.url)
    position = forged.first("streams-sealed")
    forged[position].sign(private("OPERATOR events"), root="00" * 32)
    forged.write()
    assert "completeness.seal" in at(report_of(damaged), position)


def test_a_seal_that_a_party_states_is_not_a_seal(damaged: World) -> None:
    forged = Forged.of(damaged.place.url)
    position = forged.first("streams-sealed")
    forged[position].sign(private("TBT events"), author="TBT", key=public_id("TBT events"))
    forged.write()
    assert "authority.operator-only" in at(report_of(damaged), position)


def test_two_checkpoints_of_one_size_cannot_both_be_kept(damaged: World) -> None:
    size = Forged.of(damaged.place.url).first("streams-sealed")
    sql(damaged.place.url, "INSERT INTO checkpoint VALUES (?, 2, ?)", size, checkpoint(size, Digest(bytes(32))))
    report = report_of(damaged)
    assert at(report, size) == {"checkpoint.other-root"}
    (fault,) = report.faults
    assert not fault.detail.startswith(f"entries {size + 1} to"), "whichever of the two is compared first"


def test_a_checkpoint_without_a_seal_before_it_is_told(damaged: World) -> None:
    rows = Forged.of(damaged.place.url).rows()
    root = merkle_root([leaf_hash(row[4]) for row in rows[:40]])
    sql(damaged.place.url, "INSERT INTO checkpoint VALUES (40, 1, ?)", checkpoint(40, root))
    assert codes(report_of(damaged)) == {"checkpoint.no-seal"}


@pytest.mark.parametrize("kept", [1, 60, -1], ids=["one", "sixty", "all-but-one"])
@pytest.mark.parametrize("checkpoints", [True, False], ids=["checkpoints", "no-checkpoints"])
def test_a_cut_tail_is_found_by_checkpoint_or_mark(damaged: World, kept: int, checkpoints: bool) -> None:
    forged = Forged.of(damaged.place.url)
    size = len(forged.items)
    forged.items = forged.items[:kept]
    forged.write()
    if not checkpoints:
        sql(damaged.place.url, "DELETE FROM checkpoint")
    report = report_of(damaged)
    assert report.verdicts["completeness"] == "failed"
    assert "highwater.behind" in at(report, len(forged.items) + 1)
    assert ("checkpoint.beyond-tail" in codes(report)) == (checkpoints and len(forged.items) < size - 3)


def test_a_seal_tells_that_its_checkpoint_was_taken_away(damaged: World) -> None:
    sql(damaged.place.url, "DELETE FROM checkpoint")
    seal = Forged.of(damaged.place.url).first("streams-sealed")
    assert "checkpoint.gone" in at(report_of(damaged), seal)


def test_another_ledger_in_its_place_is_found_by_the_mark(damaged: World, world: World) -> None:
    """The demo before anything was added: whole in itself, and shorter than this one was."""
    shutil.copy(world.place.url, damaged.place.url)
    assert codes(report_of(damaged)) == {"highwater.behind"}
