"""An event that a person is about to record, tried before anybody signs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.event_fields import flag, main_field

if TYPE_CHECKING:
    from ledger.door import Door
    from ledger.events.base import SignedEvent
    from ledger.events.catalogue import EventType
    from projections.effects import Effect

NO_KEY = "00" * 32
"""Stands for the key, and for commitments, in an event that is only tried."""
_ELSEWHERE = {"author": "--as", "happened_at": "--at"}
"""Fields of the envelope whose option has another name."""


def check(door: Door, about: EventType, draft: dict[str, Any], author: str, speaking: str) -> None:
    """Raises InputRejected where such an event cannot be, or may not be recorded, with the option that says so.

    Whether an author without a key here may state it is not asked: it cannot sign.
    """
    from ledger.clock import now
    from ledger.errors import InputRejected
    from ledger.events.codec import MalformedEvent

    keys = [each.key_id for each in door.keyring.valid_keys(author, "events", door.size + 1)]
    try:
        event = tried(draft, author, now(), *keys[:1])
        if keys:
            door.check(event)
    except InputRejected as error:
        error.where = option_of(about, error.where)
        if isinstance(error, MalformedEvent):
            choice, _, _ = error.hint.rpartition("see: ")
            error.hint = f"{choice}see: ledger {speaking} --help"
            if not error.where and "happened_at" not in draft:
                error.hint += "; without --at it happens now"
        raise


def option_of(about: EventType, where: Mapping[str, str | int]) -> dict[str, str | int]:
    """Where a person gave the field that is named there; a fault of the whole event has no place."""
    name = str(where.get("field", "$")).removeprefix("$").removeprefix(".").partition("[")[0]
    if not name:
        return {}
    return {"field": name.upper() if name == main_field(about) else _ELSEWHERE.get(name) or flag(name)}


def effect_of(ctx: click.Context, draft: dict[str, Any], author: str) -> Effect:
    """What it would change, tried on the ledger as it stands; nobody signs and nothing is written."""
    from ledger.clock import now
    from projections.effects import effect
    from projections.obligations.projection import ObligationsProjection

    store = session.store(ctx)
    projection = ObligationsProjection(store.protocol_file)
    folded = session.folded(ctx, store, projection, None)
    at = now()
    return effect(projection, folded.state, tried(draft, author, at), folded.reached.position + 1, at)


def tried(draft: dict[str, Any], author: str, at: Any, key: str = NO_KEY) -> SignedEvent:
    from ledger.clock import spell
    from ledger.ids import new_id
    from ledger.keys.signing import Draft

    parsed = Draft.parse(draft)
    return parsed.event(author, key, new_id(), spell(at), dict.fromkeys(parsed.texts, NO_KEY))
