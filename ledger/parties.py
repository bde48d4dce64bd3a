"""Who is party to a protocol, and who may speak for whom: a fold over its governance register.

The door decides by it before an entry is written; whoever checks a bundle decides again by the same, without a ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ledger.events.acts import acting
from ledger.events.base import Event
from ledger.events.governance import MandateRecorded, MandateWithdrawn, PartyAcceded, ProtocolVersionRegistered
from ledger.keys.authority import MandateGrant
from ledger.protocol.definitions import Mandate
from ledger.protocol.model import ProtocolVersion


@dataclass(frozen=True)
class Known:
    """One protocol as its register tells it: its versions, who is party to it, and who may speak for whom."""

    versions: tuple[ProtocolVersion, ...] = ()
    parties: frozenset[str] = frozenset()
    mandates: tuple[MandateGrant, ...] = ()

    def with_version(self, version: ProtocolVersion) -> Known:
        """After a version is registered: its parties and the mandates that it defines are added."""
        defined = tuple(
            MandateGrant(body.giver, body.holder, _acts(body.acts), clause.address)
            for clause, body in version.defined(Mandate, version.readings())
        )
        return Known((*self.versions, version), self.parties | set(version.party_ids), self.mandates + defined)

    def after(self, event: MandateRecorded | MandateWithdrawn | PartyAcceded) -> Known:
        if isinstance(event, PartyAcceded):
            return self.joined(event.party)
        sources = {giver: f"mandate {event.mandate} of {giver}" for giver in acting(event)}
        if isinstance(event, MandateWithdrawn):
            return replace(self, mandates=tuple(each for each in self.mandates if each.source not in sources.values()))
        acts = _acts(None if "any" in event.acts else event.acts)
        grants = (MandateGrant(giver, event.to, acts, source) for giver, source in sources.items())
        return replace(self, mandates=(*self.mandates, *grants))

    def asked_by(self, event: Event) -> Known:
        """What this event itself is judged by: whom it lets join is party to it, and so is who brings a protocol."""
        if isinstance(event, PartyAcceded):
            return self.joined(event.party)
        if isinstance(event, ProtocolVersionRegistered) and not self.versions:
            return self.joined(event.author)
        return self

    def joined(self, party: str) -> Known:
        return replace(self, parties=self.parties | {party})


def _acts(names: Iterable[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)
