"""`ledger evidence`: ask for proof, hand it over, and check what was handed over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.commands.evidence_build import build, requested
from cli.commands.evidence_documents import digest
from cli.commands.evidence_page import page
from cli.commands.evidence_show import FILE, manifest_of, show
from cli.commands.evidence_verify import verify
from cli.exit_codes import EXIT_STATUS
from cli.options import ledger_option
from cli.output import answer
from cli.recording import recorded

if TYPE_CHECKING:
    from ledger.application import Application


@click.group(epilog=EXIT_STATUS)
def command() -> None:
    """Ask for proof under the protocol's own clauses, hand it over, and check it offline."""


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

    manifest = manifest_of(file)
    request_id = name or (None if manifest.request is ABSENT else str(manifest.request))
    if request_id is None:
        raise UsageProblem("the bundle answers no recorded request", hint="name it: --request ID")
    opened = session.application(ctx)
    requested(opened.store, manifest.protocol, request_id)
    draft = {
        "type": "evidence-provided", "protocol": manifest.protocol, "to": list(to), "request": request_id,
        "clauses": list(manifest.clauses), "manifest": manifest.digest.hex(),
    }  # fmt: skip
    _record(ctx, opened, party, {**draft, "received_at": received_at} if received_at else draft)


for each in (build, verify, show, digest, page):
    command.add_command(each)


def _record(ctx: click.Context, opened: Application, party: str, value: dict[str, Any]) -> None:
    from cli import session
    from ledger.keys.signing import Draft, sign

    key = session.key(ctx, party, "events", opened.door)
    identifiers = opened.vault.record_key("drafts")
    line = sign(Draft.parse(value), key, opened.door.origin, opened.clock, id_key=identifiers)
    found = recorded(opened, line)
    word = "recorded" if found.new else "already recorded:"
    answer(f"{word} {value['type']} at position {found.position} (log size {opened.store.size()})")
