"""`ledger verify`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.counted import counted
from cli.exit_codes import EXIT_STATUS
from cli.options import PATH, json_option, ledger_option
from cli.output import answer, answer_json, say, table, width
from cli.policy_file import read_policy
from cli.progress import progress
from cli.stamp_files import stamped, told_of_stamps, warn_of_stamps
from cli.views_compared import tell_odd, with_views

if TYPE_CHECKING:
    from ledger.chain.policy import Policy
    from ledger.place import Place
    from ledger.storage.store import Store
    from ledger.verification.persons import Persons
    from ledger.verification.report import Report

SHOWN = 12
"""Faults on a screen; --json has them all."""


@click.command(epilog=EXIT_STATUS)
@click.option("--policy", "policy_file", type=PATH, metavar="FILE", help="The keys you trust.")
@click.option("--deep", is_flag=True, help="Read inside uses, the database's structure, and NAME.views.")
@click.option(
    "--since", type=click.IntRange(min=1), default=1, metavar="POSITION", help="Read only from this entry on."
)
@click.option("--max-age", metavar="SPAN", help="Also ask for a time stamp no older than this.")
@json_option
@ledger_option
@click.pass_context
def command(
    ctx: click.Context, policy_file: Path | None, deep: bool, since: int, max_age: str | None, as_json: bool
) -> int:
    """Is every entry still the one that was signed, and are they all there?

    Without --policy the keys in NAME.policy beside the ledger are taken.

    \b
    Examples:
      ledger verify
      ledger verify --policy keys-i-was-given.policy
      ledger verify --deep --json > report.json
    """
    from ledger.storage.marks import Marks
    from ledger.verification.agreement import with_agreement
    from ledger.verification.run import Asked, verify

    place, store = session.place(ctx), session.store(ctx)
    policy = _policy(policy_file, place)
    with progress("entries") as told:
        marks = Marks.of(place)
        asked = Asked(policy, marks, deep=deep, since=since, progress=told)
        report = with_agreement(verify(store, place.url, asked), store, policy)
    warn_of_stamps(place)
    report, persons = _with_persons(_with_stamps(report, place), place, store, deep=deep)
    report = with_views(report, place, store, deep=deep)
    if as_json:
        answer_json({**_as_json(report), "persons": _persons_as_json(persons)})
    else:
        _show(report)
        _show_persons(persons)
    return _exit(report, place, max_age, marks.unreached)


def _with_stamps(report: Report, place: Place) -> Report:
    """The report with what third parties say of the time."""
    from ledger.verification.unchecked import TIME

    said = TIME + told_of_stamps(place)
    return report._replace(not_checked=tuple(said if line == TIME else line for line in report.not_checked))


def _with_persons(report: Report, place: Place, store: Store, *, deep: bool) -> tuple[Report, Persons | None]:
    """The report with the verdict on sealed parts, where the vault can be opened and the entries are whole."""
    from ledger.door import door_of
    from ledger.erasing import carry_out
    from ledger.errors import LedgerError
    from ledger.storage.vault_store import VaultStore
    from ledger.verification.persons import persons, with_persons

    if report.failed:
        # Opening the vault carries out erasures: not on the word of entries that are not as they were signed.
        return with_persons(report, None, "the vault was not opened, for the entries are not whole"), None
    try:
        vault = VaultStore.open(place.vault, place.vault_key)
    except LedgerError as error:
        return with_persons(report, None, f"the vault cannot be opened: {error.message}"), None
    with closing(vault):
        try:
            replayed = carry_out(store, vault, lambda: door_of(store).keyring)
            found = persons(store, vault, replayed, deep=deep)
        except LedgerError as error:
            return with_persons(report, None, f"the vault could not be read: {error.message}"), None
    return with_persons(report, found), found


def _policy(named: Path | None, place: Place) -> Policy | None:
    """The reader's own, or the one beside the ledger, or none."""
    file = named or (place.policy if place.policy.exists() else None)
    return None if file is None else read_policy(file)


def _exit(report: Report, place: Place, max_age: str | None, unreached: str) -> int:
    if report.failed:
        if all(fault.code.startswith("views.") for fault in report.faults):
            tell_odd(report, place)
            return 3
        first = report.faults[0]
        where = f", first at entry {first.position:,}" if first.position else ""
        say(f"ledger: error: something is proven wrong{where}: {first.detail}")
        say("ledger: hint: write nothing more here; compare with a backup, or with another party's checkpoint")
        return 3
    if max_age is not None:
        there = bool(stamped(place))
        why = "whom you trust for it is not known here" if there else "there is none in this ledger"
        say(f"ledger: error: could not check a time stamp: {why}")
        if there:
            say("ledger: hint: make a bundle, and check that: ledger evidence verify --tsa-roots PEM --max-age SPAN")
        return 9
    if report.verdicts.get("agreement") == "not-checked":
        say("ledger: error: could not check the cosignatures of the policy's quorum: there is none in this ledger")
        return 9
    if report.verdicts.get("views") == "not-checked":
        return 9  # why was said when it was tried
    if unreached:
        say(f"ledger: error: could not check freshness: {unreached}")
        say("ledger: hint: mend what keeps the mark, or its address in LEDGER_HEAD; then verify again")
        return 9
    return 0


def _show(report: Report) -> None:
    counts = report.counts
    answer(f"ledger       {report.origin or 'unknown: entry 1 cannot be read'}")
    entries, streams = counted(report.size, "entry", "entries"), counted(counts["streams"], "stream")
    answer(f"size         {entries} in {streams}, {counted(counts['checkpoints'], 'checkpoint')}")
    answer(f"root         {report.root.hex()}")
    for name, verdict in report.verdicts.items():
        answer(f"{name:<12} {'FAILED' if verdict == 'failed' else verdict}")
    if report.faults:
        answer("")
        shown = [(f"{fault.position or '-'}", fault.code, fault.detail) for fault in report.faults[:SHOWN]]
        table(("entry", "fault", "what is wrong"), shown, wraps=("what is wrong",))
        if counts["faults"] > SHOWN:
            answer(f"and {counts['faults'] - len(shown):,} more: ledger verify --json")
    answer("")
    answer("not checked")
    for each in report.not_checked:
        _bullet(each)


def _show_persons(persons: Persons | None) -> None:
    if persons is None or not (persons.erased_by or persons.replayed):
        return
    answer("")
    for position, count in persons.erased_by.items():
        answer(f"{counted(count, 'sealed part')} lawfully erased by entry {position:,}")
    for position in persons.replayed:
        say(f"the vault still held what entry {position:,} erased: an old copy was put back, or erasing was stopped.")
        say("It is erased now.")


def _persons_as_json(persons: Persons | None) -> dict[str, Any] | None:
    if persons is None:
        return None
    return {
        "parts": persons.counts, "erased_by": {str(position): count for position, count in persons.erased_by.items()},
        "replayed": list(persons.replayed), "unknown": len(persons.unknown),
    }  # fmt: skip


def _bullet(text: str) -> None:
    from textwrap import wrap

    for line in wrap(text, width(), initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False):
        answer(line)


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "origin": report.origin, "size": report.size, "root": report.root.hex(),
        "verdicts": {name: str(verdict) for name, verdict in report.verdicts.items()},
        "faults": [fault._asdict() for fault in report.faults],
        "not_checked": list(report.not_checked), "counts": report.counts,
    }  # fmt: skip
