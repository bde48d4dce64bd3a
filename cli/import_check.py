"""`ledger import check`: a log file held against what was recorded of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import session
from cli.counted import counted
from cli.exit_codes import EXIT_STATUS
from cli.import_show import BATCH
from cli.options import PATH, json_option, ledger_option
from cli.output import answer, answer_json

if TYPE_CHECKING:
    from ledger.importers.batches import StoredBatch
    from ledger.importers.checking import Checking, Comparison
    from ledger.importers.importer import Importer

SHOWN = 20
"""Differences that are told one by one; --json has them all."""


@click.command(epilog=EXIT_STATUS)
@BATCH
@click.argument("file", type=PATH)
@click.option("--mapping", type=PATH, metavar="FILE", help="As it was given to `import table`.")
@json_option
@ledger_option
@click.pass_context
def check(ctx: click.Context, batch: str, file: Path, mapping: Path | None, as_json: bool) -> int:
    """Is this still the file we saw? If not: which records changed, are missing, or were added.

    Exit 0 if it is, or if no record changed, is missing or was added; 3 if not; 9 if the keys of its period are gone.

    \b
    Example:
      ledger import check last auditlog.csv
    """
    from ledger.errors import NotChecked
    from ledger.importers.batches import batch as found_batch
    from ledger.importers.batches import of_file
    from ledger.importers.checking import Checking
    from ledger.importers.importer import NotThisFormat

    opened = session.application(ctx)
    found = found_batch(opened.store, batch)
    batches, _ = of_file(opened.store, found)
    checking = Checking(
        opened.store,
        batches,
        opened.vault.record_key,
        opened.vault.record_purposes(),
        opened.recorded_uses,
        opened.vault,
    )
    try:
        comparison = _compared(checking, found.opener.source, file, mapping)
    except (NotChecked, NotThisFormat) as error:
        error.at(file=str(file))
        raise
    _tell_comparison(file, batches, comparison, as_json=as_json)
    return 0 if comparison.holds else 3


def _compared(checking: Checking, source: str, file: Path, mapping: Path | None) -> Comparison:
    from ledger.errors import UsageProblem
    from ledger.importers.inputs import inputs

    logs = inputs([file], lambda: sys.stdin.buffer)
    for each in logs:
        with each.open() as log:
            if len(logs) == 1 or checking.is_same_file(log):
                return checking.compared(log, _importer(source, mapping))
    raise UsageProblem(f"{file} holds {len(logs)} logs", hint="name the one that the batch is of")


def _importer(source: str, mapping: Path | None) -> Importer:
    from ledger.errors import UsageProblem
    from ledger.importers.formats import FORMATS, importer, table

    if mapping is not None:
        return table(mapping)
    if source not in FORMATS:
        raise UsageProblem(f"{source} was read by a mapping", hint="ledger import check BATCH FILE --mapping FILE")
    return importer(source)


def _tell_comparison(file: Path, batches: list[StoredBatch], found: Comparison, *, as_json: bool) -> None:
    if as_json:
        answer_json({
            "file": str(file), "same_file": found.same_bytes, "holds": found.holds,
            "batches": [each.entry.position for each in batches], "same": found.same, "moved": found.moved,
            "elsewhere": found.elsewhere, "unreadable": found.unreadable,
            **{name: [each._asdict() for each in getattr(found, name)] for name in ("changed", "missing", "added")},
        })  # fmt: skip
        return
    if found.same_bytes:
        answer(f"the same file, byte for byte: "
               f"{counted(found.same, 'use')} of {counted(len(batches), 'batch is', 'batches are')} of it")  # fmt: skip
        return
    answer(f"another file: same {found.same:,}  changed {len(found.changed):,}  missing {len(found.missing):,}  "
           f"added {len(found.added):,}")  # fmt: skip
    if found.elsewhere or found.moved or found.unreadable:
        answer(f"  of the same {found.moved:,} moved; recorded from other files: {found.elsewhere:,}; "
               f"{counted(found.unreadable, 'line')} cannot be read")  # fmt: skip
    if found.changed:
        otherwise = sum(each.otherwise for each in found.changed)
        alike = len(found.changed) - otherwise
        answer(f"  of the changed, otherwise than was recorded: {otherwise:,}; the same in other bytes: {alike:,}")
        if alike:
            answer("  (another export, another encoding, or a change of what is never recorded, as a file's name)")
    for each in sorted(found.changed, key=lambda one: not one.otherwise)[:SHOWN]:
        answer(f"  changed  entry {each.position}: line {each.line_number}, offset {each.offset}")
    for gone in found.missing[:SHOWN]:
        answer(f"  missing  entry {gone.position}: was at offset {gone.offset}")
    for new in found.added[:SHOWN]:
        answer(f"  added    line {new.line_number}, offset {new.offset}: in no entry")
