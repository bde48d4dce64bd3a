"""Facts: events as they now stand, by type and by field. Entry in, nothing judged yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from ledger.clock import Moment
from projections.obligations.answer import Cause

parsed = lru_cache(maxsize=65_536)(Moment.counted)
"""A moment's text is read once, and as one that can be counted with: no act stops the answers about the others."""


RECEIPT = "receipt-confirmed"
STANDS_FOR = {"acting_for": "party"}
"""What the catalogue says a field means where it is absent."""


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """An event with its corrections applied, or a moment of the protocol's life (`type` is then the moment's name).

    `parties` is whose act it is (R3); `reported` says that another stated it for a party without a key. A fact with
    `void` or `retracted` matches nothing.
    """

    id: str
    type: str
    position: int
    recorded_at: datetime
    fields: Mapping[str, Any]
    parties: tuple[str, ...]
    happened: Moment
    reported: bool = False
    retracted: Cause | None = None
    disputed: bool = False
    void: str = ""

    @property
    def cause(self) -> Cause:
        return Cause(self.position, self.id)

    @property
    def stands(self) -> bool:
        return not self.void and self.retracted is None

    def values(self, name: str) -> tuple[Any, ...]:
        """Every value of a field; none where it is absent. `party` is whose act it is."""
        if name == "party":
            return self.parties
        value = self.fields.get(name)
        if value is None:
            return self.values(STANDS_FOR[name]) if name in STANDS_FOR else ()
        return tuple(value) if isinstance(value, list | tuple) else (value,)

    def __str__(self) -> str:
        return f"{self.type} (entry {self.position})" if self.position else f"{self.type} ({self.happened.text})"


class Receipt(NamedTuple):
    """That one addressee received what an event sent."""

    party: str
    moment: Moment
    fact: Fact


@dataclass(slots=True)
class Facts:
    """What is on record about one protocol, up to one moment. Void facts may be added while its life is worked out.

    `read` are the types that were asked for: what else is recorded does not change what was found.
    """

    every: Sequence[Fact]
    by_id: dict[str, Fact] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    _by_type: dict[str, list[Fact]] = field(default_factory=dict)
    _by_value: dict[tuple[str, str], dict[Any, list[Fact]]] = field(default_factory=dict)
    _receipts: dict[str, list[Receipt]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for fact in self.every:
            self.by_id[fact.id] = fact
            self._by_type.setdefault(fact.type, []).append(fact)
        for fact in self._by_type.get(RECEIPT, ()):
            if fact.stands:
                self._add_receipt(fact)

    def _add_receipt(self, fact: Fact) -> None:
        """The last word of each addressee counts."""
        moment = parsed(fact.fields.get("received_at", fact.happened.text))
        for event in fact.values("received"):
            others = [each for each in self._receipts.get(event, ()) if each.party not in fact.parties]
            self._receipts[event] = [*others, *(Receipt(party, moment, fact) for party in fact.parties)]

    def put(self, fact: Fact) -> None:
        """A fact in the place of what was known of the same event: an act that is void, or only of some parties."""
        named = self._by_type[fact.type]
        named[named.index(self.by_id[fact.id])] = fact
        self.by_id[fact.id] = fact
        self._by_value = {key: index for key, index in self._by_value.items() if key[0] != fact.type}

    def on_record(self, types: Iterable[str]) -> list[Fact]:
        """Every fact of these types, void and retracted ones too, by position."""
        types = tuple(types)
        self.read.update(types)
        return [fact for each in types for fact in self._by_type.get(each, ())]

    def of(self, *types: str) -> list[Fact]:
        """Every fact of these types that stands."""
        return [fact for fact in self.on_record(types) if fact.stands]

    def having(self, kind: str, name: str, values: Iterable[Any]) -> list[Fact]:
        """Facts of a type, void ones too, with one of these values in a field."""
        index = self._index(kind, name)
        several = [index[value] for value in values if value in index]
        if len(several) == 1:
            return several[0]
        return sorted({fact for each in several for fact in each}, key=lambda fact: fact.position)

    def count(self, kind: str, name: str, values: Iterable[Any]) -> int:
        """At most how many `having` gives."""
        index = self._index(kind, name)
        return sum(len(index[value]) for value in values if value in index)

    def _index(self, kind: str, name: str) -> dict[Any, list[Fact]]:
        self.read.add(kind)
        index = self._by_value.get((kind, name))
        if index is None:
            index = {}
            for fact in self._by_type.get(kind, ()):
                for value in dict.fromkeys(fact.values(name)):
                    index.setdefault(value, []).append(fact)
            self._by_value[(kind, name)] = index
        return index

    def moment(self, fact: Fact, name: str, addressee: Sequence[str] = ()) -> Moment | None:
        """When `name` of a fact was. A receipt may stand in another fact, one for each addressee; the earliest counts.

        `effective_at` and `started_at` are the happening where they are not given. None: not known.
        """
        if name in ("happened_at", "at"):
            return fact.happened
        if name in fact.fields:
            return parsed(fact.fields[name])
        if name in ("effective_at", "started_at"):
            return fact.happened
        if name != "received_at":
            return None
        self.read.add(RECEIPT)
        receipts = self._receipts.get(fact.id, [])
        concerned = set(addressee) & set(fact.values("to"))
        found = [each.moment for each in receipts if not concerned or each.party in concerned]
        return min(found, key=lambda each: (each.earliest, each.latest), default=None)

    def moment_for_all(self, fact: Fact, name: str) -> Moment | None:
        """The same, where what is sent may bind no addressee before that one had it: the last receipt counts.

        None while one of them is missing.
        """
        if name != "received_at" or name in fact.fields:
            return self.moment(fact, name)
        self.read.add(RECEIPT)
        found = {each.party: each.moment for each in self._receipts.get(fact.id, ())}
        named = fact.values("to") or tuple(found)
        if not named or any(party not in found for party in named):
            return None
        return max((found[party] for party in named), key=lambda each: (each.earliest, each.latest))

    def unreceived(self, fact: Fact) -> tuple[str, ...]:
        """The addressees of whom no receipt is known."""
        self.read.add(RECEIPT)
        known = {each.party for each in self._receipts.get(fact.id, ())}
        return tuple(str(party) for party in fact.values("to") if party not in known)
