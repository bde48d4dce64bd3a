"""`ledger retention`: the ledger's own personal data, after its term."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from cli import session
from cli.counted import counted
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option
from cli.output import answer, answer_json, say

if TYPE_CHECKING:
    from ledger.application import Application
    from ledger.protocol.terms import Span


@click.group(epilog=EXIT_STATUS)
def command() -> None:
    """Erase what the ledger's own logs tell of persons, after its term.

    \b
    Example:
      ledger retention run --dry-run
    """


@command.command(epilog=EXIT_STATUS)
@click.option("--protocol", metavar="ID", help="Which protocol; may be left out if there is one.")
@click.option("--uses-after", metavar="TERM", help="Another term than the protocol's file has: 90d, 18m, 10y.")
@click.option(
    "--record-keys-after", metavar="TERM", help="Destroy the keys of log records older than the sources keep."
)
@click.option("--clause", metavar="ADDRESS", help="The clause of the protocol that sets the term.")
@click.option("--dry-run", is_flag=True, help="Show what is over its term; do nothing.")
@json_option
@ledger_option
@click.pass_context
def run(
    ctx: click.Context, protocol: str | None, uses_after: str | None, record_keys_after: str | None,
    clause: str | None, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Erase the staff whom logs name once their last use is older than the term; entries stay, and still verify.

    The term is log_retention in the protocol's file. Another one of --uses-after is said to be so.

    Staff whom another register names (a grant, say) are kept, and counted. Once record keys are gone, a log of those
    years that is imported again is taken for new: give the term after which its source has it no longer.

    \b
    Example:
      ledger retention run --record-keys-after 1y --dry-run
    """
    from ledger.importers.source_store import SourceStore
    from ledger.retention import before, expired, span

    opened = session.application(ctx)
    chosen, moment = session.protocol(opened, protocol), opened.clock()
    opened.door.holds.check_free(chosen)
    term = _term(opened, chosen, uses_after)
    found = expired(
        opened.store, opened.vault, chosen, before(term.keep, moment),
        before(span(record_keys_after), moment) if record_keys_after else None,
    )  # fmt: skip
    clause = clause or term.clause
    positions = [] if dry_run or not found.tokens else _erased(ctx, opened, chosen, found.tokens, clause)
    swept = logs = 0
    if not dry_run:
        opened.vault.drop_record_keys(found.purposes)
        logs = SourceStore(session.place(ctx).beside(".sources")).sweep(opened.vault.record_purposes())
        swept = opened.sweep_orphans()
        opened.vault.compact()
    if as_json:
        said = {"keep": str(term.keep), "from": term.origin, "protocol_says": term.says, "clause": term.clause}
        answer_json({**found._asdict(), "protocol": chosen, "dry_run": dry_run, "term": said, "erased_by": positions,
                     "swept": swept, "sources_removed": logs})  # fmt: skip
        return
    answer(f"term after the last use: {term}")
    would = "would be erased" if dry_run else "erased"
    persons, keys = counted(len(found.tokens), "person"), counted(len(found.purposes), "record key")
    answer(f"{persons} whom only logs name {would}; kept, for a register names them: {len(found.kept):,}")
    answer(f"{keys} {would}{': ' if found.purposes else ''}{', '.join(found.purposes)}")
    if logs:
        answer(f"{counted(logs, 'kept log')} removed, whose key is gone")
    if swept:
        answer(f"{counted(swept, 'text')} destroyed whose events were never recorded")
    for position in positions:
        answer(f"recorded at position {position}")
    if dry_run:
        say("Nothing was done. Without --dry-run it is.")


class _Term(NamedTuple):
    """`origin` is `clause`, `house-policy` or `option`; `says` what the protocol's file has, if another."""

    keep: Span
    origin: str
    clause: str | None
    says: str | None

    def __str__(self) -> str:
        if self.origin == "option":
            return f"{self.keep}, given here" + (f" in place of {self.says}" if self.says else "")
        return f"{self.keep} ({self.clause or 'house policy'})"


def _term(opened: Application, protocol: str, given: str | None) -> _Term:
    """The term of the protocol's file, or another that was given. Raises UsageProblem where there is neither."""
    from ledger.errors import UsageProblem
    from ledger.retention import span, stated

    kept = stated(opened.store, protocol)
    if given is not None:
        return _Term(span(given), "option", None, str(kept) if kept else None)
    if kept is None:
        raise UsageProblem(
            f"the file of {protocol} does not say how long users in logs are known",
            hint="give a term here, --uses-after 10y, or in a new version of the file: log_retention",
        )
    return _Term(kept.keep, "clause" if kept.by else "house-policy", kept.by, None)


def _erased(
    ctx: click.Context, opened: Application, protocol: str, tokens: tuple[str, ...], clause: str | None
) -> list[int]:
    from ledger.keys.signing import Draft, sign
    from ledger.retention import MOST_TOKENS

    operator = opened.door.keyring.operator
    key = session.key(ctx, operator, "events", opened.door)
    about = {"ground": "retention-ended", "decided_by": operator, "in_protocol": protocol}
    about |= {"clause": clause} if clause else {}
    lines = []
    for start in range(0, len(tokens), MOST_TOKENS):
        draft = Draft.parse({"type": "subject-erased", "tokens": list(tokens[start : start + MOST_TOKENS]), **about})
        id_key = opened.vault.record_key("erasures")
        lines.append(sign(draft, key, opened.door.origin, opened.clock, id_key=id_key))
    return [each.position for each in opened.record(lines)]
