"""What the tests of the door share: keys, bodies and acts to come with, and how it refuses them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ledger.chain.hashing import sha256
from ledger.errors import LedgerError
from ledger.keys.keyring import possession
from ledger.keys.keystore import KeyPair, KeyStore
from ledger.keys.signing import SignedLine
from tests.protocol.texts import THIRD
from tests.worlds import World


@contextmanager
def refused(world: World, code: str, **where: Any) -> Iterator[pytest.ExceptionInfo[LedgerError]]:
    """The block is refused so, and not one byte of the ledger changes."""
    before = world.bytes()
    with pytest.raises(LedgerError) as found:
        yield found
    error = found.value
    assert (error.code, error.where | where) == (code, error.where), error
    assert error.hint
    assert world.bytes() == before


def new_key(world: World, party: str, use: str = "events") -> KeyPair:
    """A key that nobody enrolled yet."""
    return KeyStore(world.place.keys).create_in_clear(party, use, another=True)  # type: ignore[arg-type]


def enrolment(world: World, by: str, key: KeyPair, **fields: Any) -> SignedLine:
    proof = possession(key, world.origin)
    return world.signed(
        by, "key-enrolled", None, party=key.party, use=key.use, public_key=key.public.hex(), possession=proof, **fields
    )


def open_to_cities(world: World) -> KeyPair:
    """A protocol with an open class, registered; the enrolled key of a body that has not joined."""
    data, key = THIRD.encode(), new_key(world, "GENT")
    fields = {"version": "1", "digest": sha256(data).hex()}
    version = world.signed("OPERATOR", "protocol-version-registered", "stad-netwerk-2024", **fields)
    with world.open() as ledger:
        ledger.record([version, enrolment(world, "OPERATOR", key)], {sha256(data).hex(): data})
    return key


WITHDRAWAL = {"type_name": "party-withdrew", "effective_at": "2022-07-31"}
MANDATE = {"type_name": "mandate-recorded", "mandate": "M-1", "to": "VLAIO", "acts": ["measure-attested"],
           "happened_at": "2021-12-01"}  # fmt: skip
ATTESTED = {"type_name": "measure-attested", "measure": "auditing", "happened_at": "2022-06-30"}
PROOF = [{"strength": "statement"}]
