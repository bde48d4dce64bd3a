"""`ledger obligations`: what is due."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option, moment_options
from cli.output import answer_json

if TYPE_CHECKING:
    from projections.obligations.answer import Obligation

OVERDUE = 4


@click.command(epilog=EXIT_STATUS)
@click.option("--party", metavar="PARTY", help="Only what this party must do.")
@click.option("--protocol", metavar="ID", help="Only of this protocol.")
@click.option("--clause", metavar="ADDRESS", help="Only clauses whose address begins so: 'art. 4'.")
@click.option("--status", metavar="WORD", multiple=True, help="Only this status: open, overdue, fulfilled, ...")
@click.option("--all", "everything", is_flag=True, help="List what is only counted otherwise.")
@click.option("--fail-overdue", is_flag=True, help="Exit 4 if one of them is overdue.")
@moment_options
@json_option
@ledger_option
@click.pass_context
def command(
    ctx: click.Context, party: str | None, protocol: str | None, clause: str | None, status: tuple[str, ...],
    everything: bool, fail_overdue: bool, as_of: datetime | None, known_at: datetime | None, as_json: bool,
) -> int:  # fmt: skip
    """What is due, by whom, to whom, under which sentence; the open ones first.

    \b
    Example:
      ledger obligations --as-of 2022-06-15 --party VLAIO --clause "art. 4"
    --as-of asks what held then; --known-at what could be known then.
    What is not open is counted by clause where it is more than 200 lines.
    """
    from cli.asked import check_asked, tell_if_no_protocol
    from cli.json_obligations import obligations_json
    from cli.show_obligations import LINES, show_answer, show_listing

    _check_words(status)
    asked = (ctx, as_of, known_at, protocol, clause or "")
    rest = as_json or everything or bool(party or status)
    found = session.listing(*asked, rest=rest)
    if found.answer is None and found.tally.lines <= LINES:
        found = session.listing(*asked, rest=True)
    kept = [each for each in (found.answer.obligations if found.answer else found.due) if _asked(each, party, status)]
    if not kept and (protocol or party or clause):
        check_asked(session.store(ctx), protocol, party, clause)
    if as_json and found.answer:
        answer_json(obligations_json(found.answer, kept, known_at))
    elif found.answer and (rest or found.tally.lines <= LINES):
        show_answer(found.answer, kept, filtered=bool(party or status), clause=clause or "")
    else:
        show_listing(found)
    if not kept and not as_json:
        tell_if_no_protocol(session.store(ctx))
    return OVERDUE if fail_overdue and any(each.status == "overdue" for each in kept) else 0


def _asked(each: Obligation, party: str | None, status: tuple[str, ...]) -> bool:
    return party in (None, each.bearer) and (not status or each.status in status)


def _check_words(status: tuple[str, ...]) -> None:
    from ledger.errors import UsageProblem
    from projections.obligations.answer import Status

    for word in status:
        if word not in list(Status):
            raise UsageProblem(f"no status is called {word!r}", hint=f"it is one of: {', '.join(Status)}")
