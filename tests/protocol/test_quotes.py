"""The signed text and the clauses side by side."""

from __future__ import annotations

from ledger.protocol.load import load
from ledger.protocol.quotes import misquoted, normalised, unquoted
from tests.protocol.texts import SMALL

SIGNED = """ Protocol

NA TE HEBBEN UITEENGEZET

A. Het protocol treedt in
werking.

WORDT OVEREENGEKOMEN WAT VOLGT:

Artikel 2: Melden van een
lek

- De partijen melden
een lek.

4

Opgemaakt ____________ ______
Een naam

\t\t2024-01-15T10:00:00+0100
"""


def test_white_space_bullets_and_broken_words_do_not_count():
    assert normalised("- een back-\nup  van\n o alles\n7\n") == "een back-up van alles"


def test_what_no_clause_quotes_is_named():
    version = load(SMALL.encode(), "small.yaml")
    assert unquoted(version, SIGNED) == ["Opgemaakt"]
    assert unquoted(version, SIGNED.replace("een lek.", "een lek. Altijd.")) == ["Altijd. Opgemaakt"]


def test_a_quote_that_differs_by_a_letter_is_named():
    version = load(SMALL.encode(), "small.yaml")
    assert misquoted(version, SIGNED) == []
    assert misquoted(version, SIGNED.replace("melden", "meldden")) == ["art. 2"]
