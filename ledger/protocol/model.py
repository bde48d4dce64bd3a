"""One version of a protocol, as its file states it: parties, readings, clauses and what the text leaves unsaid.

The forms are in `expressions`, `terms`, `patterns` and `definitions`. Clauses whose wording can be read in more than
one way hold one body for each combination of readings: ask `Clause.body(readings)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from ledger.chain.hashing import Digest
from ledger.protocol.definitions import Definition, NamedList
from ledger.protocol.expressions import Trigger, Units
from ledger.protocol.marks import NOWHERE, Mark, Node
from ledger.protocol.patterns import Pattern
from ledger.protocol.terms import OpenTerm, Span

Readings = Mapping[str, str]
"""Interpretation id -> the option that holds."""
Body = Pattern | Definition
D = TypeVar("D", bound=Definition)


@dataclass(frozen=True, slots=True)
class Bilingual:
    """The same in Dutch and English."""

    nl: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Party(Node):
    """A body that is bound by the protocol. `kbo` is 10 digits and not unique; `establishment` is 10 digits.

    `signs` names the offices that must each sign; `authority` is the outsider that supervises it.
    """

    id: str
    name: str
    kbo: str | None = None
    establishment: str | None = None
    signs: tuple[str, ...] = ()
    authority: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClass(Node):
    """A class of bodies whose members may accede; `authority` is the outsider that supervises each of them."""

    id: str
    text: str
    authority: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outsider(Node):
    """A body that is named but not bound."""

    id: str
    name: str


class WorkingDays(StrEnum):
    MON_FRI = "mon-fri"
    MON_SAT = "mon-sat"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCalendar(Node):
    """How days are counted: zone, which are working days, legal holidays, and further days off (month, day)."""

    zone: str
    working_days: WorkingDays
    holidays: str
    also: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRetention(Node):
    """How long the ledger knows who stood behind a use in a log, after that person's last one.

    `by` is the address of the clause that says so; without one it is a house policy, and is shown as such.
    """

    keep: Span
    by: str | None = None

    def __str__(self) -> str:
        return f"{self.keep} ({self.by or 'house policy'})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpretation(Node):
    """A question the text leaves open, its possible answers, and the one that holds until another is chosen."""

    id: str
    asks: str
    options: tuple[str, ...]
    default: str


class Applies(StrEnum):
    """When a clause works: while the bearer is bound, from in-force for ever, or always."""

    IN_FORCE = "in-force"
    SURVIVES = "survives"
    ALWAYS = "always"


class Layer(StrEnum):
    """Signed by the parties, or a duty from outside the text."""

    TEXT = "text"
    LAW = "law"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The body of a clause under one combination of the readings it depends on."""

    readings: Readings = field(hash=False)
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause(Node):
    """A sentence of the text, literally, and what it means. `variants` is empty while nothing executes it."""

    address: str
    text: str
    title: Bilingual
    applies: Applies
    layer: Layer
    under: Readings = field(default_factory=dict, hash=False)
    takes_over: str | None = None
    dpv: str | None = None
    proof: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()

    @property
    def executed(self) -> bool:
        return bool(self.variants)

    @property
    def chooses(self) -> tuple[str, ...]:
        """The interpretations that decide which body holds, and whether the clause exists."""
        inner = self.variants[0].readings if self.variants else {}
        return tuple(dict.fromkeys([*self.under, *inner]))

    def body(self, readings: Readings) -> Body | None:
        """What the clause means under these readings (all of them: `ProtocolVersion.readings`).

        None where it exists only under another reading, or where nothing executes it yet.
        """
        if any(readings[reading] != option for reading, option in self.under.items()):
            return None
        return _chosen(self.variants, readings)

    def pattern(self, readings: Readings) -> Pattern | None:
        """The same, if it is a pattern."""
        body = self.body(readings)
        return body if isinstance(body, Pattern) else None


def _chosen(variants: tuple[Variant, ...], readings: Readings) -> Body | None:
    for variant in variants:
        if all(readings[reading] == option for reading, option in variant.readings.items()):
            return variant.body
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(Node):
    """What the text leaves unsaid, shown where it matters. `address` is that of a clause, or free words."""

    address: str
    when: Trigger
    says: Bilingual
    for_each: Units | None = None
    under: Readings = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolVersion:
    """One version of one protocol. `digest` is the SHA-256 of the file's bytes; `clauses` holds both layers."""

    id: str
    version: str
    title: Bilingual
    drawn_up: date | None
    digest: Digest
    parties: tuple[Party, ...]
    calendar: DayCalendar
    clauses: tuple[Clause, ...]
    amends: str | None = None
    amends_mark: Mark = NOWHERE
    classes: tuple[OpenClass, ...] = ()
    outsiders: tuple[Outsider, ...] = ()
    house_policy: Mapping[OpenTerm, Span] = field(default_factory=dict, hash=False)
    log_retention: LogRetention | None = None
    interpretations: tuple[Interpretation, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def party_ids(self) -> tuple[str, ...]:
        return tuple(party.id for party in self.parties)

    def party(self, identifier: str) -> Party | None:
        return next((party for party in self.parties if party.id == identifier), None)

    def clause(self, address: str) -> Clause | None:
        return next((clause for clause in self.clauses if clause.address == address), None)

    def readings(self, chosen: Readings | None = None) -> dict[str, str]:
        """The option that holds for every interpretation: the chosen one, else its default; others are not followed."""
        given = chosen or {}
        return {
            each.id: given[each.id] if given.get(each.id) in each.options else each.default
            for each in self.interpretations
        }

    def has_reading(self, interpretation: str, option: str) -> bool:
        """Whether the file offers this answer to this question."""
        return any(each.id == interpretation and option in each.options for each in self.interpretations)

    def patterns(self, readings: Readings) -> Iterator[tuple[Clause, Pattern]]:
        """Every clause that is executed as a pattern under these readings."""
        for clause in self.clauses:
            if (pattern := clause.pattern(readings)) is not None:
                yield clause, pattern

    def defined(self, kind: type[D], readings: Readings) -> Iterator[tuple[Clause, D]]:
        """Every definition of this kind under these readings."""
        for clause in self.clauses:
            body = clause.body(readings)
            if isinstance(body, kind):
                yield clause, body

    def list_named(self, name: str, readings: Readings) -> NamedList | None:
        return next((each for _, each in self.defined(NamedList, readings) if each.name == name), None)
