"""Every error that was found in exchanged data: who was told, what was done, how fast, and who is waited for."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.clock import Moment
from projections.obligations.facts import Fact, parsed
from projections.registers.reading import FactsRegister, View, elapsed, in_order, late_days, text, texts
from projections.registers.register import Row

STEPS = {
    "data-error-reported": "reported",
    "correction-investigated": "investigated",
    "correction-instructed": "instructed",
    "correction-applied": "applied",
    "correction-outcome-notified": "outcome told",
}


class CorrectionsRegister(FactsRegister):
    """Projection `corrections`: one row a matter. `steps` counts from the finding.

    `direction` tells who found it: the source of the data, or a recipient. `not_told` are the addressees of a step that
    is still owed to them.
    """

    name = "corrections"
    version = 1
    columns: tuple[str, ...] = (
        "protocol", "error", "direction", "found_by", "origin", "dataset", "kind", "found_at", "steps",
        "addressees_complete", "not_told", "state", "waiting_on", "entry", "late_days",
    )  # fmt: skip

    def rows_of(self, view: View) -> Iterable[Row]:
        matters: dict[str, list[Fact]] = {}
        for fact in in_order(view.facts.of("data-error-found", *STEPS)):
            matters.setdefault(text(fact, "error"), []).append(fact)
        return [_row(view, error, facts) for error, facts in matters.items()]


def _row(view: View, error: str, facts: list[Fact]) -> Row:
    found = next((fact for fact in facts if fact.type == "data-error-found"), facts[0])
    finder = texts(found, "found_by") or list(found.parties)
    origin, since = text(found, "origin"), _found_at(found)
    waiting, not_told = view.waiting_on(error), _not_told(view, error)
    return {
        "protocol": view.protocol, "error": error, "direction": _direction(finder, origin),
        "found_by": finder, "origin": origin, "dataset": text(found, "dataset"), "kind": text(found, "kind"),
        "found_at": since.text, "steps": [_step(fact, since) for fact in facts if fact.type in STEPS],
        "addressees_complete": "no" if not_told else "yes" if view.duties(error) else "nothing asked",
        "not_told": not_told, "state": "open" if waiting else "closed", "waiting_on": waiting,
        "entry": found.position, "late_days": late_days(found),
    }  # fmt: skip


def _found_at(fact: Fact) -> Moment:
    return parsed(text(fact, "found_at")) if "found_at" in fact.fields else fact.happened


def _direction(finder: list[str], origin: str) -> str:
    if not origin:
        return "not stated"
    return "from the source" if origin in finder else "to the source"


def _step(fact: Fact, since: Moment) -> str:
    """`VLAIO reported to TBT, FIO after 2 days`."""
    to = texts(fact, "to")
    words = f"{', '.join(fact.parties)} {STEPS[fact.type]}" + (f" to {', '.join(to)}" if to else "")
    outcome = text(fact, "outcome")
    return f"{words}{f' ({outcome})' if outcome else ''} after {elapsed(since, fact.happened)}"


def _not_told(view: View, error: str) -> list[str]:
    """To whom a report or an instruction is still owed."""
    clauses = {clause.address for each in view.world.life.versions for clause in each.version.clauses
               if _tells(clause.variants)}  # fmt: skip
    owed = [each for each in view.duties(error) if each.is_open and each.clause in clauses]
    return list(dict.fromkeys(party for each in owed for party in each.counterparty))


def _tells(variants: Iterable[object]) -> bool:
    """Whether the clause asks for a report, an instruction or the outcome."""
    musts = (getattr(getattr(variant, "body", None), "must", None) for variant in variants)
    told = {"data-error-reported", "correction-instructed", "correction-outcome-notified"}
    return any(told & set(getattr(must, "types", ())) for must in musts)
