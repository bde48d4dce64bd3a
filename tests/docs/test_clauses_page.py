"""docs/formats/clauses.md names every form, key and word of the loader, and its example is a protocol."""

from __future__ import annotations

import re

import pytest

from ledger.protocol.check import checked
from ledger.protocol.definitions import InForceAt, Role
from ledger.protocol.expressions import CopyState, MomentKind, PartyWord, Root
from ledger.protocol.read_bodies import DEFINITION_READERS, PATTERN_READERS
from ledger.protocol.read_expressions import CONDITION_FORMS, PARTY_FORMS
from ledger.protocol.schema import asked, schema
from ledger.protocol.scope import HOLDING, PROTOCOL
from ledger.protocol.terms import CalendarPeriod, Edge, OpenTerm, TimeUnit
from tests.docs.blocks import ROOT, block
from tests.protocol.texts import HEAD

PAGE = ROOT / "docs/formats/clauses.md"
TEXT = PAGE.read_text(encoding="utf-8")
WORDS = [
    *(word for words in (MomentKind, PartyWord, Root, CopyState, InForceAt, Role, OpenTerm, TimeUnit, Edge,
                         CalendarPeriod)
      for word in words),
    *CONDITION_FORMS, *PARTY_FORMS, *HOLDING, *PROTOCOL, *schema()["properties"],
]  # fmt: skip


@pytest.mark.parametrize("name", [*PATTERN_READERS, *DEFINITION_READERS])
def test_a_pattern_or_definition_stands_there_with_every_key(name: str) -> None:
    every, _ = asked({**PATTERN_READERS, **DEFINITION_READERS}[name])
    found = re.search(rf"^{name} +(\S.*(?:\n {{9,}}.*)*)", TEXT, re.MULTILINE)
    assert found is not None
    missing = [key for key in every if not re.search(rf"\b{key}\b", found[1])]
    assert missing == []


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_language_is_on_the_page(word: str) -> None:
    assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", TEXT), word


def test_every_rule_is_there_once() -> None:
    assert [int(number) for number in re.findall(r"^- \*\*R([0-9]+)\*\*", TEXT, re.MULTILINE)] == list(range(1, 23))


def test_the_example_is_a_protocol_without_fault() -> None:
    version = checked((HEAD + block(PAGE, "clauses").code).encode(), "example")
    assert [clause.address for clause in version.clauses][-3:] == [
        "art. 4, sentence 2",
        "art. 4, sentence 2/b",
        "art. 8",
    ]
