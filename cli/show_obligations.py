"""An answer of the obligations engine, for a person and for a program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from cli.output import answer, console, style_of
from ledger.clock import BRUSSELS, spell
from projections.obligations.answer import Answer, Cause, Obligation, Status


def show_answer(found: Answer, kept: Sequence[Obligation], *, filtered: bool) -> None:
    """What is open first, then what is closed, by clause; then violations, void acts, findings and gaps."""
    answer(f"as of {_local(found.as_of)}")
    open_ones = [each for each in kept if each.is_open]
    closed = [each for each in kept if not each.is_open]
    _show_group(f"To be done: {len(open_ones)}", open_ones, found.as_of)
    _show_group(f"Done, waived or void: {len(closed)}", closed, found.as_of)
    if filtered:
        return
    _show_lines("Violations", (f"{'' if each.certain else 'undetermined: '}{each.clause}  {each.bearer}, "
                               f"{_day(each.at)}, entry {each.act.position}: {each.why}" for each in found.violations))  # fmt: skip
    _show_lines("Acts without effect", (f"{each.type} by {each.party}, entry {each.act.position}: {each.why}" for each in found.void_acts))
    _show_lines("To look at", (f"{each.clause}, entry {each.about.position}: {each.says}" for each in found.findings))
    _show_lines("What the text leaves unsaid", (f"{each.gap}: {each.en}" + (f" ({each.unit})" if each.unit else "") for each in found.gaps))
    _show_lines("Not executed", _not_executed(found))


def _show_group(title: str, obligations: Sequence[Obligation], as_of: datetime) -> None:
    answer(f"\n{title}")
    for (protocol, clause), found in groupby(_by_clause(obligations), key=lambda each: (each.protocol, each.clause)):
        rows = list(found)
        layer = "" if rows[0].layer == "text" else ", from outside the text"
        answer(f"\n{protocol}  {clause}  ({rows[0].term}{layer})")
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
    for ratio, wraps in ((None, False), (None, False), (3, True), (4, True)):
        grid.add_column(no_wrap=not wraps, overflow="fold", ratio=ratio)
    for each in rows:
        pair = f"{each.bearer} -> {', '.join(each.counterparty)}"
        cells = (f"  {each.status}", pair, str(each.unit or ""), _when(each, as_of))
        grid.add_row(*(Text(cell, style=style_of(str(each.status)) if at == 0 else "") for at, cell in enumerate(cells)))
    console().print(grid)


def _when(each: Obligation, as_of: datetime) -> str:
    """Since when, until when, and what became of it, in a few words."""
    parts = [f"since {_day(each.opened_at)}"]
    if each.status in (Status.FULFILLED, Status.FULFILLED_LATE) and each.closed_at:
        parts = [f"{_day(each.opened_at)} to {_day(each.closed_at)}, {_age(each.closed_at - each.opened_at)}"]
        parts += [f"entry {each.closed_by.position}"] if each.closed_by and each.closed_by.position else []
    elif each.status == Status.WAIVED and each.waived_by:
        parts.append(f"by entry {each.waived_by.position}")
    elif each.is_open:
        parts.append(_age(as_of - each.opened_at))
        parts += [f"due {_day(each.due.strict)}"] if each.due else []
        parts += [f"overdue by {each.overdue_by}"] if each.overdue_by else []
    parts += [f"missing: {'; '.join(each.missing)}"] if each.missing else []
    return ", ".join([*parts, *each.notes])


def _show_lines(title: str, lines: Iterable[str]) -> None:
    import textwrap

    from cli.output import width

    found = list(lines)
    if found:
        answer(f"\n{title}: {len(found)}")
    for line in found:
        answer(textwrap.fill(line, width(), initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False))


def _not_executed(found: Answer) -> list[str]:
    """Clauses by the reason they were not applied."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for each in found.not_executed:
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


def obligations_json(found: Answer, kept: Sequence[Obligation], known_at: datetime | None) -> dict[str, Any]:
    """The document of the command contract; new fields may appear."""
    return {
        "as_of": spell(found.as_of), "known_at": _moment(known_at), "items": [_item(each) for each in kept],
        "violations": [
            {"id": each.id, "protocol": each.protocol, "clause": each.clause, "bearer": each.bearer, "at": spell(each.at),
             "act": _cause(each.act), "why": each.why, "certain": each.certain, "missing": list(each.missing)}
            for each in found.violations
        ],
        "void_acts": [
            {"protocol": each.protocol, "type": each.type, "party": each.party, "act": _cause(each.act), "why": each.why}
            for each in found.void_acts
        ],
        "powers": [
            {"protocol": each.protocol, "clause": each.clause, "case": each.case, "holder": each.holder, "state": each.state,
             "exercisable_from": _moment(each.exercisable_from)}
            for each in found.powers
        ],
        "findings": [{"clause": each.clause, "about": _cause(each.about), "says": each.says} for each in found.findings],
        "gaps": [
            {"protocol": each.protocol, "gap": each.gap, "unit": _unit(each.unit), "says": {"nl": each.nl, "en": each.en}}
            for each in found.gaps
        ],
        "not_executed": [each._asdict() for each in found.not_executed],
    }  # fmt: skip


def _item(each: Obligation) -> dict[str, Any]:
    due = {"strict": spell(each.due.strict), "lenient": spell(each.due.lenient)} if each.due else None
    return {
        "id": each.id, "protocol": each.protocol, "version": each.version, "clause": each.clause,
        "pattern": each.pattern, "layer": each.layer, "bearer": each.bearer, "counterparty": list(each.counterparty),
        "unit": _unit(each.unit), "case": each.case, "opened_at": spell(each.opened_at),
        "opened_by": _cause(each.opened_by), "known_since": spell(each.known_since), "term": each.term, "due": due,
        "policy_due": _moment(each.policy_due), "status": str(each.status), "overdue_by": each.overdue_by,
        "reading": dict(each.reading), "closed_at": _moment(each.closed_at), "closed_by": _cause(each.closed_by),
        "waived_by": _cause(each.waived_by), "missing": list(each.missing), "clock": each.clock, "notes": list(each.notes),
    }  # fmt: skip


def _unit(unit: Any) -> dict[str, Any] | None:
    return {"kind": unit.kind, "label": unit.label, **unit.fields} if unit else None


def _cause(cause: Cause | None) -> dict[str, Any] | None:
    return cause._asdict() if cause else None


def _moment(moment: datetime | None) -> str | None:
    return spell(moment) if moment else None
