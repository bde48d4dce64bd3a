"""The two protocols that come with the package: complete, literal, without faults."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ledger.protocol.check import checked
from ledger.protocol.definitions import Contact, Flows, InForce, Mandate, Replaces
from ledger.protocol.expressions import CopyIs, CopyState, MomentKind, MomentMatch, RetentionAgreed
from ledger.protocol.load import load
from ledger.protocol.model import Layer, ProtocolVersion
from ledger.protocol.patterns import Limit, Power, Response
from ledger.protocol.quotes import misquoted, unquoted
from ledger.protocol.shipped import shipped
from ledger.protocol.terms import OpenTerm, Span, TimeUnit

P0, P4 = "vlaio-fio-tbt-2021", "opgroeien-serv-2021"


def version(identifier: str) -> ProtocolVersion:
    return load(shipped()[identifier], f"{identifier}.yaml")


def signed_text(identifier: str) -> str:
    folder = os.environ.get("LEDGER_TEXTS")
    if not folder:
        pytest.skip("LEDGER_TEXTS is not set: the quotes were not compared with the signed texts")
    return (Path(folder) / f"{identifier}.txt").read_text(encoding="utf-8")


def response(of: ProtocolVersion, address: str, **chosen: str) -> Response:
    clause = of.clause(address)
    assert clause is not None
    body = clause.body(of.readings(chosen))
    assert isinstance(body, Response)
    return body


def test_both_protocols_are_shipped():
    assert set(shipped()) == {P0, P4}


@pytest.mark.parametrize("identifier", [P0, P4])
def test_a_shipped_protocol_has_no_faults(identifier):
    assert checked(shipped()[identifier], f"{identifier}.yaml").id == identifier


@pytest.mark.parametrize("identifier", [P0, P4])
def test_every_clause_quotes_the_signed_text_literally(identifier):
    assert misquoted(version(identifier), signed_text(identifier)) == []


@pytest.mark.parametrize("identifier", [P0, P4])
def test_no_signed_text_is_left_without_a_clause(identifier):
    assert unquoted(version(identifier), signed_text(identifier)) == []


@pytest.mark.parametrize("identifier", [P0, P4])
def test_what_is_law_is_marked_and_quotes_no_signed_text(identifier):
    law = [clause for clause in version(identifier).clauses if clause.layer is Layer.LAW]
    assert [clause.address for clause in law if "/" not in clause.address][-2:] == ["AVG 33(1)", "AVG 19"]
    assert all(clause.text == "" for clause in law)


def test_withdrawal_deletes_and_the_end_destroys():
    found = version(P0)
    leaving, ending = response(found, "art. 4, sentence 2"), response(found, "art. 4, sentence 3")
    assert leaving.must == CopyIs(CopyState.DELETED)
    assert ending.must == CopyIs(CopyState.DESTROYED)
    assert isinstance(leaving.unless, RetentionAgreed)
    assert isinstance(ending.unless, RetentionAgreed)
    assert leaving.unless.between != ending.unless.between
    assert leaving.term.length is OpenTerm.IMMEDIATELY


def test_a_reading_decides_which_body_holds():
    found = version(P0)
    assert response(found, "art. 4, sentence 2", **{"I-16": "gone"}).must == CopyIs(CopyState.DESTROYED)
    kept, passed_on = (response(found, "art. 4, sentence 3", **{"I-5": each}).unless for each in ("origin", "sender"))
    assert kept != passed_on


def test_the_leaver_owes_nothing_unless_that_reading_is_chosen():
    found = version(P0)
    clause = found.clause("art. 4, sentence 2/c")
    assert clause is not None
    assert clause.body(found.readings()) is None
    assert isinstance(clause.body(found.readings({"I-12": "duty"})), Response)


def test_the_opgroeien_protocol_keeps_one_year_and_asks_nothing_at_the_end():
    found = version(P4)
    assert response(found, "art. 3, sentence 4").term.length == Span(1, TimeUnit.YEARS)
    responses = [each for _, each in found.patterns(found.readings()) if isinstance(each, Response)]
    asked_at = {each.when.moment for each in responses if isinstance(each.when, MomentMatch)}
    assert asked_at == {MomentKind.SIGNED}
    assert any(gap.address == "art. 8" for gap in found.gaps)


def test_the_month_of_the_opgroeien_protocol_counts_from_the_finding():
    term = response(version(P4), "art. 7/b").term
    assert (term.length, str(term.start)) == (Span(1, TimeUnit.MONTHS), "trigger.found_at")


def test_the_same_article_number_means_different_things():
    first, second = version(P0).clause("art. 5"), version(P4).clause("art. 5")
    assert first is None
    assert second is not None
    assert isinstance(second.body(version(P4).readings()), Limit)


def test_definitions_say_what_counts_as_what():
    found = version(P0)
    readings = found.readings()
    assert [str(each.at) for _, each in found.defined(InForce, readings)] == ["last-signature"]
    assert [(each.giver, each.holder, each.acts) for _, each in found.defined(Mandate, readings)] == [
        ("FIO", "VLAIO", ("protocol-signed",))
    ]
    assert len(list(found.defined(Contact, readings))) == 2
    assert [each.parties for _, each in found.defined(Replaces, readings)] == [("VLAIO", "TBT")]
    assert [len(each.flows) for _, each in found.defined(Flows, readings)] == [1]


def test_only_opgroeien_may_end_its_protocol_by_notice():
    found = version(P4)
    powers = [each for _, each in found.patterns(found.readings()) if isinstance(each, Power)]
    assert [str(power.holder) for power in powers] == ["Named(party='OPGROEIEN')"]


def test_recital_letters_that_stand_twice_have_their_own_addresses():
    addresses = [clause.address for clause in version(P0).clauses]
    assert {"recital B", "recital B#2", "recital C", "recital C#2"} <= set(addresses)
    assert "recital E" not in [clause.address for clause in version(P4).clauses]
