"""`ledger verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option
from cli.output import answer, answer_json, say, table
from cli.progress import progress

if TYPE_CHECKING:
    from ledger.chain.policy import Policy
    from ledger.verification.report import Report

SHOWN = 12
"""Faults on a screen; --json has them all."""


@click.command(epilog=EXIT_STATUS)
@click.option("--policy", "policy_file", type=click.Path(path_type=Path), metavar="FILE", help="The keys you trust.")
@click.option("--deep", is_flag=True, help="Read the fields inside every use as well.")
@click.option("--max-age", metavar="SPAN", help="Also ask for a time stamp no older than this.")
@json_option
@ledger_option
@click.pass_context
def command(ctx: click.Context, policy_file: Path | None, deep: bool, max_age: str | None, as_json: bool) -> int:
    """Is every entry still the one that was signed, and are they all there?

    \b
    Example:
      ledger verify --policy keys-i-was-given.policy
    """
    from ledger.storage.highwater import HighWater
    from ledger.verification.run import Asked, verify

    place, store = session.place(ctx), session.store(ctx)
    policy = _policy(policy_file)
    with progress("entries") as told:
        asked = Asked(policy, HighWater(place.head).read(), deep=deep, progress=told)
        report = verify(store, place.url, asked)
    if as_json:
        answer_json(_as_json(report))
    else:
        _show(report)
    return _exit(report, policy, max_age)


def _policy(file: Path | None) -> Policy | None:
    from ledger.chain.policy import Policy, UnusablePolicy

    if file is None:
        return None
    try:
        return Policy.parse(file.read_bytes())
    except OSError as error:
        raise UnusablePolicy([]).at(file=str(file)) from error


def _exit(report: Report, policy: Policy | None, max_age: str | None) -> int:
    if report.failed:
        first = report.faults[0]
        say(f"ledger: error: something is proven wrong, first at entry {first.position}: {first.detail}")
        say("ledger: hint: write nothing more here; compare with a backup, or with another party's checkpoint")
        return 3
    if max_age is not None or (policy is not None and policy.quorum != "none"):
        missing = "a time stamp" if max_age is not None else "the cosignatures of the policy's quorum"
        say(f"ledger: error: could not check: there is no place for {missing} yet")
        return 9
    return 0


def _show(report: Report) -> None:
    counts = report.counts
    answer(f"ledger       {report.origin}")
    answer(f"size         {report.size:,} entries in {counts['streams']} streams, {counts['checkpoints']} checkpoints")
    answer(f"root         {report.root.hex()}")
    for name, verdict in report.verdicts.items():
        answer(f"{name:<12} {verdict}")
    if report.faults:
        answer("")
        shown = [(str(fault.position or "-"), fault.code, fault.detail) for fault in report.faults[:SHOWN]]
        table(("entry", "fault", "what is wrong"), shown, wraps=("what is wrong",))
        if len(report.faults) > SHOWN:
            answer(f"and {len(report.faults) - SHOWN} more: ledger verify --json")
    answer("")
    answer("not checked")
    for each in report.not_checked:
        answer(f"  - {each}")


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "origin": report.origin, "size": report.size, "root": report.root.hex(),
        "verdicts": {name: str(verdict) for name, verdict in report.verdicts.items()},
        "faults": [fault._asdict() for fault in report.faults],
        "not_checked": list(report.not_checked), "counts": report.counts,
    }  # fmt: skip
