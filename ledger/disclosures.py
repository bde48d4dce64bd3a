"""What the ledger tells about one person: to whom their data went, when, on which ground, and where they are named.

Deliveries are recorded by dataset and not by person: nobody keeps a list of persons in a ledger. So all deliveries of
the protocol in which a person is known are told (of the datasets that are asked for, if any), and those that name the
person are marked. What was retracted is not told, and what was corrected as it stands now. A recipient whose delivery
nobody recorded is told by what the recipient itself recorded. Everything comes from verified entries; the vault is not
asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from ledger.events.acts import acting, value_of
from ledger.events.base import Event
from ledger.events.codec import decoded_fast
from ledger.events.fields import ABSENT
from ledger.replay import verified
from ledger.standing import said_of, standing
from ledger.storage.store import Store
from ledger.subjects.holds import tokens_in

DELIVERIES = (
    "data-communicated", "standing-exchange-opened", "onward-disclosure-made", "publication-made",
    "direct-marketing-sent",
)  # fmt: skip
"""Types by which data leave for somebody; a sending repeated is no second one."""
RECEIVED, HELD = "data-received", "holding-registered"
"""The other end of a delivery; and a copy of another's data. Both show a recipient, also where no delivery does."""

_REGISTERS = ("/exchange", "/publication", "/marketing", "/deletion", "/governance")


class Disclosure(NamedTuple):
    """One delivery. `to` are parties, or who else received; empty texts and lists where the entry does not say.

    Of type `holding-registered`: a copy that a recipient has, of which no delivery is recorded; since `happened_at`.
    """

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
    statements: list[tuple[int, Event]] = []
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
            statements.append((entry.position, decoded_fast(entry.event)))
    uses.sort()
    disclosures = _disclosures(_standing(statements), token, datasets)
    return Told(tuple(disclosures), tuple(mentions), len(uses), uses[0] if uses else "", uses[-1] if uses else "")


def _standing(statements: Sequence[tuple[int, Event]]) -> list[tuple[int, Event]]:
    """What stands of these: without what its author retracted, and each as its author last corrected it."""
    return sorted(statements[at] for at in standing([said_of(event) for _, event in statements]))


def _disclosures(standing: list[tuple[int, Event]], token: str, datasets: Collection[str]) -> list[Disclosure]:
    """Every delivery; then every recipient that none of them has, by what it recorded itself; by position."""
    found: list[Disclosure] = []
    exchanges: set[str] = set()
    for kinds in (DELIVERIES, (RECEIVED,), (HELD,)):
        for position, event in standing:
            name, exchange = event.type.partition("/")[0], _text(event, "exchange")
            if name not in kinds or (name == RECEIVED and exchange in exchanges):
                continue
            each = _disclosure(position, name, event, token)
            if name == HELD and (set(each.to) == {each.sender} or _is_among(each, found)):
                continue
            exchanges.add(exchange)
            if not datasets or not each.datasets or set(each.datasets) & set(datasets):
                found.append(each)
    return sorted(found)


def _is_among(held: Disclosure, found: Iterable[Disclosure]) -> bool:
    """Whether a copy is of what another line tells already."""
    return any(
        held.sender == each.sender and set(held.to) <= set(each.to) and set(held.datasets) <= set(each.datasets)
        for each in found
    )


def _disclosure(position: int, name: str, event: Event, token: str) -> Disclosure:
    sender = _text(event, "from") or (name == HELD and (_text(event, "sender") or _text(event, "origin")))
    to = acting(event) if name == HELD else _texts(event, "to") or _texts(event, "recipient")
    return Disclosure(
        position, name, _text(event, "covers_from") or event.happened_at, sender or ", ".join(acting(event)), to,
        _texts(event, "datasets") or _texts(event, "dataset"), _texts(event, "categories"), _text(event, "purpose"),
        _text(event, "basis"), token in set(tokens_in(event)),
    )  # fmt: skip


def _value(event: Event, name: str) -> Any:
    found = value_of(event, name)
    return None if found is ABSENT else found


def _text(event: Event, name: str) -> str:
    return str(_value(event, name) or "")


def _texts(event: Event, name: str) -> tuple[str, ...]:
    """The words of a list; a single word is a list of one."""
    found = _value(event, name)
    if isinstance(found, str):
        return (found,) if found else ()
    return tuple(found) if isinstance(found, tuple) else ()
