"""Readers of the expression forms. Each form is parsed into its type, or refused with its line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from ledger.ids import is_party
from ledger.protocol.document import Map, Seq, Tree
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
    CopyState,
    Each,
    EachFact,
    EachItem,
    EachName,
    EachParty,
    EventMatch,
    EveryValue,
    FieldTest,
    FlowExists,
    Holdings,
    ListItems,
    Missing,
    MomentKind,
    MomentMatch,
    Named,
    NoneOf,
    NotValue,
    Outside,
    Parties,
    PartyWord,
    RetentionAgreed,
    Those,
    Together,
    Trigger,
    Units,
    Value,
    ValueSet,
    Where,
)
from ledger.protocol.faults import near
from ledger.protocol.read_terms import selector_in
from ledger.protocol.reading import (
    Context,
    Fields,
    Reader,
    all_of,
    boolean,
    constant,
    many,
    mapping,
    name,
    one_of,
    scalar,
    text,
)

T = TypeVar("T")
PARTY_WORDS = tuple(word.value for word in PartyWord)
ALWAYS_SELECTORS = frozenset({"bearer", "counterparty", "unit"})
"""Party words that can be nothing else, in any field. The other ones are words where no party stands."""


def by_key(node: Tree, context: Context, what: str, forms: dict[str, Callable[[Fields], T]]) -> T:
    """Read a map by the key that tells its form."""
    found = mapping(node, context, what)
    heads = [key for key in found.items if key in forms]
    if len(heads) != 1:
        keys = ", ".join(found.items) or "nothing"
        shown = " | ".join(f"{{{key}: …}}" for key in forms)
        raise context.refuse(node, "form", f"{keys} is not {what}; it is one of {shown}")
    return forms[heads[0]](Fields(node, context, f"{what} {{{heads[0]}: …}}"))


# --- parties -----------------------------------------------------------------------------------------------------


def parties(node: Tree, context: Context) -> Parties:
    if isinstance(node, Seq):
        return Together(many(parties)(node, context), mark=node.mark)
    if isinstance(node, Map):
        return by_key(node, context, "parties", PARTY_FORMS)
    word = scalar(node, context, "a party").text
    found = selector_in(word, node) or _party_named(word, node, context)
    if found is None:
        known = [*sorted(context.party_ids), *PARTY_WORDS, "trigger.party"]
        context.faults.note(node.mark, "party", f"{word!r} is no party of this file{near(word, known)}")
        return Together((), mark=node.mark)  # so that the rest of the clause is looked at too
    return found


def _party_named(word: str, node: Tree, context: Context) -> Parties | None:
    if word in PARTY_WORDS:
        return Those(PartyWord(word), mark=node.mark)
    return Named(word, mark=node.mark) if word in context.party_ids else None


def party_id(node: Tree, context: Context) -> str:
    """The id of a party or outsider of this file."""
    word = scalar(node, context, "a party's id").text
    if word not in context.party_ids:
        raise context.refuse(node, "party", f"{word!r} is no party of this file{near(word, sorted(context.party_ids))}")
    return word


def new_party_id(node: Tree, context: Context) -> str:
    word = text(node, context)
    if not is_party(word) or word in PARTY_WORDS or word == "case":
        raise context.refuse(
            node, "party", f"{word!r} cannot be an id: letters, digits, - and _, and no word of a form"
        )
    return word


def _but(fields: Fields) -> Parties:
    return fields.whole(But(fields.need("of", parties), fields.need("but", parties), mark=fields.mark))


PARTY_FORMS: dict[str, Callable[[Fields], Parties]] = {
    "of": _but,
    "class": lambda fields: fields.whole(ClassOf(fields.need("class", text), mark=fields.mark)),
    "authority_of": lambda fields: fields.whole(AuthorityOf(fields.need("authority_of", parties), mark=fields.mark)),
}


# --- values ------------------------------------------------------------------------------------------------------


def value(node: Tree, context: Context, *, party_field: bool = True) -> Value:
    """A value of a `where`. Words such as `all` select parties only where a party stands."""
    inner = partial(value, party_field=party_field)
    if isinstance(node, Seq):
        return AnyValue(many(inner)(node, context), mark=node.mark)
    if isinstance(node, Map):
        return by_key(node, context, "a value", _value_forms(inner, party_field))
    found = scalar(node, context, "a value")
    if (selected := selector_in(found.text, node)) is not None:
        return selected
    if found.text == "case":
        return Case(mark=node.mark)
    if party_field or found.text in ALWAYS_SELECTORS:
        party = _party_named(found.text, node, context)
        if party is not None:
            return party
    return Constant(constant(found), mark=node.mark)


def _value_forms(inner: Reader[Value], party_field: bool) -> dict[str, Callable[[Fields], Value]]:
    value_set = partial(_value_set, inner=inner)
    forms: dict[str, Callable[[Fields], Value]] = {
        "every": lambda fields: fields.whole(EveryValue(fields.need("every", many(inner)), mark=fields.mark)),
        "not": lambda fields: fields.whole(NotValue(fields.need("not", inner), mark=fields.mark)),
        "missing": lambda fields: fields.whole(Missing(fields.need("missing", boolean), mark=fields.mark)),
        "outside": lambda fields: fields.whole(Outside(fields.need("outside", value_set), mark=fields.mark)),
        "list": _list_items,
    }
    if party_field:
        forms["but"] = _but
        forms |= {key: form for key, form in PARTY_FORMS.items() if key != "of"}
    return forms


def _list_items(fields: Fields) -> ListItems:
    return fields.whole(ListItems(fields.need("list", name), fields.opt("of", parties), mark=fields.mark))


def _value_set(node: Tree, context: Context, inner: Reader[Value]) -> ValueSet:
    if isinstance(node, Seq):
        return AnyValue(many(inner)(node, context), mark=node.mark)
    return by_key(node, context, "a set", {"list": _list_items})


def where_of(types: tuple[str, ...]) -> Reader[Where]:
    """A reader of `where` for events of these types; of a moment or holding, `types` is that word."""

    def read(node: Tree, context: Context) -> Where:
        found = mapping(node, context, "where")

        def test(field: str) -> FieldTest:
            party_field = context.takes_party(types, field)
            return FieldTest(field, value(found.items[field], context, party_field=party_field), mark=found.keys[field])

        return all_of([partial(test, field) for field in found.items])

    return read


# --- events and triggers -----------------------------------------------------------------------------------------


def event_types(node: Tree, context: Context) -> tuple[str, ...]:
    """One type, or a list of them, without version."""
    return many(name)(node, context) if isinstance(node, Seq) else (name(node, context),)


def _event(fields: Fields) -> EventMatch:
    types = fields.need("type", event_types)
    at = fields.may("at", name, "happened_at")
    return fields.whole(EventMatch(types, at, fields.may("where", where_of(types or ()), ()), mark=fields.mark))


def event(node: Tree, context: Context) -> EventMatch:
    return _event(Fields(node, context, "an event {type: …}"))


def _moment(fields: Fields) -> MomentMatch:
    kind = fields.need("moment", one_of(MomentKind))
    return fields.whole(MomentMatch(kind, fields.may("where", where_of(("moment",)), ()), mark=fields.mark))


def trigger(node: Tree, context: Context) -> Trigger:
    forms: dict[str, Callable[[Fields], Trigger]] = {
        "type": _event,
        "moment": _moment,
        "any": lambda fields: fields.whole(AnyTrigger(fields.need("any", many(trigger)), mark=fields.mark)),
    }
    return by_key(node, context, "a trigger", forms)


# --- units -------------------------------------------------------------------------------------------------------


def _events(node: Tree, context: Context) -> tuple[EventMatch, ...]:
    return many(event)(node, context) if isinstance(node, Seq) else (event(node, context),)


def units(node: Tree, context: Context) -> Units:
    if isinstance(node, Seq):
        return EachName(many(name)(node, context), mark=node.mark)
    forms: dict[str, Callable[[Fields], Units]] = {
        "holding": lambda fields: fields.whole(
            Holdings(fields.need("holding", where_of(("holding",))), mark=fields.mark)
        ),
        "party": lambda fields: fields.whole(
            EachParty(fields.need("party", parties), fields.may("once", _events, ()), mark=fields.mark)
        ),
        "fact": lambda fields: fields.whole(EachFact(fields.need("fact", event), mark=fields.mark)),
        "list": lambda fields: fields.whole(EachItem(fields.need("list", name), mark=fields.mark)),
    }
    return by_key(node, context, "units", forms)


# --- conditions --------------------------------------------------------------------------------------------------


def condition(node: Tree, context: Context) -> Condition:
    return by_key(node, context, "a condition", CONDITION_FORMS)


def _each(fields: Fields) -> Condition:
    return fields.whole(Each(fields.need("each", units), fields.need("has", condition), mark=fields.mark))


def _pair(node: Tree, context: Context) -> tuple[Parties, Parties]:
    found = many(parties, least=2)(node, context)
    if len(found) != 2:
        raise context.refuse(node, "form", f"here stand two parties, not {len(found)}")
    return found[0], found[1]


def _flow(fields: Fields) -> Condition:
    pair = fields.need("flow", _pair)
    source, target = pair or (Those(PartyWord.ALL), Those(PartyWord.ALL))
    return fields.whole(FlowExists(source, target, mark=fields.mark))


def _word(known: str) -> Reader[str]:
    def read(node: Tree, context: Context) -> str:
        word = scalar(node, context).text
        if word != known:
            raise context.refuse(node, "word", f"{word!r} does not exist here; known here: {known}")
        return word

    return read


def _agreement(fields: Fields) -> Condition:
    fields.need("agreement", _word("retention"))
    covering = fields.opt("covering", _word("unit")) is not None
    return fields.whole(RetentionAgreed(fields.need("between", _pair), covering, mark=fields.mark))


CONDITION_FORMS: dict[str, Callable[[Fields], Condition]] = {
    "type": _event,
    "any": lambda fields: fields.whole(AnyOf(fields.need("any", many(condition)), mark=fields.mark)),
    "all": lambda fields: fields.whole(AllOf(fields.need("all", many(condition)), mark=fields.mark)),
    "none": lambda fields: fields.whole(NoneOf(fields.need("none", many(condition)), mark=fields.mark)),
    "each": _each,
    "copy": lambda fields: fields.whole(CopyIs(fields.need("copy", one_of(CopyState)), mark=fields.mark)),
    "in_force": lambda fields: fields.whole(Bound(fields.need("in_force", many(parties)), mark=fields.mark)),
    "flow": _flow,
    "agreement": _agreement,
}
