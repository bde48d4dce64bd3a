"""The vault: what the ledger must not hold, kept apart so that it can go.

It maps random tokens to the identifiers of persons, holds what sealed parts say, and the keys under which ids and
digests of records are derived. Projections, reports and the verifier never open it. `ledger.storage.vault_store` is
the one that is used; this is what the rest may ask of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from ledger.ids import Token
from ledger.subjects.sealed import Opening

DRAFTS = "drafts"
"""The purpose of the key under which a draft without an id gets one, from what it says. Who has it can test a guess at
a text, so it goes with every erasure of a text: the same draft is then known again only if it has an id."""


class StoredPart(NamedTuple):
    """A sealed part as the vault holds it. `opening` is None where it does not open in its place."""

    commitment: str
    event_id: str
    opening: Opening | None


class Destroyed(NamedTuple):
    """How many persons and sealed parts went with an erasure; none where an earlier one took them already."""

    persons: int
    parts: int


class Copy(NamedTuple):
    """A backup of the vault: what was erased since lives on in it. `opens`: under the master key of today."""

    taken_at: str
    size: int
    kept_until: str
    opens: bool


class Vault(Protocol):
    def token(self, protocol: str, identifier: str) -> Token:
        """The token of a person within a protocol: the same for the same identifier, made at its first use.

        In another protocol the same person has another token. The identifier counts as it is written: whoever knows
        that case or spelling means nothing evens it out first.
        """
        ...

    def tokens(self, protocol: str, identifiers: Iterable[str]) -> Mapping[str, Token]:
        """The token of each identifier, all or none made, in one transaction."""
        ...

    def identifier(self, token: str) -> str:
        """Whom a token stands for. Raises NotFound where the vault does not (or no longer) know it."""
        ...

    def record_key(self, purpose: str) -> bytes:
        """The secret (32 bytes) under which ids and digests are derived for one purpose, made at its first use.

        Each purpose has a random one of its own, so that it can go when what it protects has expired.
        """
        ...

    def known(self, protocol: str, identifiers: Iterable[str]) -> Mapping[str, Token]:
        """The tokens of those identifiers that have one; makes none."""
        ...

    def protocol_of(self, token: str) -> str:
        """The protocol in which a token stands for its person. Raises NotFound as `identifier` does."""
        ...

    def put_openings(
        self, event_id: str, openings: Iterable[Opening], about: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Keep what an event's sealed parts say: durably, before the event itself is appended.

        `about` has the tokens that each part speaks of, by its name.
        """
        ...

    def put_all(self, events: Iterable[tuple[str, Iterable[Opening], Mapping[str, Sequence[str]]]]) -> None:
        """`put_openings` of many events, each (id, openings, about), in one transaction."""
        ...

    def openings(self, event_id: str) -> tuple[Opening, ...]:
        """All that was put for an event, by field. More than one for a field where two writers put the same event:
        `ledger.subjects.sealed.fitting` tells which one the ledger took.
        """
        ...

    def opened_events(self, put_before: datetime) -> list[str]:
        """The ids of events for which openings were put before this instant, to find those that were never appended.

        Leave a writer time between the two: an hour is ample.
        """
        ...

    def sweep(self, orphans: Iterable[str]) -> int:
        """Destroy the openings of these events; returns how many parts went."""
        ...

    def parts(self) -> Iterator[StoredPart]:
        """Every sealed part there is, by commitment."""
        ...

    def part(self, commitment: str) -> StoredPart | None:
        """One sealed part; None where there is none by this commitment. Raises VerificationFailed if it is damaged."""
        ...

    def holds(self, tokens: Iterable[str]) -> set[str]:
        """Those of these tokens that stand for somebody here."""
        ...

    def parts_about(self, token: str) -> list[str]:
        """The commitments of the parts that speak of a person."""
        ...

    def erase(self, event_id: str, tokens: Sequence[str], commitments: Sequence[str]) -> Destroyed:
        """Destroy persons and parts, and what speaks of these persons, for good; note that this entry was carried out.

        The same again destroys nothing more.
        """
        ...

    def erased(self) -> set[str]:
        """The ids of the erasures that were carried out here."""
        ...

    def close(self) -> None: ...
