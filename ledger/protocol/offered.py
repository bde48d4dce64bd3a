"""What an event may name: a reading that its protocol's file offers, an end date that the file lets come from outside,
a type of the catalogue.

Another word would be recorded and change nothing, and its author would believe that it did.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from ledger.errors import InputRejected
from ledger.events.base import Event
from ledger.events.catalogue import types
from ledger.events.governance import InterpretationChosen, MandateRecorded, ProtocolEndDateRecorded
from ledger.protocol.definitions import End, External
from ledger.protocol.model import ProtocolVersion


class UnknownReading(InputRejected):
    """A choice of an answer that no version of the protocol offers."""

    code = "protocol.unknown-reading"


class UnknownAct(InputRejected):
    """A mandate for an act that no type of the catalogue is."""

    code = "mandate.unknown-act"


class UnknownEndDate(InputRejected):
    """An end date from outside of which no version of the protocol speaks."""

    code = "protocol.unknown-end-date"


def check_offered(event: Event, versions: Sequence[ProtocolVersion]) -> None:
    """Raise UnknownReading or UnknownEndDate for a word that is in no version of the protocol's file; UnknownAct."""
    if isinstance(event, InterpretationChosen):
        _check_reading(event, versions)
    elif isinstance(event, ProtocolEndDateRecorded):
        _check_end_date(event, versions)
    elif isinstance(event, MandateRecorded):
        _check_acts(event)


def _check_reading(event: InterpretationChosen, versions: Sequence[ProtocolVersion]) -> None:
    if any(version.has_reading(event.interpretation, event.option) for version in versions):
        return
    offered = {each.id: each.options for version in versions for each in version.interpretations}
    if event.interpretation in offered:
        options = ", ".join(offered[event.interpretation])
        raise UnknownReading(
            f"{event.interpretation} has no option {event.option}", field="$.option", hint=f"its options are {options}"
        )
    raise UnknownReading(
        f"{event.protocol} leaves open no such point as {event.interpretation}", field="$.interpretation",
        hint=f"it leaves open: {', '.join(offered) or 'none'}",
    )  # fmt: skip


def _check_end_date(event: ProtocolEndDateRecorded, versions: Sequence[ProtocolVersion]) -> None:
    ends = {
        variant.body.upon.name
        for version in versions
        for clause in version.clauses
        for variant in clause.variants
        if isinstance(variant.body, End) and isinstance(variant.body.upon, External)
    }
    if event.external.casefold() not in {name.casefold() for name in ends}:
        raise UnknownEndDate(
            f"{event.protocol} does not end with {event.external}", field="$.external",
            hint=f"the dates that end it from outside: {', '.join(sorted(ends)) or 'none'}",
        )  # fmt: skip


def _check_acts(event: MandateRecorded) -> None:
    for act in event.acts:
        if act != "any" and act not in types():
            near = get_close_matches(act.partition("/")[0], list(types()), n=3, cutoff=0.6)
            way_out = f"did you mean {' or '.join(near)}?" if near else "see: ledger events list; `any` is all of them"
            raise UnknownAct(f"there is no type {act} to give a mandate for", field="$.acts", hint=way_out)
