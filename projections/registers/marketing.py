"""Every direct-marketing campaign: announced to whom before it began, reviewed, sent, and what it broke."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.clock import Moment
from projections.obligations.facts import Fact, parsed
from projections.registers.reading import FactsRegister, View, before, in_order, late_days, text, texts
from projections.registers.register import Row

TYPES = ("direct-marketing-announced", "direct-marketing-reviewed", "direct-marketing-sent")


class MarketingRegister(FactsRegister):
    """Projection `marketing`: one row a campaign and party. `told_first` answers for each origin but the sender."""

    name = "marketing"
    version = 1
    columns: tuple[str, ...] = (
        "protocol", "party", "campaign", "announced_to", "reviewed", "began", "origins", "told_first", "recipients",
        "violations", "entry", "late_days",
    )  # fmt: skip

    def rows_of(self, view: View) -> Iterable[Row]:
        campaigns: dict[tuple[str, str], list[Fact]] = {}
        for fact in in_order(view.facts.of(*TYPES)):
            for party in fact.parties:
                campaigns.setdefault((party, text(fact, "campaign")), []).append(fact)
        return [_row(view, party, campaign, facts) for (party, campaign), facts in campaigns.items()]


def _row(view: View, party: str, campaign: str, facts: list[Fact]) -> Row:
    announced, reviewed, sent = ([fact for fact in facts if fact.type == kind] for kind in TYPES)
    began = min((_began(each) for each in sent), key=lambda each: each.earliest, default=None)
    origins = dict.fromkeys(origin for each in sent for origin in texts(each, "origins"))
    told = {to: view.facts.moment(each, "received_at", [to]) for each in announced for to in texts(each, "to")}
    row = (sent or facts)[0]
    return {
        "protocol": view.protocol, "party": party, "campaign": campaign, "announced_to": list(told),
        "reviewed": _reviewed(reviewed), "began": began.text if began else "", "origins": list(origins),
        "told_first": [f"{origin}: {before(told[origin], began) if origin in told else 'no'}"
                       for origin in origins if origin != party],
        "recipients": sum(int(each.fields.get("recipients", 0)) for each in sent) or "",
        "violations": view.violations(*sent), "entry": row.position, "late_days": late_days(row),
    }  # fmt: skip


def _began(sent: Fact) -> Moment:
    return parsed(text(sent, "started_at")) if "started_at" in sent.fields else sent.happened


def _reviewed(found: list[Fact]) -> str:
    """What the last review said."""
    if not found:
        return "no"
    last = found[-1].fields
    within = "within the task" if last["within_task"] else "outside the task"
    return f"{within}, promotes private interests" if last["promotes_private"] else within
