"""Checks of expressions against what is known at their place."""

from __future__ import annotations

from ledger.protocol.expressions import (
    AllOf,
    AnyOf,
    AnyTrigger,
    AnyValue,
    AuthorityOf,
    Bound,
    But,
    Case,
    ClassOf,
    Condition,
    Constant,
    CopyIs,
    Each,
    EachFact,
    EachItem,
    EachParty,
    EventMatch,
    EveryValue,
    FieldTest,
    FlowExists,
    Holdings,
    ListItems,
    Missing,
    MomentMatch,
    NoneOf,
    NotValue,
    Outside,
    Parties,
    RetentionAgreed,
    Root,
    Selector,
    Those,
    Together,
    Trigger,
    Units,
    Value,
)
from ledger.protocol.faults import near
from ledger.protocol.marks import Mark
from ledger.protocol.scope import HOLDING, WORDS, Scope, Subject, words_of

CONTEXT_WORDS = frozenset({"bearer", "counterparty", "unit"})


# --- parties -----------------------------------------------------------------------------------------------------


def check_parties(parties: Parties, scope: Scope) -> None:
    if isinstance(parties, Selector):
        kind = scope.kind_of(parties)
        if kind is not None and kind != "party":
            scope.faults.note(parties.mark, "selector", f"{parties} is a {kind}, and here stands a party")
    elif isinstance(parties, Those):
        _check_word(parties, scope)
    elif isinstance(parties, ClassOf):
        _check_class(parties.name, parties.mark, scope)
    elif isinstance(parties, Together):
        for member in parties.members:
            check_parties(member, scope)
    elif isinstance(parties, But):
        check_parties(parties.of, scope)
        check_parties(parties.but, scope)
    elif isinstance(parties, AuthorityOf):
        check_parties(parties.parties, scope)


def _check_class(name: str, mark: Mark, scope: Scope) -> None:
    if name not in scope.classes:
        message = f"no class is called {name}{near(name, list(scope.classes))}"
        scope.faults.note(mark, "class", message)


def _check_word(parties: Those, scope: Scope) -> None:
    word = parties.word.value
    if word in CONTEXT_WORDS and word not in scope.words:
        scope.faults.note(parties.mark, "selector", f"{word} is not known here")
    elif word == "unit" and scope.unit is not None and scope.unit.kind != "party":
        scope.faults.note(parties.mark, "selector", f"the unit is a {scope.unit.what}, and here stands a party")


# --- values ------------------------------------------------------------------------------------------------------


def check_test(test: FieldTest, subject: Subject, types: tuple[str, ...], scope: Scope) -> None:
    """One line of a `where`: the field exists, and its value is of its kind."""
    kind = scope.field_kind(subject, test.field, test.mark)
    if kind is None:
        return
    if kind in ("sealed", "structure") and not isinstance(test.value, Missing):
        message = f"no clause reads {test.field}: it is {'sealed' if kind == 'sealed' else 'a structure'}"
        scope.faults.note(test.mark, "field", message)
        return
    if test.field == "class" and isinstance(test.value, Constant):
        _check_class(str(test.value.value), test.value.mark, scope)
    words = [words_of(scope.catalogue[each], test.field) for each in types if each in scope.catalogue]
    known = tuple(word for each in words for word in each) if words and all(words) else ()
    _check_value(test.value, kind, known, scope)


def _check_value(value: Value, kind: str, words: tuple[str, ...], scope: Scope) -> None:
    if isinstance(value, AnyValue | EveryValue):
        for each in value.values:
            _check_value(each, kind, words, scope)
    elif isinstance(value, NotValue):
        _check_value(value.value, kind, words, scope)
    elif isinstance(value, Outside):
        _check_value(value.of, kind, words, scope)
    elif isinstance(value, ListItems):
        _check_list(value, scope)
    elif isinstance(value, Constant):
        _check_constant(value, kind, words, scope)
    elif isinstance(value, Case):
        _check_kind("case", scope.case if "case" in scope.words else None, kind, value.mark, scope)
    elif not isinstance(value, Missing):
        _check_party_value(value, kind, scope)


def _check_list(items: ListItems, scope: Scope) -> None:
    lists = scope.lists.get(items.name)
    if lists is None:
        known = near(items.name, list(scope.lists))
        scope.faults.note(items.mark, "list", f"no list is called {items.name}{known}")
        return
    if items.of is not None:
        check_parties(items.of, scope)
        if any(each.by_party is None for each in lists):
            scope.faults.note(items.mark, "list", f"the list {items.name} is not by party")


