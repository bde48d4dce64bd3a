"""The last answer brought up to date: worked out again where it may have changed, and kept."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import msgspec

from ledger.chain.hashing import sha256
from ledger.clock import BRUSSELS
from ledger.storage.answers import Answers, Place, StoredPart
from ledger.storage.faults import Locked, StorageFailed
from ledger.uncollected import uncollected
from projections.basis import basis
from projections.last_answer import LastAnswer
from projections.obligations.remembered import Kept
from projections.obligations.renewing import renewed
from projections.runner import Folded


def renew(folded: Folded, last: LastAnswer, answers: Answers, as_of: datetime) -> bool:
    """Work out what may have changed since the last answer, by the state at the ledger's head, and keep it.

    False where it could not be kept: others wrote meanwhile, or nobody may write there.
    """
    rows: list[StoredPart] = []
    same: list[tuple[str, str]] = []
    zones = {BRUSSELS.key}
    for protocol in sorted(folded.state.facts):
        with uncollected():
            found = renewed(folded.state, protocol, as_of, last.about(protocol), last.place.position)
        zones |= found.zones
        for number, (name, part) in enumerate(found.parts.items()):
            if part is None:
                same.append((protocol, name))
            else:
                rows.append(_stored(protocol, name, number, part))
    digest, reached = basis(zones), folded.reached
    place = Place(reached.position, reached.leaf, " ".join([digest, *sorted(zones)]), last.place.turn)
    with suppress(Locked, StorageFailed):  # it saves time, no more
        return bool(digest) and answers.put(place, rows, same)
    return False


def _stored(protocol: str, name: str, number: int, part: Kept) -> StoredPart:
    about = msgspec.json.encode(part.about)
    return StoredPart(
        protocol, name, number, about, part.first, sha256(about + part.first), sha256(part.rest), part.rest
    )
