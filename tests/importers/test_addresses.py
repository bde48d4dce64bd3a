from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.importers.addresses import network_of, parse
from ledger.importers.m365_audit import M365Audit
from tests.importers.logs import audit, found_in, json_lines


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.7", "192.0.2.7"), ("192.0.2.7:52378", "192.0.2.7"), ("2001:db8::41", "2001:db8::41"),
        ("[2001:db8::5]:54088", "2001:db8::5"), ("[2001:db8::5]", "2001:db8::5"), ("::1", "::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"), (" 192.0.2.7 ", "192.0.2.7"),
    ],
)  # fmt: skip
def test_an_address_is_read_with_or_without_port(text: str, address: str) -> None:
    assert str(parse(text)) == address


@pytest.mark.parametrize(
    "text", ["", " ", "<null>", "192.0.2", "192.0.2.7:", "[::1", "host:80", "\uff11.2.3.4", "1.2.3.400"]
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert parse(text) is None


@given(st.text(max_size=50))
def test_any_text_is_an_address_or_none(text: str) -> None:
    parse(text)


def test_the_first_field_that_holds_an_address_decides() -> None:
    inside = (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32"))
    assert network_of(("", "192.0.2.7:1", "198.51.100.1"), inside) == "internal"
    assert network_of(("198.51.100.1", "192.0.2.7"), inside) == "external"
    assert network_of(("[2001:db8::1]:443",), inside) == "internal"
    assert network_of(("", "nothing"), inside) == "unknown"


def test_a_network_is_said_only_where_the_internal_ones_are_given() -> None:
    raw = json_lines([audit(), audit(2, ClientIP=None, ActorIpAddress="[2001:db8::1]:443")]).encode()
    assert [each.network for each in found_in(raw)] == [None, None]  # type: ignore[union-attr]
    importer = M365Audit(internal=(ip_network("192.0.2.0/24"),))
    assert [each.network for each in found_in(raw, importer)] == ["internal", "external"]  # type: ignore[union-attr]
