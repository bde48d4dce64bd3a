from __future__ import annotations

from typing import Any

import pytest

from ledger.events.base import MemberEvent, ProtocolEvent, SignedEvent
from ledger.events.codec import built
from ledger.keys.authority import Act, MandateGrant, NotAuthorised, Standing, check_authority, check_member
from ledger.keys.keyring import Keyring, RevokedKey, UnknownKey
from tests.keys.people import (
    FIO,
    OPERATOR,
    PARTIES,
    PROTOCOL,
    TBT,
    TBT_IMPORTS,
    VLAIO,
    Person,
    enrolment,
    keyring,
    revocation,
    stated,
    withdrawal,
)  # fmt: skip

RING = keyring(enrolment(OPERATOR, TBT), enrolment(OPERATOR, VLAIO), enrolment(TBT, TBT_IMPORTS))
WITH_FIO = RING.apply(5, enrolment(OPERATOR, FIO))
SIGNING = MandateGrant("FIO", "VLAIO", frozenset({"protocol-signed"}), "clause B2")
LEAVING = MandateGrant("FIO", "VLAIO", frozenset({"party-withdrew"}), "entry 9")
ANY = MandateGrant("FIO", "VLAIO", None, "entry 10")
EVIDENCE = [{"strength": "signed-document", "digest": "da" * 32}]


def standing(event: SignedEvent, *mandates: MandateGrant, ring: Keyring = RING, position: int = 9) -> Standing:
    return check_authority(event, ring, position, parties=PARTIES, mandates=mandates)


def refused(event: SignedEvent, *mandates: MandateGrant, **more: Any) -> NotAuthorised:
    with pytest.raises(NotAuthorised) as caught:
        standing(event, *mandates, **more)
    assert caught.value.hint
    assert caught.value.exit == 5
    return caught.value


def test_a_party_states_its_own_act():
    assert standing(withdrawal(TBT, "TBT")) == Standing((Act("TBT", "own"),), vouched=True)


def test_a_party_cannot_state_anothers_withdrawal():
    error = refused(withdrawal(TBT, "VLAIO", evidence=EVIDENCE))
    assert error.code == "authority.no-mandate"
    assert "VLAIO signs it" in error.hint


def test_vlaio_acts_for_fio_under_a_mandate_that_covers_the_type():
    found = standing(withdrawal(VLAIO, "FIO"), SIGNING, LEAVING, ring=WITH_FIO)
    assert found.acts == (Act("FIO", "mandated", LEAVING),)
    assert found.how == "mandated"


def test_a_mandate_for_any_act_covers_every_type():
    assert standing(withdrawal(VLAIO, "FIO"), ANY, ring=WITH_FIO).how == "mandated"


@pytest.mark.parametrize(
    "mandate",
    [
        SIGNING,
        MandateGrant("VLAIO", "FIO", None),
        MandateGrant("FIO", "TBT", None),
        MandateGrant("TBT", "VLAIO", None),
    ],
    ids=["of another type", "the other way", "to another", "from another"],
)
def test_a_mandate_that_does_not_cover_the_act_is_none(mandate):
    assert refused(withdrawal(VLAIO, "FIO"), mandate, ring=WITH_FIO).code == "authority.no-mandate"


def test_an_act_of_a_party_without_key_is_reported_with_evidence():
    assert standing(withdrawal(TBT, "FIO", evidence=EVIDENCE)).acts == (Act("FIO", "reported"),)


def test_a_report_without_evidence_is_refused():
    assert refused(withdrawal(VLAIO, "FIO")).code == "authority.no-evidence"


def test_reporting_ends_when_the_party_has_a_key_and_begins_again_when_it_is_lost():
    event = withdrawal(TBT, "FIO", evidence=EVIDENCE)
    assert refused(event, ring=WITH_FIO, position=6).code == "authority.no-mandate"
    assert standing(event, ring=WITH_FIO, position=5).how == "reported"
    assert standing(event, ring=WITH_FIO.apply(6, revocation(OPERATOR, FIO)), position=7).how == "reported"


def test_on_behalf_of_counts_for_each_party_it_names():
    event = stated(VLAIO, "protocol-signed/1", **_signed(), on_behalf_of=["VLAIO", "FIO"])
    assert standing(event, SIGNING, ring=WITH_FIO).acts == (Act("VLAIO", "own"), Act("FIO", "mandated", SIGNING))
    assert refused(event, ring=WITH_FIO).code == "authority.no-mandate"


