"""What the ledger tells about one person: to whom their data went, when, on which ground, and where they are named.

Deliveries are recorded by dataset and not by person: nobody keeps a list of persons in a ledger. So all deliveries of
the protocol in which a person is known are told (of the datasets that are asked for, if any), and those that name the
person are marked. Everything comes from verified entries; the vault is not asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from ledger.chain.entry import Entry
from ledger.events.acts import acting, value_of
from ledger.events.base import Event
from ledger.events.codec import decoded_fast
from ledger.events.fields import ABSENT
from ledger.replay import verified
from ledger.storage.store import Store
from ledger.subjects.holds import tokens_in

DELIVERIES = (
    "data-communicated", "standing-exchange-opened", "onward-disclosure-made", "publication-made",
    "direct-marketing-sent",
)  # fmt: skip
"""Types by which data leave for somebody; a sending repeated is no second one, and a receipt is its other end."""

_REGISTERS = ("/exchange", "/publication", "/marketing")


class Disclosure(NamedTuple):
    """One delivery. `to` are parties, or who else received; empty texts and lists where the entry does not say."""

    position: int
    type: str
    happened_at: str
    sender: str
    to: tuple[str, ...]
    datasets: tuple[str, ...]
    categories: tuple[str, ...]
    purpose: str
    basis: str
    names_person: bool


class Mention(NamedTuple):
    """An entry that names the person. Uses are many, and only counted."""

    position: int
    type: str
    happened_at: str


class Told(NamedTuple):
    """`uses` counts what logs tell of the person as a user: from the first moment to the last."""

    disclosures: tuple[Disclosure, ...]
    mentions: tuple[Mention, ...]
    uses: int
    first_use: str
    last_use: str

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who must be told of a rectification or an erasure (AVG 19)."""
        return tuple(sorted({each for disclosure in self.disclosures for each in disclosure.to}))


def told(store: Store, protocol: str, token: str, datasets: Collection[str] = ()) -> Told:
    """Read the whole ledger for one person. Raises BrokenLink where it is not whole."""
    disclosures: list[Disclosure] = []
    mentions: list[Mention] = []
    uses: list[str] = []
    named = token.encode()
    for entry in (entry for page in verified(store) for entry in page):
        if named in entry.event:
            event = decoded_fast(entry.event)
            if entry.stream.endswith("/usage"):
                uses.append(event.happened_at)
                continue
            mentions.append(Mention(entry.position, event.type.partition("/")[0], event.happened_at))
        if entry.stream.startswith(f"{protocol}/") and entry.stream.endswith(_REGISTERS):
            disclosures += _disclosures(entry, token, datasets)
    uses.sort()
    return Told(tuple(disclosures), tuple(mentions), len(uses), uses[0] if uses else "", uses[-1] if uses else "")


def _disclosures(entry: Entry, token: str, datasets: Collection[str]) -> Iterator[Disclosure]:
    event = decoded_fast(entry.event)
    name = event.type.partition("/")[0]
    about = _texts(event, "datasets")
    if name not in DELIVERIES or (datasets and about and not set(about) & set(datasets)):
        return
    sender = _text(event, "from") or ", ".join(acting(event))
    to = _texts(event, "to") or ((_text(event, "recipient"),) if _text(event, "recipient") else ())
    yield Disclosure(
        entry.position, name, event.happened_at, sender, to, about, _texts(event, "categories"),
        _text(event, "purpose"), _text(event, "basis"), token in set(tokens_in(event)),
    )  # fmt: skip


def _value(event: Event, name: str) -> Any:
    found = value_of(event, name)
    return None if found is ABSENT else found


def _text(event: Event, name: str) -> str:
    return str(_value(event, name) or "")


def _texts(event: Event, name: str) -> tuple[str, ...]:
    found = _value(event, name)
    return tuple(found) if isinstance(found, tuple) else ()
