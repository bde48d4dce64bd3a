"""Identifiers: how they are spelled, and new ones."""

from __future__ import annotations

import re
import secrets
from typing import NewType

PartyId = NewType("PartyId", str)
ProtocolId = NewType("ProtocolId", str)
EventId = NewType("EventId", str)
Token = NewType("Token", str)
"""A person, as 32 hex digits that say nothing about them."""

# Every pattern ends in `$(?!\n)`: Python's `$` alone lets a last line feed through.
PARTY_PATTERN = r"^[A-Za-z][A-Za-z0-9_-]{0,31}$(?!\n)"
PROTOCOL_PATTERN = r"^[a-z0-9][a-z0-9-]{0,63}$(?!\n)"
HEX128_PATTERN = r"^[0-9a-f]{32}$(?!\n)"
HEX256_PATTERN = r"^[0-9a-f]{64}$(?!\n)"
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:/+-]{0,79}$(?!\n)"

LEDGER = "ledger"
"""What stands before the registers of the ledger itself, where a protocol's id stands before its own: it is none."""

_PARTY, _PROTOCOL = re.compile(PARTY_PATTERN, re.ASCII), re.compile(PROTOCOL_PATTERN, re.ASCII)


def is_party(text: str) -> bool:
    return bool(_PARTY.fullmatch(text))


def is_protocol(text: str) -> bool:
    return bool(_PROTOCOL.fullmatch(text))


def new_id() -> str:
    """128 random bits in hex: an event id, or a person's token. Unguessable, so a published leaf confirms nothing."""
    return secrets.token_hex(16)
