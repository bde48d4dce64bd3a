"""`ledger evidence verify`: a bundle checked offline, and the verdicts as they are shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.commands.evidence_show import FILE, named
from cli.counted import counted
from cli.exit_codes import EXIT_STATUS
from cli.options import PATH, json_option
from cli.output import answer, answer_filled, answer_json, say
from cli.policy_file import read_policy

if TYPE_CHECKING:
    from datetime import timedelta

    from ledger.bundle.report import Report

SHOWN = 20


@click.command(epilog=EXIT_STATUS)
@FILE
@click.option("--policy", "policy_file", type=PATH, metavar="FILE", help="The keys you trust.")
@click.option("--tsa-roots", type=PATH, metavar="PEM", help="Whose time stamps you trust.")
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
    from ledger.bundle.stamps import AskedTime
    from ledger.bundle.verify import verify as verify_bundle
    from ledger.clock import now

    time = AskedTime(tsa_roots.read_bytes() if tsa_roots else b"", _span(max_age) if max_age else None, now())
    with named(file):
        report = verify_bundle(file, read_policy(policy_file) if policy_file else None, time)
    if as_json:
        answer_json(_report_json(report))
    else:
        _show(file, report)
    _tell(report)
    return report.exit


def _span(text: str) -> timedelta:
    """36h or 90d. Raises UsageProblem."""
    from datetime import timedelta

    from ledger.errors import UsageProblem

    if not text.isascii() or not text[:-1].isdigit() or text[-1] not in "hd" or len(text) > 6:
        raise UsageProblem(f"{text!r} is no span", hint="write hours or days: 36h, 90d")
    return timedelta(hours=int(text[:-1]) * (24 if text[-1] == "d" else 1))


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
    _show_word("bundle", f"{file.name}: {counted(report.counts['entries'], 'entry', 'entries')}, {clauses}")
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
