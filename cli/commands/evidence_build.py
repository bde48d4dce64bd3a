"""`ledger evidence build`: every entry of the clauses' streams, under the last checkpoint, in one file."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from cli.commands.evidence_documents import opened
from cli.commands.evidence_show import manifest_json
from cli.counted import counted
from cli.exit_codes import EXIT_STATUS
from cli.options import PATH, json_option, ledger_option
from cli.output import answer, answer_json, say, say_next

if TYPE_CHECKING:
    from datetime import datetime

    from ledger.bundle.request import Request
    from ledger.events.evidence import EvidenceRequested
    from ledger.storage.store import Store

SHOWN = 20
PROTOCOL = click.option("--protocol", required=True, metavar="ID", help="Under which protocol.")
CLAUSE = click.option("--clause", "clauses", multiple=True, metavar="ADDRESS", help="'art. 5' takes all below it.")


@click.command(epilog=EXIT_STATUS)
@PROTOCOL
@CLAUSE
@click.option("--request", "name", metavar="ID", help="The recorded request that this answers; it names the clauses.")
@click.option("--as-of", metavar="MOMENT", help="The moment that the summary speaks of. The checkpoint's if left out.")
@click.option("--disclose", type=int, multiple=True, metavar="POSITION", help="Open the sealed parts of this entry.")
@click.option("--proof", "proofs", type=int, multiple=True, metavar="POSITION", help="Add this entry's own tlog-proof.")
@click.option(
    "--attach",
    type=PATH,
    multiple=True,
    metavar="FILE",
    help="Add this document, which an entry names by its digest.",
)
@click.option("-o", "--output", required=True, type=PATH, metavar="FILE", help="The bundle.")
@json_option
@ledger_option
@click.pass_context
def build(
    ctx: click.Context, protocol: str, clauses: tuple[str, ...], name: str | None, as_of: str | None,
    disclose: tuple[int, ...], proofs: tuple[int, ...], attach: tuple[Path, ...], output: Path, as_json: bool,
) -> None:  # fmt: skip
    """Write a bundle that proves itself: every entry of the clauses' streams, under the last checkpoint.

    \b
    Example:
      ledger evidence build --protocol vlaio-fio-tbt-2021 --clause "art. 5" --clause "art. 6" -o proof.zip

    Building records nothing: `ledger evidence provide` does, once the bundle is handed over.
    """
    from dataclasses import replace

    from cli import session
    from cli.evidence_summary import summaries
    from ledger.bundle.build import build as build_bundle
    from ledger.bundle.selection import is_below
    from ledger.clock import spell

    store = session.whole(ctx)
    size, moment, sealed_at = _moments(store, as_of)
    asked = _asked(ctx, store, protocol, clauses, name, spell(moment) if as_of else "", disclose, size)
    asked = replace(asked, proofs=tuple(sorted(set(proofs))), documents=tuple(opened(file) for file in attach))
    found = session.obligations(ctx, moment, sealed_at, protocol)
    duties = [each for each in found.obligations if any(is_below(each.clause, clause) for clause in asked.clauses)]
    manifest = build_bundle(store, asked, output, lambda head: summaries(head, duties, moment))
    if as_json:
        answer_json({**manifest_json(manifest), "file": str(output), "bytes": output.stat().st_size})
        return
    streams = sum(1 for each in manifest.streams if each.last)
    entries = f"{counted(manifest.entries, 'entry', 'entries')} of {counted(streams, 'stream')}"
    answer(f"wrote {output}: {entries}, up to entry {manifest.size}")
    answer(f"manifest     {manifest.digest.hex()}")
    for left in manifest.left_out:
        answer(f"left out     {left.stream} ({left.why.replace('-', ' ')})")
    if store.size() > manifest.size:
        later = counted(store.size() - manifest.size, "later entry is", "later entries are")
        say(f"{later} not covered: ledger checkpoint sign, and build again")
    check = f"ledger evidence verify {quote(str(output))} --policy FILE"
    say_next("Next: hand it over, with how to check it", check)


def _moments(store: Store, as_of: str | None) -> tuple[int, datetime, datetime]:
    """The last checkpoint's size, the moment that the summary speaks of, and when that checkpoint was sealed."""
    from ledger.bundle.sealed_ledger import NoCheckpoint
    from ledger.chain.entry import Entry
    from ledger.clock import parse_argument

    last = store.latest_checkpoint()
    if last is None:
        raise NoCheckpoint("no checkpoint was signed yet", hint="sign one: ledger checkpoint sign")
    sealed_at = Entry.parse(store.entry(last.size)).recorded_at
    return last.size, (parse_argument(as_of) if as_of else sealed_at), sealed_at


def _asked(
    ctx: click.Context, store: Store, protocol: str, clauses: tuple[str, ...], name: str | None, as_of: str,
    disclose: tuple[int, ...], size: int,
) -> Request:  # fmt: skip
    """What is asked, with the time stamps that lie beside the ledger over its checkpoint of this size."""
    from cli import session
    from cli.stamp_files import StampFiles
    from ledger.bundle.request import Request
    from ledger.errors import UsageProblem

    found = requested(store, protocol, name) if name else None
    if not clauses and found is None:
        raise UsageProblem("no clause is named", hint="name one or more: --clause 'art. 5', or --request ID")
    chosen = clauses or (found.clauses if found else ())
    said = as_of or (found.as_of if found and isinstance(found.as_of, str) else "")
    requester = found.author if found else ""
    openings = _openings(ctx, store, disclose)
    stamps = StampFiles(session.place(ctx), size).tokens()
    return Request(protocol, tuple(chosen), said, name or "", requester, "", openings, stamps, size=size)


def requested(store: Store, protocol: str, name: str) -> EvidenceRequested:
    """The last request of this name. Raises NotFound."""
    from ledger.chain.entry import event_of
    from ledger.errors import NotFound
    from ledger.events.codec import decoded_fast
    from ledger.events.evidence import EvidenceRequested

    events = (decoded_fast(event_of(row[4])) for row in store.stream_entries(f"{protocol}/evidence"))
    requests = [each for each in events if isinstance(each, EvidenceRequested)]
    found = [each for each in requests if each.request == name]
    if not found:
        there = ", ".join(dict.fromkeys(each.request for each in requests[-SHOWN:]))
        hint = f"recorded are {there}; " * bool(there) + "record it: ledger evidence request"
        raise NotFound(f"no request {name} is recorded under {protocol}", hint=hint)
    return found[-1]


def _openings(ctx: click.Context, store: Store, positions: tuple[int, ...]) -> tuple[Any, ...]:
    """What the sealed parts of these entries say, from the vault."""
    from cli import session
    from ledger.bundle.persons import Disclosed
    from ledger.chain.entry import event_of
    from ledger.events.codec import decoded_fast
    from ledger.subjects.sealed import fitting

    if not positions:
        return ()
    vault = session.application(ctx).vault
    found = []
    for position in dict.fromkeys(positions):
        event = decoded_fast(event_of(store.entry(position)))
        parts = fitting(event, vault.openings(event.id))
        found += [Disclosed(position, name, part.value, part.blind.hex()) for name, part in sorted(parts.items())]
    return tuple(found)
