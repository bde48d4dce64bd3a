"""Prohibition and precedence over uses, which are kept as stretches of a day and not one by one (R19).

A stretch is judged as one act between its first and its last use. Where the judgment is the same all the while, it is
that of each use; where it changes meanwhile, only the two ends are uses whose moment is known. Nothing is kept between
two questions, so a grant or a revocation recorded late is judged by when it happened, like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from ledger.clock import Moment, later
from ledger.protocol.expressions import EventMatch, Root, Selector
from ledger.protocol.model import Clause, ProtocolVersion
from ledger.protocol.patterns import Limit, Precedence, Prohibition
from ledger.protocol.usage import parts
from projections.obligations.acting import Judged, violation
from projections.obligations.answer import Violation
from projections.obligations.asking import asked_at
from projections.obligations.binding import applies
from projections.obligations.conditions import timeline
from projections.obligations.facts import Fact
from projections.obligations.identity import identity
from projections.obligations.kinds import register
from projections.obligations.matching import passes, tests
from projections.obligations.parties import bearers, parties
from projections.obligations.projection import USAGE, USED
from projections.obligations.truth import AT_ONCE, FALSE, Timeline
from projections.obligations.units import reached
from projections.obligations.world import Item, Scope, World
from projections.uses import DATED, FIELDS, Days, Key, Stretch, Uses, moment_of

DAY = timedelta(days=1)
_WHOSE = ("author", "on_behalf_of")
_COUNTED = frozenset(FIELDS) | {"party"}
_KNOWN = _COUNTED | {"happened_at", "at"}

Judging = Precedence | Prohibition


class Working(NamedTuple):
    """From `start` up to `end` the clause works in one way for the bearer that `scope` knows."""

    start: datetime
    end: datetime
    scope: Scope


class Bad(NamedTuple):
    """From `start` up to `end` such a use is forbidden, or (`certain` is false) may be; `scope` knows its bearer."""

    start: datetime
    end: datetime
    certain: bool
    missing: tuple[str, ...]
    scope: Scope


@dataclass(frozen=True, slots=True)
class Group:
    """Uses that a clause cannot tell apart but by their moment; `fact` is one of them, whenever."""

    fact: Fact
    days: Sequence[tuple[Key, Days]]
    dated: bool

    @property
    def reach(self) -> tuple[datetime, datetime]:
        """From before the first of them to after the last."""
        margin = DAY if self.dated else timedelta()
        first = later(min(days.first_day for _, days in self.days), -margin)
        return first, later(max(days.last_day for _, days in self.days), DAY + margin)


def why_not(clause: Clause) -> str:
    """Why a clause about uses cannot be executed; nothing if it can, or is not about uses."""
    for body in (variant.body for variant in clause.variants):
        acts = body.act if isinstance(body, Judging | Limit) else None
        matches = [part for part in parts(body) if isinstance(part, EventMatch)]
        if any(register(name) == USAGE for each in matches if each is not acts for name in each.types):
            return "it waits for single uses, and uses are kept by day"
        if not isinstance(body, Judging | Limit) or USED not in body.act.types:
            continue
        if isinstance(body, Limit) and len(body.act.types) > 1:
            return "it counts uses together with other acts, and uses are kept by day"
        unkept = sorted(set(_asked(body)) - (_COUNTED if isinstance(body, Limit) else _KNOWN))
        if unkept:
            return f"it asks for {', '.join(unkept)} of each use, which is not kept"
    return ""


def judges_uses(clause: Clause) -> bool:
    bodies = (variant.body for variant in clause.variants)
    return any(isinstance(body, Judging | Limit) and USED in body.act.types for body in bodies)


def violations(world: World, version: ProtocolVersion, clause: Clause, uses: Uses) -> Iterator[Violation]:
    """One violation for each day on which uses were not allowed, or may not have been; `why` says how many."""
    turning = turning_points(world)
    for variant in clause.variants:
        body = variant.body
        if not isinstance(body, Judging) or USED not in body.act.types:
            continue
        rough = world.scope(version, clause, variant)
        for group in groups(world, body, uses):
            scope = replace(rough, act=group.fact, case=group.fact.id)
            may_be, missing = passes(group.fact, tests(world, body.act.where, scope))
            if may_be is not False:
                found = _bad(world, clause, body, group, scope, turning)
                for item, bad in found:
                    yield from _judged(world, clause, body, group, item, bad, missing)


def _asked(body: Judging | Limit) -> list[str]:
    """The fields of a use that a clause looks at."""
    selected = [part.field for part in parts(body) if isinstance(part, Selector) and part.root is Root.ACT]
    return [*(test.field for test in body.act.where), *selected]


def groups(world: World, body: Judging | Limit, uses: Uses) -> Iterator[Group]:
    """Uses of the protocol, by what the clause looks at."""
    kept = {*_asked(body), *_WHOSE, *(("author",) if "party" in _asked(body) else ())}
    places = [*(at for at, name in enumerate(FIELDS) if name in kept), len(FIELDS)]
    found: dict[Key, list[tuple[Key, Days]]] = {}
    for key, days in uses.of(world.protocol):
        found.setdefault(tuple([key[at] for at in places]), []).append((key, days))
    for values, several in found.items():
        fields: dict[str, Any] = {FIELDS[at]: value for at, value in zip(places[:-1], values, strict=False) if value}
        yield Group(_use(world, fields), several, values[-1] == DATED)


def _use(world: World, fields: dict[str, Any]) -> Fact:
    if "on_behalf_of" in fields:
        fields["on_behalf_of"] = fields["on_behalf_of"].split(",")
    whose = tuple(fields.get("on_behalf_of", (fields["author"],)))
    known = [f"{name} {value}" for name, value in sorted(fields.items())]
    name = identity(world.protocol, USED, "", "", known)
    return Fact(name, USED, 0, world.as_of, fields, whose, asked_at(world.as_of))


# --- when a clause works, and a use is forbidden -------------------------------------------------------------------


def turning_points(world: World) -> list[datetime]:
    """When the version, a reading, or who is bound changes: between two of them a clause works in one way."""
    life = world.life
    found = {each.start.earliest for each in life.versions if each.start is not None}
    found |= {choice.since for choice in life.choices}
    for spans in life.bound.values():
        for span in spans:
            found |= {span.start} | ({span.end, span.end + AT_ONCE} if span.end is not None else set())
    found |= {day.latest for day in life.last_day.values()}
    return sorted(found)


def workings(
    world: World, clause: Clause, body: Judging | Limit, group: Group, scope: Scope, turning: Iterable[datetime]
) -> Iterator[Working]:  # fmt: skip
    """When the clause works with this body, for each bearer, of the time in which these uses lie; in order."""
    first, until = group.reach
    until = min(until, world.as_of + AT_ONCE)
    for start, end in pairwise([first, *(each for each in turning if first < each < until), until]):
        readings = world.life.readings_at(scope.version, start)
        if start >= end or world.life.version_at(start).version is not scope.version:
            continue
        if clause.body(readings) is not body:
            continue
        here = replace(scope, readings=readings, at=start)
        for bearer in bearers(world, body.bearer, here).values:
            if applies(world, clause, bearer, Moment.at(start)):
                yield Working(start, end, replace(here, bearer=bearer))


def _bad(
    world: World, clause: Clause, body: Judging, group: Group, scope: Scope, turning: Iterable[datetime]
) -> list[tuple[Item | None, list[Bad]]]:
    """When such a use is not known to be allowed, for each bearer and unit, in order."""
    found: dict[tuple[str, str], tuple[Item | None, list[Bad]]] = {}
    for start, end, here in workings(world, clause, body, group, scope, turning):
        for item, line in _allowed(world, body, here):
            place = (here.bearer or "", "" if item is None else "\n".join(item.key))
            several = found.setdefault(place, (item, []))[1]
            for begin, finish, truth in line.stretches(start, end):
                if not truth.value:
                    several.append(Bad(begin, finish, truth.value is False, truth.missing, here))
    return [each for each in found.values() if each[1]]


def _allowed(world: World, body: Judging, scope: Scope) -> Iterator[tuple[Item | None, Timeline]]:
    """When such a use is allowed, for each unit."""
    if isinstance(body, Prohibition):
        yield None, timeline(world, body.unless, scope) if body.unless is not None else Timeline.always(FALSE)
        return
    items: Iterable[Item | None] = (None,)
    if body.for_each is not None:
        items = reached(world, body.for_each, scope, Moment.at(scope.at))
    for item in items:
        here = replace(scope, item=item)
        here = replace(here, counterparty=parties(world, body.towards, here).values)
        yield item, timeline(world, body.needs, here)


# --- which uses were ---------------------------------------------------------------------------------------------


def _judged(
    world: World, clause: Clause, body: Judging, group: Group, item: Item | None, bad: Sequence[Bad],
    missing: tuple[str, ...],
) -> Iterator[Violation]:  # fmt: skip
    """The stretches that lie in a bad time, or touch one."""
    for stretch in _stretches(group, bad):
        moment = moment_of((DATED if group.dated else "",), stretch)
        if moment.earliest > world.as_of:
            continue
        verdict = _verdict(group, stretch, moment, bad, world.as_of)
        if verdict is not None:
            scope, says, doubts = verdict
            name = identity(world.protocol, USED, group.fact.id, "", [str(stretch.first.date()), str(group.dated)])
            act = replace(group.fact, id=name, position=stretch.position, happened=moment)
            doubted = Judged(body=body, act=act, moment=moment, scope=replace(scope, act=act), missing=missing)
            found = violation(world, clause, doubted, body.towards, item, f"{_forbidden(body)}: {says}", doubts)
            if found is not None:
                yield found


def _stretches(group: Group, bad: Sequence[Bad]) -> list[Stretch]:
    """Those of the days on which there is a bad time, each day's together; in order."""
    margin = DAY if group.dated else timedelta()
    found: dict[datetime, dict[int, Stretch]] = {}
    for number, (_, days) in enumerate(group.days):
        for each in bad:
            for stretch in days.between(later(each.start, -margin), later(each.end, margin)):
                day = stretch.first.replace(hour=0, minute=0, second=0, microsecond=0)
                found.setdefault(day, {})[number] = stretch
    return [_together(list(several.values())) for _, several in sorted(found.items())]


