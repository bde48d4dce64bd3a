"""An answer of the obligations engine, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from cli import obligation_words as words
from cli.moments import exclusive_end, here
from cli.output import answer, answer_filled, answer_laid_out, style_of
from ledger.clock import BRUSSELS
from ledger.protocol.addresses import begins
from projections.obligations.answer import Answer, Gap, NotExecuted, Obligation, Status, Violation
from projections.obligations.listing import Listing

LINES = 200
"""Beyond so many lines, what is not open is counted by clause."""
SHORT = 6
"""Digits of an id on a row: enough for `ledger why`."""


def show_answer(
    found: Answer, kept: Sequence[Obligation], *, filtered: bool, clause: str = "", brief: bool = False
) -> None:
    """What is open first, then what is closed, by clause; then, unless it is `filtered`, what else was found.

    With `clause`, of that only what belongs to the clauses whose address begins so.
    """
    if clause:
        findings = tuple(each for each in found.findings if begins(each.clause, clause))
        gaps = tuple(each for each in found.gaps if begins(each.gap, clause))
        found = replace(found, findings=findings, gaps=gaps, void_acts=())
    answer(f"as of {_local(found.as_of)}")
    open_ones = [each for each in kept if each.is_open]
    closed = [each for each in kept if not each.is_open]
    _show_group(f"To be done: {len(open_ones)}", open_ones, found.as_of)
    _show_group(f"Done, waived or void: {len(closed)}", closed, found.as_of)
    if filtered:
        return
    _show_lines("Violations", (_violation(each) for each in found.violations if each.certain))
    _show_lines("Acts that cannot be judged yet", (_violation(each) for each in found.violations if not each.certain))
    _show_lines(
        "Acts without effect",
        (f"{each.type} by {each.party}, entry {each.act.position}: {here(each.why)}" for each in found.void_acts),
    )
    _show_lines("To look at", (f"{each.clause}, entry {each.about.position}: {each.says}" for each in found.findings))
    _show_lines("What the text leaves unsaid", map(_gap, found.gaps))
    if not brief:
        _show_lines("Not executed", _not_executed(found.not_executed))


def show_listing(found: Listing) -> None:
    """What is open, then how much else there is, by clause."""
    answer(f"as of {_local(found.as_of)}")
    _show_group(f"To be done: {len(found.due)}", found.due, found.as_of)
    tally = found.tally
    done: dict[tuple[str, str], list[str]] = {}
    for (protocol, clause, status), count in tally.closed.items():
        done.setdefault((protocol, clause), []).append(f"{count:,} {status}")
    _show_counts(
        "Done, waived or void", tally.closed.total(), {place: ", ".join(counts) for place, counts in done.items()}
    )
    for title, counter in (
        ("Violations", tally.violations), ("Acts that cannot be judged yet", tally.uncertain),
        ("To look at", tally.findings),
    ):  # fmt: skip
        _show_counts(title, counter.total(), {place: f"{count:,}" for place, count in counter.items()})
    _show_counts("Acts without effect", tally.void_acts, {})
    _show_lines("What the text leaves unsaid", map(_gap, found.gaps))
    _show_lines("Not executed", _not_executed(found.not_executed))
    answer("")
    answer_filled("What is only counted is listed by --all and in --json; --clause narrows it to some clauses.")


def _show_counts(title: str, total: int, lines: Mapping[tuple[str, str], str]) -> None:
    if total:
        answer(f"\n{title}: {total:,}")
    for (protocol, clause), counted in sorted(lines.items()):
        answer_filled(f"{protocol}  {clause}: {counted}", "  ", "    ")


def _show_group(title: str, obligations: Sequence[Obligation], as_of: datetime) -> None:
    answer(f"\n{title}")
    for (protocol, clause), found in groupby(_by_clause(obligations), key=lambda each: (each.protocol, each.clause)):
        rows = list(found)
        layer = "" if rows[0].layer == "text" else ", from outside the text"
        answer("")
        answer_filled(f"{protocol}  {clause}  ({words.term(rows[0].term)}{layer})", hanging="  ")
        _show_rows(rows, as_of)


def _by_clause(obligations: Sequence[Obligation]) -> list[Obligation]:
    """Clauses in the order of their first obligation, so that the most urgent stays on top."""
    order: dict[tuple[str, str], int] = {}
    for each in obligations:
        order.setdefault((each.protocol, each.clause), len(order))
    return sorted(obligations, key=lambda each: order[each.protocol, each.clause])


def _show_rows(rows: Sequence[Obligation], as_of: datetime) -> None:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    for ratio, wraps in ((None, False), (None, False), (None, False), (3, True), (4, True)):
        grid.add_column(no_wrap=not wraps, overflow="fold", ratio=ratio)
    for each in rows:
        pair = f"{each.bearer} -> {', '.join(each.counterparty) or '?'}"
        cells = (f"  {each.id[:SHORT]}", str(each.status), pair, _unit_label(each), _when(each, as_of))
        grid.add_row(
            *(Text(cell, style=style_of(str(each.status)) if at == 1 else "") for at, cell in enumerate(cells))
        )
    answer_laid_out(grid)


def _unit_label(each: Obligation) -> str:
    """The unit without what the pair of parties says already."""
    unit = each.unit
    if unit is None or (unit.kind == "party" and unit.label in each.counterparty):
        return ""
    if unit.kind != "holding":
        return unit.label
    fields = unit.fields
    parts = [fields.get("dataset", ""), *(fields.get(name, "") for name in ("copy", "records", "exchange"))]
    origin = fields.get("origin", "")
    return ", ".join(part for part in parts if part) + ("" if origin in each.counterparty else f", from {origin}")


def _when(each: Obligation, as_of: datetime) -> str:
    """Since when, until when, and what became of it, in a few words."""
    parts = [f"since {_day(each.opened_at)}"]
    if each.status in (Status.FULFILLED, Status.FULFILLED_LATE) and each.closed_at:
        parts = [f"{_day(each.closed_at)}, after {_age(each.closed_at - each.opened_at)}"]
        parts += [f"late by {_age(each.late_by)}"] if each.late_by else []
        parts += [f"entry {each.closed_by.position}"] if each.closed_by and each.closed_by.position else []
    elif each.status == Status.WAIVED and each.waived_by:
        parts.append(f"by entry {each.waived_by.position}")
    elif each.is_open:
        parts.append(_age(as_of - each.opened_at))
        parts += [f"due before {exclusive_end(each.due.strict)}"] if each.due else []
        parts += [f"overdue {words.OVERDUE_BY[each.overdue_by]}"] if each.overdue_by else []
    parts += [f"missing: {words.named('; '.join(each.missing))}"] if each.missing else []
    return ", ".join([*parts, *(words.note(note.removeprefix("evidence: ")) for note in each.notes)])


def _show_lines(title: str, lines: Iterable[str]) -> None:
    found = list(lines)
    if found:
        answer(f"\n{title}: {len(found)}")
    for line in found:
        answer_filled(line, "  ", "    ")


def _violation(each: Violation) -> str:
    missing = f" (missing: {words.named(here('; '.join(each.missing)))})" if each.missing else ""
    act = f"{each.bearer}, {_day(each.at)}, entry {each.act.position}"
    return f"{each.protocol}  {each.clause}  {act}: {words.why(each.why)}{missing}"


def _gap(each: Gap) -> str:
    return f"{each.gap}: {each.en}" + (f" ({each.unit})" if each.unit else "")


def _not_executed(found: Iterable[NotExecuted]) -> list[str]:
    """Clauses by the reason they were not applied."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for each in found:
        reasons.setdefault((each.protocol, each.reason), []).append(each.clause)
    return [f"{protocol}, {reason}: {'; '.join(clauses)}" for (protocol, reason), clauses in reasons.items()]


def _age(span: timedelta) -> str:
    if span < timedelta(hours=1):
        return f"{max(0, int(span.total_seconds() // 60))} min"
    if span < timedelta(days=2):
        return f"{int(span.total_seconds() // 3600)} h"
    return f"{span.days} days"


def _day(moment: datetime) -> str:
    return moment.astimezone(BRUSSELS).date().isoformat()


def _local(moment: datetime) -> str:
    return moment.astimezone(BRUSSELS).isoformat(timespec="minutes")
