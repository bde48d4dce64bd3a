"""From what is known of a duty to its status: the first that is true (section 5), and by how much it is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from projections.obligations.answer import Due, OverdueBy, Status
from projections.obligations.asking import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a duty stands at a moment, before it is given its name."""

    as_of: datetime
    due: Due | None = None
    policy_due: datetime | None = None
    void: bool = False
    closed_at: datetime | None = None
    waived: bool = False
    undetermined: bool = False
    lapsed: bool = False
    deferred: bool = False


def overdue_by(due: Due | None, policy_due: datetime | None, at: datetime) -> OverdueBy | None:
    """Which end has passed: both, the strict one only, or our own policy; the ends are exclusive."""
    if due is not None and at >= due.lenient:
        return "both"
    if due is not None and at >= due.strict:
        return "strict"
    if policy_due is not None and at >= policy_due:
        return "policy"
    return None


def late_by(due: Due | None, policy_due: datetime | None, at: datetime) -> timedelta | None:
    """How long after the end that a duty is judged by; of a policy, after that."""
    passed = overdue_by(due, policy_due, at)
    if passed is None:
        return None
    end = policy_due if passed == "policy" else (due.strict if due else None)
    return plain(at) - end if end is not None else None


def status(standing: Standing) -> tuple[Status, OverdueBy | None, timedelta | None]:
    """The first status that is true; by which end it is or was overdue; by how much."""
    at = standing.closed_at or standing.as_of
    passed = overdue_by(standing.due, standing.policy_due, at)
    late = late_by(standing.due, standing.policy_due, at)
    if standing.void:
        return Status.VOID, None, None
    if standing.closed_at is not None:
        return (Status.FULFILLED_LATE if passed else Status.FULFILLED), passed, late
    for holds, name in (
        (standing.waived, Status.WAIVED),
        (standing.undetermined, Status.UNDETERMINED),
        (standing.lapsed, Status.LAPSED),
    ):
        if holds:
            return name, None, None
    if passed:
        return Status.OVERDUE, passed, late
    return (Status.DEFERRED if standing.deferred else Status.OPEN), None, None
