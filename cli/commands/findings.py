"""`ledger findings`: what the logs show and the ledger does not explain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option, moment_options
from cli.output import answer_json, say
from cli.recording import recorded

if TYPE_CHECKING:
    from cli.language import Language
    from projections.findings import Finding
    from projections.obligations.projection import State
    from projections.registers.findings import Answer

FOUND = 4
FEWEST_DIGITS = 6
"""Of an id by which something is closed: fewer may be a slip."""
CAUSES = (
    "not-attributable", "after-end", "after-withdrawal", "after-employment", "outside-profile", "grant-revoked",
    "grant-expired", "service-account", "no-grant", "third-party-share", "bulk-export", "unusual-count",
    "first-stage-only", "unrecorded-deletion", "deletion-without-trace", "log-gap",
)  # fmt: skip
"""The words of `projections.findings.Cause`, named here so that `--help` loads no projection."""
REASONS = (
    "authorised-otherwise", "grant-recorded-late", "not-our-data", "wrong-mapping", "reported-as-incident",
    "measure-taken", "accepted", "other",
)  # fmt: skip

language_option = click.option(
    "--lang", "language", type=click.Choice(["nl", "en"]), default="en", help="In Dutch, or in English if not said."
)


@click.group(epilog=EXIT_STATUS)
def command() -> None:
    """What the logs show and nothing explains: list, explain, close.

    A finding is worked out anew each time it is asked: who records the grant that was forgotten makes it disappear.
    """


@command.command("list", epilog=EXIT_STATUS)
@click.option("--cause", type=click.Choice(CAUSES), multiple=True, metavar="WORD", help="Only of this cause.")
@click.option("--protocol", metavar="ID", help="Only of this protocol.")
@click.option("--party", metavar="PARTY", help="Only in the logs of this party.")
@click.option("--status", type=click.Choice(("open", "closed")), help="Only open ones (reopened too), or closed ones.")
@click.option("--all", "whole", is_flag=True, help="Every row, however many there are.")
@click.option("--csv", "as_csv", is_flag=True, help="The answer as CSV; what looks like a formula is quoted.")
@click.option("--fail-open", is_flag=True, help="Exit 4 if one of them is open.")
@language_option
@moment_options
@json_option
@ledger_option
@click.pass_context
def list_findings(
    ctx: click.Context, cause: tuple[str, ...], protocol: str | None, party: str | None, status: str | None,
    whole: bool, as_csv: bool, fail_open: bool, as_of: datetime | None, known_at: datetime | None, as_json: bool,
    language: Language,
) -> int:  # fmt: skip
    """Uses without a grant, after it ended, outside it; much in one day; shares; deletions; gaps in logs.

    \b
    Example:
      ledger findings list --cause no-grant --party VLAIO
    """
    from cli.asked import check_asked, tell_if_no_protocol
    from cli.finding_texts import text
    from cli.json_findings import list_json
    from cli.show_findings import Shown
    from ledger.clock import now

    answers, _ = _answers(ctx, as_of, known_at)
    if party or (protocol and all(each.protocol != protocol for each in answers)):
        check_asked(session.store(ctx), protocol, party)
    answers = [each for each in answers if protocol in (None, each.protocol)]
    kept = [
        each for found in answers for each in found.findings
        if (not cause or each.cause in cause) and party in (None, each.party)
        and (status is None or (each.status == "closed") == (status == "closed"))
    ]  # fmt: skip
    moment = as_of or now()
    if as_json:
        answer_json(list_json(answers, kept, moment, known_at))
    elif as_csv:
        _write_csv(kept)
    else:
        Shown(language).show_list(answers, kept, moment, whole=whole)
        if first := next((each for each in kept if each.status != "closed"), None):
            say(text("next", language, id=first.id[:6]))
        if not answers:
            tell_if_no_protocol(session.store(ctx))
    return FOUND if fail_open and any(each.status != "closed" for each in kept) else 0


@command.command(epilog=EXIT_STATUS)
@click.argument("identifier", metavar="ID")
@language_option
@moment_options
@json_option
@ledger_option
@click.pass_context
def explain(
    ctx: click.Context, identifier: str, as_of: datetime | None, known_at: datetime | None, as_json: bool,
    language: Language,
) -> None:  # fmt: skip
    """Why something is found: which grant was looked for, what was there, the arithmetic, what would settle it.

    ID is that of a finding, or its first digits.

    \b
    Example:
      ledger findings explain 5f0c2a
    """
    from cli.json_findings import finding_json
    from cli.show_findings import Shown

    answers, _ = _answers(ctx, as_of, known_at)
    found = _named(answers, identifier)
    if as_json:
        answer_json(finding_json(found))
    else:
        Shown(language).show_explanation(found)


@command.command(epilog=EXIT_STATUS)
@click.argument("identifier", metavar="ID")
@click.option("--all", "whole", is_flag=True, help="Every use, however many there are.")
@language_option
@moment_options
@json_option
@ledger_option
@click.pass_context
def show(
    ctx: click.Context, identifier: str, whole: bool, as_of: datetime | None, known_at: datetime | None, as_json: bool,
    language: Language,
) -> None:  # fmt: skip
    """The uses in a finding, read again from their batches and counted one by one.

    \b
    Example:
      ledger findings show 5f0c2a
    """
    import msgspec

    from cli.json_findings import finding_json
    from cli.show_findings import Shown
    from ledger.clock import now
    from projections.obligations.engine import world_of
    from projections.reconciliation.entries import uses_in

    answers, state = _answers(ctx, as_of, known_at)
    found = _named(answers, identifier)
    world = world_of(state, found.protocol, as_of or now())
    assert world is not None, "it has a finding"
    used = list(uses_in(session.store(ctx), world, found)) if found.uses else []
    if as_json:
        items = [{"position": use.position, "certain": use.certain, "event": msgspec.to_builtins(use.event)}
                 for use in used]  # fmt: skip
        answer_json({**finding_json(found), "items": items})
    else:
        Shown(language).show_entries(found, used, len(used) if whole else 40)


@command.command(epilog=EXIT_STATUS)
@click.argument("identifier", metavar="ID")
@click.option("--reason", type=click.Choice(REASONS), required=True, metavar="WORD",
              help=f"Why it is settled: {', '.join(REASONS)}.")  # fmt: skip
@click.option("--explanation", metavar="TEXT", help="In your own words; sealed, so that it can be erased.")
@click.option("--evidence", metavar="KIND[:SHA256]", multiple=True, help="What shows it: ticket, log, ...")
@click.option("--as", "signer", metavar="PARTY", help="Whose key signs; if left out, that of the party of the finding.")
@json_option
@ledger_option
@click.pass_context
def close(
    ctx: click.Context, identifier: str, reason: str, explanation: str | None, evidence: tuple[str, ...],
    signer: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Say why a finding is settled: an event, signed by the party whose log it is.

    It opens again when more uses fall in it; where a log lacks something, when another file or batch shows more. A
    closing that was a mistake is taken back by `ledger events retract EVENT`: `ledger findings explain ID` gives that
    command in full, and both stay on record.

    Records: finding-closed/1

    \b
    Example:
      ledger findings close 5f0c2a --reason grant-recorded-late
    """
    import secrets

    from cli.commands.record import Signer, tell
    from ledger.errors import UsageProblem

    answers, _ = _answers(ctx, None, None)
    if len(identifier) < FEWEST_DIGITS:
        raise UsageProblem(f"give at least {FEWEST_DIGITS} digits of the id", hint="see them: ledger findings list")
    found = _named(answers, identifier)
    if found.status == "closed":
        raise UsageProblem(
            f"finding {found.id} is closed already", hint=f"ledger findings explain {found.id[:6]}",
            code="finding.closed",
        )  # fmt: skip
    # Its id is no other closing's: one that was taken back, or that it outgrew, may have said the same.
    draft: dict[str, Any] = {
        "id": secrets.token_hex(16), "type": "finding-closed", "protocol": found.protocol, "party": found.party,
        "finding": found.id, "reason": reason, "uses": found.uses,
    }  # fmt: skip
    if explanation:
        draft["explanation"] = explanation
    if evidence:
        parts = [each.partition(":") for each in evidence]
        draft["evidence"] = [
            {"strength": kind, **({"digest": digest} if digest else {})} for kind, _, digest in parts
        ]  # fmt: skip
    opened = session.application(ctx)
    stated = recorded(opened, Signer(ctx, opened, signer or found.party).drafted(draft))
    tell(opened, [stated], [], as_json=as_json)


def _answers(
    ctx: click.Context, as_of: datetime | None, known_at: datetime | None
) -> tuple[list[Answer], State]:  # fmt: skip
    from ledger.clock import now
    from projections.registers.findings import FindingsRegister, answers

    store = session.whole(ctx)
    state = session.folded(ctx, store, FindingsRegister(store.protocol_file), known_at).state
    return answers(state, as_of or now()), state


def _named(answers: Sequence[Answer], identifier: str) -> Finding:
    """The finding with this id, or whose id alone begins so. Raises NotFound, UsageProblem."""
    from ledger.errors import NotFound, UsageProblem

    asked = identifier.strip().lower()
    found = [each for one in answers for each in one.findings if asked and each.id.startswith(asked)]
    if not found:
        raise NotFound(
            f"no finding has the id {identifier} at that moment", hint="see them: ledger findings list",
            code="finding.unknown",
        )  # fmt: skip
    if len(found) > 1:
        raise UsageProblem(f"{len(found)} findings have an id that begins so", hint="give more digits of it")
    return found[0]


def _write_csv(kept: Sequence[Finding]) -> None:
    from cli.commands.register import write_csv
    from projections.registers.findings import FindingsRegister, row

    write_csv(FindingsRegister.columns, [row(each) for each in kept])
