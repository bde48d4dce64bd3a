"""What stands beside a duty and changes nothing: reports, evidence, backups that age out, past waivers, legal holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ledger.clock import spell
from projections.obligations.answer import Due
from projections.obligations.conditions import is_state
from projections.obligations.facts import Fact
from projections.obligations.holdings import ages_out, legal_holds
from projections.obligations.judging import overdue_by
from projections.obligations.openings import Opening
from projections.obligations.truth import AT_ONCE, Timeline
from projections.obligations.world import World


def postponed(world: World, opening: Opening) -> tuple[Fact, datetime] | None:
    """A backup that ages out on a recorded date: never a counted end, so only our own policy waits for it (R18)."""
    item = opening.scope.item
    if item is None or item.holding is None or not is_state(opening.body.must):
        return None
    found = ages_out(world.facts, item.holding, world.as_of)
    return (found[0], found[1].latest) if found else None


def waivers(opened: datetime, until: datetime, waiver: Timeline, due: Due | None, policy: datetime | None) -> list[str]:
    """What was waived, and is at `until`: now, or when it was discharged.

    A waiver that came later does not take away that the duty was open before, or overdue (R17).
    """
    found = []
    for start, end in waiver.true_between(opened, until + AT_ONCE):
        if end <= until:
            found.append(f"waived from {spell(start)} to {spell(end)}")
        elif any(truth.value is False for _, _, truth in waiver.stretches(opened, start)):
            passed = overdue_by(due, policy, start)
            found.append(f"waived since {spell(start)}, open before" + (f", overdue by {passed}" if passed else ""))
    return found


def notes(
    world: World, opening: Opening, discharge: Fact | None, backup: tuple[Fact, datetime] | None
) -> Iterator[str]:
    if opening.trigger.reported:
        yield f"reported by {opening.trigger.fields.get('author')}"
    contested = world.life.contested.get(opening.trigger.id)
    if contested:
        yield f"contested: {', '.join(contested)}"
    if discharge is not None:
        yield f"evidence: {strength(discharge)}"
        if discharge.reported:
            yield f"discharge reported by {discharge.fields.get('author')}"
    elif backup is not None:
        yield f"backup expires {backup[0].fields['expires_at']} (entry {backup[0].position})"
    item = opening.scope.item
    if item is not None and item.holding is not None and discharge is None:
        for hold in legal_holds(world.facts, item.holding, world.as_of):
            yield f"legal hold {hold.fields.get('hold', '')} (entry {hold.position}); it waives nothing"


def strength(fact: Fact) -> str:
    """What kind of proof a discharge has; without evidence it is its author's statement."""
    kinds = [str(each["strength"]) for each in fact.fields.get("evidence", ()) if "strength" in each]
    return ", ".join(dict.fromkeys(kinds)) or "statement"
