"""`ledger replay`: every projection again, from the entries."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.counted import counted
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option, moment, moment_options
from cli.output import answer, answer_json, say, table
from cli.progress import progress

if TYPE_CHECKING:
    from ledger.storage.store import Store
    from projections.runner import Folded


class Until(click.ParamType[int | datetime]):
    """A position, or a moment: digits alone are a position."""

    name = "until"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | datetime:
        if isinstance(value, str) and value.isascii() and value.isdigit():
            return int(value)
        return value if isinstance(value, int | datetime) else moment(value)


@click.command(epilog=EXIT_STATUS)
@click.option("--resume", is_flag=True, help="From the snapshots, not from entry 1.")
@click.option(
    "--until", type=Until(), metavar="MOMENT|POSITION",
    help="Only what had been recorded by this moment, or the entries up to this position.",
)  # fmt: skip
@click.option(
    "--engine",
    type=click.Choice(["local", "process", "spark"]),
    default="local",
    help="Who reads and checks: this process, this one and another, or Apache Spark on this machine.",
)
@moment_options
@json_option
@ledger_option
@click.pass_context
def command(
    ctx: click.Context, resume: bool, until: int | datetime | None, engine: str, as_of: datetime | None,
    known_at: datetime | None, as_json: bool,
) -> None:  # fmt: skip
    """Verify, and rebuild every projection from entry 1; print each one's digest.

    What is kept beside the ledger to answer sooner is made anew.

    \b
    Examples:
      ledger replay
      ledger replay --until 2022-05-31 --engine process
    The same entries give the same digests on every machine, database and engine.
    """
    from ledger.clock import spell
    from ledger.errors import UsageProblem

    if resume and (known_at or until is not None):
        raise UsageProblem("a snapshot is of the present", hint="leave out --resume, or --until and --known-at")
    if known_at and until is not None:
        raise UsageProblem("--until and --known-at both say where to end", hint="leave out one of them")
    known_at = until if isinstance(until, datetime) else known_at
    store = session.whole(ctx)
    found = _replayed(ctx, store, engine, resume, until if isinstance(until, int) else None, known_at)
    size = found[0].reached.position
    if as_json:
        moments = {"as_of": spell(as_of) if as_of else None, "known_at": spell(known_at) if known_at else None}
        answer_json({"size": size, "root": _root(store, size), **moments, "projections": _as_json(found)})
        return
    head = store.size()
    answer(f"replayed {counted(size, 'entry', 'entries')}" + ("" if size == head else f" of {head:,}"))
    rows = [
        (each.projection.name, str(each.projection.version), f"{each.projection.items(each.state):,}", each.digest)
        for each in found
    ]
    table(("projection", "version", "items", "digest"), rows, wraps=("digest",))


def _replayed(
    ctx: click.Context, store: Store, engine: str, resume: bool, upto: int | None, known_at: datetime | None
) -> list[Folded]:
    from ledger.storage.snapshots import Snapshots
    from projections.catalogue import projections
    from projections.engines.named import engine_named
    from projections.runner import fold, follow

    every = projections(store.protocol_file)
    chosen = engine_named(engine, session.place(ctx).url)
    with progress("entries") as tell:
        if resume:
            snapshots = Snapshots(session.place(ctx).views)
            ctx.call_on_close(snapshots.close)
            return follow(store, every, snapshots, engine=chosen, progress=tell)
        found = fold(store, every, upto=upto, known_at=known_at, engine=chosen, progress=tell)
    if upto is None and known_at is None:
        _keep_anew(session.place(ctx).views, found)
    return found


def _keep_anew(views: Path, found: list[Folded]) -> None:
    """Answers come from what is kept beside a large ledger, and nothing but this looks at that."""
    from ledger.storage.faults import Locked, StorageFailed
    from ledger.storage.snapshots import Snapshots
    from projections.runner import keep_anew

    if not views.exists():
        return
    try:
        with closing(Snapshots(views)) as snapshots:
            keep_anew(snapshots, found)
    except OSError:
        say(f"not made anew: {views.name}, from which questions may be answered; it cannot be written here")
    except (Locked, StorageFailed) as error:
        say(f"not made anew: {error}; questions may be answered from it")
        say(f"ledger: hint: {error.hint}")


def _root(store: Store, size: int) -> str:
    """The root at that size of the tree that the ledger keeps; `ledger verify` checks it against the entries."""
    from ledger.chain.hashing import EMPTY_ROOT
    from ledger.chain.proof import range_root

    head = store.head()
    if size == head.size:
        return head.root.hex()
    return (range_root(0, size, store.nodes()) if size else EMPTY_ROOT).hex()


def _as_json(found: list[Folded]) -> dict[str, Any]:
    return {
        each.projection.name: {
            "version": each.projection.version,
            "digest": each.digest,
            "items": each.projection.items(each.state),
        }
        for each in found
    }
