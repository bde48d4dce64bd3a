"""Who is party to a protocol, and who may speak for whom: a fold over its governance register.

The door decides by what stands before an entry is written: after corrections and retractions, as the projections do.
Whoever verifies decides again by the same, without a ledger; but an act counts there too where it was right by the
statements as they were made, because doors that did not read retractions let it in. See `judged`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from ledger.errors import InputRejected
from ledger.events.acts import acting
from ledger.events.base import Event, ProtocolEvent, SignedEvent
from ledger.events.fields import ABSENT
from ledger.events.governance import (
    EventRetracted,
    MandateRecorded,
    MandateWithdrawn,
    PartyAcceded,
    ProtocolVersionRegistered,
)
from ledger.keys.authority import MandateGrant, NotAuthorised, Standing, check_authority
from ledger.keys.keyring import Keyring
from ledger.protocol.definitions import Mandate
from ledger.protocol.model import ProtocolVersion
from ledger.standing import said_of, standing

Governing = MandateRecorded | MandateWithdrawn | PartyAcceded | EventRetracted
"""What changes who is party to a protocol, and who may speak for whom, beside its file."""


class UnknownFile(InputRejected):
    """A version of a protocol without its file, or with another one's."""

    code = "protocol.unknown-file"


@dataclass(frozen=True)
class Known:
    """One protocol as its register tells it: its versions, who is party to it, and who may speak for whom.

    `classes` are those whose members may join. Parties and mandates are as they were stated, one after the other;
    `stated` is what they follow from, with the retractions that concern it. `now` is what is left of it after
    corrections and retractions, where there are any.
    """

    versions: tuple[ProtocolVersion, ...] = ()
    parties: frozenset[str] = frozenset()
    mandates: tuple[MandateGrant, ...] = ()
    classes: frozenset[str] = frozenset()
    stated: tuple[Governing, ...] = ()
    now: Known | None = None

    @property
    def standing(self) -> Known:
        """The same after corrections and retractions."""
        return self.now or self

    @cached_property
    def readings(self) -> tuple[Known, ...]:
        """By what an entry that is there may have been let in: what stood, or else also what had been stated."""
        now = self.now
        if now is None:
            return (self,)
        return now, replace(self, parties=self.parties | now.parties, mandates=self.mandates + now.mandates)

    def with_version(self, version: ProtocolVersion) -> Known:
        """After a version is registered: its parties and the mandates that it defines are added."""
        defined = tuple(
            MandateGrant(body.giver, body.holder, _acts(body.acts), clause.address)
            for clause, body in version.defined(Mandate, version.readings())
        )
        parties, classes = set(version.party_ids), {each.id for each in version.classes}
        return replace(
            self, versions=(*self.versions, version), parties=self.parties | parties,
            mandates=self.mandates + defined, classes=self.classes | classes,
            now=self.now and self.now.with_version(version),
        )  # fmt: skip

    def after(self, event: Governing) -> Known:
        """After one more entry. Who retracts something else, or what another stated, changes nothing here."""
        if isinstance(event, EventRetracted) and not any(
            (each.id, each.author) == (event.retracts, event.author) for each in self.stated
        ):
            return self
        after = replace(self._changed(event), stated=(*self.stated, event))
        if isinstance(event, EventRetracted) or event.corrects is not ABSENT:
            return replace(after, now=after._amended())
        return replace(after, now=self.now and self.now._changed(event))

    def _amended(self) -> Known:
        """What is left, read from the beginning."""
        known = Known()
        for version in self.versions:
            known = known.with_version(version)
        for at in standing([said_of(each) for each in self.stated]):
            known = known._changed(self.stated[at])
        return known

    def _changed(self, event: Governing) -> Known:
        if isinstance(event, EventRetracted):
            return self
        if isinstance(event, PartyAcceded):
            return self._acceded(event)
        if isinstance(event, MandateWithdrawn):
            taken = self.taken_back(event)
            return replace(self, mandates=tuple(each for each in self.mandates if each not in taken))
        sources = _sources(event)
        acts = _acts(None if "any" in event.acts else event.acts)
        start = event.covers_from if isinstance(event.covers_from, str) else event.happened_at
        until = event.valid_until if isinstance(event.valid_until, str) else ""
        grants = (MandateGrant(giver, event.to, acts, source, start, until) for giver, source in sources.items())
        return replace(self, mandates=(*self.mandates, *grants))

    def taken_back(self, event: MandateWithdrawn) -> tuple[MandateGrant, ...]:
        """The mandates that this event ends."""
        sources = _sources(event).values()
        return tuple(each for each in self.mandates if each.source in sources)

    def asked_by(self, event: Event) -> Known:
        """What this event itself is judged by: whom it lets join is party to it, and so is who brings a protocol."""
        if isinstance(event, PartyAcceded):
            return self._acceded(event)
        if isinstance(event, ProtocolVersionRegistered) and not self.parties:
            return self._joined(event.author)
        return self

    def _acceded(self, event: PartyAcceded) -> Known:
        """A body joins as a member of a class that the protocol has; who says to join otherwise does not."""
        return self._joined(event.party) if event.class_ in self.classes else self

    def _joined(self, party: str) -> Known:
        return replace(self, parties=self.parties | {party})


def judged(event: SignedEvent, keyring: Keyring, position: int, readings: tuple[Known, ...]) -> Standing:
    """How an entry that is there counts, by the first of these by which its author might state it.

    Raises NotAuthorised by the last.
    """
    for known in readings[:-1]:
        try:
            return _by(known, event, keyring, position)
        except NotAuthorised:
            continue
    return _by(readings[-1], event, keyring, position)


def _by(known: Known, event: SignedEvent, keyring: Keyring, position: int) -> Standing:
    asked = known.asked_by(event) if isinstance(event, ProtocolEvent) else Known()
    return check_authority(event, keyring, position, parties=asked.parties, mandates=asked.mandates)


def version_of(event: ProtocolVersionRegistered, files: Mapping[str, bytes]) -> ProtocolVersion:
    """The version that an event registers, read from its file. `files` is by digest.

    Raises UnknownFile, ProtocolRejected.
    """
    if event.digest not in files:
        raise UnknownFile(
            f"no protocol file has the digest {event.digest[:16]}", field="$.digest",
            hint="register a version with its file: ledger protocol add FILE",
        )  # fmt: skip
    version = _read(files[event.digest], f"{event.protocol}/{event.version}")
    if (version.id, version.version) != (event.protocol, event.version):
        raise UnknownFile(
            f"the file is of {version.id} {version.version}, and not of {event.protocol} {event.version}",
            field="$.digest", hint="register a version with its own file: ledger protocol add FILE",
        )  # fmt: skip
    return version


@lru_cache(maxsize=32)
def _read(data: bytes, name: str) -> ProtocolVersion:
    """A file is read once a process: it takes longer than all else that is asked of an entry."""
    from ledger.protocol.load import load

    return load(data, name)


def _sources(event: MandateRecorded | MandateWithdrawn) -> dict[str, str]:
    """How a recorded mandate is known, by its giver."""
    return {giver: f"mandate {event.mandate} of {giver}" for giver in acting(event)}


def _acts(names: Iterable[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)
