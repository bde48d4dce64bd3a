"""What a rehearsal asks of the vault, without a trace in it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Protocol as Interface

from ledger.importers.ingest import Secrets


class Vault(Secrets, Interface):
    """That, and for what it has a key."""

    def record_purposes(self) -> list[str]: ...


class Rehearsal:
    """A vault in which nothing is made: a key that it has not is made up, and gone with the rehearsal.

    Nothing can be known by such a key, as nothing could by the one that an import would make.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._there = frozenset(vault.record_purposes())
        self._made: dict[str, bytes] = {}

    def record_key(self, purpose: str) -> bytes:
        if purpose in self._there:
            return self._vault.record_key(purpose)
        return self._made.setdefault(purpose, secrets.token_bytes(32))

    def tokens(self, protocol: str, identifiers: Iterable[str]) -> Mapping[str, str]:
        """Those that there are."""
        return self._vault.known(protocol, identifiers)

    def known(self, protocol: str, identifiers: Iterable[str]) -> Mapping[str, str]:
        return self._vault.known(protocol, identifiers)

    def holds(self, tokens: Iterable[str]) -> set[str]:
        return self._vault.holds(tokens)
