"""A correction or a retraction (R2) that changes nothing: of another's act, of one of another type, or of none."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ledger.chain.entry import Entry
from ledger.standing import may_change
from ledger.storage.reader import Reader
from projections.obligations.answer import VoidAct
from projections.obligations.statements import RETRACTED, in_vain, said_of
from projections.projection import Fact, Known


def target_of(stated: Known) -> str | None:
    """The id of the act that it corrects or takes back."""
    target: str | None = stated.fields.get("retracts") or stated.fields.get("corrects")
    return target


def unheard(stated: Known, named: Known | None) -> VoidAct | None:
    """Why it changes nothing; None where it does. `named` is the act of its protocol with that id, before it."""
    target = target_of(stated)
    if target is None or (named is not None and may_change(said_of(stated), said_of(named))):
        return None
    why = f"no act of this protocol has the id {target}"
    if named is not None:
        why = f"entry {named.position} is {named.type} of {named.fields['author']}"
    return in_vain(stated, stated.fields["author"], why)


def unheard_among(
    store: Reader, positions: Iterable[int], position_of: Callable[[str], int | None]
) -> list[VoidAct]:  # fmt: skip
    """Those of these entries that change nothing. `position_of` finds an act by its id."""
    found = []
    for raw in store.entries(positions).values():
        if b'"corrects":' in raw or b'"retracts":' in raw:
            stated = _known(raw)
            act = unheard(stated, _named(store, stated, position_of))
            found += [act] if act else []
    return found


def _named(store: Reader, stated: Known, position_of: Callable[[str], int | None]) -> Known | None:
    target = target_of(stated)
    position = position_of(target) if target is not None else None
    # What comes after a correction is not changed by it; a retraction counts for all there is.
    if position is None or (position > stated.position and stated.type != RETRACTED):
        return None
    named = _known(store.entry(position))
    protocol = stated.fields.get("protocol")
    return named if protocol is not None and named.fields.get("protocol") == protocol else None


def _known(raw: bytes) -> Known:
    return Fact(Entry.parse(raw)).known
