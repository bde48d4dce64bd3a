"""The term of a response in one case: agreed, counted, or open-worded with our own policy beside it (section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ledger.clock import Moment, spell
from ledger.protocol.expressions import Root, Selector
from ledger.protocol.model import Clause
from ledger.protocol.terms import OpenTerm, Term
from projections.obligations import deadlines
from projections.obligations.answer import Due
from projections.obligations.facts import Fact, parsed
from projections.obligations.openings import Opening
from projections.obligations.parties import selected
from projections.obligations.world import Scope, World

AGREED = "reasonable-term-agreed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A term in one case: its ends, our own policy beside it, and the arithmetic in words."""

    start: Moment
    due: Due | None = None
    policy: datetime | None = None
    words: str = ""
    missing: tuple[str, ...] = ()


def clock(world: World, clause: Clause, opening: Opening, lapsed: Moment | None) -> Clock:
    term, scope = opening.body.term, opening.scope
    calendar = scope.version.calendar
    if not opening.proven and term.start is None and lapsed is None:
        return Clock(start=opening.moment, words=f"{term_text(term)}, not begun: its start is not proven")
    start = lapsed or (opening.moment if isinstance(term.length, OpenTerm) else opening.clock)
    if term.start is not None and lapsed is None:
        named = _named_start(world, term.start, scope)
        if named is None:
            return Clock(start=start, missing=(f"{term.start} is not given",))
        start = named
    if not isinstance(term.length, OpenTerm):
        due = deadlines.due(start, term.length, calendar, term.edge)
        return Clock(start=start, due=due, words=f"{term_text(term)}, counted from {start.text}: {_ends(due)}")
    agreed = _agreed_term(world, clause, scope) if term.length is OpenTerm.REASONABLE else None
    if agreed is not None:
        ends = parsed(agreed.fields["due_at"])
        due = Due(ends.latest, ends.latest)
        return Clock(start=start, due=due, words=f"agreed (entry {agreed.position}): {_ends(due)}")
    policy = scope.version.house_policy.get(term.length)
    if policy is None:
        return Clock(start=start, words=f"{term_text(term)}, running since {start.text}")
    strict = deadlines.due(start, policy, calendar).strict
    words = f"{term_text(term)}, running since {start.text}; house policy {policy}: {spell(strict)}"
    return Clock(start=start, policy=strict, words=words)


def _named_start(world: World, start: Selector, scope: Scope) -> Moment | None:
    """The moment that a term says it runs from; of the trigger, as it reached the bearer."""
    if start.root is Root.TRIGGER and scope.trigger is not None:
        return world.facts.moment(scope.trigger, start.field, (scope.bearer or "",))
    values = selected(world, start, scope).values
    return parsed(values[0]) if values else None


def _agreed_term(world: World, clause: Clause, scope: Scope) -> Fact | None:
    """What the parties concerned agreed that a reasonable term is, in this case (section 3)."""
    concerned = {scope.bearer, *scope.counterparty}
    found = [
        fact
        for fact in world.facts.having(AGREED, "case", [scope.case])
        if fact.stands
        and not fact.disputed
        and fact.fields.get("clause", clause.address) == clause.address
        and len(concerned & set(fact.values("between"))) > 1
    ]
    return max(found, key=lambda fact: (fact.happened.earliest, fact.position), default=None)


def _ends(due: Due) -> str:
    strict, lenient = spell(due.strict), spell(due.lenient)
    return strict if strict == lenient else f"strict {strict}, lenient {lenient}"


def term_text(term: Term) -> str:
    """The term as the clause states it."""
    text = term.length.value if isinstance(term.length, OpenTerm) else str(term.length)
    text += f" from {term.start}" if term.start else ""
    return text + (f" to {term.edge.value}" if term.edge else "")
