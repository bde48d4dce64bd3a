"""`ledger backup`: ledger, vault and keys, each in a folder of its own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.counted import counted
from cli.exit_codes import EXIT_STATUS
from cli.options import PATH, json_option, ledger_option
from cli.output import answer, answer_json, say

if TYPE_CHECKING:
    from ledger.place import Place


def _until(_: click.Context, __: click.Parameter, value: str) -> datetime:
    from ledger.clock import parse_argument

    return parse_argument(value)


@click.command(epilog=EXIT_STATUS)
@click.argument("folder", type=PATH)
@click.option("--kept-until", required=True, callback=_until, metavar="DATE", help="When this backup is destroyed.")
@json_option
@ledger_option
@click.pass_context
def command(ctx: click.Context, folder: Path, kept_until: datetime, as_json: bool) -> None:
    """Copy ledger, vault and keys into folders apart, also while others write.

    Logs that were imported with --keep go with the vault. Until --kept-until, an erasure is shown as deferred: who has
    this copy of the vault, and its key, still reads it.

    \b
    Example:
      ledger backup /backup/2022-06-30 --kept-until 2022-09-30
    Keep FOLDER/vault and FOLDER/keys in different hands.
    """
    from ledger.backup import backup

    taken = backup(session.application(ctx), folder, kept_until)
    if as_json:
        value: dict[str, Any] = {**taken._asdict(), "folder": str(folder)}
        answer_json(value)
        return
    logs = f" and {counted(taken.sources, 'kept log')}" if taken.sources else ""
    answer(f"copied {counted(taken.size, 'entry', 'entries')}{logs} to {folder}")
    _say_what_lacks(session.place(ctx), folder)
    say(f"Keep {folder / 'vault'} and {folder / 'keys'} apart: together they tell who everybody is.")


def _say_what_lacks(place: Place, folder: Path) -> None:
    """What the ledger needs and this copy has not; whoever restores it finds that out too late."""
    if not (folder / "keys" / "ledger.vault.key").exists():
        say(
            "The vault's key is not in it: it is kept in the environment or in a keyring,\nand needs a copy of its own."
        )
    if not list((folder / "keys").glob("ledger.keys/*.pem")):
        say(f"No private key is in it, for there is none in {place.keys}:")
        say("a ledger that is restored from it signs no event and no checkpoint without them.")
    if not (folder / "ledger" / "ledger.policy").exists():
        say(f"No trust policy is in it, for there is no {place.policy}.")
