"""The engine: what is due under every clause, at one moment, by what is known (section 5 of the clause language)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ledger.clock import Moment
from ledger.protocol.addresses import begins
from ledger.protocol.definitions import Mandate
from ledger.protocol.model import Clause, ProtocolVersion
from ledger.protocol.patterns import Limit, Pattern, Power, Precedence, Prohibition, Recurrence, Response, Standing
from projections.obligations import answer as a
from projections.obligations import (
    gaps,
    limit,
    power,
    precedence,
    prohibition,
    recurrence,
    response,
    standing,
    using,
    using_limit,
)
from projections.obligations.facts import Facts, parsed
from projections.obligations.life import Choice, InForceVersion, Life
from projections.obligations.lifecycle import work_out
from projections.obligations.part import Part, in_order, unique
from projections.obligations.projection import REGISTERED, USED, State
from projections.obligations.statements import Mandates, Record, corrected, stated
from projections.obligations.world import World
from projections.projection import Known
from projections.uses import Uses

CHOSEN = "interpretation-chosen"


def evaluate(state: State, as_of: datetime, *, protocol: str | None = None, clause: str = "") -> a.Answer:
    """What is due at `as_of` under every protocol, or under one; under every clause, or those whose address begins so.

    `as_of` is an instant with its zone. Known at K is asked by folding the log up to K. Raises ProtocolRejected for a
    registered file that no longer loads, and what the state's look-up of files raises.
    """
    names = [name for name in sorted(state.facts) if protocol in (None, name)]
    parts = [part for name in names for part in _parts(Evaluation.of(state, name, as_of), clause)]
    return in_order(as_of, parts)


def _parts(evaluation: Evaluation, clause: str) -> Iterator[Part]:
    yield evaluation.beside()
    for address in evaluation.addresses:
        if begins(address, clause):
            yield evaluation.part(address)


def world_of(state: State, name: str, as_of: datetime) -> World | None:
    """Everything known about one protocol at one moment; None while no version of it is registered."""
    record = corrected(state.facts.get(name, ()))
    versions = _versions(state, record)
    if not versions:
        return None
    choices = _choices(record, as_of)
    life = Life(versions, [each for each in choices if _offered(versions, each)])
    said = stated(record, as_of, Mandates(lambda at: _mandates(life, at)), state.keyed)
    life.void += said.void
    world = World(as_of=as_of, facts=Facts(said.facts), life=life)
    work_out(world)
    for each in choices:
        if not _offered(versions, each):
            world.note("", each.by, each.since, f"no version offers the reading {each.option} of {each.interpretation}")
    world.begin()
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


def _offered(versions: Iterable[InForceVersion], choice: Choice) -> bool:
    return any(each.version.has_reading(choice.interpretation, choice.option) for each in versions)


def _happened(known: Known) -> datetime:
    return parsed(known.fields["happened_at"]).earliest


def _mandates(life: Life, at: Moment) -> Iterable[Mandate]:
    for each in life.versions:
        yield from life.defined(each.version, Mandate, life.readings_at(each.version, at.earliest))


# --- every clause ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Evaluation:
    """One protocol at one moment, clause by clause. `world` is None while no version of it is registered."""

    protocol: str
    world: World | None
    uses: Uses | None

    @classmethod
    def of(cls, state: State, protocol: str, as_of: datetime) -> Evaluation:
        return cls(protocol, world_of(state, protocol, as_of), state.uses)

    @property
    def addresses(self) -> list[str]:
        """Of every clause of every version, once each."""
        versions = self.world.life.versions if self.world is not None else ()
        return list(dict.fromkeys(clause.address for each in versions for clause in each.version.clauses))

    def beside(self) -> Part:
        """What belongs to no clause: acts without effect, findings on the protocol's life, gaps."""
        if self.world is None:
            reason = "no version of this protocol is registered"
            return Part(not_executed=(a.NotExecuted(self.protocol, "", "", reason),))
        found = [gap for each in self.world.life.versions for gap in gaps.gaps(self.world, each.version)]
        return Part(void_acts=tuple(self.world.life.void), findings=tuple(self.world.noted), gaps=tuple(found))

    def part(self, address: str) -> Part:
        """What the clauses of one address give, in the order of their versions."""
        world = self.world
        if world is None:
            return Part()
        obligations: list[a.Obligation] = []
        violations: list[a.Violation] = []
        powers: list[a.Power] = []
        skipped: list[a.NotExecuted] = []
        world.findings.clear()
        for each in world.life.versions:
            for clause in each.version.clauses:
                if clause.address != address:
                    continue
                reason = _why_not(clause, self.uses)
                if reason:
                    skipped.append(a.NotExecuted(self.protocol, each.version.version, address, reason))
                    continue
                obligations += _obligations(world, each.version, clause)
                violations += _violations(world, each.version, clause, self.uses)
                powers += power.powers(world, each.version, clause) if Power in _kinds(clause) else ()
        return Part(
            obligations=unique(obligations), violations=tuple(violations), powers=tuple(powers),
            findings=tuple(world.findings), not_executed=tuple(skipped),
        )  # fmt: skip


def _why_not(clause: Clause, uses: Uses | None) -> str:
    if not clause.executed:
        return "the file gives it no pattern and no definition"
    if uses is None and using.judges_uses(clause):
        return "uses are not counted here"
    return using.why_not(clause)


def _kinds(clause: Clause) -> set[type[Pattern]]:
    """Its patterns. Which one holds is decided there, by the readings of each trigger or act."""
    return {type(v.body) for v in clause.variants if isinstance(v.body, Pattern)}


def _obligations(world: World, version: ProtocolVersion, clause: Clause) -> Iterator[a.Obligation]:
    kinds = _kinds(clause)
    if Response in kinds:
        yield from response.obligations(world, version, clause)
    if Recurrence in kinds:
        yield from recurrence.obligations(world, version, clause)
    if Standing in kinds:
        yield from standing.obligations(world, version, clause)


def _violations(world: World, version: ProtocolVersion, clause: Clause, uses: Uses | None) -> Iterator[a.Violation]:
    kinds = _kinds(clause)
    if Precedence in kinds:
        yield from precedence.violations(world, version, clause)
    if Prohibition in kinds:
        yield from prohibition.violations(world, version, clause)
    if Limit in kinds:
        yield from limit.violations(world, version, clause)
    if uses is not None and using.judges_uses(clause):
        world.facts.read.add(USED)
        yield from using.violations(world, version, clause, uses)
        yield from using_limit.violations(world, version, clause, uses)
