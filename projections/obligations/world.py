"""Everything that is known about one protocol at one moment, and the point from which a clause looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ledger.clock import Moment
from ledger.protocol.model import Applies, Clause, ProtocolVersion, Variant
from projections.obligations.answer import Cause, Finding, Unit
from projections.obligations.facts import Fact, Facts
from projections.obligations.holdings import Holding, Holdings, registered
from projections.obligations.life import Life
from projections.obligations.truth import Timeline


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A unit as the engine reaches it. `key` tells it apart, in every version and at every moment.

    `origins` are those of the unit `undeclared`. `exists` is when it is there to be counted (a party that is bound, a
    fact that holds); None is always.
    """

    key: tuple[str, ...]
    shown: Unit
    party: str | None = None
    fact: Fact | None = None
    holding: Holding | None = None
    row: Mapping[str, str] | None = None
    origins: tuple[str, ...] = ()
    exists: Timeline | None = None
    missing: tuple[str, ...] = ()

    def values(self, name: str) -> tuple[Any, ...]:
        """A field of the unit; none where it has no such field."""
        if self.holding is not None:
            return self.holding.values(name)
        if self.fact is not None:
            return self.fact.values(name)
        if self.origins and name in ("origin", "sender"):
            return self.origins
        if self.row is not None:
            return (self.row[name],) if name in self.row else ()
        return ()

    @property
    def value(self) -> str:
        """The unit itself, as a value: a party, a name, the id of a fact."""
        return self.party or (self.fact.id if self.fact else self.key[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """From where a clause looks: what its selectors know, in the order trigger or act, case, bearer, unit, towards.

    `at` is the moment that `all` is asked of; `always` names whoever is a party at any time, `surviving` whoever was
    bound up to `at`. `since` is the opening from which facts count; `placing` says that the field `bearer` is being
    read, where `others` has its own meaning.
    """

    version: ProtocolVersion
    readings: Mapping[str, str]
    at: datetime
    always: bool = False
    surviving: bool = False
    placing: bool = False
    trigger: Fact | None = None
    act: Fact | None = None
    case: str | None = None
    bearer: str | None = None
    item: Item | None = None
    counterparty: tuple[str, ...] = ()
    since: Moment | None = None


@dataclass(slots=True)
class World:
    """Facts up to `as_of`, the protocol's life and its holdings. Findings are noted here while clauses are read.

    `noted` are those on the protocol's life. Of holdings nothing is known while that is worked out.
    """

    as_of: datetime
    facts: Facts
    life: Life
    findings: list[Finding] = field(default_factory=list)
    noted: tuple[Finding, ...] = ()
    _holdings: Holdings | None = field(default_factory=Holdings)
    _read_for_holdings: frozenset[str] = frozenset()

    def begin(self) -> None:
        """The protocol's life is worked out: what follows is about its clauses."""
        self.noted, self.findings, self._holdings = tuple(self.findings), [], None

    @property
    def holdings(self) -> Holdings:
        """Worked out when they are first asked for."""
        if self._holdings is None:
            before, self.facts.read = self.facts.read, set()
            self._holdings = registered(self.facts)
            self._read_for_holdings, self.facts.read = frozenset(self.facts.read), before
        self.facts.read |= self._read_for_holdings
        return self._holdings

    @property
    def protocol(self) -> str:
        return self.life.first.version.id

    def scope(self, version: ProtocolVersion, clause: Clause, variant: Variant | None = None) -> Scope:
        """From where a clause looks now, before an act or a bearer is known: as it reads now, or as a variant of it."""
        readings = {**self.life.readings_at(version, self.as_of), **(variant.readings if variant is not None else {})}
        always, surviving = clause.applies is Applies.ALWAYS, clause.applies is Applies.SURVIVES
        return Scope(version=version, readings=readings, at=self.as_of, always=always, surviving=surviving)

    def note(self, clause: str, about: Cause, at: datetime, says: str) -> None:
        self.findings.append(Finding(protocol=self.protocol, clause=clause, about=about, at=at, says=says))
