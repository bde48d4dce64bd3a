"""Pattern `prohibition`: ACT is a violation, unless it was lawful at the act (R19)."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.protocol.model import Clause, ProtocolVersion
from ledger.protocol.patterns import Prohibition
from projections.obligations.acting import judged, violation
from projections.obligations.answer import Violation
from projections.obligations.conditions import timeline
from projections.obligations.names import called
from projections.obligations.truth import FALSE
from projections.obligations.world import World


def violations(world: World, version: ProtocolVersion, clause: Clause) -> Iterator[Violation]:
    """Every act that this clause forbids; uncertain where its lawfulness is not known."""
    for act in judged(world, version, clause):
        body = act.body
        if not isinstance(body, Prohibition):
            continue
        lawful = timeline(world, body.unless, act.scope).over(act.moment) if body.unless is not None else FALSE
        if lawful.value:
            continue
        found = violation(world, clause, act, body.towards, None, f"{called(act.act)} is forbidden", lawful.missing)
        if found is not None:
            yield found
