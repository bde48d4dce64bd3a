"""HMAC as the log importers make it, against the library's."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain.hashing import keyed, keyed_by


@given(st.binary(max_size=64), st.lists(st.binary(max_size=200), max_size=3))
def test_many_messages_under_one_key_have_the_librarys_hmac(key: bytes, messages: list[bytes]) -> None:
    digest = keyed_by(key)
    assert [digest(message) for message in messages] == [hmac.digest(key, message, "sha256") for message in messages]
    assert [digest(message) for message in messages] == [keyed(key, message) for message in messages]


def test_rfc_4231_case_2() -> None:
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert keyed_by(b"Jefe")(b"what do ya want for nothing?").hex() == expected


def test_a_key_beyond_a_block_is_refused() -> None:
    with pytest.raises(ValueError, match="a longer key"):
        keyed_by(bytes(65))
