"""`ledger subject erase`: show, confirm, record, destroy."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.asked import check_known
from cli.erasure_plan import plan_of, show_plan, tell_done
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option, person_token
from cli.output import answer, answer_json, say
from cli.subject_change import BY_TERM, asked_datasets, change_of, may_ask, say_how, show_change, stated_before

if TYPE_CHECKING:
    from cli.subject_change import Change
    from ledger.application import Application
    from ledger.keys.signing import SignedLine

GROUNDS = (BY_TERM, "request", "objection", "unlawful", "order")


@click.command(epilog=EXIT_STATUS)
@click.argument("token", required=False, callback=person_token)
@click.option("--part", "parts", multiple=True, metavar="COMMITMENT", help="A sealed part, in place of a person.")
@click.option("--ground", type=click.Choice(GROUNDS), required=True, help="Why.")
@click.option("--decided-by", required=True, metavar="PARTY", help="Who decided.")
@click.option("--decided-at", metavar="MOMENT", help="When they did: 2022-06-30, or an instant in UTC.")
@click.option("--clause", metavar="ADDRESS", help="The clause of the protocol that asks for it.")
@click.option("--request", metavar="ID", help="The recorded event by which it was asked.")
@click.option("--dataset", "datasets", multiple=True, metavar="NAME", help="Also erased by the party, in its own data.")
@click.option("--as", "party", metavar="PARTY", help="Which party that is. Who decided, if left out.")
@click.option("--confirm", metavar="TOKEN", help="The token again, in place of typing it when asked.")
@click.option("--dry-run", is_flag=True, help="Show what would become unreadable; do nothing.")
@json_option
@ledger_option
@click.pass_context
def erase(
    ctx: click.Context, /, token: str | None, parts: tuple[str, ...], datasets: tuple[str, ...], party: str | None,
    confirm: str | None, dry_run: bool, as_json: bool, **reasons: str | None,
) -> None:  # fmt: skip
    """Make a person, and all that sealed texts say of them, unreadable for good; the ledger still verifies.

    Records subject-erased, with ground and decider and no personal data, and then destroys key, blinds and rows.
    While a legal hold stands in the protocol, nothing is erased (exit 7).

    That is about this ledger. Where a party erased the person in its own data too, --dataset records its statement in
    the same go: it then owes a notice to each recipient of that dataset (AVG 19). On a terminal this is asked.

    \b
    Example:
      ledger subject erase 5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b --ground request --decided-by VLAIO --dry-run
    """
    _check_usage(token, parts, datasets, str(reasons["ground"]))
    opened, party = session.application(ctx), party or str(reasons["decided_by"])
    if token and (by := opened.door.holds.erased.get(token)):
        stated = stated_before(opened, token, by, datasets, party)
        tell_done({"token": token, "change": stated, "erased_by": by, "new": False}, as_json=as_json)
        return
    plan = plan_of(opened, token, parts)
    _check_decider(opened, plan["protocol"], str(reasons["decided_by"]), str(reasons["ground"]))
    _check_request(opened, reasons["request"])
    opened.door.holds.check_free(plan["protocol"])
    tell = None if as_json else answer if dry_run else say
    if tell:
        show_plan(plan, tell)
    by_right = token is not None and reasons["ground"] != BY_TERM
    if by_right and not (datasets or confirm or dry_run or as_json) and may_ask(ctx, opened, party):
        datasets = asked_datasets(opened, str(token), party)
    change = change_of(ctx, opened, str(token), party, datasets) if datasets else None
    if change and tell:
        show_change(change, tell)
    plan["change"] = change.told if change else None
    if dry_run:
        if as_json:
            answer_json({**plan, "dry_run": True})
        return
    _check_confirmed(token or parts[0], confirm)
    tell_done({**plan, **_recorded(ctx, opened, plan, reasons, change)}, as_json=as_json)
    if by_right and change is None:
        say_how(str(token), plan["protocol"])


def _check_usage(token: str | None, parts: tuple[str, ...], datasets: tuple[str, ...], ground: str) -> None:
    from ledger.errors import UsageProblem

    if (token is None) == (not parts):
        raise UsageProblem("a token, or sealed parts with --part", hint="find the token: ledger subject find")
    if datasets and token is None:
        raise UsageProblem(
            "--dataset goes with a person, and not with sealed parts",
            hint="the party records it with: ledger rights change-data",
        )
    if datasets and ground == BY_TERM:
        raise UsageProblem(
            "data whose term has ended are not erased by a person's right: no notice is owed for it",
            hint="the party records it with: ledger holding delete, ledger holding destroy",
        )


def _check_decider(opened: Application, protocol: str | None, decider: str, ground: str) -> None:
    """Raise NotFound for a party that is not there: what is erased cannot be stated better afterwards.

    An order may be anybody's, a court's say.
    """
    if ground != "order" and decider != opened.door.keyring.operator:
        check_known(opened.door, protocol, decider)


def _check_request(opened: Application, request: str | None) -> None:
    """Raise NotFound for an event that is not there: what is erased cannot be stated better afterwards."""
    from ledger.errors import NotFound
    from ledger.ids import HEX128_PATTERN

    if request is None:
        return
    if not re.search(HEX128_PATTERN, request) or opened.position_of(request) is None:
        raise NotFound(  # what was given is not repeated: it may be a name
            "no entry of this ledger has the event id that --request gives", code="event.unknown",
            hint="ids are in what `ledger record` answered, and in `ledger export`; leave --request out if what was "
            "asked is not in this ledger",
        )  # fmt: skip


def _check_confirmed(wanted: str, given: str | None) -> None:
    from ledger.errors import UsageProblem

    if given is None and sys.stdin.isatty():
        given = click.prompt("Type the token again to erase", err=True)
    if given != wanted:
        raise UsageProblem(
            "not confirmed: nothing was erased" if given is None else "the confirmation is another token",
            hint=f"--confirm {wanted}",
        )


def _recorded(
    ctx: click.Context, opened: Application, plan: dict[str, Any], reasons: dict[str, str | None],
    change: Change | None,
) -> dict[str, Any]:  # fmt: skip
    """Both in one append; the party's statement first, for of who is erased nothing can be stated any more."""
    stated = [change.signed(ctx, opened)] if change else []
    *before, recorded = opened.record([*stated, _erasure(ctx, opened, plan, reasons)])
    told = {**change.told, "position": before[0].position} if change else None
    return {"change": told, "erased_by": recorded.position, "new": recorded.new}


def _erasure(
    ctx: click.Context, opened: Application, plan: dict[str, Any], reasons: dict[str, str | None]
) -> SignedLine:
    from ledger.keys.signing import Draft, sign

    given = {name: value for name, value in reasons.items() if value is not None}
    about = {"tokens": [plan["token"]]} if plan["token"] else {"commitments": plan["parts"]}
    where = {"in_protocol": plan["protocol"]} if plan["protocol"] else {}
    draft = Draft.parse({"type": "subject-erased", **about, **where, **given})
    key = session.key(ctx, opened.door.keyring.operator, "events", opened.door)
    return sign(draft, key, opened.door.origin, opened.clock, id_key=opened.vault.record_key("erasures"))
