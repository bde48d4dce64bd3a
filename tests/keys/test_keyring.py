from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ledger.chain.ed25519 import BadPublicKey
from ledger.keys.keyring import KeyEventRefused, Keyring, RevokedKey, UnknownKey, possession
from tests.keys.people import (
    FIO,
    LOG,
    OPERATOR,
    ORIGIN,
    TBT,
    TBT_IMPORTS,
    TBT_NEXT,
    VLAIO,
    Person,
    enrolment,
    keyring,
    opening,
    revocation,
    withdrawal,
)  # fmt: skip


def refused(ring: Keyring, position: int, event: object) -> str:
    with pytest.raises(KeyEventRefused) as caught:
        ring.apply(position, event)  # type: ignore[arg-type]
    return caught.value.code


def test_entry_1_enrols_the_operators_keys_and_they_count_for_it():
    ring = keyring()
    assert (ring.origin, ring.operator) == (ORIGIN, "OPERATOR")
    assert ring.valid(OPERATOR.key_id, 1).use == "events"
    assert ring.valid(LOG.key_id, 1).use == "log"
    assert not ring.vouched(OPERATOR.key_id)


def test_a_ledger_opens_once():
    assert refused(keyring(), 2, opening()) == "key.opened-twice"
    assert refused(Keyring(), 2, opening()) == "key.opened-twice"


def test_a_key_counts_from_the_entry_after_its_enrolment():
    ring = keyring(enrolment(OPERATOR, TBT))
    with pytest.raises(UnknownKey):
        ring.valid(TBT.key_id, 2)
    assert ring.valid(TBT.key_id, 3).party == "TBT"
    assert [ring.has_key("TBT", "events", position) for position in (2, 3)] == [False, True]
    assert not ring.has_key("TBT", "imports", 3)


def test_a_key_counts_up_to_the_entry_that_revokes_it():
    ring = keyring(enrolment(OPERATOR, TBT), revocation(TBT, TBT))
    assert ring.valid(TBT.key_id, 3).party == "TBT"
    with pytest.raises(RevokedKey, match="revoked by entry 3"):
        ring.valid(TBT.key_id, 4)
    assert not ring.has_key("TBT", "events", 4)


def test_another_ledgers_key_is_unknown():
    with pytest.raises(UnknownKey):
        keyring().valid(VLAIO.key_id, 9)


def test_applying_leaves_the_earlier_keyring_as_it_was():
    before = keyring()
    before.apply(2, enrolment(OPERATOR, TBT))
    assert TBT.key_id not in before.keys


def test_other_events_change_nothing():
    ring = keyring(enrolment(OPERATOR, TBT))
    assert ring.apply(3, withdrawal(TBT, "TBT")) is ring


@pytest.mark.parametrize(
    "changed",
    [
        {"possession": "00" * 64},
        {"possession": possession(Person("VLAIO", 4), ORIGIN)},
        {"possession": possession(Person("TBT", 4, "imports"), ORIGIN)},
        {"possession": possession(TBT, "example.org/ledger/other")},
        {"possession": possession(TBT_NEXT, ORIGIN)},
        {"public_key": VLAIO.public.hex()},
    ],
    ids=["nothing", "for another party", "for another use", "for another ledger", "by another key", "of another key"],
)
def test_a_proof_of_possession_fits_key_party_use_and_ledger(changed):
    assert refused(keyring(), 2, enrolment(OPERATOR, TBT, **changed)) == "key.possession"


@pytest.mark.parametrize(
    "public", ["00" * 32, "01" + "00" * 31, "ed" + "ff" * 30 + "7f", "ee" + "ff" * 30 + "7f", "02" + "00" * 31]
)
def test_a_key_that_others_can_sign_under_is_refused(public):
    with pytest.raises(BadPublicKey):
        keyring().apply(2, enrolment(OPERATOR, TBT, public_key=public, possession="00" * 64))


def test_a_public_key_is_enrolled_once_in_the_ledgers_life():
    ring = keyring(enrolment(OPERATOR, TBT), revocation(TBT, TBT))
    assert refused(ring, 4, enrolment(OPERATOR, TBT)) == "key.enrolled-twice"


def test_a_public_key_has_one_use_and_one_party():
    ring = keyring(enrolment(OPERATOR, TBT))
    assert refused(ring, 3, enrolment(TBT, Person("TBT", 4, "imports"))) == "key.enrolled-twice"
    assert refused(ring, 3, enrolment(OPERATOR, Person("VLAIO", 4))) == "key.enrolled-twice"
    assert refused(ring, 3, enrolment(OPERATOR, Person("OPERATOR", 2))) == "key.enrolled-twice"


