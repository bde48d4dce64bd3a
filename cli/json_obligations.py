"""An answer of the obligations engine as one JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ledger.clock import spell
from projections.obligations.answer import Answer, Cause, Obligation


def obligations_json(found: Answer, kept: Sequence[Obligation], known_at: datetime | None) -> dict[str, Any]:
    """The document of the command contract; new fields may appear."""
    return {
        "as_of": spell(found.as_of),
        "known_at": _moment(known_at),
        "items": [item(each) for each in kept],
        "violations": [
            {
                "id": each.id,
                "protocol": each.protocol,
                "clause": each.clause,
                "bearer": each.bearer,
                "at": spell(each.at),
                "act": _cause(each.act),
                "why": each.why,
                "certain": each.certain,
                "missing": list(each.missing),
            }
            for each in found.violations
        ],
        "void_acts": [
            {
                "protocol": each.protocol,
                "type": each.type,
                "party": each.party,
                "act": _cause(each.act),
                "why": each.why,
            }
            for each in found.void_acts
        ],
        "powers": [
            {
                "protocol": each.protocol,
                "clause": each.clause,
                "case": each.case,
                "holder": each.holder,
                "state": each.state,
                "exercisable_from": _moment(each.exercisable_from),
            }
            for each in found.powers
        ],
        "findings": [
            {"clause": each.clause, "about": _cause(each.about), "says": each.says} for each in found.findings
        ],
        "gaps": [
            {
                "protocol": each.protocol,
                "gap": each.gap,
                "unit": _unit(each.unit),
                "says": {"nl": each.nl, "en": each.en},
            }
            for each in found.gaps
        ],
        "not_executed": [each._asdict() for each in found.not_executed],
    }


def item(each: Obligation) -> dict[str, Any]:
    due = {"strict": spell(each.due.strict), "lenient": spell(each.due.lenient)} if each.due else None
    return {
        "id": each.id,
        "protocol": each.protocol,
        "version": each.version,
        "clause": each.clause,
        "pattern": each.pattern,
        "layer": each.layer,
        "bearer": each.bearer,
        "counterparty": list(each.counterparty),
        "unit": _unit(each.unit),
        "case": each.case,
        "opened_at": spell(each.opened_at),
        "opened_by": _cause(each.opened_by),
        "known_since": spell(each.known_since),
        "term": each.term,
        "due": due,
        "policy_due": _moment(each.policy_due),
        "status": str(each.status),
        "overdue_by": each.overdue_by,
        "reading": dict(each.reading),
        "closed_at": _moment(each.closed_at),
        "closed_by": _cause(each.closed_by),
        "waived_by": _cause(each.waived_by),
        "missing": list(each.missing),
        "clock": each.clock,
        "notes": list(each.notes),
    }


def _unit(unit: Any) -> dict[str, Any] | None:
    return {"kind": unit.kind, "label": unit.label, **unit.fields} if unit else None


def _cause(cause: Cause | None) -> dict[str, Any] | None:
    return cause._asdict() if cause else None


def _moment(moment: datetime | None) -> str | None:
    return spell(moment) if moment else None
