"""Duties to delete a copy that are open: what a deletion in a log may have been for."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.clock import BRUSSELS
from ledger.protocol.model import Clause
from ledger.protocol.patterns import Response
from projections.obligations.answer import Obligation, Status
from projections.obligations.conditions import is_state
from projections.obligations.part import unique
from projections.obligations.response import obligations
from projections.obligations.using import why_not
from projections.obligations.world import World
from projections.reconciliation.access import same
from projections.reconciliation.groups import Where
from projections.said import Said, said
from projections.uses import Stretch

OWED = frozenset({Status.OPEN, Status.OVERDUE})
"""Neither waived nor deferred, and nothing is missing to judge it."""


@dataclass(frozen=True, slots=True)
class DeletionDuty:
    """One of these, for one holding."""

    obligation: Obligation

    def reaches(self, where: Where, stretch: Stretch) -> bool:
        """Whether these uses came in it, and concern what it is about, as far as the holding says where that lies."""
        assert self.obligation.unit is not None, "it is for a holding"
        fields = self.obligation.unit.fields
        return (
            self.obligation.bearer == where.party
            and fields.get("dataset") == where.dataset
            and same(fields.get("app", where.application), where.application)
            and self.obligation.opened_at <= stretch.last
        )

    def says(self) -> Said:
        """What is asked of whom since when."""
        owed = self.obligation
        since = owed.opened_at.astimezone(BRUSSELS).date()
        return said("duty", clause=owed.clause, party=owed.bearer, unit=owed.unit, day=since)


def deletion_duties(world: World) -> list[DeletionDuty]:
    """Every open duty whose discharge is the end of a copy, in the order of its clauses.

    Not of a dataset that the bearer collects itself too: a log does not tell one from the other.
    """
    found = (
        each for version in world.life.versions for clause in version.version.clauses if _ends_copies(clause)
        for each in obligations(world, version.version, clause)
    )  # fmt: skip
    own = {(each.fields.get("origin"), each.fields.get("dataset")) for each in world.holdings.all()}
    return [
        DeletionDuty(each) for each in unique(found)
        if _is_owed(each) and each.unit and (each.bearer, each.unit.fields.get("dataset")) not in own
    ]  # fmt: skip


def _ends_copies(clause: Clause) -> bool:
    bodies = [each.body for each in clause.variants]
    return any(isinstance(body, Response) and is_state(body.must) for body in bodies) and not why_not(clause)


def _is_owed(obligation: Obligation) -> bool:
    return obligation.status in OWED and obligation.unit is not None and obligation.unit.kind == "holding"
