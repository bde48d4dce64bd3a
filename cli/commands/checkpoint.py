"""`ledger checkpoint`: sign the ledger's size and root, and show what was signed."""

from __future__ import annotations

from base64 import b64encode

import click

from cli import session
from cli.commands.checkpoint_exchange import add, compare, cosign, publish
from cli.commands.checkpoint_stamp import stamp
from cli.commands.checkpoint_witness import submit, witness
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option
from cli.output import answer, answer_json, say_next
from cli.stamp_files import warn_of_stamps


@click.group(epilog=EXIT_STATUS)
def command() -> None:
    """Sign the ledger's size and root, and show what was signed."""


@command.command(epilog=EXIT_STATUS)
@ledger_option
@click.pass_context
def sign(ctx: click.Context) -> None:
    """Seal every stream and sign a checkpoint with the log key.

    Stopped before it answered? The same again answers with what was signed, or signs anew: one more seal does no harm.

    \b
    Example:
      ledger checkpoint sign
    """
    opened = session.application(ctx)
    note = opened.signed_unheard() or opened.sign_checkpoint(*session.operator_keys(ctx, opened.door))
    _, size, root, *_ = note.decode().split("\n")
    answer(f"signed checkpoint {size}, root {root}")
    say_next("Next: hand it to the other parties, who can then tell a change from it", "ledger checkpoint show")


@command.command(epilog=EXIT_STATUS)
@json_option
@ledger_option
@click.pass_context
def show(ctx: click.Context, as_json: bool) -> None:
    """The last checkpoint, as a C2SP signed note.

    \b
    Example:
      ledger checkpoint show > checkpoint
    """
    from ledger.chain.checkpoint import Checkpoint
    from ledger.chain.note import Note
    from ledger.errors import InputRejected, NotFound, VerificationFailed

    last = session.store(ctx).latest_checkpoint()
    if last is None:
        raise NotFound("no checkpoint was signed yet", hint="sign one: ledger checkpoint sign")
    try:
        found = Checkpoint.parse(Note.parse(last.note).text)
    except InputRejected as error:
        raise VerificationFailed(f"the stored checkpoint: {error.message}", hint="run: ledger verify") from error
    text = last.note.decode()
    warn_of_stamps(session.place(ctx))
    if as_json:
        root = b64encode(found.root).decode()
        answer_json({"origin": found.origin, "size": found.size, "root": root, "note": text})
    else:
        click.echo(text, nl=False)


for each in (publish, cosign, add, submit, witness, compare, stamp):
    command.add_command(each)