def test_a_party_enrols_its_further_keys_itself():
    ring = keyring(enrolment(OPERATOR, TBT), enrolment(TBT, TBT_IMPORTS), enrolment(TBT, TBT_NEXT, replaces=TBT.key_id))
    assert [key.key_id for key in ring.valid_keys("TBT", "events", 5)] == [TBT.key_id, TBT_NEXT.key_id]
    assert ring.valid(TBT_IMPORTS.key_id, 4).use == "imports"


def test_the_operator_enrols_no_key_beside_a_partys_own():
    assert refused(keyring(enrolment(OPERATOR, TBT)), 3, enrolment(OPERATOR, TBT_NEXT)) == "key.party-has-key"


def test_a_third_party_enrols_and_revokes_nothing_of_another():
    ring = keyring(enrolment(OPERATOR, TBT), enrolment(OPERATOR, VLAIO))
    assert refused(ring, 4, enrolment(VLAIO, FIO)) == "key.signer"
    assert refused(ring, 4, revocation(VLAIO, TBT)) == "key.signer"


def test_an_imports_key_enrols_nothing():
    ring = keyring(enrolment(OPERATOR, TBT), enrolment(TBT, TBT_IMPORTS))
    assert refused(ring, 4, enrolment(TBT_IMPORTS, TBT_NEXT)) == "key.signer"


def test_a_revoked_key_enrols_nothing():
    ring = keyring(enrolment(OPERATOR, TBT), revocation(OPERATOR, TBT))
    with pytest.raises(RevokedKey):
        ring.apply(4, enrolment(TBT, TBT_NEXT))


def test_only_the_operator_has_a_log_key():
    assert refused(keyring(), 2, enrolment(OPERATOR, Person("TBT", 8, "log"))) == "key.log-of-operator"
    assert keyring(enrolment(OPERATOR, Person("OPERATOR", 8, "log"))).has_key("OPERATOR", "log", 3)


def test_the_operators_last_key_cannot_be_revoked():
    assert refused(keyring(), 2, revocation(OPERATOR, OPERATOR)) == "key.last-of-operator"
    ring = keyring(enrolment(OPERATOR, Person("OPERATOR", 9)), revocation(OPERATOR, OPERATOR))
    assert [key.key_id for key in ring.valid_keys("OPERATOR", "events", 4)] == [Person("OPERATOR", 9).key_id]


def test_a_key_is_revoked_once_and_only_as_its_partys():
    ring = keyring(enrolment(OPERATOR, TBT), enrolment(OPERATOR, VLAIO), revocation(OPERATOR, TBT))
    assert refused(ring, 5, revocation(OPERATOR, TBT)) == "key.revoked-twice"
    assert refused(ring, 5, revocation(VLAIO, VLAIO, revoked=TBT.key_id)) == "key.not-of-party"


def test_what_rests_on_the_operators_word_is_vouched_until_pinned():
    ring = keyring(enrolment(OPERATOR, TBT), enrolment(TBT, TBT_NEXT))
    assert ring.vouched(TBT.key_id)
    assert ring.vouched(TBT_NEXT.key_id), "a vouched key cannot wash its successor"
    assert not ring.vouched(TBT_NEXT.key_id, pinned={TBT.key_id})
    assert not ring.vouched(TBT_NEXT.key_id, pinned={TBT_NEXT.key_id})
    assert ring.vouched(TBT.key_id, pinned={TBT_NEXT.key_id})


def test_a_key_enrolled_after_a_loss_is_vouched_again():
    ring = keyring(enrolment(OPERATOR, TBT), revocation(OPERATOR, TBT), enrolment(OPERATOR, TBT_NEXT))
    assert ring.vouched(TBT_NEXT.key_id, pinned={TBT.key_id})


def test_acts_recorded_since_a_compromise_are_suspect():
    taken = revocation(TBT, TBT, cause="compromised", compromised_since="2022-05-30T10:00:00Z")
    key = keyring(enrolment(OPERATOR, TBT), taken).keys[TBT.key_id]
    assert [key.suspect_at(datetime(2022, 5, 30, hour, tzinfo=UTC)) for hour in (9, 10, 11)] == [False, True, True]
    assert not keyring(enrolment(OPERATOR, TBT)).keys[TBT.key_id].suspect_at(datetime(2030, 1, 1, tzinfo=UTC))
