"""`ledger register`: the registers an auditor asks for."""

from __future__ import annotations

import csv
import re
import sys
import textwrap
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.moments import in_brussels
from cli.options import json_option, ledger_option, moment_options
from cli.output import answer, answer_json, natural_width, say, table, width

if TYPE_CHECKING:
    from projections.registers.register import Row

LEAST = 16
"""Columns of a terminal that a cell of words needs at least."""
WIDE = ("parties", "notes", "what", "dataset", "detail", "waiting on", "missing")
"""Columns of words, which may break into lines."""

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", re.ASCII)
_TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the start of a formula."""


@click.command(epilog=EXIT_STATUS)
@click.argument("name")
@click.option("--protocol", metavar="ID", help="Only of this protocol.")
@click.option("--csv", "as_csv", is_flag=True, help="The answer as CSV; what looks like a formula is quoted.")
@moment_options
@json_option
@ledger_option
@click.pass_context
def command(
    ctx: click.Context, name: str, protocol: str | None, as_csv: bool, as_of: datetime | None,
    known_at: datetime | None, as_json: bool,
) -> None:  # fmt: skip
    """One register, as it stood at a moment.

    It is one of: access, processors, breaches, corrections, exchanges, findings, holdings, measures, marketing,
    publications, lifecycle.

    \b
    Example:
      ledger register holdings --as-of 2022-06-15
    """
    from cli.asked import check_asked
    from ledger.clock import now, spell
    from projections.catalogue import register

    store = session.whole(ctx)
    asked = register(name, store.protocol_file)
    moment = as_of or now()
    rows = asked.rows(session.folded(ctx, store, asked, known_at).state, moment)
    kept = [row for row in rows if protocol in (None, row["protocol"])]
    if not kept and protocol:
        check_asked(store, protocol)
    if as_json:
        answer_json(
            {"register": name, "as_of": spell(moment), "known_at": spell(known_at) if known_at else None, "items": kept}
        )
    elif as_csv:
        write_csv(asked.columns, kept)
    else:
        _show(asked.columns, kept)


def _show(columns: Sequence[str], rows: Sequence[Row]) -> None:
    """One table a protocol, without the columns that are empty throughout."""
    if not rows:
        say("nothing is on record here at that moment")
    # Moments are shown as local time to the minute; --json and --csv have them whole.
    for protocol in dict.fromkeys(row["protocol"] for row in rows):
        found = [row for row in rows if row["protocol"] == protocol]
        used = [column for column in columns[1:] if any(_cell(row.get(column)) for row in found)]
        answer(f"\n{protocol}")
        names = [column.replace("_", " ") for column in used]
        whole = cells = [[_shown(_cell(row.get(column)), whole=True) for column in used] for row in found]
        if natural_width(names, cells) > width():
            cells = [[_shown(_cell(row.get(column)), whole=False) for column in used] for row in found]
        wraps = [name for name in names if name in WIDE] if natural_width(names, cells) > width() else []
        if _least_width(names, cells, wraps) > width():
            _show_records(names, whole)
        else:
            table(names, cells, wraps=wraps)


def _least_width(names: Sequence[str], cells: Sequence[Sequence[str]], wraps: Sequence[str]) -> int:
    """How many columns of a terminal it takes if the cells that may break do."""
    broken = [
        [cell[:LEAST] if name in wraps else cell for name, cell in zip(names, row, strict=True)] for row in cells
    ]  # fmt: skip
    return natural_width(names, broken)


def _show_records(names: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """A table that no terminal holds: a block a row, a line a column, without what is empty."""
    indent = " " * (max(map(len, names)) + 4)
    for row in cells:
        answer("")
        for name, cell in zip(names, row, strict=True):
            if cell:
                first = f"  {name}".ljust(len(indent))
                answer(textwrap.fill(cell, width(), initial_indent=first, subsequent_indent=indent))


def _shown(text: str, *, whole: bool) -> str:
    """An instant as local time (only its date, if not `whole`), a token as its first digits; else as it is."""
    if _INSTANT.fullmatch(text):
        return in_brussels(datetime.fromisoformat(text)).strftime("%Y-%m-%d %H:%M" if whole else "%Y-%m-%d")
    return f"{text[:8]}\N{HORIZONTAL ELLIPSIS}" if _TOKEN.fullmatch(text) else text


def write_csv(columns: Sequence[str], rows: Sequence[Row]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_quoted(_cell(row.get(column))) for column in columns] for row in rows)


def _quoted(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        words = [str(each) for each in value]
        return ("; " if any(", " in word for word in words) else ", ").join(words)
    return "" if value is None else str(value)
