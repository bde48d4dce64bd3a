"""The engine knows seven patterns and nothing about any article, party or protocol."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import projections.obligations
from ledger.protocol.load import load
from ledger.protocol.shipped import shipped

SOURCES = sorted(Path(projections.obligations.__file__).parent.glob("*.py"))


def forbidden() -> set[str]:
    words: set[str] = set()
    for name, data in shipped().items():
        version = load(data, name)
        words |= {version.id, *version.party_ids, *(each.id for each in version.outsiders)}
        words |= {clause.address for clause in version.clauses if clause.address != "signatures"}
        words |= {each.id for each in version.interpretations}
    return words


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_article_party_protocol_or_reading_stands_in_the_engine(source):
    text = source.read_text(encoding="utf-8")
    found = {word for word in forbidden() if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text)}
    assert found == set()


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_the_engine_asks_no_clock_and_reads_nothing(source):
    text = source.read_text(encoding="utf-8")
    assert not re.search(r"\b(now|open|print)\(|import os|pathlib|ledger\.storage|ledger\.subjects|sqlalchemy", text)
