"""What an event may say of its protocol at the door: its moments, mandates, parties and clauses."""

from __future__ import annotations

import re

from ledger.clock import YEARS, Moment
from ledger.errors import InputRejected
from ledger.events.acts import acting, value_of
from ledger.events.base import Event, ProtocolEvent
from ledger.events.catalogue import types
from ledger.events.fields import ABSENT
from ledger.events.governance import MandateWithdrawn
from ledger.keys.authority import name_of
from ledger.parties import Known
from ledger.protocol.addresses import begins

OUTSIDERS = ("authority",)
"""Fields that name a body by its id that need not be a party: a supervisor, say."""


_LAW = re.compile(r"[A-Z]{2,6} [1-9][0-9]{0,2}(\([0-9a-z]{1,2}\))*", re.ASCII)
"""A law's own article, by its abbreviation: it may be the ground of an act without being in the protocol's file."""


class UnknownParty(InputRejected):
    """An event that names a body which is no party to its protocol."""

    code = "protocol.unknown-party"


class UnknownClause(InputRejected):
    """An event that names a clause which its protocol does not have: an address is a word of that list."""

    code = "protocol.unknown-clause"


class UnknownMandate(InputRejected):
    """A mandate is taken back that nobody gave, or that ended before: another one would go on unnoticed."""

    code = "mandate.unknown"


class BeyondYears(InputRejected):
    """A date that no act has: a slip, or what stands elsewhere for no date, or for ever."""

    code = "event.beyond-years"


def check_moments(event: Event) -> None:
    """Raise BeyondYears for a moment with which nothing can be counted."""
    for name, about in types()[name_of(event)].fields.items():
        value = value_of(event, name)
        if about.kind == "moment" and value is not ABSENT and not Moment.parse(value).is_countable:
            way_out = (
                "write the date on which it was" if about.required else "where there is no such date, leave it out"
            )
            raise BeyondYears(f"{value} lies outside {YEARS}", field=f"$.{name}", hint=way_out)


def check_mandate(event: Event, known: Known) -> None:
    """Raise UnknownMandate where none would end. Who corrects a withdrawal speaks of one that did."""
    if isinstance(event, MandateWithdrawn) and event.corrects is ABSENT and not known.taken_back(event):
        givers = acting(event)
        # Those of the protocol's text have no start, and nobody takes them back.
        holding = sorted(each.source for each in known.mandates if each.start and each.from_party in givers)
        raise UnknownMandate(
            f"{' and '.join(givers)} has given no mandate {event.mandate} that holds", field="$.mandate",
            hint=f"mandates that hold: {', '.join(holding) or 'none'}",
        )  # fmt: skip


def check_parties(event: Event, parties: frozenset[str]) -> None:
    """Raise UnknownParty if a field names a body that is no party to the event's protocol."""
    if not isinstance(event, ProtocolEvent):
        return
    for name, about in types()[name_of(event)].fields.items():
        value = value_of(event, name)
        if "party" not in (about.kind, about.element) or name in ("author", *OUTSIDERS) or value is ABSENT:
            continue
        for party in (value,) if isinstance(value, str) else value:
            if party not in parties:
                raise UnknownParty(
                    f"{party} is no party to {event.protocol}", field=f"$.{name}",
                    hint=f"its parties are {', '.join(sorted(parties))}",
                )  # fmt: skip


def protocol_of(event: Event) -> str:
    """The protocol that an event is about, or whose persons it erases; empty where there is none."""
    name = event.protocol if isinstance(event, ProtocolEvent) else value_of(event, "in_protocol")
    return name if isinstance(name, str) else ""


def check_clauses(event: Event, known: Known) -> None:
    """Raise UnknownClause for an address with which none of the protocol's begins, in any version of it."""
    for name in ("clause", "clauses"):
        value = value_of(event, name)
        for address in (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ():
            if (
                known.versions
                and not _has_clause(known, address)
                and not (name == "clause" and _LAW.fullmatch(address))
            ):
                law = "; of a law, write its article as GDPR 1(2)(a)" if name == "clause" else ""
                raise UnknownClause(
                    f"{protocol_of(event)} has no such clause", field=f"$.{name}",
                    hint=f"see: ledger protocol show {protocol_of(event)}{law}",
                )  # fmt: skip


def _has_clause(known: Known, address: str) -> bool:
    return any(begins(clause.address, address) for version in known.versions for clause in version.clauses)
