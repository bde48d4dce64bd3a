"""The uses in one finding, one by one: read again from the batches that may hold them, and judged at their moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import msgspec

from ledger.chain.entry import event_of
from ledger.clock import Moment, later
from ledger.events.codec import decoded_fast
from ledger.events.fields import ABSENT
from ledger.events.usage import AccessUsed
from ledger.storage.store import Store
from projections.findings import OF_USES, Cause, Finding
from projections.obligations.facts import Fact, parsed
from projections.obligations.world import World
from projections.reconciliation.amounts import TAKING_OUT
from projections.reconciliation.groups import DELETING, NO_USE_OF_DATA, TOOK_PLACE, Use
from projections.reconciliation.unexplained import judge_of
from projections.reconciliation.verdicts import Judge

DAY = timedelta(days=1)


class Used(NamedTuple):
    """One use: where it stands, and the event. `certain` is false where only its date is known, on a day of change."""

    position: int
    event: AccessUsed
    certain: bool


def uses_in(store: Store, world: World, finding: Finding) -> Iterator[Used]:
    """Every use in a finding, in order of position. Raises what the store raises, MalformedEvent."""
    judge = judge_of(world)
    for opener in sorted(_batches(world, finding), key=lambda fact: fact.position):
        last = opener.position + opener.fields["batch"]["count"]
        for page in store.pages(opener.position, last):
            for row in page:
                event = decoded_fast(event_of(row[4]))
                if isinstance(event, AccessUsed) and _concerns(event, finding):
                    certain = _falls_in(judge, event, finding)
                    if certain is not None:
                        yield Used(row[0], event, certain)


def _batches(world: World, finding: Finding) -> Iterator[Fact]:
    """The batches of this party whose uses reach into the finding's time."""
    first, last = parsed(finding.first), parsed(finding.last)
    for fact in world.facts.of("log-batch-ingested"):
        begins, ends = parsed(fact.fields["first"]), parsed(fact.fields["last"])
        mine = finding.party in (fact.fields.get("on_behalf_of") or (fact.fields["author"],))
        if mine and later(begins.earliest, -DAY) <= last.latest and first.earliest <= later(ends.latest, DAY):
            yield fact


def _concerns(event: AccessUsed, finding: Finding) -> bool:
    return (
        _text(event.actor) == finding.actor
        and event.application == finding.application
        and (_text(event.dataset) == finding.dataset or finding.cause in (Cause.BULK_EXPORT, Cause.UNUSUAL_COUNT))
        and event.outcome in TOOK_PLACE
        and event.action not in NO_USE_OF_DATA
        and _in_time(event, finding)
    )


def _in_time(event: AccessUsed, finding: Finding) -> bool:
    if finding.cause is Cause.FIRST_STAGE_ONLY:
        return finding.first.removesuffix("Z") <= event.happened_at.removesuffix("Z") <= finding.last.removesuffix("Z")
    return event.happened_at[:10] == finding.day


def _falls_in(judge: Judge, event: AccessUsed, finding: Finding) -> bool | None:
    """Whether it is in the finding for certain; None if it is not in it."""
    action = event.action
    if finding.cause in OF_USES:
        return _judged(judge, event, finding.cause)
    wanted = {
        Cause.BULK_EXPORT: action in TAKING_OUT,
        Cause.UNUSUAL_COUNT: True,
        Cause.THIRD_PARTY_SHARE: event.shared_with in ("anyone", "outside"),
        Cause.FIRST_STAGE_ONLY: action == "soft-delete",
        Cause.UNRECORDED_DELETION: action == "delete",
    }
    return True if wanted.get(finding.cause) else None


def _judged(judge: Judge, event: AccessUsed, cause: Cause) -> bool | None:
    moment = Moment.parse(event.happened_at)
    party = event.author if isinstance(event.on_behalf_of, msgspec.UnsetType) else event.on_behalf_of[0]
    use = Use(
        party, _text(event.actor), event.actor_class, event.application, _text(event.dataset), _text(event.acting_for),
        _text(event.employed_by), _text(event.function), event.action in DELETING, moment.is_day,
    )  # fmt: skip
    edges = judge.access.edges(use.actor, use.application) | judge.endings.edges() if moment.is_day else set()
    instants = [moment.earliest, *sorted(each for each in edges if moment.earliest < each < moment.latest)]
    verdicts = [judge.verdict(use, instant) for instant in instants]
    if not any(each.cause is cause for each in verdicts):
        return None
    return all(each.cause is cause and each.certain for each in verdicts)


def _text(value: str | msgspec.UnsetType) -> str:
    return "" if value is ABSENT else str(value)
