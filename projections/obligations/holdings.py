"""Holdings: holder x origin x dataset x copy (x exchange, x records), each with a life: held, deleted, destroyed.

The origin is who first collected the data, whoever sent them: relayed data keeps its origin (R14-R16).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import Any, Literal, NamedTuple

from ledger.clock import Moment
from projections.obligations.facts import Fact, Facts, parsed
from projections.obligations.truth import Piece, Timeline, swept

State = Literal["held", "deleted", "destroyed"]
RESTORED = "restore-performed"
CHANGES: dict[str, State] = {
    "deletion-performed": "deleted",
    "destruction-performed": "destroyed",
    "backup-expired": "destroyed",
    RESTORED: "held",
}
"""What each type makes of the holdings that it names."""
FIELDS = ("origin", "dataset", "copy", "exchange", "sender", "kept_by", "app", "location", "records", "obtained_under")
ALL = "all"


class Change(NamedTuple):
    """From this moment on a copy is in this state, by this fact."""

    moment: Moment
    state: State
    fact: Fact


@dataclass(slots=True, eq=False)
class Holding:
    """One copy of one dataset of one origin, at one holder. `fact` registered it, or restored what was not."""

    holder: str
    fact: Fact
    fields: dict[str, str]
    changes: list[Change] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, ...]:
        parts = (self.holder, *(self.fields.get(name, "") for name in ("origin", "dataset", "copy", "exchange")))
        return ("holding", *parts, *((self.fields["records"],) if "records" in self.fields else ()))

    @property
    def label(self) -> str:
        return "/".join(part for part in self.key[1:] if part)

    def __str__(self) -> str:
        return self.label

    def values(self, name: str) -> tuple[Any, ...]:
        if name in ("holder", "party"):
            return (self.holder,)
        if name == "sender" and name not in self.fields:
            return self.values("origin")
        return (self.fields[name],) if name in self.fields else ()

    def before(self, moment: Moment) -> Change | None:
        """The last change that came before or with this moment."""
        found = [change for change in self.changes if change.moment.earliest <= moment.earliest]
        return found[-1] if found else None

    def exists_at(self, moment: Moment) -> bool:
        """Held or deleted, not destroyed; of a date, if it may be so at some instant of it."""
        return self.is_in(("held", "deleted")).over(moment).value is not False

    def starts_after(self, moment: Moment) -> Iterable[Change]:
        """When it came to exist again, or first, after this moment."""
        previous: State | None = None
        for change in self.changes:
            if change.state == "held" and previous in (None, "destroyed") and change.moment.earliest > moment.earliest:
                yield change
            previous = change.state

    def is_in(self, states: Sequence[State]) -> Timeline:
        """True while it is in one of these states. What changes on a date is unknown during that date."""
        pieces = []
        previous = False
        for index, (moment, state, fact) in enumerate(self.changes):
            following = self.changes[index + 1].moment.earliest if index + 1 < len(self.changes) else None
            present = state in states
            if fact.disputed and present:
                pieces.append(Piece(moment.earliest, following, None, fact, f"the dispute about {fact}"))
            elif present:
                pieces.append(Piece(moment.latest, following, True, fact))
            if moment.is_day and (present or previous):
                both = True if present and previous and not fact.disputed else None
                pieces.append(Piece(moment.earliest, moment.latest, both, fact, f"the hour of {fact}"))
            previous = present
        return swept(pieces)


@dataclass(slots=True)
class Holdings:
    """Every holding on record, and what backups and legal holds say of them."""

    every: dict[tuple[str, ...], Holding] = field(default_factory=dict)
    by_origin: dict[str, list[Holding]] = field(default_factory=dict)

    def all(self) -> list[Holding]:
        return list(self.every.values())

    def add(self, holding: Holding) -> None:
        if holding.key not in self.every:
            self.every[holding.key] = holding
            self.by_origin.setdefault(holding.fields.get("origin", ""), []).append(holding)


def covered(fact: Fact, holding: Holding) -> bool:
    """Whether an event names this holding. `all` covers every dataset or copy; no exchange covers every exchange."""
    if holding.holder not in fact.parties:
        return False
    for names, name in ((("origin",), "origin"), (("datasets", "dataset"), "dataset"), (("copy",), "copy")):
        named = [value for each in names for value in fact.values(each)]
        if named and ALL not in named and holding.fields.get(name) not in named:
            return False
    optional = ("exchange", "records")
    return all(not fact.values(each) or holding.fields.get(each) in fact.values(each) for each in optional)


class Told(NamedTuple):
    """One statement about copies: `fields` are those of the holding that it gives, if it gives one."""

    moment: Moment
    fact: Fact
    holder: str = ""
    fields: Mapping[str, str] | None = None


def registered(facts: Facts) -> Holdings:
    """Every holding with its life, in the order in which things happened."""
    found = Holdings()
    told = [*_registrations(facts), *_deliveries(facts), *(Told(each.happened, each) for each in facts.of(*CHANGES))]
    for each in sorted(told, key=_order):
        if each.fields is not None:
            _held(found, each, each.fields)
            continue
        if each.fact.type == RESTORED:
            _come_to_exist(each.fact, found)
        for holding in found.by_origin.get(each.fact.fields.get("origin", ""), ()):
            if covered(each.fact, holding):
                _change(holding, each.fact)
    return found


def _order(told: Told) -> tuple[datetime, datetime, int]:
    return told.moment.earliest, told.moment.latest, told.fact.position


def _held(found: Holdings, told: Told, fields: Mapping[str, str]) -> None:
    """A copy that is there: a new one, or one that was gone and was made again."""
    holding = Holding(told.holder, told.fact, dict(fields), [Change(told.moment, "held", told.fact)])
    known = found.every.get(holding.key)
    if known is None:
        found.add(holding)
    elif known.changes[-1].state != "held":
        known.changes.append(Change(told.moment, "held", told.fact))


def _registrations(facts: Facts) -> Iterable[Told]:
    for fact in facts.of("holding-registered"):
        start = parsed(fact.fields["covers_from"]) if "covers_from" in fact.fields else fact.happened
        fields = {name: fact.fields[name] for name in FIELDS if name in fact.fields}
        yield from (Told(start, fact, holder, fields) for holder in fact.parties)


def _deliveries(facts: Facts) -> Iterable[Told]:
    """A delivery gives the copies that it names; where it names none, what is held is unknown."""
    for fact in facts.of("data-received"):
        start = facts.moment(fact, "received_at") or fact.happened
        kept = {name: fact.fields[name] for name in ("exchange", "obtained_under") if name in fact.fields}
        for dataset, origin, copy in product(fact.values("datasets"), fact.values("origins"), fact.values("copy")):
            fields = {"origin": origin, "dataset": dataset, "copy": copy, "sender": fact.fields["from"], **kept}
            yield Told(start, fact, fact.fields["to"], fields)


def _happened(fact: Fact) -> tuple[datetime, datetime, int]:
    return fact.happened.earliest, fact.happened.latest, fact.position


def _change(holding: Holding, fact: Fact) -> None:
    state, last = CHANGES[fact.type], holding.changes[-1]
    if state == last.state or (last.state == "destroyed" and state == "deleted"):
        return
    holding.changes.append(Change(fact.happened, state, fact))


def _come_to_exist(fact: Fact, found: Holdings) -> None:
    """A restore makes the copies that it names, where they were not registered."""
    for holder in fact.parties:
        for dataset in fact.values("datasets"):
            for copy in fact.values("copy"):
                fields = {"origin": fact.fields.get("origin", ""), "dataset": dataset, "copy": copy}
                if "exchange" in fact.fields:
                    fields["exchange"] = fact.fields["exchange"]
                known = Holding(holder, fact, fields, [Change(fact.happened, "held", fact)])
                registered_so = any(covered(fact, each) and each.fields["dataset"] == dataset
                                    and each.fields["copy"] == copy for each in found.all())  # fmt: skip
                if ALL not in (dataset, copy) and not registered_so:
                    found.add(known)


def ages_out(facts: Facts, holding: Holding, as_of: datetime) -> tuple[Fact, Moment] | None:
    """The recorded date, still to come, on which a backup of this holding expires (R18)."""
    recorded = [fact for fact in facts.of("backup-expiry-recorded") if covered(fact, holding)]
    if not recorded:
        return None
    last = max(recorded, key=_happened)
    expires = parsed(last.fields["expires_at"])
    return (last, expires) if as_of < expires.latest else None


def legal_holds(facts: Facts, holding: Holding, as_of: datetime) -> list[Fact]:
    """Shown beside the duty; they waive nothing."""
    released = {(fact.parties, fact.fields.get("hold")) for fact in facts.of("legal-hold-released")}
    return [
        fact
        for fact in facts.of("legal-hold-placed")
        if covered(fact, holding)
        and (fact.parties, fact.fields.get("hold")) not in released
        and ("valid_until" not in fact.fields or as_of < parsed(fact.fields["valid_until"]).latest)
    ]
