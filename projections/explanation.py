"""Why one obligation or violation is what it is: its clause, its trigger, what would discharge it, what closed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ledger.errors import InputRejected, NotFound
from ledger.events.catalogue import types
from ledger.protocol import expressions as e
from ledger.protocol.model import Clause, Interpretation, ProtocolVersion
from ledger.protocol.patterns import Limit, Pattern, Precedence, Prohibition, Recurrence, Response, Standing
from ledger.protocol.words import Told
from projections.obligations.answer import Answer, Cause, Obligation, Violation
from projections.obligations.engine import world_of
from projections.obligations.facts import Fact
from projections.obligations.projection import State
from projections.obligations.world import World

Subject = Obligation | Violation
SHORTEST = 4
"""Digits of an id that are enough to name it, if no other begins so."""


class Ambiguous(InputRejected):
    """The beginning of an id that several have."""

    code = "obligation.ambiguous"


class Reading(NamedTuple):
    """A question that the clause depends on, the option that held, and the entry that chose it (None: the default)."""

    interpretation: Interpretation
    option: str
    chosen_by: Cause | None


class Discharge(NamedTuple):
    """An event that would discharge the obligation, or be a part of it: its type, and the fields that are known."""

    type: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`says` is the clause in general, `must` and `unless` what they mean in this case."""

    subject: Subject
    clause: Clause
    version: ProtocolVersion
    says: str
    must: str
    unless: str
    discharges: tuple[Discharge, ...]
    readings: tuple[Reading, ...]
    opened_by: Fact | None
    closed_by: Fact | None
    waived_by: Fact | None


def named(answer: Answer, prefix: str) -> Subject:
    """The obligation, else the violation, whose id begins so. Raises NotFound, Ambiguous."""
    every: list[Subject] = [*answer.obligations, *answer.violations]
    found = {each.id: each for each in every if each.id.startswith(prefix)} if len(prefix) >= SHORTEST else {}
    if not found:
        raise NotFound(
            f"no obligation or violation has the id {prefix}",
            hint="`ledger obligations --json` has every id; four digits of one are enough",
            code="obligation.unknown",
        )
    if len(found) > 1:
        raise Ambiguous(f"{len(found)} ids begin with {prefix}", hint=f"one of: {', '.join(sorted(found))}")
    return next(iter(found.values()))


def explained(state: State, answer: Answer, subject: Subject) -> Explanation:
    """Everything there is to say about it, at the answer's moment."""
    world = world_of(state, subject.protocol, answer.as_of)
    if world is None:
        raise NotFound(f"no version of {subject.protocol} is registered", code="protocol.unknown")
    version = next(each.version for each in world.life.versions if each.version.version == subject.version)
    clause = version.clause(subject.clause)
    if clause is None:
        raise NotFound(f"{subject.protocol} {subject.version} has no clause {subject.clause}", code="protocol.unknown")
    body = clause.pattern(version.readings(subject.reading))
    opened = subject.opened_by if isinstance(subject, Obligation) else subject.act
    trigger = _fact(world, opened)
    told = Told(_known(world, subject, trigger))
    must, unless = _asked(body)
    discharges = _discharges(must, subject, told) if isinstance(subject, Obligation) and must else ()
    closed = (subject.closed_by, subject.waived_by) if isinstance(subject, Obligation) else (None, None)
    return Explanation(
        subject=subject,
        clause=clause,
        version=version,
        says=Told().body(body) if body is not None else "",
        must=_in_words(told, must, subject),
        unless=told.condition(unless) if unless is not None else "",
        discharges=tuple(discharges),
        readings=tuple(_readings(world, version, subject)),
        opened_by=trigger,
        closed_by=_fact(world, closed[0]),
        waived_by=_fact(world, closed[1]),
    )


def _in_words(told: Told, must: e.Condition | None, subject: Subject) -> str:
    if must is None:
        return ""
    return told.must(must) if isinstance(subject, Obligation) else told.condition(must)


def _fact(world: World, cause: Cause | None) -> Fact | None:
    return world.facts.by_id.get(cause.id) if cause is not None else None


