"""`ledger why`: one obligation, explained."""

from __future__ import annotations

from datetime import datetime

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option, moment_options
from cli.output import answer_json


@click.command(epilog=EXIT_STATUS)
@click.argument("identifier", metavar="ID")
@moment_options
@json_option
@ledger_option
@click.pass_context
def command(
    ctx: click.Context, identifier: str, as_of: datetime | None, known_at: datetime | None, as_json: bool
) -> None:
    """Why one obligation stands as it does: its sentence, what opened it, its clock, what would discharge it.

    ID is that of an obligation or a violation, or its first digits: `ledger obligations --json` has them.

    \b
    Example:
      ledger why cf319afa --as-of 2022-06-15
    """
    from cli.show_why import show_why, why_json
    from ledger.clock import now
    from projections.explanation import explained, named
    from projections.obligations.engine import evaluate
    from projections.obligations.projection import ObligationsProjection

    store, moment = session.whole(ctx), as_of or now()
    last = session.last_answer(ctx, store, moment, present=as_of is None, rest=True) if known_at is None else None
    state = session.folded(ctx, store, ObligationsProjection(store.protocol_file), known_at).state
    answer = (last.listing(moment).answer if last else None) or evaluate(state, moment)
    found = explained(state, answer, named(answer, identifier))
    if as_json:
        answer_json(why_json(found, answer.as_of, known_at))
    else:
        show_why(found)
