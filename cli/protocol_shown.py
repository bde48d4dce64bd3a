"""Clauses beside their words, and the difference of two versions, for a person and for a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cli.output import answer, answer_filled
from ledger.protocol.definitions import DEFINITIONS
from ledger.protocol.diff import Change
from ledger.protocol.model import Clause, ProtocolVersion
from ledger.protocol.patterns import PATTERNS
from ledger.protocol.words import Told


def kind(clause: Clause) -> str:
    """The pattern, or what it defines, in the words of the file."""
    if not clause.variants:
        return "not executed yet"
    body = type(clause.variants[0].body)
    named = {**PATTERNS, **{f"defines {name}": each for name, each in DEFINITIONS.items()}}
    return next(name for name, each in named.items() if each is body)


def show_clause(version: ProtocolVersion, clause: Clause) -> None:
    """Its address and what it is; the words as signed; what they mean by the readings that hold by default."""
    layer = "" if clause.layer == "text" else "  (from outside the text)"
    answer(f"{clause.address}  [{kind(clause)}]{layer}")
    answer(f"  {clause.title.en}")
    if clause.text:
        answer_filled(f"“{' '.join(clause.text.split())}”", "    ", "    ")
    readings = version.readings()
    body = clause.body(readings)
    if body is not None:
        answer_filled(Told().body(body), "  = ", "    ")
    for each in clause.chooses:
        answer_filled(f"depends on {each}, read as {readings[each]}", "    ", "    ")
    answer("")


def clause_json(clause: Clause) -> dict[str, Any]:
    return {
        "clause": clause.address, "text": clause.text, "title": {"nl": clause.title.nl, "en": clause.title.en},
        "kind": kind(clause), "layer": str(clause.layer), "executed": clause.executed, "proof": list(clause.proof),
        "meanings": [
            {"readings": dict(each.readings), "says": Told().body(each.body)} for each in clause.variants
        ],
    }  # fmt: skip


def show_changes(changes: Sequence[Change]) -> None:
    if not changes:
        answer("they say the same")
    for change in changes:
        answer(f"{change.kind}: {change.part}")
        for detail in change.details:
            if detail.before and detail.after:
                answer_filled(detail.before, f"  {detail.what}  - ", "      ")
                answer_filled(detail.after, f"  {detail.what}  + ", "      ")
            else:
                sign = "+" if detail.after else "-"
                answer_filled(detail.after or detail.before, f"  {detail.what}  {sign} ", "      ")


def changes_json(changes: Sequence[Change]) -> list[dict[str, Any]]:
    return [
        {"kind": each.kind, "part": each.part, "details": [detail._asdict() for detail in each.details]}
        for each in changes
    ]  # fmt: skip
