"""What comes after a key was made, as a line that can be typed as it stands."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from shlex import join

import click

from cli import session
from cli.options import place_of
from cli.output import say, say_next
from ledger.errors import LedgerError
from ledger.keys.keystore import KeyPair
from ledger.place import without_password


def tell_next(ctx: click.Context, made: KeyPair, keys: Path | None) -> None:
    """Enrol it, where it lies beside a ledger; else prove it to the ledger that it is for."""
    if made.use == "cosign":
        say(f"Next, the others name it in their policy:\n  witness {made.party} {made.vkey}")
        return
    named = ["--party", made.party, *(["--use", made.use] if made.use != "events" else [])]
    origin = _origin(ctx)
    if keys is None and (origin or "://" in str(place_of(ctx))):  # a server that is down is there all the same
        say_next(*_typed(ctx, ["key", "enrol", *named]))
        return
    folder = ["--keys", str(keys)] if keys is not None else []
    rest = ["key", "prove", *named, *folder, *(["--origin", origin] if origin else [])]
    file = f"enrol-{made.party.lower()}.json"
    words, command = _typed(ctx, rest, needs_ledger=keys is None)
    say_next(words, f"{command} > {file}")
    say_next("Then the ledger's operator", f"ledger record {file}")


def _origin(ctx: click.Context) -> str:
    """The name of the ledger that was named, if there is one."""
    from ledger.chain.entry import event_of
    from ledger.events.codec import decoded_fast
    from ledger.events.keys import LedgerOpened

    with suppress(LedgerError, OSError):
        first = decoded_fast(event_of(session.store(ctx).entry(1)))
        return first.origin if isinstance(first, LedgerOpened) else ""
    return ""


def _typed(ctx: click.Context, words: list[str], *, needs_ledger: bool = True) -> tuple[str, str]:
    """What to say before the command, and the command: with the ledger, where it was named on the command line.

    A password is not repeated.
    """
    place = place_of(ctx)
    if not needs_ledger or place in (None, os.environ.get("LEDGER")):
        return "Next", join(["ledger", *words])
    if without_password(str(place)) != place:
        return "Next, with the same --ledger", join(["ledger", *words])
    return "Next", join(["ledger", "--ledger", str(place), *words])
