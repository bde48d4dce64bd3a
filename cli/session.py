"""What a command works with: the ledger that was named, opened for reading or for writing, and the keys beside it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from cli.options import place_of
from ledger.keys.passphrase import Passphrase, passphrase_from
from ledger.place import Place

if TYPE_CHECKING:
    from ledger.application import Application
    from ledger.keys.keystore import KeyPair
    from ledger.storage.store import Store


def place(ctx: click.Context) -> Place:
    return Place.named(place_of(ctx), os.environ)


def application(ctx: click.Context) -> Application:
    """The ledger, to write in."""
    from ledger.application import Application

    opened = Application.open(place(ctx))
    ctx.call_on_close(opened.close)
    return opened


def store(ctx: click.Context) -> Store:
    """The ledger, to read; neither vault nor keys are touched."""
    from ledger.storage.opening import open_store

    opened = open_store(place(ctx).url)
    ctx.call_on_close(opened.close)
    return opened


def passphrase(*, new: bool = False) -> Passphrase:
    """From LEDGER_PASSPHRASE_FILE, LEDGER_PASSPHRASE, or a question where somebody can answer it."""

    def ask() -> str:
        answer: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True)
        return answer

    return passphrase_from(os.environ, ask if sys.stdin.isatty() else None)


def key(ctx: click.Context, party: str, use: str) -> KeyPair:
    """The newest key of a party for this use, from the folder beside the ledger."""
    from ledger.keys.keystore import KeyStore

    return KeyStore(place(ctx).keys).newest(party, use).opened(passphrase())  # type: ignore[arg-type]