def _check_constant(value: Constant, kind: str, words: tuple[str, ...], scope: Scope) -> None:
    written = value.value
    found = "boolean" if isinstance(written, bool) else "number" if isinstance(written, int) else "word"
    wanted = kind if kind in ("boolean", "number", "party") else "word"
    if wanted == "party":
        scope.faults.note(value.mark, "party", f"{written} is no party of this file")
    elif found != wanted:
        scope.faults.note(value.mark, "type", f"{written} is a {found}, and the field is a {kind}")
    elif words and written not in words:
        message = f"{written} is no word of this field{near(str(written), list(words))}"
        scope.faults.note(value.mark, "word", message)


def _check_party_value(value: Parties, kind: str, scope: Scope) -> None:
    if isinstance(value, Selector):
        _check_kind(str(value), scope.kind_of(value), kind, value.mark, scope)
    elif isinstance(value, Those) and value.word == "unit" and scope.unit is not None and "unit" in scope.words:
        if not scope.unit.kind:
            scope.faults.note(value.mark, "type", f"the unit is a {scope.unit.what}; say which field of it")
        else:
            _check_kind("unit", scope.unit.kind, kind, value.mark, scope)
    else:
        check_parties(value, scope)
        if kind != "party" and kind not in WORDS:
            scope.faults.note(value.mark, "type", f"a party stands here, and the field is a {kind}")


def _check_kind(shown: str, found: str | None, kind: str, mark: Mark, scope: Scope) -> None:
    if found is None:
        if shown == "case":
            scope.faults.note(mark, "selector", "case is not known here")
        return
    comparable = found == kind or (found in WORDS and kind in WORDS) or {found, kind} == {"party", "name"}
    if not comparable:
        scope.faults.note(mark, "type", f"{shown} is a {found}, and the field is a {kind}")


# --- events, triggers, units, conditions -------------------------------------------------------------------------


def check_types(types: tuple[str, ...], mark: Mark, scope: Scope) -> None:
    for name in types:
        if name not in scope.catalogue:
            alike = near(name, list(scope.catalogue)) or "; ledger events list has them all"
            message = f"no event type is called {name}{alike}"
            scope.faults.note(mark, "type-unknown", message)


def check_event(event: EventMatch, scope: Scope, root: Root | None = None) -> None:
    """An event selector; with `root`, that root is the event under test inside its own `where`."""
    check_types(event.types, event.mark, scope)
    if any(name not in scope.catalogue for name in event.types):
        return
    subject = scope.events(event)
    kind = scope.field_kind(subject, event.at, event.mark)
    if kind not in (None, "moment"):
        scope.faults.note(event.mark, "field", f"{event.at} of {subject.what} is a {kind}, not a moment")
    inner = scope.rooted(root, subject) if root else scope
    for test in event.where:
        check_test(test, subject, event.types, inner)


def check_trigger(trigger: Trigger, scope: Scope) -> None:
    if isinstance(trigger, EventMatch):
        check_event(trigger, scope, Root.TRIGGER)
    elif isinstance(trigger, MomentMatch):
        subject = scope.subject(trigger)
        for test in trigger.where:
            check_test(test, subject, (), scope.rooted(Root.TRIGGER, subject))
    elif isinstance(trigger, AnyTrigger):
        for each in trigger.triggers:
            check_trigger(each, scope)


def check_units(units: Units | None, scope: Scope) -> None:
    if isinstance(units, Holdings):
        for test in units.where:
            check_test(test, Subject("holding", (HOLDING,)), (), scope)
    elif isinstance(units, EachParty):
        check_parties(units.parties, scope)
        for each in units.once:
            check_event(each, scope.with_unit(units))
    elif isinstance(units, EachFact):
        check_event(units.event, scope)
    elif isinstance(units, EachItem) and units.name not in scope.lists:
        known = near(units.name, list(scope.lists))
        scope.faults.note(units.mark, "list", f"no list is called {units.name}{known}")


def check_condition(condition: Condition | None, scope: Scope) -> None:
    if isinstance(condition, EventMatch):
        check_event(condition, scope)
    elif isinstance(condition, AnyOf | AllOf | NoneOf):
        for each in condition.conditions:
            check_condition(each, scope)
    elif isinstance(condition, Each):
        check_units(condition.units, scope)
        check_condition(condition.has, scope.with_unit(condition.units))
    elif isinstance(condition, Bound):
        for parties in condition.parties:
            check_parties(parties, scope)
    elif isinstance(condition, FlowExists):
        check_parties(condition.source, scope)
        check_parties(condition.target, scope)
    elif isinstance(condition, RetentionAgreed):
        for parties in condition.between:
            check_parties(parties, scope)
        _check_holding(condition.covering_unit, condition.mark, scope)
    elif isinstance(condition, CopyIs):
        _check_holding(True, condition.mark, scope)


def _check_holding(needed: bool, mark: Mark, scope: Scope) -> None:
    if needed and (scope.unit is None or scope.unit.what != "holding"):
        scope.faults.note(mark, "type", "the unit is not a holding here")
