"""The last answer to what is due, as it was kept: read without the facts, the protocol files, or the engine.

Kept parts are worth what a snapshot is: lost, damaged, or of another program or table, they are not used. What is due
is then worked out from all facts, and is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from ledger.chain.hashing import NO_LEAF, sha256
from ledger.protocol.addresses import begins
from ledger.replay import Reached, check_start, end_at
from ledger.storage.answers import Answers, Place, StoredPart
from ledger.storage.store import Store
from projections.basis import basis
from projections.obligations.listing import Listing, listing, listing_of_parts
from projections.obligations.part import Part, in_order
from projections.obligations.remembered import BESIDE, About, Kept, first_of, whole

_about = msgspec.json.Decoder(About)


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A part of the last answer; of the rest only `about` is known where it was not asked for."""

    protocol: str
    name: str
    about: About
    stored: StoredPart

    def part(self, as_of: datetime) -> Part:
        found = self.stored
        if not found.rest:
            return first_of(found.first, as_of)
        return whole(Kept(self.about, found.first, found.rest), as_of)


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """The parts that can be used, as of entry `place.position`: whole, or without their rest."""

    place: Place
    parts: tuple[KeptPart, ...] = ()
    current: bool = False
    """Whether nothing was recorded since."""
    whole: bool = False

    def at(self, as_of: datetime) -> bool:
        """Whether the answer at that moment is made of these parts."""
        return self.current and bool(self.parts) and all(part.about.at(as_of) for part in self.parts)

    def listing(self, as_of: datetime, protocol: str | None = None, clause: str = "") -> Listing:
        """The parts at a moment at which they hold: all, or those of one protocol, or of addresses that begin so."""
        found = [
            each for each in self.parts
            if protocol in (None, each.protocol) and (each.name == BESIDE or begins(each.name, clause))
        ]  # fmt: skip
        parts = [each.part(as_of) for each in found]
        if self.whole:
            return listing(in_order(as_of, parts))
        return listing_of_parts(as_of, parts, (((each.protocol, each.name), each.about) for each in found))

    def about(self, protocol: str) -> dict[str, About]:
        return {part.name: part.about for part in self.parts if part.protocol == protocol}


def last_answer(store: Store, answers: Answers, *, rest: bool = False) -> LastAnswer:
    """What was kept. Raises BrokenLink where history was rewritten beneath it, Damaged, StorageFailed."""
    place, rows = answers.read(rest=rest)
    nothing = LastAnswer(Place(0, NO_LEAF, "", place.turn if place is not None else 0))
    if place is None or not place.by:
        return nothing
    digest, *zones = place.by.split()
    reached = Reached(place.position, place.leaf)
    check_start(store, reached)
    current = reached == end_at(store)
    if digest != basis(zones) or not all(_whole(row, rest) for row in rows):
        return nothing
    try:
        parts = tuple(KeptPart(row.protocol, row.name, _about.decode(row.about), row) for row in rows)
    except msgspec.MsgspecError:
        return nothing
    return LastAnswer(place, parts, current, rest)


def _whole(row: StoredPart, rest: bool) -> bool:
    """Whether the bytes are those that were put: no disk is trusted with what is due."""
    return sha256(row.about + row.first) == row.digest and (not rest or sha256(row.rest) == row.rest_digest)
