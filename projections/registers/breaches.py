"""Every incident: when its party knew, whom it told and how fast, and who still has to do something."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.clock import Moment
from projections.obligations.facts import Fact
from projections.registers.reading import FactsRegister, View, elapsed, in_order, late_days, text, texts
from projections.registers.register import Row


class BreachesRegister(FactsRegister):
    """Projection `breaches`: one row an incident and party that detected it. Elapsed times count from `aware_at`."""

    name = "breaches"
    version = 1
    columns: tuple[str, ...] = (
        "protocol", "incident", "party", "leak", "aware_at", "risk", "told", "authority", "consultation", "measures",
        "waiting_on", "entry", "late_days",
    )  # fmt: skip

    def rows_of(self, view: View) -> Iterable[Row]:
        detected = in_order(view.facts.of("incident-detected"))
        return [_row(view, fact, party) for fact in detected for party in fact.parties]


def _row(view: View, fact: Fact, party: str) -> Row:
    incident = text(fact, "incident")
    aware = view.facts.moment(fact, "aware_at")
    since = aware or fact.happened
    return {
        "protocol": view.protocol, "incident": incident, "party": party, "leak": "yes" if fact.fields["leak"] else "no",
        "aware_at": aware.text if aware else "not stated", "risk": _risk(view, incident, party),
        "told": _told(view, incident, party, since),
        "authority": [f"{text(each, 'authority')} after {elapsed(since, each.happened)}"
                      for each in _of(view, "authority-notified", incident) if party in each.parties],
        "consultation": [elapsed(since, each.happened) for each in _of(view, "joint-consultation-held", incident)],
        "measures": [f"{', '.join(each.parties)}: {text(each, 'measure')}"
                     for each in _of(view, "breach-remediation-taken", incident)],
        "waiting_on": view.waiting_on(incident), "entry": fact.position, "late_days": late_days(fact),
    }  # fmt: skip


def _of(view: View, kind: str, incident: str) -> list[Fact]:
    return in_order(fact for fact in view.facts.having(kind, "incident", [incident]) if fact.stands)


def _risk(view: View, incident: str, party: str) -> str:
    """The last assessment of that party."""
    found = [text(each, "risk") for each in _of(view, "breach-assessed", incident) if party in each.parties]
    return found[-1] if found else "not assessed"


def _told(view: View, incident: str, party: str, since: Moment) -> list[str]:
    """Each addressee, how it was told, and after how long it had it."""
    found = []
    for kind in ("breach-notified", "incident-notified"):
        for each in _of(view, kind, incident):
            for to in texts(each, "to") if party in each.parties else ():
                received = view.facts.moment(each, "received_at", [to])
                when = f"after {elapsed(since, received)}" if received else "receipt not stated"
                channel = text(each, "channel")
                found.append(f"{to} {when}" + (f", by {channel}" if channel else ""))
    return found
