from __future__ import annotations

import json
from typing import Any

import pytest
from ruamel.yaml import YAML

from ledger.protocol.check import checked
from ledger.protocol.faults import ProtocolRejected
from ledger.protocol.read_bodies import DEFINITION_READERS, PATTERN_READERS
from ledger.protocol.schema import asked, schema
from ledger.protocol.shipped import shipped
from tests.docs.blocks import ROOT
from tests.protocol.light_schema import faults, plain
from tests.protocol.texts import SMALL, THIRD

SCHEMA = schema()
FILES = {**{name: data.decode() for name, data in shipped().items()}, "small": SMALL, "third": THIRD}


def found(text: str) -> list[str]:
    value: Any = YAML(typ="safe").load(text)
    return list(faults(plain(value), SCHEMA, SCHEMA))


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_the_loader_takes_is_taken_by_the_schema(name: str) -> None:
    checked(FILES[name].encode(), name)
    assert found(FILES[name]) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("pattern: response", "pattern: respond"),
        ("term: 24 hours", "term: 24 ours"),
        ("term: 24 hours", "terms: 24 hours"),
        ("towards: unit\n", "towards:\n"),
        ("for_each: {party: others}", "for_each: {parties: others}"),
        ("type: breach-notified", "type: breach-notice"),
        ("    bearer: trigger.party\n", ""),
        ("defines: in-force", "defines: in_force"),
        ("version: \"1\"", "version: 1"),
        ("holidays: BE", "holidays: NL"),
        ("    text: De partijen melden een lek.\n", ""),
        ("at: {choice: I-1, last: last-signature", "at: {choose: I-1, last: last-signature"),
    ],
)  # fmt: skip
def test_a_slip_that_the_loader_refuses_is_refused_by_the_schema(right: str, wrong: str) -> None:
    assert right in SMALL
    spoilt = SMALL.replace(right, wrong)
    with pytest.raises(ProtocolRejected):
        checked(spoilt.encode(), "spoilt")
    assert found(spoilt) != []


@pytest.mark.parametrize("name", [*PATTERN_READERS, *DEFINITION_READERS])
def test_a_body_has_the_keys_that_its_reader_asks_for(name: str) -> None:
    every, needed = asked({**PATTERN_READERS, **DEFINITION_READERS}[name])
    bodies = [form for form in SCHEMA["$defs"]["clause"]["anyOf"]
              if {"const": name} in (form["properties"].get("pattern"), form["properties"].get("defines"))]  # fmt: skip
    assert len(bodies) == 1
    assert set(every) <= set(bodies[0]["properties"])
    assert set(needed) <= set(bodies[0]["required"])


def test_the_file_for_editors_is_the_schema_of_this_loader() -> None:
    stored = (ROOT / "protocols/schema.json").read_text(encoding="utf-8")
    assert stored == json.dumps(SCHEMA, indent=1) + "\n", "make docs"
