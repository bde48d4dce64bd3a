"""How a protocol begins: signatures, entry into force, and the moments that they make (R7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.clock import Moment
from ledger.protocol.definitions import InForce, InForceAt
from ledger.protocol.expressions import MomentKind
from ledger.protocol.model import Party
from projections.obligations.answer import Cause
from projections.obligations.facts import Fact, parsed
from projections.obligations.life import MOMENT, InForceVersion
from projections.obligations.truth import Span
from projections.obligations.world import World
from projections.projection import Known

SIGNED = "protocol-signed"


def sign(world: World, each: InForceVersion) -> None:
    """`signed`: every party by all its offices, itself or by mandate; then in force as the text defines it."""
    found = _found(world, each)
    given = [fact for _, fact in found if fact is not None]
    if given and len(given) == len(found):
        last = max(given, key=lambda fact: (fact.happened.earliest, fact.position))
        each.signed = last.happened
        make(world, MomentKind.SIGNED, last.happened, each.version.party_ids, last)
    each.start = _in_force(world, each, given, complete=len(given) == len(found))


def _found(world: World, each: InForceVersion) -> list[tuple[tuple[Party, str], Fact | None]]:
    """Every signature that the text asks for, with the first that was given."""
    signatures = _signatures(world, each)
    needed = [(party, office) for party in each.version.parties for office in (party.signs or ("",))]
    return [((party, office), _first_by(signatures, party, office)) for party, office in needed]


def _signatures(world: World, each: InForceVersion) -> list[Fact]:
    return [fact for fact in world.facts.of(SIGNED) if _names(fact, each, world)]


def note_unsigned(world: World) -> None:
    """What keeps a version from being in force, once all that could bring it about was looked at: an amendment too."""
    for each in world.life.versions:
        if each is not world.life.first and registration(each.registered).happened.earliest > world.as_of:
            continue  # nobody had written it yet
        missing = [asked for asked, fact in _found(world, each) if fact is None]
        if each.start is None or (missing and each is world.life.first and isinstance(_asked(world, each, []), date)):
            _note_missing(world, each, missing)
            _note_other_offices(world, each, _signatures(world, each))


def _names(fact: Fact, each: InForceVersion, world: World) -> bool:
    named = fact.fields.get("version")
    return each is world.life.first if named is None else named == each.version.version


def _first_by(signatures: Sequence[Fact], party: Party, office: str) -> Fact | None:
    by = [fact for fact in signatures if party.id in fact.parties and (not office or office in fact.values("office"))]
    return min(by, key=lambda fact: (fact.happened.earliest, fact.position), default=None)


def _note_missing(world: World, each: InForceVersion, missing: Sequence[tuple[Party, str]]) -> None:
    known = each.registered
    wanted = ", ".join(f"{party.id} ({office})" if office else party.id for party, office in missing)
    word = "is not in force" if each.start is None else "is in force by its date"
    says = f"version {each.version.version} {word}" + (f": not signed by {wanted}" if wanted else "")
    world.note(_begins(each), Cause(known.position, known.fields["id"]), known.recorded_at, says)


def _note_other_offices(world: World, each: InForceVersion, signatures: Sequence[Fact]) -> None:
    """A signature by an office that the text does not ask for brings nothing into force, and looks as if it did."""
    offices = {party.id: party.signs for party in each.version.parties if party.signs}
    for fact in signatures:
        for party in set(fact.parties) & offices.keys():
            if not set(offices[party]) & set(fact.values("office")):
                given, asked = ", ".join(map(str, fact.values("office"))), ", ".join(offices[party])
                says = f"signed for {party} as {given}; the text asks for {asked}"
                world.note(_begins(each), Cause(fact.position, fact.id), fact.happened.earliest, says)


def _begins(each: InForceVersion) -> str:
    """The clause that says when it enters into force; empty where the text has none."""
    return next(
        (clause.address for clause in each.version.clauses for v in clause.variants if isinstance(v.body, InForce)), ""
    )


def _in_force(world: World, each: InForceVersion, given: Sequence[Fact], *, complete: bool) -> Moment | None:
    last = max((fact.happened for fact in given), key=lambda moment: moment.earliest, default=None)
    first = min((fact.happened for fact in given), key=lambda moment: moment.earliest, default=None)
    at = _asked(world, each, given)
    start: Moment | None
    if isinstance(at, InForceAt):
        drawn = Moment.of_day(each.version.drawn_up) if each.version.drawn_up and complete else None
        start = {
            InForceAt.LAST_SIGNATURE: last if complete else None,
            InForceAt.FIRST_SIGNATURE: first if complete else None,
            InForceAt.DRAWN_UP: drawn,
        }[at]
    else:
        start = Moment.of_day(at)
    return start if each is world.life.first else _after(world.life.first, start, last if complete else None)


def _asked(world: World, each: InForceVersion, given: Sequence[Fact]) -> InForceAt | date:
    """When the text says that it enters into force, as it is read at the last signature."""
    signed = max((fact.happened.earliest for fact in given), default=world.as_of)
    readings = world.life.readings_at(each.version, signed)
    return next((found.at for _, found in each.version.defined(InForce, readings)), InForceAt.LAST_SIGNATURE)


def _after(first: InForceVersion, start: Moment | None, signed: Moment | None) -> Moment | None:
    """A later version needs every signature; a date that it only repeats is that of the first version, not its own."""
    if start is None or signed is None:
        return None
    repeated = first.start is not None and start.earliest <= first.start.earliest
    return signed if repeated else start


def begin(world: World) -> None:
    """The first version binds its parties."""
    first = world.life.first
    if first.start is None or first.start.earliest > world.as_of:
        return
    starter = [f for f in world.facts.of(SIGNED) if f.happened == first.start]
    cause = starter[-1] if starter else registration(first.registered)
    make(world, MomentKind.IN_FORCE, first.start, first.version.party_ids, cause)
    for party in first.version.party_ids:
        world.life.bound[party] = [Span(first.start.earliest, None)]


def registration(known: Known) -> Fact:
    """What no act did, but the text that was registered: a date that came."""
    happened = parsed(known.fields["happened_at"])
    author = (known.fields["author"],)
    return Fact(known.fields["id"], known.type, known.position, known.recorded_at, known.fields, author, happened)


def make(world: World, kind: MomentKind, at: Moment, whom: Sequence[str], cause: Fact) -> None:
    """Add a moment of the protocol's life: a fact that triggers can name, with the entry that caused it."""
    fields = {**cause.fields, "party": list(whom), "parties": list(whom), "cause": cause.id, "at": at.text}
    world.life.turns.append(
        Fact(
            id=cause.id,
            type=MOMENT + kind.value,
            position=cause.position,
            recorded_at=cause.recorded_at,
            fields=fields,
            parties=tuple(whom),
            happened=at,
            reported=cause.reported,
            retracted=cause.retracted,
            disputed=cause.disputed,
        )
    )
