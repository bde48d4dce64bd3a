"""What a file defines and nothing uses, and what it waits for and nothing makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from ledger.protocol.definitions import End, NamedList
from ledger.protocol.expressions import EachItem, EventMatch, ListItems, MomentKind, MomentMatch
from ledger.protocol.faults import FaultList
from ledger.protocol.model import Body, ProtocolVersion
from ledger.protocol.patterns import Power

LIFE_ACTS = frozenset({
    "party-withdrew", "party-acceded", "protocol-amended", "protocol-suspended", "protocol-resumed",
    "protocol-dissolution-declared", "protocol-terminated-unilaterally", "termination-notice-given",
})  # fmt: skip
"""Acts that change the protocol's life: void where no power gives them."""
_MADE = frozenset({MomentKind.LEFT, MomentKind.ENDED, MomentKind.SUSPENDED, MomentKind.RESUMED})
"""Moments that only a power or an end makes; a further version may give the other ones."""


def parts(node: Any) -> Iterator[Any]:
    """A part of the model and everything in it."""
    yield node
    if is_dataclass(node) and not isinstance(node, type):
        for each in fields(node):
            yield from parts(getattr(node, each.name))
    elif isinstance(node, tuple):
        for item in node:
            yield from parts(item)


def check_used(version: ProtocolVersion, faults: FaultList) -> None:
    """Note every list and reading that nothing uses."""
    bodies = _bodies(version)
    used = {each.name for body in bodies for each in parts(body) if isinstance(each, ListItems | EachItem)}
    for body in bodies:
        if isinstance(body, NamedList) and body.name not in used:
            faults.note(body.mark, "unused", f"nothing uses the list {body.name}")
    readings = {reading for clause in version.clauses for reading in clause.chooses}
    readings |= {reading for gap in version.gaps for reading in gap.under}
    for each in version.interpretations:
        if each.id not in readings:
            faults.note(each.mark, "unused", f"nothing depends on {each.id}")


def check_life(version: ProtocolVersion, faults: FaultList) -> None:
    """Note every life-changing act that no power gives, and every moment that nothing makes."""
    bodies = _bodies(version)
    powers = [body for body in bodies if isinstance(body, Power)]
    given = {name for power in powers for name in power.act.types}
    made = {power.effect.makes for power in powers}
    made |= {kind for body in bodies if isinstance(body, End) for kind in body.gives}
    for body in bodies:
        if isinstance(body, End) and isinstance(body.upon, EventMatch):
            given |= set(body.upon.types)
    for whole in (*bodies, *version.gaps):
        for part in parts(whole):
            if isinstance(part, EventMatch):
                for name in LIFE_ACTS & set(part.types) - given:
                    faults.note(part.mark, "power", f"no power gives {name} to a party")
            elif isinstance(part, MomentMatch) and part.moment in _MADE - made:
                faults.note(part.mark, "power", f"no power and no end makes {part.moment}")


def _bodies(version: ProtocolVersion) -> list[Body]:
    return [variant.body for clause in version.clauses for variant in clause.variants]
