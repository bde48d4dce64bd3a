"""Registers over stories: the rows of one register, as of a moment, by what was recorded by another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.protocol.shipped import shipped
from projections.obligations.projection import Files
from projections.projection import Fact
from projections.registers.register import Register
from tests.projections.obligations.stories import Story, local, signed_vlaio

VLAIO, SERV = "vlaio-fio-tbt-2021", "opgroeien-serv-2021"


def begun() -> Story:
    """The three-party protocol, in force since 11 October 2021."""
    return signed_vlaio(Story.of(VLAIO, shipped()[VLAIO]))


def rows(
    story: Story, register: Callable[[Files], Register], as_of: str, known_at: str | None = None, **wanted: Any
) -> list[dict[str, Any]]:
    """The rows of a register that have these values."""
    projection = register(story.files.__getitem__)
    state = projection.empty()
    for entry in story.entries:
        if projection.reads(entry.stream) and (known_at is None or entry.recorded_at <= local(known_at)):
            state = projection.apply(state, Fact(entry))
    found = [dict(row) for row in projection.rows(projection.load(projection.dump(state)), local(as_of))]
    assert all(row.keys() <= set(projection.columns) for row in found)
    return [row for row in found if all(row.get(name) == value for name, value in wanted.items())]


def row(
    story: Story, register: Callable[[Files], Register], as_of: str, known_at: str | None = None, **wanted: Any
) -> dict[str, Any]:
    """The only such row."""
    (found,) = rows(story, register, as_of, known_at, **wanted)
    return found
