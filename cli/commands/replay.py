"""`ledger replay`: every projection again, from the entries."""

from __future__ import annotations

from datetime import datetime

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option, moment_options
from cli.output import answer, answer_json, table
from cli.progress import progress


@click.command(epilog=EXIT_STATUS)
@click.option("--resume", is_flag=True, help="From the snapshots, not from entry 1.")
@click.option(
    "--engine",
    type=click.Choice(["local", "process"]),
    default="local",
    help="Where it runs: here, or shared with a second process, which pays for large ledgers.",
)
@moment_options
@json_option
@ledger_option
@click.pass_context
def command(
    ctx: click.Context, resume: bool, engine: str, as_of: datetime | None, known_at: datetime | None, as_json: bool
) -> None:
    """Verify, and rebuild every projection from entry 1; print each one's digest.

    \b
    Example:
      ledger replay
    The same entries give the same digests on every machine and database.
    """
    from ledger.clock import spell
    from ledger.errors import UsageProblem
    from ledger.storage.snapshots import Snapshots
    from projections.catalogue import projections
    from projections.runner import fold, follow

    if resume and known_at:
        raise UsageProblem("a snapshot is of the present", hint="leave out --resume or --known-at")
    store = session.whole(ctx)
    every = projections(store.protocol_file)
    url = session.place(ctx).url if engine == "process" else None
    with progress("entries") as tell:
        if resume:
            snapshots = Snapshots(session.place(ctx).views)
            ctx.call_on_close(snapshots.close)
            found = follow(store, every, snapshots, url=url, progress=tell)
        else:
            found = fold(store, every, known_at=known_at, url=url, progress=tell)
    head = store.head()
    size = found[0].reached.position
    if as_json:
        answer_json(
            {
                "size": size,
                "root": head.root.hex() if size == head.size else None,
                "as_of": spell(as_of) if as_of else None,
                "known_at": spell(known_at) if known_at else None,
                "projections": {
                    each.projection.name: {
                        "version": each.projection.version,
                        "digest": each.digest,
                        "items": each.projection.items(each.state),
                    }
                    for each in found
                },
            }
        )
        return
    answer(f"replayed {size:,} entries" + ("" if size == head.size else f" of {head.size:,}"))
    rows = [
        (each.projection.name, str(each.projection.version), f"{each.projection.items(each.state):,}", each.digest)
        for each in found
    ]
    table(("projection", "version", "items", "digest"), rows, wraps=("digest",))
