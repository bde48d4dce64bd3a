"""Words and counts of time, as a text states them. They are counted in projections, never here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger.protocol.expressions import Selector
from ledger.protocol.marks import Node


class OpenTerm(StrEnum):
    """A term without a number: the duty opens at once, shows its age and never gets a date from us."""

    IMMEDIATELY = "immediately"
    WITHOUT_UNDUE_DELAY = "without-undue-delay"
    REASONABLE = "reasonable"
    ON_REQUEST = "on-request"
    NONE_STATED = "none-stated"


class TimeUnit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working-days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


class Edge(StrEnum):
    """To where a counted span is extended."""

    END_OF_MONTH = "end-of-month"
    END_OF_YEAR = "end-of-year"


class CalendarPeriod(StrEnum):
    """One obligation per whole period of the calendar."""

    DAY = "day"
    WORKING_DAY = "working-day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Span:
    """So many of one unit of time; `count` is at least 1."""

    count: int
    unit: TimeUnit

    def __str__(self) -> str:
        unit = self.unit.value
        return f"{self.count} {unit[:-1] if self.count == 1 else unit}"


@dataclass(frozen=True, slots=True)
class Term(Node):
    """How long a bearer has. It runs from the opening, or from the moment `start` names; `edge` extends a span."""

    length: OpenTerm | Span
    start: Selector | None = None
    edge: Edge | None = None


@dataclass(frozen=True, slots=True)
class Rolling(Node):
    """Again within this span, counted from the last time."""

    span: Span


@dataclass(frozen=True, slots=True)
class Calendar(Node):
    """Again in every whole period of the calendar."""

    period: CalendarPeriod


Period = Rolling | Calendar


@dataclass(frozen=True, slots=True)
class EffectTime(Node):
    """When a power's effect begins: at a moment of the act, or a span after it."""

    start: Selector
    after: Span | None = None
    edge: Edge | None = None
