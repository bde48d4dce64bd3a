"""What is wrong with a protocol file that could be read: types, selectors, powers, and what nothing uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ledger.events.catalogue import EventType, types
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
from ledger.protocol.faults import Fault, FaultList, ProtocolRejected
from ledger.protocol.load import read
from ledger.protocol.marks import Mark
from ledger.protocol.model import Clause, OpenClass, Outsider, Party, ProtocolVersion
from ledger.protocol.reading import Context
from ledger.protocol.scope import Scope
from ledger.protocol.terms import Calendar
from ledger.protocol.usage import check_life, check_used

Catalogue = Mapping[str, EventType]
_OF_THE_REST = "protocol.list"
"""The code of a fault that may only be there because the part which would mend it could not be read."""
_NOBODY = frozenset({PartyWord.PUBLIC, PartyWord.DATA_SUBJECTS, PartyWord.COUNTERPARTY, PartyWord.BEARER})


def checked(data: bytes, name: str) -> ProtocolVersion:
    """The version in a file that may be used: read, and checked against the event catalogue.

    `name` is shown in errors. Raises ProtocolRejected with every fault. In a file that could not be read whole, each
    clause that could be is checked by itself; what hangs on the rest of the file is not.
    """
    version, context = read(data)
    faults = context.faults.found if version is None else check(version, types())
    if version is None:
        faults += [each for each in _check_parts(context) if each.code != _OF_THE_REST]
    if version is None or faults:
        raise ProtocolRejected(name, faults)
    return version


def check_follows(version: ProtocolVersion, before: Sequence[ProtocolVersion], name: str) -> None:
    """Whether it can follow the versions of its protocol that are registered, of which there may be none.

    Raises ProtocolRejected where it amends none of these, or takes over a clause that the amended one does not have.
    """
    if version.amends is None or not before:
        return
    faults = FaultList()
    named = version.amends.rpartition("/")[2]
    amended = next((each for each in before if each.version == named), None)
    if amended is None:
        known = ", ".join(each.version for each in before)
        message = f"it amends version {named}, which is not registered; known here: {known}"
        faults.note(version.amends_mark, "version", message)
    for clause in version.clauses if amended is not None else ():
        if clause.takes_over and amended is not None and amended.clause(clause.takes_over) is None:
            message = f"nothing is taken over: version {named} has no clause {clause.takes_over}"
            faults.note(clause.mark, "address", message)
    if faults.found:
        raise ProtocolRejected(name, faults.found)


def _check_parts(context: Context) -> list[Fault]:
    """The faults of bodies, as far as one can be checked without the others."""
    clauses = [part for part in context.kept if isinstance(part, Clause)]
    outsiders = frozenset(part.id for part in context.kept if isinstance(part, Outsider))
    scope = Scope(types(), lists_of(clauses), outsiders, context.class_ids, FaultList())
    for clause in clauses:
        check_types(clause.proof, clause.mark, scope)
        for variant in clause.variants:
            _check_body(variant.body, scope)
    return scope.faults.found


def check(version: ProtocolVersion, catalogue: Catalogue) -> list[Fault]:
    """Every further fault of a version, in the order of the file; nothing where it may be used."""
    faults = FaultList()
    outsiders, classes = (frozenset(each.id for each in group) for group in (version.outsiders, version.classes))
    scope = Scope(catalogue, lists_of(version.clauses), outsiders, classes, faults)
    _check_unique(version, faults)
    _check_head(version, outsiders, faults)
    for clause in version.clauses:
        check_types(clause.proof, clause.mark, scope)
        if clause.takes_over and version.amends is None:
            faults.note(
                clause.mark, "address", f"nothing is taken over from {clause.takes_over}: no version is amended"
            )
        for variant in clause.variants:
            _check_body(variant.body, scope)
            if isinstance(variant.body, d.Statement):
                _check_addresses(variant.body, version, faults)
    kept = version.log_retention
    if kept and kept.by and version.clause(kept.by) is None:
        faults.note(kept.mark, "address", f"no clause is called {kept.by}")
    for gap in version.gaps:
        check_trigger(gap.when, scope)
        rooted = scope.rooted(Root.TRIGGER, scope.subject(gap.when))
        check_units(gap.for_each, rooted)
        if version.clause(gap.address) is None:
            faults.note(gap.mark, "address", f"no clause is called {gap.address}")
    check_used(version, faults)
    check_life(version, faults)
    return sorted(set(faults.found))


def _check_head(version: ProtocolVersion, outsiders: frozenset[str], faults: FaultList) -> None:
    """Who supervises a party is not bound itself, and a version takes the place of another one."""
    supervised: list[Party | OpenClass] = [*version.parties, *version.classes]
    for each in supervised:
        if each.authority is not None and each.authority not in outsiders:
            faults.note(each.mark, "party", f"{each.authority} is a party: an authority is one of the outsiders")
    if version.amends is not None and version.amends.rpartition("/")[2] == version.version:
        message = f"version {version.version} cannot amend itself; amends names the version before"
        faults.note(version.amends_mark, "version", message)


def _check_addresses(body: d.Statement, version: ProtocolVersion, faults: FaultList) -> None:
    for address in body.see:
        if version.clause(address) is None:
            faults.note(body.mark, "address", f"no clause is called {address}")


def lists_of(clauses: Iterable[Clause]) -> dict[str, tuple[d.NamedList, ...]]:
    """The lists of a file by name; more than one where a list differs by reading."""
    found: dict[str, list[d.NamedList]] = {}
    for clause in clauses:
        for variant in clause.variants:
            if isinstance(variant.body, d.NamedList):
                found.setdefault(variant.body.name, []).append(variant.body)
    return {name: tuple(each) for name, each in found.items()}


def _check_unique(version: ProtocolVersion, faults: FaultList) -> None:
    _check_once("address", [(clause.address, clause.mark) for clause in version.clauses], faults)
    bodies: list[Party | Outsider | OpenClass] = [*version.parties, *version.outsiders, *version.classes]
    _check_once("party", [(each.id, each.mark) for each in bodies], faults)
    _check_once("interpretation", [(each.id, each.mark) for each in version.interpretations], faults)
    for each in version.interpretations:
        if len(set(each.options)) < len(each.options):
            faults.note(each.mark, "choice", f"an option of {each.id} stands twice")


def _check_once(what: str, named: Iterable[tuple[str, Mark]], faults: FaultList) -> None:
    seen: Counter[str] = Counter()
    for name, mark in named:
        seen[name] += 1
        if seen[name] == 2:
            faults.note(mark, "twice", f"the {what} {name} is used twice")


# --- bodies ------------------------------------------------------------------------------------------------------


def _check_body(body: p.Pattern | d.Definition, scope: Scope) -> None:
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
