"""What an erasure makes unreadable, as it is shown before and told after."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cli.output import answer, answer_json, say

if TYPE_CHECKING:
    from ledger.application import Application


def plan_of(opened: Application, token: str | None, parts: tuple[str, ...]) -> dict[str, Any]:
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


def show_plan(plan: dict[str, Any], tell: Callable[[str], None]) -> None:
    tell("would become unreadable:" if tell is answer else "this becomes unreadable, for good:")
    if plan["token"]:
        tell(f"  {plan['token']} in {plan['protocol']}:")
        tell(f"  {plan['identifiers']} identifier(s), and the way to find them")
    for text in plan["texts"]:
        tell(f"  what entry {text['position']} says in {text['field']}")
    for copy in plan["deferred"]:
        tell(f"  deferred until {_day(copy['kept_until'])}: the backup of {_day(copy['taken_at'])} still has it")


def tell_done(plan: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        answer_json({**plan, "dry_run": False})
        return
    what = plan.get("token") or f"{len(plan.get('parts', []))} sealed part(s)"
    answer(f"{what} {'erased' if plan['new'] else 'was erased before'} by entry {plan['erased_by']}")
    if plan.get("deferred"):
        last = max(copy["kept_until"] for copy in plan["deferred"])
        answer(f"deferred: backups of the vault hold it until {_day(last)}, or until the master key changes")
    if change := plan.get("change"):
        answer(
            f"{change['party']} erased this person from {', '.join(change['datasets'])} too: entry {change['position']}"
        )
        say("Whom it told of that, it records:")
        say(f"  ledger rights notify-recipient {change['change']} --to PARTY")


def _day(recorded: str) -> str:
    """The day in Brussels of a moment in the vault."""
    from ledger.clock import Moment, parse_recorded

    return Moment.at(parse_recorded(recorded)).day.isoformat()
