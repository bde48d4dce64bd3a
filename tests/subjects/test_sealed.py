from __future__ import annotations

import pytest

from ledger.errors import InputRejected
from ledger.subjects.sealed import Opening, SealBroken, commitment, fitting, opened, sealed_parts
from tests.keys.people import TBT, withdrawal

ID, TEXT, BLIND = (
    "6f1c0a52e9d84b7fb0c3a1d2e4f56789",
    "Brief van de gedelegeerd bestuurder, 30 mei 2022",
    bytes(range(32)),
)
GOLDEN = "37cd698685ed1e7628ed701d3f860cb6f199cff73470383da1828c8173a1279f"
GOOD = Opening("reason", TEXT, BLIND)
EVENT = withdrawal(TBT, "TBT", id=ID, reason={"sealed": GOLDEN})
PLAIN = withdrawal(TBT, "TBT", id=ID)


def test_the_golden_commitment():
    assert commitment(BLIND, ID, "reason", TEXT) == GOLDEN


@pytest.mark.parametrize(
    "other",
    [
        (bytes(32), ID, "reason", TEXT),
        (BLIND, "0" * 32, "reason", TEXT),
        (BLIND, ID, "other", TEXT),
        (BLIND, ID, "reason", [TEXT]),
    ],
)
def test_a_commitment_fits_one_blind_place_and_value(other):
    assert commitment(*other) != GOLDEN


def test_every_sealed_part_is_found_and_opened():
    assert list(sealed_parts(EVENT)) == ["reason"]
    assert opened(EVENT, [GOOD]) == {"reason": GOOD}
    assert opened(PLAIN, []) == {}


@pytest.mark.parametrize(
    ("event", "openings"),
    [
        (EVENT, []),
        (EVENT, [Opening("reason", TEXT + ".", BLIND)]),
        (EVENT, [Opening("reason", TEXT, bytes(32))]),
        (EVENT, [GOOD, GOOD]),
        (EVENT, [GOOD, Opening("reason", "x", BLIND)]),
        (EVENT, [GOOD, Opening("other", TEXT, BLIND)]),
        (PLAIN, [GOOD]),
    ],
    ids=["none", "another text", "another blind", "twice", "twice, once wrong", "surplus", "not sealed"],
)
def test_openings_fit_or_are_refused(event, openings):
    with pytest.raises(SealBroken) as caught:
        opened(event, openings)
    assert caught.value.hint


def test_what_fits_is_found_among_others():
    assert fitting(EVENT, [Opening("reason", "x", BLIND), GOOD, Opening("other", "y", BLIND)]) == {"reason": GOOD}


@pytest.mark.parametrize("value", [None, 1.5, "e\u0301", 2**53])
def test_a_value_without_a_spelling_is_refused(value):
    with pytest.raises(InputRejected):
        commitment(BLIND, ID, "reason", value)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_blind_has_32_bytes(size):
    with pytest.raises(ValueError, match="32"):
        Opening("reason", TEXT, bytes(size))
