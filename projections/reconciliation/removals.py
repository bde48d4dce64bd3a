"""Deletions in the logs beside deletions on record and duties to delete; what was opened to somebody of no party.

A log proves less than it seems: its first stage of deletion can be undone, and the last stage that it shows may be
followed by versions, holds and backups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from ledger.clock import later, spell
from projections.findings import Cause, Finding
from projections.obligations.facts import Fact
from projections.obligations.holdings import ALL
from projections.obligations.world import World
from projections.reconciliation.deletion_duties import DeletionDuty, deletion_duties
from projections.reconciliation.groups import DELETING, Where, kept, party_of, value
from projections.said import Said, said
from projections.uses import Key, Stretch, Uses

NEAR = timedelta(days=30)
"""How far apart a deletion in a log and its statement may lie."""
STATED = ("deletion-performed", "destruction-performed")
FOR_GOOD = frozenset({"hard-delete", "overwritten"})
"""Methods that a log would show as a deletion for good."""


@dataclass(slots=True)
class Trace:
    """Uses of one kind in one place, by stretch."""

    stretches: list[Stretch] = field(default_factory=list)


def removals(world: World, uses: Uses) -> Iterator[Finding]:
    """Deletions without a statement, statements and duties of which the log shows the first stage only. Only where a
    mapping says which dataset it was.
    """
    facts = world.facts.of(*STATED)
    for_good = _traces(world, uses, "delete")
    first_stage = _traces(world, uses, "soft-delete")
    duties = deletion_duties(world) if for_good or first_stage else []
    yield from _unrecorded(world, facts, duties, for_good)
    stated = list(_first_stage_only(world, facts, for_good, first_stage))
    yield from stated
    yield from _first_stage_owed(world, duties, for_good, first_stage, stated)


def shares(world: World, uses: Uses) -> Iterator[Finding]:
    """What was shared with others than the parties, where no onward disclosure is on record within a day."""
    made = world.facts.of("onward-disclosure-made")
    for shared in ("anyone", "outside"):
        for where, stretch in _stretches(world, uses, partial(_is_shared, shared)):
            if not any(_is_near(each, where, stretch, timedelta(days=1)) for each in made):
                says = (said(f"shared-{shared}"), said("no-disclosure"))
                yield _finding(world, Cause.THIRD_PARTY_SHARE, where, [stretch], says)


def _is_shared(whom: str, key: Key) -> bool:
    return value(key, "shared_with") == whom


def _stretches(world: World, uses: Uses, wanted: Callable[[Key], bool]) -> Iterator[tuple[Where, Stretch]]:
    for key, days in kept(uses, world.protocol, wanted):
        where = Where(party_of(key), *(value(key, name) for name in ("actor", "application", "dataset")))
        for stretch in days.between(days.first_day, days.last_day):
            if stretch.first <= world.as_of:
                yield where, stretch


def _traces(world: World, uses: Uses, action: str) -> dict[Where, Trace]:
    assert action in DELETING
    found: dict[Where, Trace] = {}
    for where, stretch in _stretches(
        world, uses, lambda key: value(key, "action") == action and bool(value(key, "dataset"))
    ):
        found.setdefault(where, Trace()).stretches.append(stretch)
    return found


def _unrecorded(
    world: World, facts: Sequence[Fact], duties: Sequence[DeletionDuty], for_good: dict[Where, Trace]
) -> Iterator[Finding]:  # fmt: skip
    """What nobody stated within NEAR; and what an open duty asks: it may be done, and was not stated."""
    for where, trace in sorted(for_good.items()):
        by_day: dict[str, list[Stretch]] = {}
        for stretch in trace.stretches:
            stated = any(_is_near(fact, where, stretch, NEAR) for fact in facts)
            if not stated or _owed(duties, where, [stretch]):
                by_day.setdefault(stretch.first.date().isoformat(), []).append(stretch)
        for _, stretches in sorted(by_day.items()):
            says = [said("deleted", dataset=where.dataset)]
            if not any(_is_near(fact, where, each, NEAR) for fact in facts for each in stretches):
                says.append(said("no-deletion", party=where.party, days=NEAR.days))
            owed = _owed(duties, where, stretches)
            says += [said("is-it-done", duty=duty.says()) for duty in owed]
            yield _finding(world, Cause.UNRECORDED_DELETION, where, stretches, tuple(says), _openers(owed))


def _owed(duties: Sequence[DeletionDuty], where: Where, stretches: Sequence[Stretch]) -> list[DeletionDuty]:
    return [duty for duty in duties if any(duty.reaches(where, each) for each in stretches)]


def _openers(duties: Sequence[DeletionDuty]) -> tuple[int, ...]:
    return tuple(sorted({duty.obligation.opened_by.position for duty in duties} - {0}))


def _first_stage_only(
    world: World, facts: Sequence[Fact], for_good: dict[Where, Trace], first_stage: dict[Where, Trace]
) -> Iterator[Finding]:  # fmt: skip
    """One finding for whatever several statements say of the same uses: these are counted once."""
    unseen = [
        fact for fact in facts if fact.fields["method"] in FOR_GOOD
        and not any(_near(fact, where, trace) for where, trace in for_good.items())
    ]  # fmt: skip
    for where, trace in sorted(first_stage.items(), key=lambda each: each[0]):
        by_day: dict[date, list[Fact]] = {}
        for fact in unseen:
            if near := _near(fact, where, trace):
                by_day.setdefault(min(each.first for each in near).date(), []).append(fact)
        for several in by_day.values():
            stretches = [each for each in trace.stretches if any(_is_near(fact, where, each, NEAR) for fact in several)]
            says = [said("stated-for-good", entry=fact.position, dataset=where.dataset, method=fact.fields["method"])
                    for fact in several]  # fmt: skip
            says.append(said("first-stage"))
            related = [fact.position for fact in several]
            yield _finding(world, Cause.FIRST_STAGE_ONLY, where, stretches, tuple(says), related)


def _first_stage_owed(
    world: World, duties: Sequence[DeletionDuty], for_good: dict[Where, Trace], first_stage: dict[Where, Trace],
    stated: Sequence[Finding],
) -> Iterator[Finding]:  # fmt: skip
    """Where a duty to delete is open, and the log shows no more than the first stage since. Uses that a statement
    claims are counted there.
    """
    claimed = {(each.actor, each.application, each.dataset) for each in stated}
    for where, trace in sorted(first_stage.items(), key=lambda each: each[0]):
        gone = [each for other, one in for_good.items() if other._replace(actor="") == where._replace(actor="")
                for each in one.stretches]  # fmt: skip
        owed = [duty for duty in _owed(duties, where, trace.stretches) if not _owed([duty], where, gone)]
        if owed and where[1:] not in claimed:
            stretches = [each for each in trace.stretches if _owed(owed, where, [each])]
            says = (*(duty.says() for duty in owed), said("no-destruction"))
            yield _finding(world, Cause.FIRST_STAGE_ONLY, where, stretches, says, _openers(owed))


def _near(fact: Fact, where: Where, trace: Trace) -> list[Stretch]:
    return [each for each in trace.stretches if _is_near(fact, where, each, NEAR)]


def _is_near(fact: Fact, where: Where, stretch: Stretch, margin: timedelta) -> bool:
    """Whether a statement is of this party, covers this dataset, and lies within a margin of these uses."""
    named = fact.values("datasets")
    return (
        where.party in fact.parties
        and (where.dataset in named or ALL in named)
        and later(stretch.first, -margin) <= fact.happened.latest
        and fact.happened.earliest <= later(stretch.last, margin)
    )


def _finding(
    world: World, cause: Cause, where: Where, stretches: Sequence[Stretch], says: tuple[Said, ...],
    related: Sequence[int] = (),
) -> Finding:  # fmt: skip
    uses, first = sum(each.uses for each in stretches), min(each.first for each in stretches)
    return Finding(
        protocol=world.protocol, party=where.party, cause=cause, application=where.application,
        dataset=where.dataset, actor=where.actor, day=first.date().isoformat(), uses=uses, certain_uses=uses,
        first=spell(first), last=spell(max(each.last for each in stretches)),
        entry=min(each.position for each in stretches), related=tuple(related), says=says,
    )  # fmt: skip
