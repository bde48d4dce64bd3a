"""What is kept beside the ledger to answer sooner, held against the entries that it was worked out from.

No key guards `NAME.views`: who can write there could make `ledger obligations` say that nothing is due. What nobody
would use (of another program or table, or not as it was put) is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from ledger.clock import spell_recorded
from ledger.replay import BrokenLink, Reached, check_start
from ledger.storage.answers import Answers
from ledger.storage.snapshots import Snapshot, Snapshots
from ledger.storage.store import Store
from ledger.verification.report import Fault
from projections.catalogue import projections
from projections.engines.engine import Engine
from projections.last_answer import KeptPart, LastAnswer, last_answer
from projections.obligations.answer import Answer
from projections.obligations.part import in_order
from projections.obligations.projection import ObligationsProjection, State
from projections.obligations.remembered import Kept, whole
from projections.obligations.renewing import renewed
from projections.projection import Projection, digest_of
from projections.runner import Folded, Progress, fold_at

_ANSWERED = ObligationsProjection.name
_FOREVER = datetime.max.replace(tzinfo=UTC)
Held = tuple[Projection, Snapshot]


def odd_views(
    store: Store, snapshots: Snapshots, answers: Answers,
    *, engine: Engine | None = None, progress: Progress = lambda done, total: None,
) -> list[Fault]:  # fmt: skip
    """Each state and answer that is not what the entries give: these are folded again, once, from entry 1.

    Raises what `fold` raises where the entries are not whole, StorageFailed where the file cannot be read.
    """
    found: list[Fault] = []
    kept = list(_of_this_history(store, _usable(store, snapshots), found))
    last = _last(store, answers, found)
    places = {snapshot.position for _, snapshot in kept} | ({last.place.position} if last else set())
    every = {each.name: each for each, _ in kept}
    if last:
        every.setdefault(_ANSWERED, ObligationsProjection(store.protocol_file))
    for folded in fold_at(store, list(every.values()), sorted(places), engine=engine, progress=progress):
        for each in folded:
            found += _odd_states(each, kept)
            if last and (each.projection.name, each.reached.position) == (_ANSWERED, last.place.position):
                found += _odd_answer(each.state, last)
    return found


def _usable(store: Store, snapshots: Snapshots) -> Iterator[Held]:
    for each in projections(store.protocol_file):
        snapshot = snapshots.get(each.name, each.version)
        if snapshot is not None and digest_of(each, snapshot.state) == snapshot.digest:
            yield each, snapshot


def _of_this_history(store: Store, kept: Iterator[Held], found: list[Fault]) -> Iterator[Held]:
    for each, snapshot in kept:
        try:
            check_start(store, Reached(snapshot.position, snapshot.leaf))
        except BrokenLink as error:
            found.append(
                Fault("views.state", 0, f"the state kept of {each.name} is of another history: {error.message}")
            )
        else:
            yield each, snapshot


def _last(store: Store, answers: Answers, found: list[Fault]) -> LastAnswer | None:
    try:
        last = last_answer(store, answers, rest=True)
    except BrokenLink as error:
        found.append(Fault("views.answer", 0, f"the answer kept of obligations is of another history: {error.message}"))
        return None
    return last if last.parts else None


def _odd_states(folded: Folded, kept: Sequence[Held]) -> Iterator[Fault]:
    recorded = spell_recorded(folded.recorded_at) if folded.recorded_at else ""
    for projection, snapshot in kept:
        here = (projection.name, snapshot.position) == (folded.projection.name, folded.reached.position)
        if here and (snapshot.digest, snapshot.recorded_at) != (folded.digest, recorded):
            detail = f"the state kept of {projection.name} is not what entries 1 to {snapshot.position:,} give"
            yield Fault("views.state", 0, detail)


def _odd_answer(state: State, last: LastAnswer) -> Iterator[Fault]:
    """Each part is worked out again at the moment from which it is said to hold."""
    latest = max(part.about.since for part in last.parts)
    for protocol in sorted({part.protocol for part in last.parts} | set(state.facts)):
        kept = {part.name: part for part in last.parts if part.protocol == protocol}
        anew = {
            since: renewed(state, protocol, since, {}, last.place.position).parts if protocol in state.facts else {}
            for since in {latest, *(part.about.since for part in kept.values())}
        }
        for name in sorted({*kept, *anew[latest]}):
            part = kept.get(name)
            given = anew[part.about.since].get(name) if part else None
            if part is None or given is None or not is_given(_kept(part), given):
                detail = f"the answer kept of {name or 'no clause'} of {protocol} is not what the entries give"
                yield Fault("views.answer", 0, detail)


def _kept(part: KeptPart) -> Kept:
    return Kept(part.about, part.stored.first, part.stored.rest)


def is_given(kept: Kept, anew: Kept) -> bool:
    """Whether a part says what was worked out anew, and not to hold longer, or whatever else is recorded."""
    about = msgspec.structs.replace(kept.about, until=anew.about.until, read=anew.about.read)
    return (
        about == anew.about
        and (kept.about.until or _FOREVER) <= (anew.about.until or _FOREVER)
        and kept.about.read >= anew.about.read
        and _answer(kept) == _answer(anew)
    )


def _answer(kept: Kept) -> Answer:
    """In the order of an answer: a part is in that in which its facts were met."""
    return in_order(kept.about.since, [whole(kept, kept.about.since)])
