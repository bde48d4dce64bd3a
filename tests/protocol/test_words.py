from __future__ import annotations

import re

import pytest

from ledger.events.base import MOMENT_FIELDS
from ledger.events.catalogue import types
from ledger.protocol.load import load
from ledger.protocol.model import Clause
from ledger.protocol.moment_words import MOMENTS
from ledger.protocol.shipped import shipped
from ledger.protocol.words import Told
from tests.protocol.texts import THIRD

VERSIONS = [load(data, name) for name, data in shipped().items()] + [load(THIRD.encode(), "third")]
CLAUSES = [pytest.param(clause, id=f"{each.id} {clause.address}") for each in VERSIONS for clause in each.clauses]


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_body_is_a_sentence_without_the_words_of_python(clause: Clause) -> None:
    for variant in clause.variants:
        said = Told().body(variant.body)
        assert re.fullmatch(r"[A-Z].*\.", said, re.DOTALL)
        assert not re.search(r"None|\(\)|<|object at|[A-Za-z]+\(.*=", said)


def test_a_response_tells_trigger_bearer_duty_and_term() -> None:
    clause = VERSIONS[2].clause("art. 5")
    assert clause is not None
    assert Told().body(clause.variants[0].body) == (
        "Upon incident-detected where leak is true, counted from becoming aware: the trigger's party must state "
        "breach-notified where incident is that of this case, party is the bearer and to is whom it is owed to, owed "
        "to that one, for each of the other parties, within 24 hours."
    )


def test_what_is_known_takes_the_place_of_its_selector() -> None:
    clause = VERSIONS[2].clause("art. 5")
    assert clause is not None
    told = Told({"case": "I-7", "bearer": "STAD", "counterparty": "AGENTSCHAP", "trigger.party": "STAD"})
    said = told.body(clause.variants[0].body)
    assert "incident is I-7, party is STAD and to is AGENTSCHAP" in said
    assert "trigger's" not in said


def test_every_moment_that_an_event_has_is_named_in_words() -> None:
    assert types()
    assert {name.removesuffix("_") for names in MOMENT_FIELDS.values() for name in names} == set(MOMENTS)
