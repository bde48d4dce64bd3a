"""Findings for a program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ledger.clock import spell
from projections.findings import Finding
from projections.registers.findings import Answer


def finding_json(each: Finding) -> dict[str, Any]:
    closing = each.closing
    return {
        "id": each.id, "protocol": each.protocol, "status": each.status, "cause": str(each.cause),
        "party": each.party, "day": each.day or None, "application": each.application or None,
        "dataset": each.dataset or None, "actor": each.actor or None, "uses": each.uses,
        "certain_uses": each.certain_uses, "first": each.first or None, "last": each.last or None,
        "entry": each.entry or None, "related": list(each.related), "says": list(each.says),
        "gaps": [str(gap) for gap in each.gaps], "says_nl": [says.nl for says in each.says],
        "closing": None if closing is None else {
            "position": closing.by.position, "id": closing.by.id, "party": closing.party, "at": closing.at,
            "reason": closing.reason, "uses": closing.uses,
        },
    }  # fmt: skip


def list_json(
    answers: Sequence[Answer], kept: Sequence[Finding], as_of: datetime, known_at: datetime | None
) -> dict[str, Any]:
    return {
        "as_of": spell(as_of), "known_at": spell(known_at) if known_at else None,
        "items": [finding_json(each) for each in kept],
        "protocols": [
            {"protocol": each.protocol, "uses": each.uses, "judged": each.judged, "explained": each.explained,
             "not_judged": list(each.not_judged)}
            for each in answers
        ],
    }  # fmt: skip
