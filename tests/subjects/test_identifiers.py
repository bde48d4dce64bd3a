"""Identifiers come to one spelling; a wrong check digit is a finding and loses nothing."""

from __future__ import annotations

import pytest

from ledger.errors import LedgerError
from ledger.subjects.identifiers import Identifier, of_spelling


@pytest.mark.parametrize(
    ("raw", "spelling"),
    [
        ("An.Peeters@Fictief.Example", "an.peeters@fictief.example"),
        ("DOMAIN\\an", "domain\\an"),
        ("0316.380.841", "enterprise:0316380841"),
        ("BE 0316.380.841", "enterprise:0316380841"),
        ("316380841", "enterprise:0316380841"),
        ("2.138.199.704", "establishment:2138199704"),
        ("85.07.30-033.28", "national:85073003328"),
        ("staff:vlaio/0042", "staff:VLAIO/0042"),
        ("enterprise:0534.669.938", "enterprise:0534669938"),
    ],
)
def test_an_identifier_has_one_spelling_and_its_kind(raw: str, spelling: str):
    found = Identifier.guessed(raw)
    assert (str(found), found.finding) == (spelling, "")
    assert of_spelling(spelling) == Identifier(found.kind, found.value, found.value)


@pytest.mark.parametrize(
    ("raw", "finding"),
    [
        ("national:85.07.30-033.29", "check digits"),
        ("national:00000000097", "not a number"),
        ("enterprise:0316.380.842", "check digits"),
        ("enterprise:12", "length"),
        ("establishment:2.138.199.705", "check digits"),
        ("establishment:9.138.199.704", "first digit not 2 to 8"),
        ("staff:42", "not BODY/NUMBER"),
        ("account:an@nowhere", "not an e-mail address or account name"),
    ],
)
def test_what_fails_its_check_is_kept_with_the_finding(raw: str, finding: str):
    found = Identifier.guessed(raw)
    assert found.finding == finding
    assert found.raw == raw.partition(":")[2]
    assert of_spelling(str(found)).finding == finding


@pytest.mark.parametrize("raw", ["", "   ", "a\nb", "\ud800", "x" * 321, "enterprise:...", "national: "])
def test_what_can_name_nobody_is_refused_without_repeating_it(raw: str):
    with pytest.raises(LedgerError) as found:
        Identifier.guessed(raw)
    assert (found.value.exit, found.value.code) == (5, "vault.identifier")
    assert not raw.strip() or raw not in str(found.value)


def test_a_number_of_one_kind_is_never_taken_for_another():
    same = {str(Identifier.parse(kind, "0316380841")) for kind in ("enterprise", "establishment", "national", "staff")}
    assert len(same) == 4
