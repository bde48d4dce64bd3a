"""Who has the ledger and not the vault cannot try numbers, though there are few enough to try them all."""

from __future__ import annotations

import hashlib  # noqa: TID251 - to try what a thief would
import hmac
import itertools
from collections.abc import Iterator

from ledger.subjects.identifiers import Identifier
from tests.subjects.persons import erased, said
from tests.worlds import ORIGIN, V, World

BUSINESS = 316_380_841
"""The enterprise number of somebody's one-person business, check digits and all."""
TRIED = 2_000
"""Numbers around it. If its own digests are nowhere, those of the twenty million others are no worse hidden."""


def enterprise_numbers() -> Iterator[int]:
    first = BUSINESS // 100
    for prefix in range(first - TRIED // 2, first + TRIED // 2):
        yield prefix * 100 + 97 - prefix % 97


def spellings(number: int) -> list[str]:
    digits = f"{number:010}"
    dotted = f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"
    plain = [digits, digits[1:], dotted, f"BE{digits}", f"BE {dotted}", f"enterprise:{digits}"]
    return [*plain, *(f"{V}{between}{each}" for between in ("", "\n", "/") for each in plain)]


def digests(text: str) -> Iterator[bytes]:
    """What a thief can compute of a guess, with all that the ledger itself tells."""
    raw = text.encode()
    for name in ("sha256", "sha1", "md5"):
        yield hashlib.new(name, raw).digest()
    for key in (V.encode(), ORIGIN.encode(), b"ledger/vault/v1", bytes(32)):
        yield hmac.digest(key, raw, "sha256")


def test_hashing_every_enterprise_number_against_a_stolen_ledger_finds_nobody(world: World):
    with world.open() as ledger:
        token = ledger.vault.add_person(V, Identifier.parse("enterprise", f"{BUSINESS:010}"))
    said(world, token, text=f"{BUSINESS:010}")
    assert BUSINESS in set(enterprise_numbers())
    stolen = world.bytes()
    words = {stolen[start : start + 16] for start in range(len(stolen) - 15)}
    assert not [each for each in spellings(BUSINESS)[:6] if each.encode() in stolen]
    guesses = itertools.chain.from_iterable(spellings(number) for number in enterprise_numbers())
    for guess in guesses:
        for digest in digests(guess):
            assert digest.hex()[:16].encode() not in words, "sixteen digits of it, wherever they stand"


def test_a_token_says_nothing_after_its_person_is_gone_either(world: World):
    with world.open() as ledger:
        token = ledger.vault.add_person(V, Identifier.parse("enterprise", f"{BUSINESS:010}"))
    erased(world, token)
    with world.open() as ledger:
        assert ledger.vault.add_person(V, Identifier.parse("enterprise", f"{BUSINESS:010}")) != token
