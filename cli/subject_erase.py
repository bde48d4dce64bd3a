"""`ledger subject erase`: show, confirm, record, destroy."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option
from cli.output import answer, answer_json, say

if TYPE_CHECKING:
    from ledger.application import Application

GROUNDS = ("retention-ended", "request", "objection", "unlawful", "order")


@click.command(epilog=EXIT_STATUS)
@click.argument("token", required=False)
@click.option("--part", "parts", multiple=True, metavar="COMMITMENT", help="A sealed part, in place of a person.")
@click.option("--ground", type=click.Choice(GROUNDS), required=True, help="Why.")
@click.option("--decided-by", required=True, metavar="PARTY", help="Who decided.")
@click.option("--decided-at", metavar="MOMENT", help="When they did: 2022-06-30, or an instant in UTC.")
@click.option("--clause", metavar="ADDRESS", help="The clause of the protocol that asks for it.")
@click.option("--request", metavar="ID", help="The event by which it was asked.")
@click.option("--confirm", metavar="TOKEN", help="The token again, in place of typing it when asked.")
@click.option("--dry-run", is_flag=True, help="Show what would become unreadable; do nothing.")
@json_option
@ledger_option
@click.pass_context
def erase(
    ctx: click.Context, /, token: str | None, parts: tuple[str, ...], confirm: str | None, dry_run: bool, as_json: bool,
    **reasons: str | None,
) -> None:  # fmt: skip
    """Make a person, and all that sealed texts say of them, unreadable for good; the ledger still verifies.

    Records subject-erased, with ground and decider and no personal data, and then destroys key, blinds and rows.
    While a legal hold stands in the protocol, nothing is erased (exit 7).

    \b
    Example:
      ledger subject erase 5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b --ground request --decided-by VLAIO --dry-run
    """
    from ledger.errors import UsageProblem

    if (token is None) == (not parts):
        raise UsageProblem("a token, or sealed parts with --part", hint="find the token: ledger subject find")
    opened = session.application(ctx)
    if token and (by := opened.door.holds.erased.get(token)):
        _tell({"token": token, "erased_by": by, "new": False}, as_json=as_json)
        return
    plan = _plan(opened, token, parts)
    opened.door.holds.check_free(plan["protocol"])
    if dry_run or not as_json:
        _show(plan, as_json=as_json, dry_run=dry_run)
    if dry_run:
        return
    _check_confirmed(token or parts[0], confirm)
    recorded = _recorded(ctx, opened, plan, reasons)
    _tell({**plan, "erased_by": recorded.position, "new": recorded.new}, as_json=as_json)


def _plan(opened: Application, token: str | None, parts: tuple[str, ...]) -> dict[str, Any]:
    """What would go. Raises NotFound for a token or a part that the vault does not have."""
    from ledger.errors import NotFound

    commitments = list(parts) if token is None else opened.vault.parts_about(token)
    events = []
    for commitment in commitments:
        part = opened.vault.part(commitment)
        if part is None:
            raise NotFound(
                f"the vault has no sealed part {commitment}", code="subject.unknown-part", hint="see: ledger verify"
            )
        events.append((opened.position_of(part.event_id) or 0, part.opening.field if part.opening else "?"))
    protocol = opened.vault.protocol_of(token) if token else _protocol_of(opened, events)
    copies = [each._asdict() for each in opened.vault.copies(opened.clock()) if each.opens]
    return {
        "token": token, "protocol": protocol, "parts": list(parts),
        "identifiers": len(opened.vault.identifiers(token)) if token else 0,
        "texts": [{"position": position, "field": field} for position, field in sorted(events)],
        "deferred": copies,
    }  # fmt: skip


def _protocol_of(opened: Application, events: list[tuple[int, str]]) -> str | None:
    from ledger.chain.entry import event_of
    from ledger.events.codec import decoded_fast

    found = {getattr(decoded_fast(event_of(opened.store.entry(position))), "protocol", None) for position, _ in events}
    return found.pop() if len(found) == 1 else None


def _show(plan: dict[str, Any], *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        answer_json({**plan, "dry_run": dry_run})
        return
    tell = answer if dry_run else say
    tell("would become unreadable:" if dry_run else "this becomes unreadable, for good:")
    if plan["token"]:
        tell(f"  {plan['token']} in {plan['protocol']}: {plan['identifiers']} identifier(s), and the way to find them")
    for text in plan["texts"]:
        tell(f"  what entry {text['position']} says in {text['field']}")
    for copy in plan["deferred"]:
        tell(f"  deferred until {_day(copy['kept_until'])}: the backup of {_day(copy['taken_at'])} still has it")


def _day(recorded: str) -> str:
    """The day in Brussels of a moment in the vault."""
    from ledger.clock import Moment, parse_recorded

    return Moment.at(parse_recorded(recorded)).day.isoformat()


def _check_confirmed(wanted: str, given: str | None) -> None:
    from ledger.errors import UsageProblem

    if given is None and sys.stdin.isatty():
        given = click.prompt("Type the token again to erase", err=True)
    if given != wanted:
        raise UsageProblem(
            "not confirmed: nothing was erased" if given is None else "the confirmation is another token",
            hint=f"--confirm {wanted}",
        )


def _recorded(ctx: click.Context, opened: Application, plan: dict[str, Any], reasons: dict[str, str | None]) -> Any:
    from ledger.keys.signing import Draft, sign

    given = {name: value for name, value in reasons.items() if value is not None}
    about = {"tokens": [plan["token"]]} if plan["token"] else {"commitments": plan["parts"]}
    where = {"in_protocol": plan["protocol"]} if plan["protocol"] else {}
    draft = Draft.parse({"type": "subject-erased", **about, **where, **given})
    operator = opened.door.keyring.operator
    key = session.key(ctx, operator, "events", opened.door)
    line = sign(draft, key, opened.door.origin, opened.clock, id_key=opened.vault.record_key("erasures"))
    (recorded,) = opened.record([line])
    return recorded


def _tell(plan: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        answer_json({**plan, "dry_run": False})
        return
    what = plan.get("token") or f"{len(plan.get('parts', []))} sealed part(s)"
    answer(f"{what} {'erased' if plan['new'] else 'was erased before'} by entry {plan['erased_by']}")
    if plan.get("deferred"):
        last = max(copy["kept_until"] for copy in plan["deferred"])
        answer(f"deferred: backups of the vault hold it until {_day(last)}, or until the master key changes")
    if plan["new"]:
        say("What parties hold of this person is theirs to erase; they record it: ledger rights change-data.")
        say("That opens a notice to each recipient (AVG 19): ledger obligations --clause 'AVG 19'.")
