"""`ledger import summarise`: uses added up, for bundles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli import session
from cli.counted import counted
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option
from cli.output import answer, answer_json

if TYPE_CHECKING:
    from ledger.importers.usage_summary import Summarised


@click.command(epilog=EXIT_STATUS)
@click.option("--protocol", metavar="ID", help="Of which protocol; may be left out if there is one, or one of --party.")
@click.option("--party", metavar="PARTY", help="Only the batches of this party. Its key signs.")
@click.option("--check", is_flag=True, help="Write nothing: add the uses up again, and compare.")
@json_option
@ledger_option
@click.pass_context
def summarise(ctx: click.Context, protocol: str | None, party: str | None, check: bool, as_json: bool) -> None:
    """Add up the uses of each batch, by day, actor, application and dataset, as signed entries beside the batches.

    A bundle shows them, so that it proves access management without a row for each use: the party signed these sums,
    and they are as many as the batches count. That each row is right shows who has the uses: --check.

    \b
    Example:
      ledger import summarise --party VLAIO
    """
    from ledger.door import door_of
    from ledger.importers.usage_summary import check_summary, summarised

    store = session.whole(ctx)
    chosen = session.protocol_of(door_of(store), protocol, party)
    found = [each for each in summarised(store, chosen) if party in (None, each.batch.opener.author)]
    waiting = [each for each in found if not each.is_whole]
    written = 0
    if check:
        for each in found:
            if each.is_whole:
                check_summary(store, each)
    else:
        written = _write(ctx, waiting)
    if as_json:
        answer_json({"batches": len(found), "summarised": len(found) - (len(waiting) if check else 0),
                     "written": written, "checked": check})  # fmt: skip
    elif check:
        known = len(found) - len(waiting)
        sums = counted(known, "summary is what its uses add up to", "summaries are what their uses add up to")
        answer(f"{sums}; {counted(len(waiting), 'batch has none', 'batches have none')}")
    else:
        batches = counted(len(waiting), "batch", "batches")
        entries = counted(written, "entry", "entries")
        answer(f"{batches} summarised in {entries}; before: {len(found) - len(waiting):,}")


def _write(ctx: click.Context, waiting: list[Summarised]) -> int:
    from cli.commands.record import Signer
    from ledger.importers.usage_summary import drafts, rows

    if not waiting:
        return 0
    opened = session.application(ctx)
    written = 0
    for each in waiting:
        signer = Signer(ctx, opened, each.batch.opener.author)
        lines = [signer.drafted(draft) for draft in drafts(each.batch, rows(opened.store, each.batch))]
        written += sum(recorded.new for recorded in opened.record(lines))
    return written
