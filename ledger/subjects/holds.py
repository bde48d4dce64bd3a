"""What the chain says about erasing: which legal holds stand against it, and who is erased already.

A hold is on copies of received data and names nobody; so while one stands in a protocol, nothing of that protocol is
erased here, and who wants to is told which hold it is. It stands until it is released or its author retracts it,
whatever `valid_until` says: that is a question of the day, and no clock decides what may be recorded. A release that is
retracted released nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import msgspec

from ledger.errors import Conflict, InputRejected
from ledger.events.acts import acting
from ledger.events.base import Event
from ledger.events.catalogue import types
from ledger.events.deletion import LegalHoldPlaced, LegalHoldReleased
from ledger.events.erasures import SubjectErased
from ledger.events.fields import Absent, Sealed
from ledger.events.governance import EventRetracted
from ledger.standing import said_of, standing

Governing = LegalHoldPlaced | LegalHoldReleased | EventRetracted
"""What changes which holds stand."""


class OnHold(Conflict):
    """An erasure of what a legal hold keeps."""

    code = "erasure.legal-hold"


class PersonErased(InputRejected):
    """An event about a person who was erased: its token stands for nobody any more."""

    code = "erasure.erased-person"


class Hold(NamedTuple):
    """A legal hold that stands: whose it is, its id, and the entry that placed it."""

    party: str
    hold: str
    position: int
    event_id: str


@dataclass(frozen=True)
class Holds:
    """`stated` is what was said of legal holds, by protocol; `erased` the persons, each by the entry that erased it."""

    stated: Mapping[str, tuple[tuple[int, Governing], ...]] = field(default_factory=dict)
    erased: Mapping[str, int] = field(default_factory=dict)

    def after(self, position: int, event: Event) -> Holds:
        """The state after one more entry."""
        if isinstance(event, SubjectErased):
            tokens = () if isinstance(event.tokens, Absent) else event.tokens
            return replace(self, erased={**dict.fromkeys(tokens, position), **self.erased})
        if not isinstance(event, Governing):
            return self
        said = self.stated.get(event.protocol, ())
        if isinstance(event, EventRetracted) and all(each.id != event.retracts for _, each in said):
            return self
        return replace(self, stated={**self.stated, event.protocol: (*said, (position, event))})

    def standing(self, protocol: str) -> tuple[Hold, ...]:
        """The holds that stand in a protocol, after corrections, retractions and releases."""
        said, holds = self.stated.get(protocol, ()), tuple[Hold, ...]()
        for position, event in (said[at] for at in standing([said_of(event) for _, event in said])):
            if isinstance(event, LegalHoldPlaced):
                holds += tuple(Hold(party, event.hold, position, event.id) for party in acting(event))
            elif isinstance(event, LegalHoldReleased):
                gone = {(party, event.hold) for party in acting(event)}
                holds = tuple(each for each in holds if (each.party, each.hold) not in gone)
        return holds

    def check_free(self, protocol: str | None) -> None:
        """Raise OnHold while a hold stands in this protocol; in any, where it is not known."""
        for hold in (each for name in ([protocol] if protocol else self.stated) for each in self.standing(name)):
            raise OnHold(
                f"legal hold {hold.hold} of {hold.party}, placed by entry {hold.position}, forbids to erase",
                hint=f"when it has ended, {hold.party} records legal-hold-released with hold {hold.hold}",
            )

    def check(self, event: Event) -> None:
        """Raise OnHold for an erasure while a hold stands, PersonErased for an event about a person who is gone."""
        if isinstance(event, SubjectErased):
            self.check_free(None if isinstance(event.in_protocol, Absent) else event.in_protocol)
            return
        if self.erased:
            for token in tokens_in(event):
                if token in self.erased:
                    raise PersonErased(
                        f"the person {token} was erased by entry {self.erased[token]}",
                        hint="if the person is known again, they get a new token: ledger subject add",
                    )


def tokens_in(event: Event) -> Iterator[str]:
    """Every person that an event names, in clear or beside a sealed part."""
    about = types()[event.type.partition("/")[0]]
    for attribute, name in zip(event.__struct_fields__, event.__struct_encode_fields__, strict=True):
        value = getattr(event, attribute)
        if about.fields[name].kind == "token" and isinstance(value, str):
            yield value
        elif about.fields[name].element == "token" and isinstance(value, tuple):
            yield from value
        else:
            yield from _beside(value)


def _beside(value: Any) -> Iterator[str]:
    if isinstance(value, Sealed):
        yield from () if isinstance(value.about, Absent) else value.about
    elif isinstance(value, tuple):
        for item in value:
            yield from _beside(item)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _beside(getattr(value, name))
