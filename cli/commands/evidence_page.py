"""`ledger evidence page`: the second verifier, a page for a browser without network."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cli.exit_codes import EXIT_STATUS
from cli.options import PATH
from cli.output import answer, say


@click.command(epilog=EXIT_STATUS)
@click.option("-o", "--output", required=True, type=PATH, metavar="FILE", help="The page.")
def page(output: Path) -> None:
    """Write verify.html: a page that checks bundles in a browser, by a second, independent implementation.

    \b
    Example:
      ledger evidence page -o verify.html

    Open it with a double click and choose a bundle and your policy. The same version of ledger writes the same bytes:
    compare the SHA-256 that is printed with the one that somebody else has.
    """
    from ledger.bundle.page.join import joined
    from ledger.chain.hashing import sha256
    from ledger.drafts import PUBLIC, draft

    made = joined()
    if str(output) == "-":
        sys.stdout.buffer.write(made)
        say(f"sha256 {sha256(made).hex()}")
        return
    with draft(output, mode=PUBLIC) as beside:
        beside.write_bytes(made)
        beside.replace(output)
    answer(f"wrote {output}: {len(made):,} bytes")
    answer(f"sha256 {sha256(made).hex()}")
    say("Next: open it in a browser, and choose a bundle and your own policy;\nit needs no network")
