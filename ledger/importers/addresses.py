"""Network addresses as logs write them. They serve to tell inside from outside, and are never kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from ledger.errors import UsageProblem
from ledger.importers.importer import Network

Address = IPv4Address | IPv6Address
Networks = tuple[IPv4Network | IPv6Network, ...]

_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}", re.ASCII)


def networks(texts: Iterable[str]) -> Networks:
    """The networks that were named, as `10.0.0.0/8` or `2001:db8::/32`. Raises UsageProblem."""
    found = []
    for text in texts:
        try:
            found.append(ip_network(text.strip()))
        except ValueError as error:
            raise UsageProblem(
                f"{text!r} is no network", hint="write it as 10.0.0.0/8 or 2001:db8::/32", code="import.network"
            ) from error
    return tuple(found)


def parse(text: str) -> Address | None:
    """The address in `1.2.3.4`, `1.2.3.4:80`, `::1`, `[::1]`, `[::1]:80`; None for anything else.

    An IPv4 address written as IPv6 (`::ffff:1.2.3.4`) is the IPv4 address.
    """
    text = text.strip()
    found = _WITH_PORT.fullmatch(text)
    try:
        address = ip_address(found[1] or found[2] if found else text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


@lru_cache(maxsize=4096)
def network_of(texts: tuple[str, ...], internal: Networks) -> Network:
    """Where a use came from: the first of a record's address fields that holds an address decides."""
    for text in texts:
        if (address := parse(text)) is not None:
            inside = any(address in network for network in internal if network.version == address.version)
            return "internal" if inside else "external"
    return "unknown"
