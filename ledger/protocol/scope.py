"""What selectors and words stand for at one place of a clause, by the event catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ledger.events.catalogue import EventType
from ledger.protocol.definitions import NamedList
from ledger.protocol.expressions import (
    AnyTrigger,
    EachFact,
    EachItem,
    EachParty,
    EventMatch,
    Holdings,
    MomentMatch,
    Root,
    Selector,
    Trigger,
    Units,
)
from ledger.protocol.faults import FaultList, near
from ledger.protocol.marks import Mark

Kinds = Mapping[str, str]
"""Field -> kind; of a list, the kind of its members."""

HOLDING: Kinds = {
    "holder": "party", "origin": "party", "sender": "party", "dataset": "name", "copy": "name", "exchange": "id",
    "kept_by": "name", "app": "name", "location": "name", "records": "id", "rows": "number", "obtained_under": "name",
}  # fmt: skip
MOMENT: Kinds = {"party": "party", "parties": "party", "at": "moment", "cause": "id"}
PROTOCOL: Kinds = {"id": "protocol", "version": "name", "drawn_up": "moment", "in_force": "moment"}
WORDS = frozenset({"name", "id", "protocol", "url", "address"})
"""Kinds whose values are words, and may be compared with each other."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a root or `unit` stands for: things of these fields, or one value of `kind` itself."""

    what: str
    fields: tuple[Kinds, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known at one place. `words` are those of case, bearer, unit and counterparty that have a meaning."""

    catalogue: Mapping[str, EventType]
    lists: Mapping[str, tuple[NamedList, ...]]
    outsiders: frozenset[str]
    classes: frozenset[str]
    faults: FaultList
    roots: Mapping[Root, Subject] = field(default_factory=lambda: {Root.PROTOCOL: Subject("protocol", (PROTOCOL,))})
    words: frozenset[str] = frozenset()
    unit: Subject | None = None
    case: str = "id"

    def knows(self, *words: str) -> Scope:
        return replace(self, words=self.words | set(words))

    def rooted(self, root: Root, subject: Subject) -> Scope:
        return replace(self, roots={**self.roots, root: subject})

    def with_unit(self, units: Units | None) -> Scope:
        if units is None:
            return self
        subject = self.unit_of(units)
        return replace(self.rooted(Root.UNIT, subject), unit=subject).knows("unit")

    def unit_of(self, units: Units) -> Subject:
        if isinstance(units, Holdings):
            return Subject("holding", (HOLDING,))
        if isinstance(units, EachParty):
            return Subject("party", kind="party")
        if isinstance(units, EachFact):
            return self.events(units.event)
        if isinstance(units, EachItem):
            rows = [row for each in self.lists.get(units.name, ()) for row in each.rows]
            fields: tuple[Kinds, ...] = tuple({key: "name" for key in row} for row in rows)
            return Subject(f"item of {units.name}", fields, kind="" if rows else "name")
        return Subject("name", kind="name")

    def events(self, match: EventMatch) -> Subject:
        known = [self.catalogue[each] for each in match.types if each in self.catalogue]
        return Subject(" or ".join(match.types), tuple(kinds_of(each) for each in known))

    def subject(self, trigger: Trigger) -> Subject:
        if isinstance(trigger, EventMatch):
            return self.events(trigger)
        if isinstance(trigger, MomentMatch):
            return Subject(f"moment {trigger.moment}", (MOMENT,))
        parts = [self.subject(each) for each in trigger.triggers]
        return Subject(" or ".join(part.what for part in parts), tuple(each for part in parts for each in part.fields))

    def kind_of(self, selector: Selector) -> str | None:
        """The kind of what it selects, or None with the fault noted."""
        subject = self.roots.get(selector.root)
        if subject is None:
            message = f"{selector.root} is not known here: {selector}"
            self.faults.note(selector.mark, "selector", message)
            return None
        return self.field_kind(subject, selector.field, selector.mark, str(selector))

    def field_kind(self, subject: Subject, name: str, mark: Mark, shown: str = "") -> str | None:
        """The kind of a field that every alternative of the subject has; None with the fault noted."""
        if not subject.fields:
            if subject.kind:
                self.faults.note(mark, "selector", f"a {subject.what} has no fields: {shown or name}")
            return None
        kinds = [fields.get(name) for fields in subject.fields]
        found = next((kind for kind in kinds if kind is not None), None)
        if found is None or None in kinds:
            known = sorted(set.intersection(*(set(fields) for fields in subject.fields)))
            alike = near(name, known)
            message = f"{subject.what} has no {name}{alike or '; it has ' + ', '.join(known)}"
            self.faults.note(mark, "field", message)
            return None
        return found


def kinds_of(known: EventType) -> Kinds:
    """The fields of a type. Every event has a `party`: whose act it is."""
    kinds = {name: about.element if about.kind == "list" else about.kind for name, about in known.fields.items()}
    return {"party": "party", **kinds}


def words_of(known: EventType, name: str) -> tuple[str, ...]:
    """The closed list of a field, or nothing."""
    about = known.fields.get(name)
    return about.words if about else ()


def event_matches(trigger: Trigger) -> Iterator[EventMatch | MomentMatch]:
    """The events and moments in a trigger."""
    if isinstance(trigger, AnyTrigger):
        for each in trigger.triggers:
            yield from event_matches(each)
    else:
        yield trigger
