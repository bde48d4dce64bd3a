"""`ledger import source`: the log file of a batch, where it was kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.import_show import BATCH
from cli.options import PATH, ledger_option
from cli.output import say

if TYPE_CHECKING:
    from ledger.application import Application


@click.command(epilog=EXIT_STATUS)
@BATCH
@click.option("-o", "--output", type=PATH, required=True, metavar="FILE", help="Where to put it.")
@ledger_option
@click.pass_context
def source(ctx: click.Context, batch: str, output: Path) -> None:
    """The log file of a batch, where it was kept (--keep); checked against its digest.

    It holds personal data, as it did when it was imported.

    \b
    Example:
      ledger import source 121 -o auditlog.csv
    """
    from ledger.chain.hashing import Digest
    from ledger.importers.batches import batch as found_batch
    from ledger.importers.source_store import SourceStore

    opened = session.application(ctx)
    opener = found_batch(opened.store, batch).opener
    key = _kept_key(opened)
    file = Digest(bytes.fromhex(opener.file))
    store = SourceStore(session.place(ctx).beside(".sources"))
    size = store.restore(file, output, key, key(f"import/{opener.protocol}/{opener.source}/files"))
    say(f"{output}: {size:,} bytes, the file that was imported")


def _kept_key(opened: Application) -> Any:
    from ledger.errors import NotChecked

    purposes = set(opened.vault.record_purposes())

    def key(purpose: str) -> bytes:
        if purpose not in purposes:
            raise NotChecked("the key of its period is gone: nothing opens it any more", code="import.key-gone")
        return opened.vault.record_key(purpose)

    return key
