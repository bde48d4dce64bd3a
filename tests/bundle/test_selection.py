"""Which streams answer a clause follows from the protocol file alone."""

from __future__ import annotations

import pytest

from ledger.bundle.selection import UnknownClause, UnknownType, clauses_at, is_below, selected
from ledger.protocol.load import load
from ledger.protocol.shipped import shipped
from tests.keys.people import PROTOCOL

VERSION = load(shipped()[PROTOCOL], PROTOCOL)
ALWAYS = {"ledger/erasures", "ledger/keys", f"{PROTOCOL}/governance"}


def registers(*addresses: str) -> set[str]:
    return {stream.removeprefix(f"{PROTOCOL}/") for stream in selected(PROTOCOL, [VERSION], addresses).keys() - ALWAYS}


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("signatures", set()),
        ("art. 5, item 2", {"measures"}),
        ("art. 9, sentence 1", {"breach"}),
        ("art. 4, sentence 2", {"agreements", "deletion", "exchange"}),
        ("art. 5, item 3", {"access", "imports", "measures", "usage"}),
    ],
)
def test_a_clause_asks_for_the_homes_of_what_it_reads(address: str, found: set[str]) -> None:
    assert registers(address) == found


def test_uses_are_shown_by_their_head_and_batches_whole() -> None:
    streams = selected(PROTOCOL, [VERSION], ["art. 5, item 3"])
    assert streams[f"{PROTOCOL}/usage"] == "head"
    assert streams[f"{PROTOCOL}/imports"] == "whole"


def test_an_article_takes_all_below_it_and_no_other_article() -> None:
    found = {clause.address for clause in clauses_at([VERSION], ["art. 1"])}
    assert "art. 1/b" in found
    assert not any(address.startswith("art. 1" + digit) for address in found for digit in "0123")
    assert is_below("art. 5, item 2/b", "art. 5, item 2")
    assert not is_below("art. 5, item 21", "art. 5, item 2")


def test_more_clauses_ask_for_more() -> None:
    assert registers("art. 5", "art. 6") == registers("art. 5") | registers("art. 6")


def test_an_address_that_no_clause_has_is_told() -> None:
    with pytest.raises(UnknownClause, match=r"art\. 99") as refused:
        registers("art. 5", "art. 99")
    assert refused.value.hint == f"see its addresses: ledger protocol show {PROTOCOL}"
    with pytest.raises(UnknownClause):
        clauses_at([], ["art. 5"])


def test_a_type_that_this_version_does_not_know_is_told_with_its_clause() -> None:
    file = shipped()[PROTOCOL].replace(b", access-reviewed]", b", access-pondered]")
    with pytest.raises(UnknownType, match=r"art\. 5, item 3/d reads events of type 'access-pondered'"):
        selected(PROTOCOL, [load(file, PROTOCOL)], ["art. 5, item 3"])
    assert selected(PROTOCOL, [load(file, PROTOCOL)], ["art. 5, item 2"])
