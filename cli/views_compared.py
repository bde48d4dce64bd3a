"""`ledger verify --deep`: whether what is kept beside the ledger to answer sooner is what its entries give."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cli.output import say
from cli.progress import progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.place import Place
    from ledger.storage.store import Store
    from ledger.verification.report import Fault, Report


def with_views(report: Report, place: Place, store: Store, *, deep: bool) -> Report:
    """The report with the verdict on `NAME.views`, where there is one and it was asked.

    *Not checked* where the entries are not whole, for then nothing can be worked out from them.
    """
    from ledger.verification.report import Verdict, sorted_faults
    from ledger.verification.unchecked import VIEWS

    rest = tuple(line for line in report.not_checked if line != VIEWS)
    if not place.views.exists():
        return report._replace(not_checked=rest)
    if not deep:
        return report
    found = None if report.failed else _compared(place, store)
    if found is None:
        return report._replace(verdicts={**report.verdicts, "views": Verdict.NOT_CHECKED})
    return report._replace(
        verdicts={**report.verdicts, "views": Verdict.FAILED if found else Verdict.OK}, not_checked=rest,
        faults=sorted_faults([*report.faults, *found]),
        counts={**report.counts, "faults": report.counts["faults"] + len(found)},
    )  # fmt: skip


def _compared(place: Place, store: Store) -> Sequence[Fault] | None:
    """None where the file cannot be opened."""
    from ledger.errors import LedgerError

    views = place.views
    try:
        if os.access(views.parent, os.W_OK):
            return _odd(views, place, store)
        with TemporaryDirectory() as folder:  # where nobody may write, SQLite cannot even read it
            for file in (views, views.with_name(f"{views.name}-wal")):
                if file.exists():
                    copyfile(file, Path(folder, file.name))
            return _odd(Path(folder, views.name), place, store)
    except (LedgerError, OSError) as error:
        say(f"ledger: error: could not compare {views.name}: {error}")
        say("ledger: hint: mend that; or move it away, and it is made anew: then verify again")
        return None


def _odd(views: Path, place: Place, store: Store) -> Sequence[Fault]:
    from ledger.storage.answers import Answers
    from ledger.storage.snapshots import Snapshots
    from projections.comparing import odd_views
    from projections.engines.named import engine_named

    with (
        closing(Snapshots(views)) as snapshots, closing(Answers(views)) as answers,
        progress("entries folded") as told,
    ):  # fmt: skip
        return odd_views(store, snapshots, answers, engine=engine_named("process", place.url), progress=told)


def tell_odd(report: Report, place: Place) -> None:
    """What to do where nothing but this file is wrong."""
    say(f"ledger: error: the entries are whole, and {place.views.name} beside them is wrong: {report.faults[0].detail}")
    say(f"ledger: hint: run `ledger replay`, which makes it anew; and find out who wrote in {place.views}")
