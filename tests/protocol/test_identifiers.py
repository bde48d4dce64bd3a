"""Numbers of the Belgian registers."""

from __future__ import annotations

import pytest

from ledger.protocol.identifiers import establishment, kbo


@pytest.mark.parametrize("number", ["0316.380.841", "0534.669.938", "0687.655.467", "BE 0316.380.841", "316380841"])
def test_a_published_enterprise_number_holds(number):
    assert len(kbo(number)) == 10


@pytest.mark.parametrize("number", ["2.138.199.704", "2.199.302.180", "2.200.731.050", "2.199.303.566"])
def test_a_published_establishment_number_holds(number):
    assert establishment(number) == number.replace(".", "")


@pytest.mark.parametrize("number", ["2.138.199.705", "0316.380.841", "1.138.199.704", "2138199", "٢138199704", ""])
def test_another_number_is_no_establishment_number(number):
    with pytest.raises(ValueError, match="not an establishment number"):
        establishment(number)


@pytest.mark.parametrize("number", ["0316.380.842", "2.138.199.704", "", "VLAIO"])
def test_another_number_is_no_enterprise_number(number):
    with pytest.raises(ValueError, match="not an enterprise number"):
        kbo(number)
