"""`ledger checkpoint stamp`: since when a checkpoint is there, in the words of a third party."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.options import PATH, ledger_option
from cli.output import answer, say, say_next

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cli.stamp_files import StampFiles
    from ledger.storage.store import Store


@click.command(epilog=EXIT_STATUS)
@click.option("--url", metavar="URL", help="Ask this time-stamp authority, over https or on this machine.")
@click.option("--request", "request_file", type=PATH, metavar="FILE", help="Only write what to ask.")
@click.option("--response", type=PATH, metavar="FILE", help="What an authority answered.")
@click.option("--tsa-roots", type=PATH, metavar="PEM", help="The authority's root certificate, and the older ones'.")
@click.option("--renew", is_flag=True, help="Carry on the stamp that is there, before its certificate ends.")
@click.option("--size", type=click.IntRange(min=1), metavar="N", help="Another checkpoint than the last one.")
@ledger_option
@click.pass_context
def stamp(
    ctx: click.Context, url: str | None, request_file: Path | None, response: Path | None, tsa_roots: Path | None,
    renew: bool, size: int | None,
) -> None:  # fmt: skip
    """Have a third party say when the last checkpoint was there: RFC 3161, by URL, or by files without a network.

    A stamp lasts as long as its authority's certificate. With --renew the stamp itself is stamped, together with the
    checkpoint; do so before the certificate ends, which `ledger checkpoint show` tells in time.

    \b
    Examples:
      ledger checkpoint stamp --url https://tsa.example.org/ --tsa-roots tsa.pem
      ledger checkpoint stamp --request ask.tsq
      ledger checkpoint stamp --response answer.tsr --tsa-roots tsa.pem
      ledger checkpoint stamp --renew --url https://tsa.example.org/ --tsa-roots tsa.pem
    """
    from ledger.chain.timestamp import stamp_request, stamped
    from ledger.clock import spell
    from ledger.errors import UsageProblem
    from ledger.witness.published import asked

    files, text = _files(ctx, size, renew=renew)
    before = files.tokens()
    message = _message(files.size, text, before, renew=renew)
    if request_file is not None:
        request_file.write_bytes(stamp_request(message))
        say(f"wrote {request_file}: send it to the authority")
        which = f"{'--renew ' * renew}--size {files.size}"  # by then another one may be the last
        say_next("Next, with its answer", f"ledger checkpoint stamp {which} --response FILE --tsa-roots PEM")
        return
    if (url is None) == (response is None):
        raise UsageProblem("neither asked nor answered", hint="one of --request FILE, --url URL, --response FILE")
    if tsa_roots is None:
        raise UsageProblem("no root to hold the stamp to", hint="name the authority's certificate: --tsa-roots PEM")
    token = response.read_bytes() if response else asked(url or "", stamp_request(message))
    roots = tsa_roots.read_bytes()
    found = stamped(token, message, roots)
    if renew:
        _check_older(before, text, roots, found.at)
    path = files.add(token, len(before))
    answer(f"checkpoint {files.size} was there at {spell(found.at)}, says the authority; kept in {path}")
    say(
        f"It lasts until its certificate ends, at {spell(found.ends)}. Renew it before: ledger checkpoint stamp --renew"
    )


def _files(ctx: click.Context, size: int | None, *, renew: bool) -> tuple[StampFiles, bytes]:
    """The stamps of the checkpoint that is meant, and its text. Raises NotFound."""
    from cli.stamp_files import StampFiles
    from ledger.chain.note import Note
    from ledger.errors import NotFound

    place, notes = session.place(ctx), _notes(session.store(ctx))
    if not notes:
        raise NotFound("no checkpoint was signed yet", hint="sign one: ledger checkpoint sign")
    if size is not None and size not in notes:
        there = ", ".join(map(str, sorted(notes)[-5:]))
        raise NotFound(f"no checkpoint of size {size} was signed", hint=f"the last are: {there}")
    stamped = [each for each in notes if StampFiles(place, each).tokens()]
    chosen = size or (max(stamped, default=max(notes)) if renew else max(notes))
    return StampFiles(place, chosen), Note.parse(notes[chosen]).text.encode()


def _notes(store: Store) -> dict[int, bytes]:
    return {each.size: each.note for each in store.checkpoints()}


def _message(size: int, text: bytes, tokens: Sequence[bytes], *, renew: bool) -> bytes:
    """What is to be stamped: the checkpoint, or for a renewal the checkpoint and the newest stamp."""
    from ledger.chain.timestamp import renewed_text
    from ledger.errors import Conflict, NotFound

    if renew and not tokens:
        raise NotFound(f"checkpoint {size} has no stamp to renew", hint="stamp it first, without --renew")
    if tokens and not renew:
        raise Conflict(
            f"checkpoint {size} is stamped already, and the older stamp is the better proof",
            hint="to carry it on: --renew; for what came since: ledger checkpoint sign, and stamp that",
            code="stamp.exists",
        )
    return renewed_text(text, tokens[-1]) if renew else text


def _check_older(tokens: Sequence[bytes], text: bytes, roots: bytes, at: datetime) -> None:
    """Refuse to carry on what does not hold, or no longer holds: that would only look like proof."""
    from ledger.chain.timestamp import BadStamp, renewed_text, stamped
    from ledger.clock import spell

    first, *renewals = tokens
    last, before = stamped(first, text, roots), first
    for token in renewals:
        last = stamped(token, renewed_text(text, before), roots)
        before = token
    if not last.at <= at <= last.ends:
        raise BadStamp(
            f"the certificate of the older stamp ended at {spell(last.ends)}: it can no longer be carried on",
            hint="stamp a new checkpoint: ledger checkpoint sign; it covers all older entries, from now on only",
        )
