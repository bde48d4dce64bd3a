"""`ledger sign`: drafts into signed events, on the author's own machine."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.lines import placed, read_lines
from cli.options import PATH, PATH_OR_DASH
from cli.output import say


@click.command(epilog=EXIT_STATUS)
@click.argument("file", type=PATH_OR_DASH)
@click.option("--key", "key_file", type=PATH, required=True, metavar="KEY", help="PARTY.events.pem")
@click.option("--origin", required=True, metavar="NAME", help="The ledger that it is for: `ledger checkpoint show`.")
def command(file: Path, key_file: Path, origin: str) -> None:
    """Sign drafts on your own machine; needs no ledger. One JSON object a line; the signed lines go to stdout.

    \b
    Example:
      ledger sign drafts.jsonl --key TBT.events.pem --origin ledger.example.org/exchanges > signed.jsonl

    What sealed parts say travels beside each event: send the file as you would send the text itself.
    """
    from ledger.canonical import load
    from ledger.clock import now
    from ledger.errors import LedgerError
    from ledger.keys.keystore import KeyFile
    from ledger.keys.signing import Draft, sign

    key = KeyFile.named(key_file).opened(session.passphrase(f"the key {key_file}"))
    signed = []
    for line in read_lines(file):
        try:
            signed.append(sign(Draft.parse(load(line.raw)), key, origin, now).dump())
        except LedgerError as error:
            raise placed(error, line) from error
    sys.stdout.buffer.write(b"".join(line + b"\n" for line in signed))
    sys.stdout.buffer.flush()
    say(f"signed {len(signed)} as {key.party} for {origin}; the operator records them with: ledger record FILE")
