"""The engine: what is due under every clause, at one moment, by what is known (section 5 of the clause language)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ledger.clock import Moment
from ledger.protocol.definitions import Mandate
from ledger.protocol.model import Clause, ProtocolVersion
from ledger.protocol.patterns import Limit, Pattern, Power, Precedence, Prohibition, Recurrence, Response, Standing
from projections.obligations import answer as a
from projections.obligations import gaps, limit, power, precedence, prohibition, recurrence, response, standing, using
from projections.obligations.facts import Facts, parsed
from projections.obligations.holdings import Holdings, registered
from projections.obligations.life import Choice, InForceVersion, Life
from projections.obligations.lifecycle import work_out
from projections.obligations.projection import REGISTERED, State
from projections.obligations.statements import Mandates, Record, corrected, stated
from projections.obligations.world import World
from projections.projection import Known
from projections.uses import Uses

CHOSEN = "interpretation-chosen"


@dataclass(slots=True)
class _Gathered:
    """What every clause gave, before it is put in order."""

    obligations: list[a.Obligation] = field(default_factory=list)
    violations: list[a.Violation] = field(default_factory=list)
    powers: list[a.Power] = field(default_factory=list)
    void_acts: list[a.VoidAct] = field(default_factory=list)
    findings: list[a.Finding] = field(default_factory=list)
    gaps: list[a.Gap] = field(default_factory=list)
    not_executed: list[a.NotExecuted] = field(default_factory=list)


def evaluate(state: State, as_of: datetime, *, protocol: str | None = None) -> a.Answer:
    """What is due at `as_of` under every protocol, or under one. `as_of` is an instant with its zone.

    Known at K is asked by folding the log up to K. Raises ProtocolRejected for a registered file that no longer
    loads, and what the state's look-up of files raises.
    """
    gathered = _Gathered()
    for name in sorted(state.facts):
        if protocol in (None, name):
            _protocol(state, name, as_of, gathered)
    return _in_order(as_of, gathered)


def world_of(state: State, name: str, as_of: datetime) -> World | None:
    """Everything known about one protocol at one moment; None while no version of it is registered."""
    record = corrected(state.facts.get(name, ()))
    versions = _versions(state, record)
    if not versions:
        return None
    life = Life(versions, _choices(record, as_of))
    said = stated(record, as_of, Mandates(lambda at: _mandates(life, at)), state.keyed)
    life.void += said.void
    world = World(as_of=as_of, facts=Facts(said.facts), life=life, holdings=Holdings())
    work_out(world)
    world.holdings = registered(world.facts)
    return world


def _versions(state: State, record: Record) -> list[InForceVersion]:
    """In the order in which they were registered; a version registered again is the last file."""
    found: dict[str, InForceVersion] = {}
    for known in record.of(REGISTERED):
        version = state.version(known.fields["digest"])
        found[version.version] = InForceVersion(version, known)
    return sorted(found.values(), key=lambda each: each.registered.position)


def _choices(record: Record, as_of: datetime) -> list[Choice]:
    """Who has chosen which reading by then, from when on; of two for the same time, the later choice."""
    chosen = sorted(record.of(CHOSEN), key=lambda known: (_happened(known), known.position))
    return [
        Choice(
            parsed(known.fields.get("from", known.fields["happened_at"])).earliest,
            known.fields["interpretation"],
            known.fields["option"],
            a.Cause(known.position, known.fields["id"]),
        )
        for known in chosen
        if _happened(known) <= as_of
    ]


def _happened(known: Known) -> datetime:
    return parsed(known.fields["happened_at"]).earliest


def _mandates(life: Life, at: Moment) -> Iterable[Mandate]:
    for each in life.versions:
        yield from life.defined(each.version, Mandate, life.readings_at(each.version, at.earliest))


# --- every clause ------------------------------------------------------------------------------------------------


def _protocol(state: State, name: str, as_of: datetime, gathered: _Gathered) -> None:
    world = world_of(state, name, as_of)
    if world is None:
        reason = "no version of this protocol is registered"
        gathered.not_executed.append(a.NotExecuted(name, "", "", reason))
        return
    for each in world.life.versions:
        for clause in each.version.clauses:
            reason = _why_not(clause, state.uses)
            if reason:
                gathered.not_executed.append(a.NotExecuted(name, each.version.version, clause.address, reason))
            else:
                _clause(world, each.version, clause, gathered)
                if state.uses is not None and using.judges_uses(clause):
                    gathered.violations += using.violations(world, each.version, clause, state.uses)
        gathered.gaps += gaps.gaps(world, each.version)
    gathered.void_acts += world.life.void
    gathered.findings += world.findings


def _why_not(clause: Clause, uses: Uses | None) -> str:
    if not clause.executed:
        return "the file gives it no pattern and no definition"
    if uses is None and using.judges_uses(clause):
        return "uses are not counted here"
    return using.why_not(clause)


def _clause(world: World, version: ProtocolVersion, clause: Clause, gathered: _Gathered) -> None:
    """Hand the clause to its pattern. Which body holds is decided there, by the readings of each trigger or act."""
    kinds: set[type[Pattern]] = {type(v.body) for v in clause.variants if isinstance(v.body, Pattern)}
    if Response in kinds:
        gathered.obligations += response.obligations(world, version, clause)
    if Recurrence in kinds:
        gathered.obligations += recurrence.obligations(world, version, clause)
    if Standing in kinds:
        gathered.obligations += standing.obligations(world, version, clause)
    if Precedence in kinds:
        gathered.violations += precedence.violations(world, version, clause)
    if Prohibition in kinds:
        gathered.violations += prohibition.violations(world, version, clause)
    if Limit in kinds:
        gathered.violations += limit.violations(world, version, clause)
    if Power in kinds:
        gathered.powers += power.powers(world, version, clause)


# --- in order ----------------------------------------------------------------------------------------------------


def _in_order(as_of: datetime, gathered: _Gathered) -> a.Answer:
    """What is open comes first; then by moment, clause, bearer and unit, so that an answer has one order."""
    return a.Answer(
        as_of=as_of,
        obligations=tuple(sorted(_unique(gathered.obligations), key=_obligation_order)),
        violations=tuple(sorted(gathered.violations, key=lambda v: (v.at, v.protocol, v.clause, v.bearer, v.id))),
        powers=tuple(sorted(gathered.powers, key=lambda p: (p.protocol, p.clause, p.case, p.holder))),
        void_acts=tuple(sorted(gathered.void_acts, key=lambda v: (v.at, v.act, v.party))),
        findings=tuple(sorted(set(gathered.findings), key=lambda f: (f.at, f.about, f.clause, f.says))),
        gaps=tuple(sorted(gathered.gaps, key=lambda g: (g.opened_at, g.protocol, g.gap, str(g.unit)))),
        not_executed=tuple(sorted(gathered.not_executed)),
    )


def _unique(obligations: Iterable[a.Obligation]) -> Iterator[a.Obligation]:
    yield from {each.id: each for each in obligations}.values()


def _obligation_order(each: a.Obligation) -> tuple[bool, int, datetime, str, str, str, str, str]:
    rank = list(a.Status).index(each.status)
    ranks = {a.Status.OVERDUE: 0, a.Status.OPEN: 1, a.Status.UNDETERMINED: 2, a.Status.DEFERRED: 3}
    place = ranks.get(each.status, 4 + rank)
    return (not each.is_open, place, each.opened_at, each.protocol, each.clause, each.bearer, str(each.unit), each.id)
