"""Whether the types of events, selectors and parties of one pattern or definition fit together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ledger.protocol import definitions as d
from ledger.protocol import patterns as p
from ledger.protocol.check_expressions import (
    check_condition,
    check_event,
    check_parties,
    check_trigger,
    check_types,
    check_units,
)
from ledger.protocol.expressions import (
    But,
    Condition,
    EventMatch,
    Named,
    Parties,
    PartyWord,
    Root,
    Selector,
    Those,
    Together,
)
from ledger.protocol.scope import Scope
from ledger.protocol.terms import Calendar

_NOBODY = frozenset({PartyWord.PUBLIC, PartyWord.DATA_SUBJECTS, PartyWord.COUNTERPARTY, PartyWord.BEARER})


def check_body(body: p.Pattern | d.Definition, scope: Scope) -> None:
    """Note what is wrong with the selectors, types and parties of one body; nothing where it has none."""
    checker = CHECKERS.get(type(body))
    if checker is not None:
        checker(body, scope)


def _check_response(body: p.Response, scope: Scope) -> None:
    check_trigger(body.when, scope)
    scope = scope.rooted(Root.TRIGGER, scope.subject(body.when))
    case = "id"
    if body.case is not None:
        case = scope.kind_of(body.case) or "id"
    scope = _with_case(scope, case)
    _check_bearer(body.bearer, scope)
    inner = _inner(body, scope)
    check_condition(body.must, inner)
    check_condition(body.unless, inner)
    if body.until is not None:
        check_trigger(body.until, inner)
    _check_moment(body.term.start, Root.TRIGGER, scope)
    _check_stated(body.must, body.bearer, scope)


def _with_case(scope: Scope, kind: str) -> Scope:
    return replace(scope, case=kind).knows("case")


def _inner(body: p.Response | p.Precedence | p.Standing | p.Recurrence, scope: Scope) -> Scope:
    """Where units and counterparty are known too; checks the fields that make them so."""
    scope = scope.knows("bearer")
    check_units(body.for_each, scope)
    scope = scope.with_unit(body.for_each)
    check_parties(body.towards, scope)
    return scope.knows("counterparty")


def _check_precedence(body: p.Precedence, scope: Scope) -> None:
    scope = _acted(body.act, scope)
    _check_bearer(body.bearer, scope)
    check_condition(body.needs, _inner(body, scope))


def _check_forbidden(body: p.Prohibition | p.Limit, scope: Scope) -> None:
    scope = _acted(body.act, scope)
    _check_bearer(body.bearer, scope)
    check_parties(body.towards, scope.knows("bearer"))
    if isinstance(body, p.Prohibition):
        check_condition(body.unless, scope.knows("bearer", "counterparty"))
    else:
        for selector in body.per:
            scope.kind_of(selector)


def _acted(act: EventMatch, scope: Scope) -> Scope:
    check_event(act, scope, Root.ACT)
    return scope.rooted(Root.ACT, scope.events(act))


def _check_standing(body: p.Standing, scope: Scope) -> None:
    _check_bearer(body.bearer, scope)
    inner = _inner(body, scope)
    check_condition(body.has, inner)
    check_condition(body.unless, inner)


def _check_recurrence(body: p.Recurrence, scope: Scope) -> None:
    _check_bearer(body.bearer, scope)
    inner = _inner(body, scope)
    check_event(body.must, inner)
    check_condition(body.unless, inner)
    _check_stated(body.must, body.bearer, scope)
    if isinstance(body.every, Calendar) and body.baseline is p.Baseline.PRIOR:
        scope.faults.note(body.mark, "form", "the baseline prior stands with a rolling period only")


def _check_power(body: p.Power, scope: Scope) -> None:
    if body.when is not None:
        check_trigger(body.when, scope)
        scope = scope.rooted(Root.TRIGGER, scope.subject(body.when))
    elif body.after is not None:
        scope.faults.note(body.mark, "form", "after counts from when, and there is no when")
    _check_bearer(body.holder, scope)
    scope = _acted(body.act, scope)
    for condition in (body.given, body.unless):
        check_condition(condition, scope.knows("bearer"))
    check_parties(body.effect.parties, scope.knows("bearer"))
    _check_moment(body.effect.at.start, Root.ACT, scope)


def _check_moment(selector: Selector | None, root: Root, scope: Scope) -> None:
    if selector is None:
        return
    if selector.root is not root:
        scope.faults.note(selector.mark, "selector", f"here stands a moment of the {root}, not {selector}")
        return
    kind = scope.kind_of(selector)
    if kind not in (None, "moment"):
        scope.faults.note(selector.mark, "selector", f"{selector} is a {kind}, not a moment")


def _check_bearer(bearer: Parties, scope: Scope) -> None:
    """Somebody who is bound can be it."""
    check_parties(bearer, scope)
    nobody = (
        (isinstance(bearer, Those) and bearer.word in _NOBODY)
        or (isinstance(bearer, Named) and bearer.party in scope.outsiders)
        or (isinstance(bearer, But) and bearer.of == bearer.but)
    )
    for each in bearer.members if isinstance(bearer, Together) else ():
        _check_bearer(each, scope)
    if nobody:
        scope.faults.note(bearer.mark, "bearer", "nobody who is bound by the protocol can be this bearer")


def _check_stated(must: Condition, bearer: Parties, scope: Scope) -> None:
    """The bearer may state what it must do."""
    if not isinstance(must, EventMatch):
        return
    for name in must.types:
        if name in scope.catalogue and scope.catalogue[name].cls.stated_by == "operator":
            scope.faults.note(must.mark, "must", f"only the operator states {name}: no bearer may")
    for test in must.where:
        other = isinstance(test.value, Those) and test.value.word in (PartyWord.COUNTERPARTY, PartyWord.OTHERS)
        stranger = isinstance(test.value, Named) and (
            test.value.party in scope.outsiders or (isinstance(bearer, Named) and test.value != bearer)
        )
        if test.field == "party" and (other or stranger):
            scope.faults.note(test.mark, "must", "it would be another party's act: the bearer may not state it")


def _check_end(body: d.End, scope: Scope) -> None:
    if isinstance(body.upon, EventMatch):
        check_trigger(body.upon, scope)
        scope = scope.rooted(Root.TRIGGER, scope.subject(body.upon))
    check_parties(body.parties, scope)


def _check_mandate(body: d.Mandate, scope: Scope) -> None:
    check_types(body.acts or (), body.mark, scope)
    if body.giver == body.holder:
        scope.faults.note(body.mark, "party", "a party needs no mandate from itself")


def _check_flows(body: d.Flows, scope: Scope) -> None:
    for flow in body.flows:
        check_parties(flow.source, scope)
        check_parties(flow.target, scope)


CHECKERS: dict[type, Callable[[Any, Scope], None]] = {
    p.Response: _check_response,
    p.Precedence: _check_precedence,
    p.Prohibition: _check_forbidden,
    p.Limit: _check_forbidden,
    p.Standing: _check_standing,
    p.Recurrence: _check_recurrence,
    p.Power: _check_power,
    d.End: _check_end,
    d.Mandate: _check_mandate,
    d.Flows: _check_flows,
}
