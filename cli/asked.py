"""What a question names must exist: an empty answer to a misspelt name would read as "nothing is due"."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.door import Door
    from ledger.storage.store import Store


def check_asked(store: Store, protocol: str | None, party: str | None = None, clause: str | None = None) -> None:
    """Raises NotFound for a protocol, party or clause that the ledger's protocols do not have."""
    from ledger.door import door_of

    check_known(door_of(store), protocol, party, clause)


def tell_if_no_protocol(store: Store) -> None:
    """Without one, "nothing" is no answer."""
    from cli.output import say
    from ledger.door import door_of

    if not door_of(store).protocols:
        say("no protocol yet, so nothing can be due: ledger protocol add FILE")


def check_known(door: Door, protocol: str | None, party: str | None = None, clause: str | None = None) -> None:
    """The same, for who has read the state of the ledger."""
    from ledger.protocol.addresses import begins

    known = door.protocols
    if protocol is not None:
        check_name("protocol", protocol, known)
    chosen = [known[name] for name in known if protocol in (None, name)]
    versions = [version for each in chosen for version in each.versions]
    if party is not None:
        outsiders = {outsider.id for version in versions for outsider in version.outsiders}
        check_name("party", party, outsiders.union(*(each.parties for each in chosen)))
    addresses = [one.address for version in versions for one in version.clauses]
    if clause is not None and not any(begins(address, clause) for address in addresses):
        check_name("clause", clause, addresses)


def check_name(what: str, name: str, known: Iterable[str]) -> None:
    """Raises NotFound, with what comes near, for a name that is none of these."""
    from ledger.errors import NotFound

    there = sorted(set(known))
    if name in there:
        return
    shown = get_close_matches(name, there, n=3) or there[:5]
    more = ", ..." if len(there) > len(shown) else ""
    raise NotFound(
        f"this ledger holds no {what} {name}", code=f"{what}.unknown",
        hint=f"it holds: {', '.join(shown) or 'none yet'}{more}",
    )  # fmt: skip
