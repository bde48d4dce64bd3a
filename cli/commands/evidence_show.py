"""`ledger evidence show`: what a bundle says of itself; and how its manifest is read, unchecked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.exit_codes import EXIT_STATUS
from cli.options import PATH, json_option
from cli.output import answer, answer_json, say

if TYPE_CHECKING:
    from ledger.bundle.manifest import Manifest

FILE = click.argument("file", type=PATH)


@click.command(epilog=EXIT_STATUS)
@FILE
@json_option
@click.pass_context
def show(_: click.Context, file: Path, as_json: bool) -> None:
    """What a bundle says of itself. Nothing is checked: see `verify`.

    \b
    Example:
      ledger evidence show proof.zip
    """
    manifest = manifest_of(file)
    if as_json:
        answer_json(manifest_json(manifest))
        return
    answer(f"protocol     {manifest.protocol}, version {', '.join(each.version for each in manifest.versions)}")
    answer(f"clauses      {'; '.join(manifest.clauses)}")
    answer(f"ledger       {manifest.origin}, up to entry {manifest.size:,}")
    answer(f"entries      {manifest.entries:,}")
    for each in manifest.streams:
        how = "" if each.shown == "whole" else ", by its head only"
        answer(f"stream       {each.stream}: {each.last:,} {'entry' if each.last == 1 else 'entries'}{how}")
    for member in manifest.members:
        if member.name.startswith(("document/", "proof/")) and not member.name.endswith(".blind"):
            answer(f"{member.name.partition('/')[0]:<12} {member.name.partition('/')[2]} ({member.size:,} bytes)")
    for left in manifest.left_out:
        answer(f"left out     {left.stream} ({left.why.replace('-', ' ')})")
    answer(f"manifest     {manifest.digest.hex()}")
    say("Nothing of this is checked yet: ledger evidence verify FILE --policy FILE")


def manifest_of(file: Path) -> Manifest:
    from ledger.bundle.archive import Archive
    from ledger.bundle.verify import opened_manifest

    with named(file), Archive.open(file) as archive:
        return opened_manifest(archive)


@contextmanager
def named(file: Path) -> Iterator[None]:
    """Say of what is no bundle which file it is, and what to do."""
    from ledger.bundle.archive import NotABundle

    try:
        yield
    except NotABundle as error:
        error.hint = error.hint or "nothing in it was checked; ask the sender for one of `ledger evidence build`"
        raise error.at(bundle=file.name) from None


def manifest_json(manifest: Manifest) -> dict[str, Any]:
    import msgspec

    value: dict[str, Any] = msgspec.to_builtins(manifest)
    return {**value, "manifest": manifest.digest.hex()}
