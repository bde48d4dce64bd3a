"""What kinds of act there are: of a party; told to others; lasting. Impossible ones cannot be built.

Whose act it is: the type's own `party`; else `on_behalf_of`; else `author`. So `party` stands in an event only where
another party reports the act of one that has no key.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ledger.clock import Moment
from ledger.events.base import Event, ProtocolEvent
from ledger.events.fields import ABSENT, Absent, MomentText, Parties, Party


class Act(ProtocolEvent, frozen=True, kw_only=True):
    """Something that a party did. `party` is whose act it is, where neither `on_behalf_of` nor `author` says so."""

    party: Party | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        check_no_repeats(self)


class Told(Act, frozen=True, kw_only=True):
    """An act that reaches others. `received_at` is when they had it, absent while its author does not know.

    Where several are told at different moments, each `receipt-confirmed` gives that party's own.
    """

    to: Parties
    received_at: MomentText | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        check_not_to_itself(self, self.to)
        check_order(self.happened_at, self.received_at, "received before it was sent")


class Lasting(Act, frozen=True, kw_only=True):
    """An act that makes something hold: from `covers_from` (the happening, where absent) until `valid_until`."""

    covers_from: MomentText | Absent = ABSENT
    valid_until: MomentText | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        start = self.happened_at if self.covers_from is ABSENT else self.covers_from
        check_order(start, self.valid_until, "ends before it begins")


def acting(event: Event) -> tuple[str, ...]:
    """Whose act it is. Several, where one statement is made for several parties: then it is an act of each."""
    party = getattr(event, "party", ABSENT)
    if party is not ABSENT:
        return (str(party),)
    return (event.author,) if isinstance(event.on_behalf_of, Absent) else event.on_behalf_of


def value_of(event: Event, field: str) -> Any:
    """The value of a field by its name in the bytes (`from`, `for`, `class`); ABSENT where the event has none."""
    return getattr(event, _attributes(type(event)).get(field, field), ABSENT)


def _attributes(cls: type[Event]) -> dict[str, str]:
    found = _ATTRIBUTES.get(cls)
    if found is None:
        found = _ATTRIBUTES[cls] = dict(zip(cls.__struct_encode_fields__, cls.__struct_fields__, strict=True))
    return found


_ATTRIBUTES: dict[type[Event], dict[str, str]] = {}


def check_no_repeats(event: Event) -> None:
    """Raise ValueError if a list of the event names the same thing twice."""
    for at, value in enumerate(msgspec.structs.astuple(event)):
        if type(value) is tuple and len(value) > 1 and len(set(value)) != len(value):
            raise ValueError(f"{event.__struct_encode_fields__[at]} names the same twice")


def check_not_to_itself(event: Event, others: tuple[str, ...]) -> None:
    """Raise ValueError if one whose act it is stands among those that it is done to."""
    for party in acting(event):
        if party in others:
            raise ValueError(f"a party cannot address itself: {party}")


def check_order(first: str | Absent, second: str | Absent, fault: str) -> None:
    """Raise ValueError with `fault` if `second` certainly lies before `first`; a date leaves its own day open."""
    if isinstance(first, str) and isinstance(second, str) and Moment.parse(second).is_before(Moment.parse(first)):
        raise ValueError(f"{fault}: {second} lies before {first}")
