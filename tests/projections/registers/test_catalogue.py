"""What holds for every register."""

from __future__ import annotations

import pytest

from projections.catalogue import OF_FACTS, REGISTERS, projections, register
from projections.projection import Fact, digest
from tests.projections.registers.asking import begun

STORY = begun()


def test_every_register_of_the_contract_is_there() -> None:
    assert set(REGISTERS) == {
        "access", "processors", "breaches", "corrections", "exchanges", "findings", "holdings", "measures",
        "marketing", "publications", "lifecycle",
    }  # fmt: skip


@pytest.mark.parametrize("name", REGISTERS)
def test_a_register_goes_by_its_own_name_and_knows_its_protocols_column(name: str) -> None:
    asked = register(name, STORY.files.__getitem__)
    assert asked.name == name
    assert asked.columns[0] == "protocol"


@pytest.mark.parametrize("name", OF_FACTS)
def test_a_register_that_is_loaded_from_its_dump_has_the_same_digest(name: str) -> None:
    asked = register(name, STORY.files.__getitem__)
    state = asked.empty()
    for entry in STORY.entries:
        state = asked.apply(state, Fact(entry)) if asked.reads(entry.stream) else state
    assert digest(asked, asked.load(asked.dump(state))) == digest(asked, state)


@pytest.mark.parametrize("name", sorted({*OF_FACTS} - {"findings"}))
def test_no_register_of_facts_but_the_findings_reads_the_uses(name: str) -> None:
    assert not register(name, STORY.files.__getitem__).reads("some-protocol/usage")


def test_every_projection_has_another_name() -> None:
    names = [each.name for each in projections(STORY.files.__getitem__)]
    assert len(names) == len(set(names)) == len(REGISTERS) + 1
