"""`ledger restore`: a backup, brought back with every erasure done again first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.counted import counted
from cli.exit_codes import EXIT_STATUS
from cli.options import PATH, json_option, ledger_option
from cli.output import answer, answer_json, say

if TYPE_CHECKING:
    from datetime import datetime

    from ledger.door import Door
    from ledger.keys.keystore import KeyPair
    from ledger.storage.store import Store


@click.command(epilog=EXIT_STATUS)
@click.argument("folder", type=PATH)
@click.option(
    "--erasures",
    type=PATH,
    metavar="FILE",
    help="A newer `ledger export`: what it erased is erased here.",
)
@click.option("--no-newer-copy", is_flag=True, help="Nobody has a newer copy.")
@click.option("--copy", "copies", multiple=True, metavar="NAME", help="A copy of received data that came back as well.")
@json_option
@ledger_option
@click.pass_context
def command(
    ctx: click.Context, folder: Path, erasures: Path | None, no_newer_copy: bool, copies: tuple[str, ...], as_json: bool
) -> None:
    """Bring a backup back to the place named by --ledger, where no ledger is.

    The backup is verified and held against the high-water mark that was left there. What was erased is erased again
    before anything can be read, and ledger-restored is recorded. So is restore-performed, for each copy of received
    data that the operator held in the ledger itself (a holding with app ledger), and for those of --copy: what was owed
    on them is owed again.

    \b
    Example:
      ledger --ledger ledger.db restore /backup/2022-06-30 --erasures newest.jsonl
    """
    from ledger.errors import NotFound
    from ledger.restoring import Restored, restore

    if not folder.is_dir():
        raise NotFound(f"there is no folder {folder}", hint="name the folder that `ledger backup` made")
    newer = _lines(erasures) if erasures else iter(()) if no_newer_copy else None
    restored = restore(folder, session.place(ctx), _signer, newer, came_back=partial(_came_back, copies))
    if as_json:
        answer_json(restored._asdict() if restored else dict.fromkeys(Restored._fields))
        return
    if restored is None:
        answer("the restore that was stopped is complete")
        return
    answer(f"restored {counted(restored.size, 'entry', 'entries')}; recorded at position {restored.position:,}")
    if restored.lost:
        lost = counted(restored.lost, "later entry is", "later entries are")
        answer(f"{lost} lost here; their authors hold the receipts")
    for position in restored.erased:
        answer(f"erased again, by entry {position:,}")
    for position in restored.reopened:
        answer(f"restore-performed recorded at position {position:,}: what was owed on that copy is owed again")
    say("Copies that came back with other parties are theirs to record: ledger holding restore.")


def _came_back(copies: tuple[str, ...], store: Store, operator: str, at: datetime) -> list[dict[str, Any]]:
    from projections.obligations.projection import ObligationsProjection
    from projections.restored import came_back
    from projections.runner import fold

    return came_back(fold(store, [ObligationsProjection(store.protocol_file)])[0].state, at, operator, copies)


def _lines(file: Path) -> Iterator[bytes]:
    from ledger.errors import InputRejected
    from ledger.loading import export_lines

    line = b""
    for line in export_lines(file):
        yield line
    if not line:
        raise InputRejected("there is no entry in it", file=str(file), hint="give what `ledger export` wrote")


def _signer(keys: Path, door: Door) -> KeyPair:
    from ledger.chain.ed25519 import key_id
    from ledger.errors import KeyProblem
    from ledger.keys.keystore import KeyStore

    operator = door.keyring.operator
    valid = {key.key_id for key in door.keyring.valid_keys(operator, "events", door.size + 1)}
    for file in reversed(KeyStore(keys).files(operator, "events")):
        if key_id(file.vkey.public) in valid:
            return file.opened(session.passphrase(f"{operator}'s events key"))
    raise KeyProblem(f"no key of {operator} is in the backup", hint="put the keys in FOLDER/keys/ledger.keys")