def _known(world: World, subject: Subject, trigger: Fact | None) -> dict[str, str]:
    """What the selectors of the clause stand for in this case."""
    found = {"bearer": subject.bearer, "counterparty": ", ".join(subject.counterparty)}
    if isinstance(subject, Obligation):
        found["case"] = subject.case
    if subject.unit is not None:
        found["unit"] = subject.unit.label
        found |= {f"unit.{name}": value for name, value in subject.unit.fields.items()}
        unit = world.facts.by_id.get(subject.unit.fields["id"]) if subject.unit.kind == "fact" else None
        found |= _selected("unit", unit)
    return found | _selected("trigger" if isinstance(subject, Obligation) else "act", trigger)


def _selected(root: str, fact: Fact | None) -> dict[str, str]:
    """Each field of an event, under the selector that names it."""
    if fact is None:
        return {}
    return {f"{root}.{name}": ", ".join(map(str, fact.values(name))) for name in ("party", *fact.fields)}


def _asked(body: Pattern | None) -> tuple[e.Condition | None, e.Condition | None]:
    """What must hold, and what waives or excuses it."""
    match body:
        case Response() | Recurrence():
            return body.must, body.unless
        case Standing():
            return body.has, body.unless
        case Precedence():
            return body.needs, None
        case Prohibition():
            return None, body.unless
        case Limit():
            return None, None
    return None, None


def _readings(world: World, version: ProtocolVersion, subject: Subject) -> Iterator[Reading]:
    for each in version.interpretations:
        if each.id in subject.reading:
            option = subject.reading[each.id]
            chosen = [choice.by for choice in world.life.choices
                      if (choice.interpretation, choice.option) == (each.id, option)]  # fmt: skip
            yield Reading(each, option, chosen[-1] if chosen else None)


# --- what would discharge it -------------------------------------------------------------------------------------


def _discharges(must: e.Condition, subject: Obligation, told: Told) -> Iterator[Discharge]:
    """The events that the condition asks for, with every field that this case decides."""
    if subject.unit is not None and subject.unit.kind == "undeclared":
        origin = subject.unit.fields.get("origin")
        yield Discharge("holdings-declared", {"origins": [origin]} if origin else {})
        return
    if isinstance(must, e.EventMatch):
        for name in must.types:
            yield Discharge(name, _fields(name, must.where, told))
    elif isinstance(must, e.AnyOf | e.AllOf):
        for each in must.conditions:
            yield from _discharges(each, subject, told)
    elif isinstance(must, e.Each):
        yield from _discharges(must.has, subject, told)
    elif isinstance(must, e.CopyIs) and subject.unit is not None and subject.unit.kind == "holding":
        yield from _deletions(must.state, subject.unit.fields)


def _deletions(state: e.CopyState, unit: Mapping[str, str]) -> Iterator[Discharge]:
    named = {"origin": unit.get("origin"), "exchange": unit.get("exchange")}
    fields = {name: value for name, value in named.items() if value}
    copies = {"datasets": [unit.get("dataset", "all")], "copy": [unit.get("copy", "all")]}
    if state is e.CopyState.DELETED:
        yield Discharge("deletion-performed", {**fields, **copies})
    yield Discharge("destruction-performed", {**fields, **copies})


def _fields(type_name: str, where: e.Where, told: Told) -> dict[str, Any]:
    """The fields that have one value in this case; `party` is left to who signs."""
    about, found = types()[type_name], {}
    for test in where:
        value = _one(test.value, told)
        if value is not None and test.field in about.fields and test.field != "party":
            several = about.fields[test.field].kind == "list"
            found[test.field] = str(value).split(", ") if several else value
    return found


def _one(value: e.Value, told: Told) -> str | int | bool | None:
    """The value that a field must have; None where it may be several, or is not known."""
    if isinstance(value, e.Constant):
        return value.value
    if isinstance(value, e.Case):
        return told.known.get("case")
    if isinstance(value, e.Named):
        return value.party
    if isinstance(value, e.Those):
        return told.known.get(value.word.value)
    return told.known.get(str(value)) if isinstance(value, e.Selector) else None
