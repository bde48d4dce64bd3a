"""`ledger import FORMAT FOLDER --follow`: what comes into a folder is read, until somebody stops it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from cli.import_run import ImportRun, tell_file, tell_passed_over
from cli.output import answer, say

if TYPE_CHECKING:
    from ledger.importers.following import DropFolder, Due
    from ledger.importers.inputs import Input


def follow_folder(run: ImportRun, folder: Path, *, every: int, once: bool, as_json: bool) -> int:
    """Read what is new, again and again. Ctrl-C and SIGTERM end it, and that is exit 0: the next run goes on."""
    from ledger.importers.following import followed

    about = f"{run.opened.door.origin} {run.statement.protocol} {run.importer.name} {run.statement.author}"
    with _until_stopped(), followed(folder, about) as drop:
        if not once:
            say(f"reading what comes into {folder}, every {every} s; Ctrl-C ends it")
        try:
            while True:
                for due in drop.due(run.opened.clock()):
                    _read(run, drop, due, as_json=as_json)
                if once:
                    return 0
                Event().wait(every)
        except KeyboardInterrupt:
            say("stopped: what was read is in the ledger; start it again to go on")
            return 0


def _read(run: ImportRun, drop: DropFolder, due: Due, *, as_json: bool) -> None:
    """Read one file that is due. What is wrong with it is told, and it waits until it is another file.

    What is wrong with anything else (a key that was revoked, a full disk) ends the run: the file is still to be read.
    """
    from ledger.errors import NotFound
    from ledger.importers.archives import Packed
    from ledger.importers.custody import FileChanged, NotReadable
    from ledger.importers.importer import NotThisFormat

    try:
        for log in due.logs():
            try:
                _read_log(run, log, as_json=as_json)
            except NotThisFormat as error:
                if not due.whole:  # half a document says nothing yet
                    return
                tell_passed_over(error)
    except (NotFound, FileChanged):
        return  # it was moved, or written to: it is looked at again
    except (NotReadable, Packed) as error:
        if not due.whole:
            return
        tell_passed_over(error)
    drop.done(due)


def _read_log(run: ImportRun, log: Input, *, as_json: bool) -> None:
    from ledger.importers.formats import check

    check(run.importer, log.head(), log.path)
    one = run.anew()
    _tell(one, one.take(log.open()), as_json=as_json)


def _tell(run: ImportRun, told: dict[str, Any], *, as_json: bool) -> None:
    """One line a file: of words, or of JSON."""
    counts = run.counts
    counted = {name: getattr(counts, name) for name in ("new", "duplicate", "rejected", "ignored", "conflicting")}
    if as_json:
        import json

        answer(json.dumps({**told, **counted, "reasons": dict(counts.reasons)}))
        return
    answer(
        f"{told['file']}: "
        + "  ".join(f"{name} {count:,}" for name, count in counted.items() if count or name == "new")
    )
    tell_file(told)


@contextmanager
def _until_stopped() -> Iterator[None]:
    """A service manager ends us as Ctrl-C does."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
