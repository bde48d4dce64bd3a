"""What is wrong with a protocol file that could be read: types, selectors, powers, and what nothing uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ledger.events.catalogue import EventType, types
from ledger.protocol import definitions as d
from ledger.protocol.check_bodies import check_body
from ledger.protocol.check_expressions import check_trigger, check_types, check_units
from ledger.protocol.expressions import Root
from ledger.protocol.faults import Fault, FaultList, ProtocolRejected
from ledger.protocol.load import read
from ledger.protocol.marks import Mark
from ledger.protocol.model import Clause, OpenClass, Outsider, Party, ProtocolVersion
from ledger.protocol.reading import Context
from ledger.protocol.scope import Scope
from ledger.protocol.usage import check_life, check_used

Catalogue = Mapping[str, EventType]
_OF_THE_REST = "protocol.list"
"""The code of a fault that may only be there because the part which would mend it could not be read."""


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
            check_body(variant.body, scope)
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
            check_body(variant.body, scope)
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
