"""`ledger export`."""

from __future__ import annotations

import sys

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.options import ledger_option


@click.command(epilog=EXIT_STATUS)
@click.option("--after", default=0, type=click.IntRange(min=0), metavar="POSITION", help="Only entries after this one.")
@ledger_option
@click.pass_context
def command(ctx: click.Context, after: int) -> None:
    """The stored entries, byte for byte, one a line, in order.

    \b
    Example:
      ledger export > entries.jsonl      docs/formats/entry.md checks it in ten lines
    """
    store = session.store(ctx)
    out = sys.stdout.buffer
    for page in store.pages(after):
        out.write(b"".join(row[4] + b"\n" for row in page))
    out.flush()
