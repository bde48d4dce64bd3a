"""The life of one protocol: versions and readings over time, who is bound when, and its moments (R7-R10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar, cast

from ledger.clock import Moment
from ledger.protocol.definitions import Definition, Flow, Flows, NamedList
from ledger.protocol.expressions import MomentKind
from ledger.protocol.model import ProtocolVersion, Readings
from projections.obligations.answer import Cause, VoidAct
from projections.obligations.facts import Fact
from projections.obligations.truth import Span
from projections.projection import Known

D = TypeVar("D", bound=Definition)
MOMENT = "moment:"
"""Prefix of the type of a fact that is a moment of the protocol's life."""


class Choice(NamedTuple):
    """That a reading holds from a moment on, and who chose it."""

    since: datetime
    interpretation: str
    option: str
    by: Cause


@dataclass(slots=True)
class InForceVersion:
    """A version of the text, with the entry that registered it; `start` None: not in force."""

    version: ProtocolVersion
    registered: Known
    start: Moment | None = None
    signed: Moment | None = None


@dataclass(slots=True)
class Life:
    """What is known of it at one moment. `bound` has no end where none has come; ends may lie in the future."""

    versions: Sequence[InForceVersion]
    choices: Sequence[Choice]
    bound: dict[str, list[Span]] = field(default_factory=dict)
    last_day: dict[str, Moment] = field(default_factory=dict)
    """Of a party for which a date ended the protocol, that date: its span ends where the date begins, and whether it is
    still bound at an hour of it is not known (R1)."""
    suspended: dict[str, list[Span]] = field(default_factory=dict)
    turns: list[Fact] = field(default_factory=list)
    void: list[VoidAct] = field(default_factory=list)
    contested: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Acts that stand although their ground or cure is unknown, with what is missing."""
    exercised: dict[tuple[str, str, str], Cause] = field(default_factory=dict)
    """(address, case, holder) of a power -> the act that used it."""
    joined: set[str] = field(default_factory=set)
    """Statements that completed a joint act."""
    overtaken: set[str] = field(default_factory=set)
    """Acts and dates that end nothing, as it had ended by then or ends through another at the same moment."""
    _readings: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)
    _defined: dict[tuple[object, ...], list[Definition]] = field(default_factory=dict)

    @property
    def first(self) -> InForceVersion:
        return self.versions[0]

    @property
    def in_force(self) -> Moment | None:
        return self.first.start

    def version_at(self, instant: datetime) -> InForceVersion:
        """The version in force then; before any is, the first."""
        found = self.first
        for each in self.versions:
            if each.start is not None and each.start.earliest <= instant:
                found = each
        return found

    def readings_at(self, version: ProtocolVersion, instant: datetime) -> dict[str, str]:
        """The option that holds for every interpretation: the last one chosen for that time, else its default."""
        applying = [each.since <= instant for each in self.choices]
        key = (version.version, sum(1 << index for index, applies in enumerate(applying) if applies))
        if key not in self._readings:
            chosen = {one.interpretation: one.option for one, yes in zip(self.choices, applying, strict=True) if yes}
            self._readings[key] = version.readings(chosen)
        return self._readings[key]

    def chosen_by(self, names: Iterable[str], instant: datetime) -> dict[str, Cause]:
        """Who chose the readings that held then; one that nobody chose is a default, and is not here."""
        found = {each.interpretation: each.by for each in self.choices if each.since <= instant}
        return {name: found[name] for name in names if name in found}

    def defined(self, version: ProtocolVersion, kind: type[D], readings: Readings) -> list[D]:
        """Every definition of a kind under these readings; looked for once."""
        key = (version.version, kind, *readings.items())
        if key not in self._defined:
            self._defined[key] = [definition for _, definition in version.defined(kind, readings)]
        return cast("list[D]", self._defined[key])

    def list_named(self, version: ProtocolVersion, name: str, readings: Readings) -> NamedList | None:
        return next((each for each in self.defined(version, NamedList, readings) if each.name == name), None)

    def bound_at(self, instant: datetime) -> tuple[str, ...]:
        """Who is bound then, or may be: the instant of leaving or ending included, and the date of the end."""
        return tuple(party for party in self.bound if self.is_bound(party, Moment("", instant, instant)))

    def bound_until(self, instant: datetime) -> tuple[str, ...]:
        """Who is bound then or was before."""
        return tuple(party for party, spans in self.bound.items() if any(span.start <= instant for span in spans))

    def first_bound(self, party: str) -> datetime | None:
        """Since when it is bound, or was for the first time; None: never."""
        return min((span.start for span in self.bound.get(party, ())), default=None)

    def bound_between(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """Who is bound at some instant from `start` to `end`, both included."""
        return tuple(
            party
            for party, spans in self.bound.items()
            if any(span.start <= end and (span.end is None or start <= span.end) for span in spans)
        )

    def is_bound(self, party: str, moment: Moment) -> bool:
        """Whether it is bound, or may be, at some instant of that moment, the end included."""
        return any(
            span.start <= moment.latest
            and (span.end is None or moment.earliest <= span.end or self._on_last_day(party, span, moment))
            for span in self.bound.get(party, ())
        )

    def _on_last_day(self, party: str, span: Span, moment: Moment) -> bool:
        day = self.last_day.get(party)
        return day is not None and span.end == day.earliest and moment.earliest < day.latest

    def bound_through_last_day(self, party: str) -> list[Span]:
        """When it is bound; where a date ended the protocol, until that day is over."""
        spans, day = self.bound.get(party, ()), self.last_day.get(party)
        if day is None:
            return list(spans)
        return [Span(span.start, day.latest) if span.end == day.earliest else span for span in spans]

    def of(self, kind: MomentKind) -> list[Fact]:
        return [turn for turn in self.turns if turn.stands and turn.type == MOMENT + kind.value]

    def flows(self, version: ProtocolVersion, instant: datetime) -> Iterable[Flow]:
        for definition in self.defined(version, Flows, self.readings_at(version, instant)):
            yield from definition.flows
