"""`ledger evidence digest`: how an event names a document; and the documents that go into a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.exit_codes import EXIT_STATUS
from cli.options import PATH
from cli.output import answer, say

if TYPE_CHECKING:
    from ledger.bundle.documents import Document


@click.command(epilog=EXIT_STATUS)
@click.argument("file", type=PATH)
@click.option("--public", is_flag=True, help="Its plain SHA-256: for what everyone may read, and nothing else.")
def digest(file: Path, public: bool) -> None:
    """The digest by which an event names a document. It tells nothing of the document, and confirms no guess.

    \b
    Example:
      ledger evidence digest agreement.pdf

    The digest is blinded: 32 random bytes are written to FILE.blind, and belong to the document. The same again gives
    the same digest. Keep both files, each as secret as the document; `ledger evidence build --attach FILE` takes both.
    """
    import secrets

    from ledger.bundle.documents import spelled_blind
    from ledger.keys.private_file import write_private

    document = opened(file)
    if public:
        document = document._replace(blind=None)
    elif document.blind is None:
        blind = secrets.token_bytes(32)
        write_private(blind_of(file), spelled_blind(blind))
        document = document._replace(blind=blind)
        say(f"wrote {blind_of(file)}: keep it with the document")
    answer(document.digest.hex())
    say("Next, in the event that it shows: --evidence KIND:DIGEST, or --document DIGEST")


def blind_of(file: Path) -> Path:
    """Where the blind of a document lies: beside it."""
    return file.with_name(f"{file.name}.blind")


def opened(file: Path) -> Document:
    """The document in this file, with the blind beside it if there is one. Raises BadBlind, and OSError as `open`."""
    from ledger.bundle.documents import Document, parsed_blind

    beside = blind_of(file)
    return Document(file.read_bytes(), parsed_blind(beside.read_bytes()) if beside.exists() else None)
