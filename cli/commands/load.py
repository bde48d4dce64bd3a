"""`ledger load`: the entries of an export, or of another ledger, in a new database."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import session
from cli.counted import counted
from cli.exit_codes import EXIT_STATUS
from cli.options import PATH, json_option, ledger_option
from cli.output import answer, answer_json, say

if TYPE_CHECKING:
    from ledger.loading import Source

_FILES = PATH


@click.command(epilog=EXIT_STATUS)
@click.argument("source", metavar="SOURCE")
@click.option("--protocol", "protocols", multiple=True, type=_FILES, metavar="FILE", help="A protocol file they name.")
@click.option("--checkpoint", "notes", multiple=True, type=_FILES, metavar="FILE", help="A signed checkpoint.")
@json_option
@ledger_option
@click.pass_context
def command(
    ctx: click.Context, source: str, protocols: tuple[Path, ...], notes: tuple[Path, ...], as_json: bool
) -> None:  # fmt: skip
    """Make a ledger of an export, or of another ledger.

    Its entries come byte for byte to the place named by --ledger, where no ledger is. SOURCE is a file of
    `ledger export`, or another ledger (a path or URL), with its protocol files and checkpoints. All is verified before
    anything is there. Vault and keys are not brought: the new ledger can be read, verified and replayed.

    \b
    Example:
      ledger --ledger copy.db load demo/ledger.db
    """
    from ledger.loading import load

    with ExitStack() as stack:
        loaded = load(_source(source, protocols, notes, stack), session.place(ctx))
    if as_json:
        answer_json(loaded._asdict())
        return
    answer(f"loaded {counted(loaded.size, 'entry', 'entries')}; root {loaded.root}")
    if loaded.unsealed:
        unsealed = counted(len(loaded.unsealed), "signed checkpoint")
        answer(f"not brought: {unsealed}, which verify will miss; give --checkpoint FILE")
    say("Not brought: vault, keys, policy and time stamps. Read this copy; go on recording in the ledger it is of.")


def _source(source: str, protocols: tuple[Path, ...], notes: tuple[Path, ...], stack: ExitStack) -> Source:
    from ledger.errors import NotFound
    from ledger.loading import Source, export_lines, of_export
    from ledger.storage.opening import open_store

    path = Path(source)
    if "://" not in source and not path.is_file():
        raise NotFound(f"there is no file {source}", hint="name an export, or a ledger")
    if "://" in source or _is_database(path):
        store = stack.enter_context(open_store(source))
        lines = (row[4] for page in store.pages() for row in page)
        return Source(lines, store.protocol_files(), store.checkpoints())
    given = ([file.read_bytes() for file in files] for files in (protocols, notes))
    return of_export(export_lines(path), *given)


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\x00"
