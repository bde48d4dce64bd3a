"""`ledger init`."""

from __future__ import annotations

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.options import ledger_option
from cli.output import answer, say


@click.command(epilog=EXIT_STATUS)
@click.option("--party", default="OPERATOR", show_default=True, metavar="ID", help="Who operates this ledger.")
@click.option("--origin", metavar="NAME", help="The ledger's name for ever: a URL without scheme. Made up if left out.")
@ledger_option
@click.pass_context
def command(ctx: click.Context, party: str, origin: str | None) -> None:
    """Open a new ledger, with its keys, vault and trust policy.

    \b
    Example:
      LEDGER_PASSPHRASE_FILE=secret ledger init --party VLAIO --origin ledger.example.org/exchanges
    """
    from ledger.opening import Opening, new_origin, open_ledger
    from ledger.place import without_password

    place = session.place(ctx)
    passphrase = session.passphrase(f"the keys of {party}", new=True)
    opened = open_ledger(place, Opening(party, origin or new_origin(party), passphrase))
    answer(f"opened {place.shown} as {opened.origin}, operated by {opened.operator}")
    say("Beside it:")
    for path, holds in ((f"{place.keys}/", "private keys"), (place.vault, "persons"), (place.policy, "whom you trust")):
        say(f"  {without_password(path)}  {holds}")
    say("Next: ledger protocol add FILE")
