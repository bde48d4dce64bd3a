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

    Stops with exit 3 before an entry that does not follow from the one before it.

    \b
    Example:
      ledger export > entries.jsonl      docs/formats/entry.md checks it in ten lines
    """
    from ledger.replay import Reached, verified

    store = session.whole(ctx)
    out = sys.stdout.buffer
    if after < store.size():
        start = Reached(after, *store.leaves(after - 1, after)) if after else Reached()
        for entries in verified(store, start):
            out.write(b"".join(entry.raw + b"\n" for entry in entries))
    out.flush()
