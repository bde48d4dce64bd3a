"""`ledger import list|show`: what became of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.counted import counted
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option
from cli.output import answer, answer_json, natural_width, say, table, width

if TYPE_CHECKING:
    from ledger.importers.batches import StoredBatch, StoredRead, Use

BATCH = click.argument("batch")


@click.command("list", epilog=EXIT_STATUS)
@click.option("--protocol", metavar="ID", help="Of this protocol only.")
@json_option
@ledger_option
@click.pass_context
def list_(ctx: click.Context, protocol: str | None, as_json: bool) -> None:
    """Every batch of uses, and every log file that was read to its end.

    \b
    Example:
      ledger import list
    """
    from ledger.importers.batches import StoredBatch, imports

    found = list(imports(session.whole(ctx), protocol))
    if as_json:
        answer_json({"imports": [_batch(each) if isinstance(each, StoredBatch) else _read(each) for each in found]})
        return
    if not found:
        say("nothing was imported yet; see: ledger import --help")
        return
    columns = ["entry", "what", "source", "new", "known", "rejected", "first", "last", "file"]
    rows = [_row(each) for each in found]
    if natural_width(columns, rows) > width():  # a date that is cut says another one
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    table(columns, rows)


def _row(each: StoredBatch | StoredRead) -> list[str]:
    from ledger.importers.batches import StoredBatch

    if isinstance(each, StoredBatch):
        event = each.opener
        counts = [f"{event.batch.count:,}", "", ""]
        return [str(each.entry.position), "batch", event.source, *counts, event.first[:10], event.last[:10],
                event.file[:8]]  # fmt: skip
    read = each.event
    counts = [f"{count:,}" for count in (read.new, read.duplicate, read.rejected)]
    span = [str(read.first or "")[:10], str(read.last or "")[:10]]
    return [str(each.entry.position), "file", read.source, *counts, *span, read.file[:8]]


@click.command(epilog=EXIT_STATUS)
@BATCH
@json_option
@ledger_option
@click.pass_context
def show(ctx: click.Context, batch: str, as_json: bool) -> None:
    """What a batch says: its source, its file, the time it spans, who signed it, what its file gave as a whole.

    Of a use, also where its line stands in that file.

    BATCH is its position, that of one of its uses, its event id, or `last`; of a whole file, that entry's position.

    \b
    Example:
      ledger import show last
    """
    from ledger.importers.batches import batch as found_batch
    from ledger.importers.batches import of_file, read, summary, use_at

    store = session.whole(ctx)
    if whole := read(store, batch):
        said = _read(whole) | {"contradicted": _contradicted(ctx, whole)}
        answer_json(said) if as_json else _tell_read(said)
        return
    found = found_batch(store, batch)
    batches, whole = of_file(store, found)
    said = {
        **_batch(found), "of_file": [each.entry.position for each in batches],
        "file_read": _read(whole) if whole else None,
        "uses_by": {name: dict(counter.most_common()) for name, counter in summary(store, found).items()},
        "kept": session.place(ctx).beside(".sources").joinpath(found.opener.file).is_file(),
        "use": _use(use_at(store, found, int(batch)), int(batch)) if batch.isdecimal() else None,
    }  # fmt: skip
    if as_json:
        answer_json(said)
        return
    _tell_batch(said)


def _batch(found: StoredBatch) -> dict[str, Any]:
    event, entry = found.opener, found.entry
    return {
        "type": event.type, "position": entry.position, "id": event.id, "recorded_at": _recorded(entry.recorded_at),
        "read_at": event.happened_at, "stated_at": event.stated_at, "author": event.author, "key": event.key,
        "protocol": event.protocol, "source": event.source, "file": event.file, "file_bytes": event.file_bytes,
        "uses": event.batch.count, "root": event.batch.root, "first": event.first, "last": event.last,
    }  # fmt: skip


def _use(use: Use | None, position: int) -> dict[str, Any] | None:
    if use is None:
        return None
    return {"position": position, "happened_at": use.happened_at, "offset": use.offset, "line": use.line}


def _read(found: StoredRead) -> dict[str, Any]:
    import msgspec

    event = msgspec.to_builtins(found.event)
    return {"position": found.entry.position, "recorded_at": _recorded(found.entry.recorded_at), **event}


def _contradicted(ctx: click.Context, found: StoredRead) -> list[int]:
    """Where the uses stand that a file contradicts."""
    ids = found.event.contradicted
    if not isinstance(ids, tuple):
        return []
    first = str(found.event.first)
    return sorted(
        each.position for each in session.application(ctx).recorded_uses([(first, id) for id in ids]).values()
    )


def _recorded(moment: Any) -> str:
    from ledger.clock import spell_recorded

    return spell_recorded(moment)


def _tell_batch(said: dict[str, Any]) -> None:
    uses = counted(said["uses"], "use")
    answer(f"entry {said['position']}: {uses} from {said['source']}, {said['first']} to {said['last']}")
    answer(f"  read     {said['read_at']}, recorded {said['recorded_at']}")
    answer(
        f"  signed   by {said['author']}, {said['stated_at']}, key {said['key'][:16]}, over root {said['root'][:16]}"
    )
    answer(f"  file     {said['file_bytes']:,} bytes, keyed digest {said['file']}{', kept' if said['kept'] else ''}")
    if use := said["use"]:
        answer(f"  the use  entry {use['position']}, {use['happened_at']}: its line begins behind byte "
               f"{use['offset']:,} of the file, unpacked; keyed digest {use['line'][:16]}")  # fmt: skip
    others = ", ".join(str(position) for position in said["of_file"])
    answer(f"  batches  {len(said['of_file'])} of this file: {others}")
    for name, counts in said["uses_by"].items():
        answer(f"  {name:<12} " + ", ".join(f"{word} {count:,}" for word, count in counts.items()))
    read = said["file_read"]
    if read is None:
        answer("  not read to its end: import the file again, and the rest follows")
        return
    _tell_counts(read)


def _tell_read(said: dict[str, Any]) -> None:
    answer(
        f"entry {said['position']}: a whole file of {said['source']}, read by {said['author']} {said['happened_at']}"
    )
    answer(f"  file     {said['file_bytes']:,} bytes, keyed digest {said['file']}")
    if "first" in said:
        answer(f"  uses     {said['first']} to {said['last']}")
    _tell_counts(said)
    if said["contradicted"]:
        answer("  against  entries " + ", ".join(str(position) for position in said["contradicted"]))


def _tell_counts(read: dict[str, Any]) -> None:
    answer(f"  in all   new {read['new']:,}, duplicate {read['duplicate']:,}, rejected {read['rejected']:,}, "
           f"ignored {read['ignored']:,} (entry {read['position']})")  # fmt: skip
    if read.get("mended"):
        answer("  mended   these are rejected lines of a log, as somebody corrected them")
    if "missing" in read:
        answer(f"  numbers  {read['lowest']:,} to {read['highest']:,}, {read['missing']:,} missing")
    if "conflicting" in read:
        answer(f"  conflict {counted(read['conflicting'], 'record')} with another meaning than before")
