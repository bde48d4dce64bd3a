"""`ledger evidence`: ask for proof, hand it over, and check what was handed over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.commands.evidence_documents import digest, opened
from cli.commands.evidence_page import page
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option
from cli.output import answer, answer_filled, answer_json, say

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from ledger.application import Application
    from ledger.bundle.build import Request
    from ledger.bundle.manifest import Manifest
    from ledger.bundle.report import Report
    from ledger.events.evidence import EvidenceRequested
    from ledger.storage.store import Store

PROTOCOL = click.option("--protocol", required=True, metavar="ID", help="Under which protocol.")
CLAUSE = click.option("--clause", "clauses", multiple=True, metavar="ADDRESS", help="'art. 5' takes all below it.")
FILE = click.argument("file", type=click.Path(path_type=Path))
SHOWN = 20


@click.group(epilog=EXIT_STATUS)
def command() -> None:
    """Ask for proof under the protocol's own clauses, hand it over, and check it offline."""


@command.command(epilog=EXIT_STATUS)
@PROTOCOL
@CLAUSE
@click.option("--request", "name", metavar="ID", help="The recorded request that this answers; it names the clauses.")
@click.option("--as-of", metavar="MOMENT", help="The moment that the summary speaks of. The checkpoint's if left out.")
@click.option("--disclose", type=int, multiple=True, metavar="POSITION", help="Open the sealed parts of this entry.")
@click.option("--proof", "proofs", type=int, multiple=True, metavar="POSITION", help="Add this entry's own tlog-proof.")
@click.option(
    "--attach",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Add this document, which an entry names by its digest.",
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The bundle.")
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
        answer_json({**_manifest_json(manifest), "file": str(output), "bytes": output.stat().st_size})
        return
    streams = sum(1 for each in manifest.streams if each.last)
    answer(f"wrote {output}: {manifest.entries:,} entries of {streams} streams, up to entry {manifest.size}")
    answer(f"manifest     {manifest.digest.hex()}")
    for left in manifest.left_out:
        answer(f"left out     {left.stream} ({left.why.replace('-', ' ')})")
    if store.size() > manifest.size:
        say(f"{store.size() - manifest.size:,} later entries are not covered: ledger checkpoint sign, and build again")
    say(f"Next: hand it over, with how to check it: ledger evidence verify {output} --policy FILE")


@command.command(epilog=EXIT_STATUS)
@FILE
@click.option("--as", "party", required=True, metavar="PARTY", help="Who handed it over.")
@click.option("--to", required=True, multiple=True, metavar="PARTY", help="Who has it.")
@click.option("--request", "name", metavar="ID", help="The request it answers; the bundle's own if left out.")
@click.option("--received-at", metavar="MOMENT", help="When they had it.")
@ledger_option
@click.pass_context
def provide(
    ctx: click.Context, file: Path, party: str, to: tuple[str, ...], name: str | None, received_at: str | None
) -> None:
    """Record that a bundle was handed over: this, not the building, answers the request.

    \b
    Example:
      ledger evidence provide proof.zip --as VLAIO --to TBT --request R-2026-01
    """
    from cli import session
    from ledger.errors import UsageProblem
    from ledger.events.fields import ABSENT

    manifest = _manifest(file)
    request_id = name or (None if manifest.request is ABSENT else str(manifest.request))
    if request_id is None:
        raise UsageProblem("the bundle answers no recorded request", hint="name it: --request ID")
    opened = session.application(ctx)
    _requested(opened.store, manifest.protocol, request_id)
    draft = {
        "type": "evidence-provided", "protocol": manifest.protocol, "to": list(to), "request": request_id,
        "clauses": list(manifest.clauses), "manifest": manifest.digest.hex(),
    }  # fmt: skip
    _record(ctx, opened, party, {**draft, "received_at": received_at} if received_at else draft)


@command.command(epilog=EXIT_STATUS)
@FILE
@click.option("--policy", "policy_file", type=click.Path(path_type=Path), metavar="FILE", help="The keys you trust.")
@click.option("--tsa-roots", type=click.Path(path_type=Path), metavar="PEM", help="Whose time stamps you trust.")
@click.option("--max-age", metavar="SPAN", help="Ask for a time stamp no older than this: 36h, 90d.")
@json_option
@click.pass_context
def verify(
    _: click.Context, file: Path, policy_file: Path | None, tsa_roots: Path | None, max_age: str | None, as_json: bool
) -> int:
    """Check a bundle: is it unaltered, is it all of it, and did others see the same? Needs no ledger and no network.

    \b
    Example:
      ledger evidence verify proof.zip --policy keys-i-was-given.policy

    Without --policy only what needs no trust is checked, and the exit code is 9.
    """
    from cli.commands.checkpoint_exchange import read_policy
    from ledger.bundle.stamps import AskedTime
    from ledger.bundle.verify import verify as verify_bundle
    from ledger.clock import now

    time = AskedTime(tsa_roots.read_bytes() if tsa_roots else b"", _span(max_age) if max_age else None, now())
    with _named(file):
        report = verify_bundle(file, read_policy(policy_file) if policy_file else None, time)
    if as_json:
        answer_json(_report_json(report))
    else:
        _show(file, report)
    _tell(report)
    return report.exit


@command.command(epilog=EXIT_STATUS)
@FILE
@json_option
@click.pass_context
def show(_: click.Context, file: Path, as_json: bool) -> None:
    """What a bundle says of itself. Nothing is checked: see `verify`.

    \b
    Example:
      ledger evidence show proof.zip
    """
    manifest = _manifest(file)
    if as_json:
        answer_json(_manifest_json(manifest))
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


command.add_command(digest)
command.add_command(page)


def _record(ctx: click.Context, opened: Application, party: str, value: dict[str, Any]) -> None:
    from cli import session
    from ledger.keys.signing import Draft, sign

    key = session.key(ctx, party, "events", opened.door)
    identifiers = opened.vault.record_key("drafts")
    line = sign(Draft.parse(value), key, opened.door.origin, opened.clock, id_key=identifiers)
    (recorded,) = opened.record([line])
    word = "recorded" if recorded.new else "already recorded:"
    answer(f"{word} {value['type']} at position {recorded.position} (log size {opened.store.size()})")


def _moments(store: Store, as_of: str | None) -> tuple[int, datetime, datetime]:
    """The last checkpoint's size, the moment that the summary speaks of, and when that checkpoint was sealed."""
    from ledger.bundle.build import NoCheckpoint
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
    from ledger.bundle.build import Request
    from ledger.errors import UsageProblem

    found = _requested(store, protocol, name) if name else None
    if not clauses and found is None:
        raise UsageProblem("no clause is named", hint="name one or more: --clause 'art. 5', or --request ID")
    chosen = clauses or (found.clauses if found else ())
    said = as_of or (found.as_of if found and isinstance(found.as_of, str) else "")
    requester = found.author if found else ""
    openings = _openings(ctx, store, disclose)
    stamps = StampFiles(session.place(ctx), size).tokens()
    return Request(protocol, tuple(chosen), said, name or "", requester, "", openings, stamps, size=size)


def _requested(store: Store, protocol: str, name: str) -> EvidenceRequested:
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


def _span(text: str) -> timedelta:
    """36h or 90d. Raises UsageProblem."""
    from datetime import timedelta

    from ledger.errors import UsageProblem

    if not text.isascii() or not text[:-1].isdigit() or text[-1] not in "hd" or len(text) > 6:
        raise UsageProblem(f"{text!r} is no span", hint="write hours or days: 36h, 90d")
    return timedelta(hours=int(text[:-1]) * (24 if text[-1] == "d" else 1))


def _manifest(file: Path) -> Manifest:
    from ledger.bundle.archive import Archive
    from ledger.bundle.verify import opened_manifest

    with _named(file), Archive.open(file) as archive:
        return opened_manifest(archive)


@contextmanager
def _named(file: Path) -> Iterator[None]:
    """Say of what is no bundle which file it is, and what to do."""
    from ledger.bundle.archive import NotABundle

    try:
        yield
    except NotABundle as error:
        error.hint = error.hint or "nothing in it was checked; ask the sender for one of `ledger evidence build`"
        raise error.at(bundle=file.name) from None


def _manifest_json(manifest: Manifest) -> dict[str, Any]:
    import msgspec

    value: dict[str, Any] = msgspec.to_builtins(manifest)
    return {**value, "manifest": manifest.digest.hex()}


def _report_json(report: Report) -> dict[str, Any]:
    from ledger.clock import spell

    return {
        "origin": report.origin, "size": report.size, "root": report.root.hex(), "manifest": report.digest.hex(),
        "verdicts": {name: str(verdict) for name, verdict in report.verdicts.items()},
        "faults": [fault._asdict() for fault in report.faults], "not_checked": list(report.not_checked),
        "counts": report.counts, "cosigned": report.cosigned,
        "stamped_at": spell(report.stamped_at) if report.stamped_at else None,
    }  # fmt: skip


def _show(file: Path, report: Report) -> None:
    manifest = report.manifest
    clauses = f"{'; '.join(manifest.clauses)} of {manifest.protocol}"
    _show_word("bundle", f"{file.name}: {report.counts['entries']:,} entries, {clauses}")
    answer(f"ledger       {report.origin}, up to entry {report.size:,}")
    answer(f"root         {report.root.hex()}")
    for name, verdict in report.verdicts.items():
        _show_word(name, f"{verdict}{_more(name, report) if verdict == 'ok' else ''}")
    for fault in report.faults[:SHOWN]:
        where = f"entry {fault.position}" if fault.position else "the bundle"
        _show_word("BROKEN", f"{where}: {fault.detail} [{fault.code}]")
    if len(report.faults) > SHOWN:
        answer(f"and {len(report.faults) - SHOWN} more: --json shows them all")
    for each in report.not_checked:
        _show_word("not checked", each)


def _more(area: str, report: Report) -> str:
    """By whom, and since when: what an *ok* of these two says."""
    from ledger.clock import spell

    if area == "agreement":
        return f", cosigned by {', '.join(sorted(report.cosigned))}"
    return f", it was there at {spell(report.stamped_at)}" if area == "time" and report.stamped_at else ""


def _show_word(word: str, text: str) -> None:
    answer_filled(text, f"{word:<13}", " " * 13)


def _tell(report: Report) -> None:
    if report.exit == 3:
        first = report.faults[0]
        say(f"ledger: error: the bundle does not prove what it claims: {first.detail}")
        say("ledger: hint: keep this file, and ask the sender and another party for the same evidence")
    elif report.exit:
        say(f"ledger: error: could not check all that was asked, for want of {'; of '.join(report.wanting)}")
        say("ledger: hint: nothing was found wrong; that is not the same as right")
