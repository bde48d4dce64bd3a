from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain.spelling import LARGEST, dump_base64, parse_base64, parse_decimal


@given(st.integers(0, LARGEST))
def test_a_decimal_comes_back(number: int) -> None:
    assert parse_decimal(str(number)) == number


@pytest.mark.parametrize("text", ["", " 42", "4_2", "042", "+42", "-0", "42\n", "\u0664\u0662", str(LARGEST + 1)])
def test_a_decimal_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match=r"decimal|larger"):
        parse_decimal(text)


@given(st.binary(max_size=100))
def test_base64_comes_back(raw: bytes) -> None:
    assert parse_base64(dump_base64(raw)) == raw


@pytest.mark.parametrize(
    "text", ["AB==", "AAB=", "AA", "AA=", "A=A=", "AA==\n", "A A=", "A*A=", "_-8=", "AA==AA==", "é"]
)
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        parse_base64(text)
