"""What the logs show and the ledger does not explain, with what its party said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.clock import spell
from projections.findings import Cause, Closing, Finding
from projections.obligations.answer import Cause as Entry
from projections.obligations.engine import world_of
from projections.obligations.projection import State
from projections.reconciliation.amounts import amounts, thresholds
from projections.reconciliation.log_gaps import log_gaps
from projections.reconciliation.removals import removals, shares
from projections.reconciliation.unexplained import reconciled
from projections.reconciliation.untraced import untraced
from projections.registers.reading import FactsRegister, View
from projections.registers.register import Row
from projections.said import Said, said
from projections.uses import Uses


@dataclass(frozen=True, slots=True)
class Answer:
    """The findings of one protocol at one moment: open ones first, then by day.

    `uses` is how many uses are counted; `judged` how many of these took place, or may have, and were uses of data;
    `explained` how many of those certainly are. `not_judged` says what was not looked for, and why.
    """

    protocol: str
    findings: tuple[Finding, ...]
    uses: int
    judged: int
    explained: int
    not_judged: tuple[Said, ...]


Source = Callable[[View], Iterable[Finding]]


def _uses(view: View) -> Uses:
    return view.state.uses or Uses()


def _amounts(view: View) -> Iterable[Finding]:
    return amounts(view.world, _uses(view))


def _shares(view: View) -> Iterable[Finding]:
    return shares(view.world, _uses(view))


def _removals(view: View) -> Iterable[Finding]:
    return removals(view.world, _uses(view))


def _untraced(view: View) -> Iterable[Finding]:
    return untraced(view.world, _uses(view))


def _log_gaps(view: View) -> Iterable[Finding]:
    return log_gaps(view.world, _uses(view))


SOURCES: tuple[Source, ...] = (_amounts, _shares, _removals, _untraced, _log_gaps)
"""Where findings come from, beside the uses that no grant explains."""


class FindingsRegister(FactsRegister):
    """Projection `findings`: one row a finding."""

    name = "findings"
    version = 2
    counts_uses = True
    columns: tuple[str, ...] = (
        "protocol", "id", "status", "cause", "party", "day", "application", "dataset", "subject", "uses",
        "certain_uses", "entry", "detail",
    )  # fmt: skip

    def rows_of(self, view: View) -> Iterable[Row]:
        return [row(each) for each in answer_of(view).findings]


def answers(state: State, as_of: datetime) -> list[Answer]:
    """Of every protocol, in order of their names."""
    found = []
    for name in sorted(state.facts):
        world = world_of(state, name, as_of)
        if world is not None:
            found.append(answer_of(View(state, name, world, as_of)))
    return found


def answer_of(view: View) -> Answer:
    compared = reconciled(view.world, _uses(view))
    several = [*compared.findings(view.protocol), *(each for source in SOURCES for each in source(view))]
    closings = _closings(view)
    merged: dict[str, Finding] = {}
    for each in several:
        known = merged.get(each.id)
        merged[each.id] = _together(known, each) if known else each
    found = [replace(each, closing=_closing(closings, each)) for each in merged.values()]
    total = sum(days.total() for key, days in _uses(view).of(view.protocol))
    in_order = tuple(sorted(found, key=_order))
    return Answer(view.protocol, in_order, total, compared.judged, compared.explained, _not_judged(view))


def _order(each: Finding) -> tuple[object, ...]:
    return (each.status == "closed", each.day, list(Cause).index(each.cause), each.party, each.application,
            each.dataset, each.actor)  # fmt: skip


def _together(one: Finding, other: Finding) -> Finding:
    """Two parts of one finding."""
    parts = {one.entry, other.entry} if one.latest and other.latest else set()  # files, and each tells its own
    return replace(
        one, uses=one.uses + other.uses, certain_uses=one.certain_uses + other.certain_uses,
        first=min(one.first, other.first), last=max(one.last, other.last), entry=min(one.entry, other.entry),
        latest=max(one.latest, other.latest), related=tuple(sorted({*one.related, *other.related, *parts})),
        gaps=tuple(dict.fromkeys([*one.gaps, *other.gaps])), says=tuple(dict.fromkeys([*one.says, *other.says])),
    )  # fmt: skip


def _closings(view: View) -> dict[tuple[str, str], Closing]:
    """The last word of each party on each finding."""
    found: dict[tuple[str, str], Closing] = {}
    for fact in view.facts.of("finding-closed"):
        for party in fact.parties:
            found[party, fact.fields["finding"]] = Closing(
                by=Entry(fact.position, fact.id), party=party, at=spell(fact.recorded_at),
                reason=fact.fields["reason"], uses=fact.fields["uses"],
            )  # fmt: skip
    return found


def _closing(closings: dict[tuple[str, str], Closing], finding: Finding) -> Closing | None:
    """Only the party whose log it is closes a finding."""
    return closings.get((finding.party, finding.id))


def _not_judged(view: View) -> tuple[Said, ...]:
    without = sorted(party for party, stated in thresholds(view.world).items() if not any(stated[1:]))
    if not without:
        return ()
    return (said("no-thresholds", parties=", ".join(without)),)


def row(each: Finding) -> Row:
    return {
        "protocol": each.protocol, "id": each.id, "status": each.status, "cause": str(each.cause),
        "party": each.party, "day": each.day, "application": each.application, "dataset": each.dataset,
        "subject": each.actor or "not attributable", "uses": each.uses, "certain_uses": each.certain_uses,
        "entry": each.entry, "detail": list(each.says),
    }  # fmt: skip