def _together(several: Sequence[Stretch]) -> Stretch:
    return Stretch(
        min(each.first for each in several), max(each.last for each in several),
        sum(each.uses for each in several), min(each.position for each in several),
        sum(each.items for each in several),
    )  # fmt: skip


def _forbidden(body: Judging) -> str:
    if isinstance(body, Prohibition):
        return f"{USED} is forbidden"
    return f"{USED} without what the clause needs before it"


def _verdict(
    group: Group, stretch: Stretch, moment: Moment, bad: Sequence[Bad], as_of: datetime
) -> tuple[Scope, str, tuple[str, ...]] | None:
    """From where it is judged, in words what was not allowed, and what is missing to be certain."""
    start, end = moment.earliest, min(moment.latest, as_of + AT_ONCE)
    touched = [each for each in bad if each.start < max(end, start + AT_ONCE) and each.end > start]
    if not touched:
        return None
    says = _how_many(stretch, moment)
    whole = touched[0].start <= start and touched[-1].end >= end
    whole = whole and all(one.end == other.start for one, other in pairwise(touched))
    doubts = tuple(dict.fromkeys(each for bad in touched for each in bad.missing))
    if whole and all(each.certain for each in touched):
        return touched[0].scope, says, ()
    if whole and doubts and not any(each.certain for each in touched):
        return touched[0].scope, says, doubts
    for name, instant in () if group.dated else (("first", stretch.first), ("last", stretch.last)):
        for each in touched:
            if each.certain and each.start <= instant < each.end and instant <= as_of:
                return each.scope, f"{says}; at least the {name} of them", ()
    which = f"which of the uses from entry {stretch.position} on came when"
    return touched[0].scope, says, (*doubts, which)


def _how_many(stretch: Stretch, moment: Moment) -> str:
    return f"{stretch.uses} use{'s' if stretch.uses != 1 else ''}, {moment.text}"
