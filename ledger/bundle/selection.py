"""Which streams answer a clause: worked out from the protocol file, by who builds a bundle and by who checks it.

The homes of the types in the clause's trigger, discharge, exception and proof, under every reading; whole streams,
because a part of one proves nothing about the rest. Always with them: `ledger/keys`, without which no signature can
be checked; `ledger/erasures`, which says why a sealed part is gone; the protocol's own `governance`, which names its
files, parties and mandates. `usage` is shown by its head: its batches stand in `imports`, and must sum to it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ledger.bundle.manifest import Shown
from ledger.errors import NotChecked, NotFound
from ledger.events.catalogue import types
from ledger.protocol.expressions import CopyIs, EventMatch, Holdings, RetentionAgreed
from ledger.protocol.model import Clause, ProtocolVersion

ALWAYS = ("ledger/erasures", "ledger/keys")
FORMS = {Holdings: {"deletion", "exchange"}, CopyIs: {"deletion"}, RetentionAgreed: {"agreements"}}
"""Forms of the clause language that name no type, and the registers that they are read from."""


class UnknownClause(NotFound):
    """An address that no clause of the protocol has."""

    code = "evidence.unknown-clause"


class UnknownType(NotChecked):
    """A clause that reads events of a type that this version does not know: a later version may."""

    code = "evidence.unknown-type"

    def __init__(self, name: str, clause: str) -> None:
        super().__init__(
            f"{clause} reads events of type {name!r}, which this version does not know", clause=clause,
            hint="use a later version of ledger; or mend the protocol file, see: ledger events list",
        )  # fmt: skip
        self.name = name


def clauses_at(versions: Sequence[ProtocolVersion], addresses: Sequence[str]) -> list[Clause]:
    """The clauses at or below each address: `art. 5` has `art. 5, item 2` under it. Raises UnknownClause."""
    shown = versions[-1].id if versions else "ID"
    every = [clause for version in versions for clause in version.clauses]
    for address in addresses:
        if not any(is_below(clause.address, address) for clause in every):
            raise UnknownClause(
                f"the protocol has no clause {address!r}", clause=address,
                hint=f"see its addresses: ledger protocol show {shown}",
            )  # fmt: skip
    return [clause for clause in every if any(is_below(clause.address, address) for address in addresses)]


def selected(protocol: str, versions: Sequence[ProtocolVersion], addresses: Sequence[str]) -> Mapping[str, Shown]:
    """The streams that are the evidence for these clauses, by name, and how each is shown.

    Raises UnknownClause and UnknownType.
    """
    registers = {"governance"}
    for clause in clauses_at(versions, addresses):
        registers |= _registers(clause)
    # A use is its author's by its batch alone, and a batch proves nothing about uses that are not counted.
    if registers & {"usage", "imports"}:
        registers |= {"usage", "imports"}
    streams = sorted([*ALWAYS, *(f"{protocol}/{register}" for register in registers)])
    return {stream: "head" if stream == f"{protocol}/usage" else "whole" for stream in streams}


def is_below(address: str, asked: str) -> bool:
    """Whether a clause's address is the one that was asked, or lies below it."""
    return address == asked or address.startswith((f"{asked},", f"{asked}/"))


def _registers(clause: Clause) -> set[str]:
    """The registers that a clause is judged by, under any reading of it, and those of what an auditor wants to see."""
    forms = list(_forms(clause.variants))
    named = [*clause.proof, *(name for form in forms if isinstance(form, EventMatch) for name in form.types)]
    unnamed = [FORMS[type(form)] for form in forms if type(form) in FORMS]
    for name in named:
        if name not in types():
            raise UnknownType(name, clause.address)
    return {types()[name].register for name in named}.union(*unnamed)


def _forms(part: Any) -> Iterator[Any]:
    """Every form inside a clause's bodies."""
    if isinstance(part, tuple):
        for each in part:
            yield from _forms(each)
    elif dataclasses.is_dataclass(part):
        yield part
        for field in dataclasses.fields(part):
            yield from _forms(getattr(part, field.name))
