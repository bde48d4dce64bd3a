"""Acts at the ends of the calendar, of every type: in a case of a clause that reads it, where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache

import msgspec

from ledger.chain.entry import Entry
from ledger.chain.hashing import NO_LEAF
from ledger.errors import InputRejected
from ledger.events.base import stream_of
from ledger.events.catalogue import types
from ledger.events.codec import built, decoded, encoded
from ledger.protocol.shipped import shipped
from tests.events.examples import example
from tests.projections.clauses.cases import BEGINS, SERV, STEPS_FROM, VLAIO, Case, cases, told
from tests.projections.obligations.stories import Story, signed_serv, signed_vlaio

EARLY = ("0001-01-01", "0001-01-01T00:00:00Z", "0001-01-02", "1899-12-31", "1900-02-28")
LATE = ("2999-12-31", "3000-01-01", "9999-12-30", "9999-12-31", "9999-12-31T23:59:59Z")


def moments(kind: str) -> list[str]:
    """Every field of a type that is a moment."""
    return [name for name, field in types()[kind].fields.items() if field.kind == "moment"]


def stories(kind: str, ends: tuple[str, ...]) -> Iterator[Story]:
    """The type in a case of each protocol, else its example, each told again for every field and end."""
    found = [(protocol, case) for protocol in (VLAIO, SERV) if (case := _cases(protocol).get(kind)) is not None]
    for protocol, case in found or [(VLAIO, None)]:
        story = signed(protocol)
        if case is not None:
            for number, step in enumerate([*case.get("before", []), *case["broken"], *case.get("then", [])]):
                told(story, step, STEPS_FROM[protocol] + timedelta(days=number))
        beyond(story, kind, ends)
        yield story


def signed(protocol: str) -> Story:
    return (signed_vlaio if protocol == VLAIO else signed_serv)(
        Story.of(protocol, shipped()[protocol], begins=BEGINS[protocol])
    )


def beyond(story: Story, kind: str, ends: tuple[str, ...]) -> int:
    """Record the type's last act of the story again, each moment of it at each end; how many of them there can be."""
    tag, told = types()[kind].tag, 0
    given = [entry.raw for entry in story.entries if f'"type":"{tag}"'.encode() in entry.raw]
    base = msgspec.to_builtins(decoded(given[-1])) if given else example(kind)
    base |= {"protocol": story.protocol} if "protocol" in base else {}
    for name in moments(kind):
        for end in ends:
            position = len(story.entries) + 1
            try:
                event = built({**base, name: end, "id": f"{position:032x}"})
            except InputRejected:  # no event of the catalogue: nobody can have recorded it
                continue
            raw = encoded(event)
            story.entries.append(
                Entry(
                    raw, position, NO_LEAF, story.entries[-1].recorded_at, "ed25519:", stream_of(event), position, raw
                )
            )
            told += 1
    return told


@cache
def of_every_type(protocol: str, ends: tuple[str, ...]) -> Story:
    """Of every type, but for the register whose acts end the protocol: after those, nothing is left to be asked."""
    story = signed(protocol)
    for kind, about in types().items():
        if about.register != "governance":
            assert beyond(story, kind, ends), kind
    return story


@cache
def _cases(protocol: str) -> dict[str, Case]:
    """The first case of each type."""
    found: dict[str, Case] = {}
    for case in cases(protocol).values():
        for step in [*case.get("before", []), *case["broken"], *case.get("then", [])]:
            kind = next(value for key, value in step.items() if key.isupper())
            found.setdefault(str(kind), case)
    return found
