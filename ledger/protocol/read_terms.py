"""Readers of terms, spans, periods and effect times: `1 month from trigger.found_at to end-of-month`."""

from __future__ import annotations

import re

from ledger.protocol.document import Scalar, Tree
from ledger.protocol.expressions import Root, Selector
from ledger.protocol.faults import near
from ledger.protocol.reading import Context, scalar
from ledger.protocol.terms import (
    Calendar,
    CalendarPeriod,
    Edge,
    EffectTime,
    OpenTerm,
    Period,
    Rolling,
    Span,
    Term,
    TimeUnit,
)

_SELECTOR = re.compile(r"(trigger|act|unit|protocol)\.([a-z][a-z0-9_]*)", re.ASCII)
_SPAN = re.compile(r"(-?[0-9]+) ([a-z]+(?:-[a-z]+)*)", re.ASCII)
_TAIL = re.compile(r"(?P<length>.*?)(?: from (?P<start>\S+))?(?: to (?P<edge>\S+))?", re.ASCII)
_MOST = {
    TimeUnit.HOURS: 87_600,
    TimeUnit.DAYS: 36_500,
    TimeUnit.WORKING_DAYS: 26_000,
    TimeUnit.WEEKS: 5_200,
    TimeUnit.MONTHS: 1_200,
    TimeUnit.YEARS: 100,
}
"""A century: what is longer is a slip, and would leave the calendar."""
_DIGITS, _SHOWN = 5, 40
"""Of a count that may be in range; of a span that is told."""


def selector_in(word: str, node: Tree) -> Selector | None:
    found = _SELECTOR.fullmatch(word)
    return Selector(Root(found[1]), found[2], mark=node.mark) if found else None


def selector(node: Tree, context: Context) -> Selector:
    """`trigger.FIELD`, `act.FIELD`, `unit.FIELD` or `protocol.FIELD`."""
    word = scalar(node, context, "a selector such as trigger.party").text
    found = selector_in(word, node)
    if found is None:
        raise context.refuse(node, "selector", f"{word!r} is not a selector such as trigger.party")
    return found


def span(node: Tree, context: Context) -> Span:
    return _span(scalar(node, context, "a span such as 30 days").text, node, context)


def _span(word: str, node: Tree, context: Context) -> Span:
    found = _SPAN.fullmatch(word)
    if not found:
        raise context.refuse(node, "term", f"{word!r} is not a span; write 30 days, 1 month, 10 working-days")
    plural = found[2] if found[2].endswith("s") else found[2] + "s"
    units = [unit.value for unit in TimeUnit]
    if plural not in units:
        raise context.refuse(node, "term", f"{found[2]!r} is not a unit of time{near(plural, units)}")
    unit = TimeUnit(plural)
    count = int(found[1]) if len(found[1]) <= _DIGITS else 0
    if not 1 <= count <= _MOST[unit]:
        raise context.refuse(node, "term", f"{_short(word)} is out of range: from 1 to {_MOST[unit]} {unit}")
    return Span(count, unit)


def _short(word: str) -> str:
    return word if len(word) <= _SHOWN else f"{word[:_SHOWN]}\N{HORIZONTAL ELLIPSIS}"


def term(node: Tree, context: Context) -> Term:
    word = scalar(node, context, "a term").text
    length, start, edge = _parts(word, node, context)
    words = [each.value for each in OpenTerm]
    if length in words:
        if edge is not None:
            raise context.refuse(node, "term", f"{length} has no length that could go on to {edge.value}")
        return Term(OpenTerm(length), start, edge, mark=node.mark)
    if not length.removeprefix("-")[:1].isdigit():
        known = [*words, "30 days"]
        raise context.refuse(node, "term", f"{length!r} is not a term{near(length, known)}")
    return Term(_span(length, node, context), start, edge, mark=node.mark)


def _parts(word: str, node: Tree, context: Context) -> tuple[str, Selector | None, Edge | None]:
    found = _TAIL.fullmatch(word)
    if found is None:
        raise context.refuse(node, "term", f"{word!r} is not a term")
    start = None
    if found["start"] is not None:
        start = selector(Scalar(found["start"], True, node.mark), context)
    edge = None
    if found["edge"] is not None:
        edges = [each.value for each in Edge]
        if found["edge"] not in edges:
            raise context.refuse(node, "term", f"{found['edge']!r} is not an edge{near(found['edge'], edges)}")
        edge = Edge(found["edge"])
    return found["length"], start, edge


def period(node: Tree, context: Context) -> Period:
    word = scalar(node, context, "a period such as 12 months or calendar year").text
    if not word.startswith("calendar "):
        return Rolling(_span(word, node, context), mark=node.mark)
    return Calendar(calendar_period(node, context), mark=node.mark)


def calendar_period(node: Tree, context: Context) -> CalendarPeriod:
    """`calendar year`."""
    word = scalar(node, context, "a period such as calendar year").text
    known = [f"calendar {each.value}" for each in CalendarPeriod]
    if word not in known:
        raise context.refuse(node, "term", f"{word!r} is not a calendar period{near(word, known)}")
    return CalendarPeriod(word.removeprefix("calendar "))


def effect_time(node: Tree, context: Context) -> EffectTime:
    """`act.effective_at`, or `3 months from act.received_at to end-of-month`."""
    word = scalar(node, context, "a moment of the act").text
    if (simple := selector_in(word, node)) is not None:
        return EffectTime(simple, mark=node.mark)
    length, start, edge = _parts(word, node, context)
    if start is None:
        raise context.refuse(node, "term", f"{word!r} names no moment: write act.FIELD, or SPAN from act.FIELD")
    return EffectTime(start, _span(length, node, context), edge, mark=node.mark)
