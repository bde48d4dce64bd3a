"""Which events are recorded by themselves, and which say what one with their id said before."""

from __future__ import annotations

from collections.abc import Collection

from ledger.errors import Conflict, InputRejected
from ledger.events.base import SignedEvent
from ledger.keys.signing import SignedLine, meaning
from ledger.subjects.sealed import SealBroken

MADE_HERE = {
    "log-batch-ingested": "its uses follow it in the same append: ledger import FORMAT FILE",
    "streams-sealed": "a checkpoint follows it in the same append: ledger checkpoint sign",
}
"""Types that are never recorded by themselves."""


class OtherMeaning(Conflict):
    """An id that was recorded before, for something else."""

    code = "event.other-meaning"


class NotByItself(InputRejected):
    """An event that is only ever written together with what it speaks of."""

    code = "event.not-by-itself"


def check_by_itself(event: SignedEvent, uses: Collection[str]) -> None:
    """Raise NotByItself for what only ever comes with other entries; OtherMeaning where `uses` have its id."""
    name = event.type.partition("/")[0]
    if name in MADE_HERE:
        raise NotByItself(f"{name} is never recorded by itself", field="$.type", hint=MADE_HERE[name])
    if event.id in uses:
        raise OtherMeaning(f"the id {event.id} is that of a use", field="$.id", hint="leave the id out")


def check_same(line: SignedLine, first: SignedLine) -> None:
    """Raise OtherMeaning unless a line says what the first one with its id said."""
    if line.event_bytes == first.event_bytes:
        return
    identifier = line.event.id
    try:
        same = meaning(line.event, line.openings) == meaning(first.event, first.openings)
    except SealBroken as error:
        raise OtherMeaning(
            f"the id {identifier} was recorded before, and what its sealed parts said is no longer here to compare",
            hint="if it is another event, leave the id out",
        ) from error  # fmt: skip
    if not same:
        raise OtherMeaning(
            f"the id {identifier} was recorded before, with another meaning",
            hint="to change what was stated, record an event that `corrects` it; else leave the id out",
        )