def test_a_party_of_its_own_does_not_hide_whom_else_it_speaks_for():
    event = withdrawal(TBT, "TBT", on_behalf_of=["VLAIO"])
    assert refused(event).code == "authority.no-mandate"


def test_nobody_records_a_mandate_from_another_to_itself():
    event = stated(VLAIO, "mandate-recorded/1", protocol=PROTOCOL, party="FIO", mandate="M-1", to="VLAIO", acts=["any"])
    assert refused(event, ring=WITH_FIO).code == "authority.no-mandate"


@pytest.mark.parametrize("author", [VLAIO, OPERATOR])
def test_what_the_operator_states_nobody_else_does(author):
    event = stated(author, "streams-sealed/1", streams=1, root="6a" * 32)
    if author is OPERATOR:
        assert standing(event) == Standing((), vouched=False)
    else:
        assert refused(event).code == "authority.operator-only"


def test_an_author_signs_with_its_own_key():
    event = withdrawal(Person("VLAIO", TBT.seed), "VLAIO")
    assert refused(event).code == "authority.key-of-other"


def test_an_imports_key_signs_batches_and_what_files_gave_and_nothing_else():
    assert refused(withdrawal(TBT_IMPORTS, "TBT")).code == "authority.key-use"
    assert standing(batch(TBT_IMPORTS)).how == "own"
    assert standing(log_read(TBT_IMPORTS)).how == "own"
    assert standing(batch(TBT)).how == "own"


def test_a_log_key_signs_no_event():
    event = stated(Person("OPERATOR", 2, "log"), "streams-sealed/1", streams=1, root="6a" * 32)
    assert refused(event).code == "authority.key-use"


def test_a_key_counts_only_while_it_is_enrolled():
    with pytest.raises(UnknownKey):
        standing(withdrawal(TBT, "TBT"), position=2)
    with pytest.raises(RevokedKey):
        standing(withdrawal(TBT, "TBT"), ring=RING.apply(5, revocation(TBT, TBT)), position=6)


@pytest.mark.parametrize("party", ["SERV", "tbt"])
def test_a_party_that_the_protocol_does_not_know_is_refused(party):
    error = refused(withdrawal(TBT, party, evidence=EVIDENCE))
    assert (error.code, error.hint) == ("authority.unknown-party", "its parties are FIO, TBT, VLAIO")


def test_an_enrolled_stranger_states_nothing_in_a_protocol():
    stranger = Person("SERV", 20)
    ring = RING.apply(5, enrolment(OPERATOR, stranger))
    assert refused(withdrawal(stranger, "FIO", evidence=EVIDENCE), ring=ring).code == "authority.unknown-party"


def test_the_operator_may_report_though_it_is_no_party():
    assert standing(withdrawal(OPERATOR, "FIO", evidence=EVIDENCE)).how == "reported"


@pytest.mark.parametrize("changed", [{"author": "VLAIO"}, {"protocol": "other-2021"}, {"on_behalf_of": ["VLAIO"]}])
def test_a_member_of_a_batch_is_its_openers(changed):
    opener = batch(TBT)
    assert isinstance(opener, ProtocolEvent)
    check_member(member(), opener)
    with pytest.raises(NotAuthorised):
        check_member(member(**changed), opener)


def batch(author: Person) -> SignedEvent:
    return stated(
        author, "log-batch-ingested/1", protocol=PROTOCOL, source="m365-audit", file="ad" * 32, file_bytes=9,
        first="2026-01-05T08:00:00Z", last="2026-01-05T08:00:00Z", batch={"count": 1, "root": "be" * 32},
    )  # fmt: skip


def log_read(author: Person) -> SignedEvent:
    return stated(
        author, "log-read/1", protocol=PROTOCOL, source="m365-audit", file="ad" * 32, file_bytes=9, new=1, duplicate=0,
        rejected=0, ignored=0,
    )  # fmt: skip


def member(**changed: Any) -> MemberEvent:
    values = {
        "type": "access-used/1", "author": "TBT", "happened_at": "2026-01-05T08:00:00Z", "id": "0e" * 16,
        "protocol": PROTOCOL, "application": "sharepoint", "action": "download", "outcome": "ok",
        "operation": "FileDownloaded", "actor_class": "person", "record": "8c" * 32, "line": "9d" * 32, "offset": 0,
    }  # fmt: skip
    event = built({**values, **changed})
    assert isinstance(event, MemberEvent)
    return event


def _signed() -> dict[str, Any]:
    from ledger.events.catalogue import by_tag

    return {"protocol": PROTOCOL, **by_tag()["protocol-signed/1"].example}
