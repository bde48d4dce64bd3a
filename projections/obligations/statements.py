"""From entries to facts: corrections and retractions (R2), disputes (R5), whose act it is (R3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from ledger.clock import Moment
from ledger.protocol.definitions import Mandate
from ledger.standing import Said, as_corrected, taken_out
from projections.obligations.answer import Cause, VoidAct
from projections.obligations.facts import Fact, parsed
from projections.obligations.kinds import kind
from projections.projection import Known

RETRACTED, DISPUTED, SETTLED = "event-retracted", "dispute-opened", "dispute-closed"
MANDATE, WITHDRAWN = "mandate-recorded", "mandate-withdrawn"


class Stated(NamedTuple):
    """Every fact up to a moment, and the acts in another's name that nobody may state."""

    facts: list[Fact]
    void: list[VoidAct]


def _none(at: Moment) -> Iterable[Mandate]:  # noqa: ARG001 - the signature is that of `defined`
    return ()


@dataclass(slots=True)
class Mandates:
    """Who may state what for whom: defined in a version of the text (by the readings of the moment), or recorded."""

    defined: Callable[[Moment], Iterable[Mandate]] = _none
    recorded: list[Known] = field(default_factory=list)
    withdrawn: list[Known] = field(default_factory=list)

    def cover(self, giver: str, holder: str, act: str, at: Moment) -> bool:
        """Whether `holder` may state an act of this type for `giver` at that moment."""
        by_text = any(
            each.giver == giver and each.holder == holder and (each.acts is None or act in each.acts)
            for each in self.defined(at)
        )
        return by_text or any(self._covers(each, giver, holder, act, at) for each in self.recorded)

    def _covers(self, known: Known, giver: str, holder: str, act: str, at: Moment) -> bool:
        given = known.fields
        acts = _tuple(given.get("acts"))
        start = parsed(given.get("covers_from", given["happened_at"]))
        ends = [parsed(given["valid_until"]).latest] if "valid_until" in given else []
        ends += [
            parsed(each.fields["happened_at"]).earliest
            for each in self.withdrawn
            if each.fields.get("mandate") == given.get("mandate")
            and giver in acting(each.fields)
            and not _comes_before(each, known)
        ]
        return (
            giver in acting(given)
            and holder in _tuple(given.get("to"))
            and (act in acts or "any" in acts)
            and not at.is_before(start)
            and all(at.earliest < end for end in ends)
        )


def _comes_before(withdrawal: Known, given: Known) -> bool:
    """Whether it ended an earlier mandate of that name: it was recorded before this one, and happened before it."""
    happened, then = (parsed(each.fields["happened_at"]) for each in (withdrawal, given))
    return withdrawal.position < given.position and happened.is_before(then)


class Record(NamedTuple):
    """Each first statement with the fields of its last correction; and what was taken out, by which entry."""

    current: dict[str, Known]
    retracted: dict[str, Cause]

    def of(self, kind_: str) -> list[Known]:
        """What stands of one type."""
        found = [each for each in self.current.values() if each.type == kind_]
        return [each for each in found if each.fields["id"] not in self.retracted]


def stated(record: Record, as_of: datetime, mandates: Mandates, keyed: Mapping[str, int]) -> Stated:
    """The facts about one protocol that had happened at `as_of`.

    `keyed` gives the position from which each party has a key: before it, another may report its acts.
    """
    current, retracted = record
    happened = [each for each in current.values() if parsed(each.fields["happened_at"]).earliest <= as_of]
    standing = [each for each in happened if each.fields["id"] not in retracted]
    mandates.recorded = [each for each in standing if each.type == MANDATE]
    mandates.withdrawn = [each for each in standing if each.type == WITHDRAWN]
    disputed = _disputed(standing)
    facts, void = [], []
    for known in happened:
        identifier = known.fields["id"]
        fact, refused = _fact(known, mandates, keyed, retracted.get(identifier), identifier in disputed)
        facts.append(fact)
        if fact.retracted is None:
            void += refused
    return Stated(facts, void)


def corrected(entries: Iterable[Known]) -> Record:
    """Apply corrections and retractions. Retracting a correction gives back what stood before it."""
    entries = list(entries)
    current = {each.fields["id"]: each for each in entries if each.fields.get("corrects") is None}
    touched = _touched(entries)
    said = [said_of(each) for each in touched]
    taken = taken_out(said)
    for first, stands in as_corrected(said, taken).items():
        current[first] = _with_fields(touched[stands.first], touched[stands.last])
    causes = {target: Cause(touched[at].position, touched[at].fields["id"]) for target, at in taken.items()}
    return Record(current, causes)


def _touched(entries: Iterable[Known]) -> list[Known]:
    """Corrections, retractions and what they name: few of many."""
    changes = [each for each in entries if each.type == RETRACTED or "corrects" in each.fields]
    named = {each.fields.get(field) for each in changes for field in ("id", "corrects", "retracts")}
    return [each for each in entries if each.fields["id"] in named] if changes else []


def said_of(known: Known) -> Said:
    """What corrections and retractions turn on, of an entry as states keep it."""
    fields = known.fields
    target = fields.get("retracts") if known.type == RETRACTED else None
    return Said(fields["id"], fields["author"], known.type, fields.get("corrects"), target)


def _with_fields(first: Known, last: Known) -> Known:
    return first if first is last else first._replace(fields={**last.fields, "id": first.fields["id"]})


def _disputed(entries: Iterable[Known]) -> set[str]:
    """The events under an open dispute."""
    about: dict[str, tuple[str, ...]] = {}
    for each in entries:
        name = each.fields.get("dispute", each.fields["id"])
        if each.type == DISPUTED:
            about[name] = _tuple(each.fields.get("about"))
        elif each.type == SETTLED:
            about.pop(name, None)
    return {event for events in about.values() for event in events}


def _fact(
    known: Known, mandates: Mandates, keyed: Mapping[str, int], retracted: Cause | None, disputed: bool
) -> tuple[Fact, list[VoidAct]]:
    author, happened = known.fields["author"], parsed(known.fields["happened_at"])
    named = acting(known.fields)
    reporting = "party" in known.fields
    parties, void, reported = [], [], False
    for party in named:
        keyless = reporting and keyed.get(party, known.position + 1) > known.position
        free = party == author or not kind(known.type).by_party or mandates.cover(party, author, known.type, happened)
        if free or keyless:
            parties.append(party)
            reported = reported or not free
        else:
            void.append(in_vain(known, party, f"{author} has no mandate of {party} for {known.type}"))
    why = void[0].why if not parties else ""
    fact = Fact(
        id=known.fields["id"],
        type=known.type,
        position=known.position,
        recorded_at=known.recorded_at,
        fields=known.fields,
        parties=tuple(parties) or named,
        happened=happened,
        reported=reported,
        retracted=retracted,
        disputed=disputed,
        void=why,
    )
    return fact, void


def acting(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Whose act it says to be: its own `party`, else `on_behalf_of`, else `author`."""
    return _tuple(fields.get("party")) or _tuple(fields.get("on_behalf_of")) or (fields["author"],)


def in_vain(known: Known, party: str, why: str) -> VoidAct:
    """The act as one that has no effect for that party, and why."""
    return VoidAct(
        protocol=known.fields.get("protocol", ""),
        act=Cause(known.position, known.fields["id"]),
        type=known.type,
        party=party,
        at=parsed(known.fields["happened_at"]).earliest,
        why=why,
    )


def _tuple(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)
