"""Readers of clause bodies: the seven patterns and the definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

from ledger.protocol import definitions as d
from ledger.protocol import patterns as p
from ledger.protocol.document import Map, Scalar, Seq, Tree
from ledger.protocol.expressions import EventMatch, MomentKind
from ledger.protocol.faults import near
from ledger.protocol.read_expressions import (
    condition,
    event,
    event_types,
    parties,
    party_id,
    trigger,
    units,
)
from ledger.protocol.read_terms import calendar_period, effect_time, period, selector, span, term
from ledger.protocol.reading import (
    Context,
    Fields,
    all_of,
    boolean,
    day,
    is_date,
    many,
    mapping,
    name,
    number,
    one_of,
    scalar,
    text,
)

LIFE = {
    MomentKind.LEFT, MomentKind.ENDED, MomentKind.ACCEDED, MomentKind.AMENDED, MomentKind.SUSPENDED, MomentKind.RESUMED,
}  # fmt: skip
"""What a power may make, and an end may give: not `signed` and not `in-force`."""


def _response(fields: Fields) -> p.Response:
    body = p.Response(
        when=fields.need("when", trigger),
        bearer=fields.need("bearer", parties),
        towards=fields.need("towards", parties),
        must=fields.need("must", condition),
        term=fields.need("term", term),
        case=fields.opt("case", selector),
        restarts=fields.may("restarts", boolean, False),
        for_each=fields.opt("for_each", units),
        until=fields.opt("until", trigger),
        early=fields.may("early", boolean, False),
        unless=fields.opt("unless", condition),
        mark=fields.mark,
    )
    return fields.whole(body)


def _precedence(fields: Fields) -> p.Precedence:
    body = p.Precedence(
        act=fields.need("act", event),
        needs=fields.need("needs", condition),
        for_each=fields.opt("for_each", units),
        bearer=fields.may("bearer", parties, p.ACTING_PARTY),
        towards=fields.may("towards", parties, p.OTHERS),
        mark=fields.mark,
    )
    return fields.whole(body)


def _prohibition(fields: Fields) -> p.Prohibition:
    body = p.Prohibition(
        act=fields.need("act", event),
        unless=fields.opt("unless", condition),
        bearer=fields.may("bearer", parties, p.ACTING_PARTY),
        towards=fields.may("towards", parties, p.OTHERS),
        mark=fields.mark,
    )
    return fields.whole(body)


def _limit(fields: Fields) -> p.Limit:
    body = p.Limit(
        act=fields.need("act", event),
        at_most=fields.need("at_most", number),
        per=fields.may("per", many(selector), ()),
        each=fields.opt("each", calendar_period),
        bearer=fields.may("bearer", parties, p.ACTING_PARTY),
        towards=fields.may("towards", parties, p.OTHERS),
        mark=fields.mark,
    )
    return fields.whole(body)


def _standing(fields: Fields) -> p.Standing:
    body = p.Standing(
        bearer=fields.need("bearer", parties),
        towards=fields.need("towards", parties),
        has=fields.need("has", condition),
        for_each=fields.opt("for_each", units),
        unless=fields.opt("unless", condition),
        mark=fields.mark,
    )
    return fields.whole(body)


def _recurrence(fields: Fields) -> p.Recurrence:
    body = p.Recurrence(
        bearer=fields.need("bearer", parties),
        towards=fields.need("towards", parties),
        must=fields.need("must", event),
        every=fields.need("every", period),
        baseline=fields.may("baseline", one_of(p.Baseline), p.Baseline.IN_FORCE),
        for_each=fields.opt("for_each", units),
        unless=fields.opt("unless", condition),
        mark=fields.mark,
    )
    return fields.whole(body)


def _life(node: Tree, context: Context) -> MomentKind:
    known = {kind.value: kind for kind in MomentKind if kind in LIFE}
    word = scalar(node, context).text
    if word not in known:
        raise context.refuse(node, "word", f"a power or an end does not make {word!r}{near(word, list(known))}")
    return known[word]


def _effect(node: Tree, context: Context) -> p.Effect:
    fields = Fields(node, context, "effect")
    body = p.Effect(
        makes=fields.need("makes", _life),
        parties=fields.need("for", parties),
        at=fields.need("at", effect_time),
        mark=node.mark,
    )
    return fields.whole(body)


def _power(fields: Fields) -> p.Power:
    body = p.Power(
        holder=fields.need("holder", parties),
        act=fields.need("act", event),
        effect=fields.need("effect", _effect),
        jointly=fields.may("jointly", boolean, False),
        when=fields.opt("when", trigger),
        given=fields.opt("given", condition),
        after=fields.opt("after", span),
        unless=fields.opt("unless", condition),
        mark=fields.mark,
    )
    return fields.whole(body)


def _in_force_at(node: Tree, context: Context) -> d.InForceAt | date:
    if is_date(node):
        return day(node, context)
    known = [word.value for word in d.InForceAt]
    word = scalar(node, context, "a date, or what brings it into force").text
    if word not in known:
        raise context.refuse(node, "word", f"{word!r} is no date such as 2021-10-08{near(word, known)}")
    return d.InForceAt(word)


def _in_force(fields: Fields) -> d.InForce:
    return fields.whole(d.InForce(at=fields.need("at", _in_force_at), mark=fields.mark))


def _upon(node: Tree, context: Context) -> date | d.External | EventMatch:
    if is_date(node):
        return day(node, context)
    if isinstance(node, Map) and "external" in node.items:
        fields = Fields(node, context, "upon")
        return fields.whole(d.External(fields.need("external", name)))
    if isinstance(node, Scalar):
        known = "write 2021-10-08, {external: NAME} or {type: TYPE}"
        raise context.refuse(node, "form", f"{node.text!r} is not a date; {known}")
    return event(node, context)


def _end(fields: Fields) -> d.End:
    body = d.End(
        upon=fields.need("upon", _upon),
        parties=fields.need("for", parties),
        gives=fields.may("as", many(_life), (MomentKind.ENDED,)),
        mark=fields.mark,
    )
    return fields.whole(body)


def _acts(node: Tree, context: Context) -> tuple[str, ...] | None:
    if not isinstance(node, Seq) and scalar(node, context, "a list of types, or any").text == "any":
        return None
    return event_types(node, context)


def _mandate(fields: Fields) -> d.Mandate:
    body = d.Mandate(
        giver=fields.need("from", party_id),
        holder=fields.need("to", party_id),
        acts=fields.need("acts", _acts),
        mark=fields.mark,
    )
    return fields.whole(body)


def _one_flow(node: Tree, context: Context) -> d.Flow:
    fields = Fields(node, context, "a flow")
    body = d.Flow(
        source=fields.need("from", parties),
        target=fields.need("to", parties),
        datasets=fields.opt("datasets", many(name)),
        mark=node.mark,
    )
    return fields.whole(body)


def _flows(fields: Fields) -> d.Flows:
    return fields.whole(d.Flows(flows=fields.need("flows", many(_one_flow)), mark=fields.mark))


def _row(node: Tree, context: Context) -> Mapping[str, str]:
    found = mapping(node, context, "a row")
    pairs = all_of([partial(lambda key: (key, name(found.items[key], context)), key) for key in found.items])
    return dict(pairs)


def _by_party(node: Tree, context: Context) -> Mapping[str, tuple[str, ...]]:
    found = mapping(node, context, "a list by party")
    for key, mark in found.keys.items():
        if key not in context.party_ids:
            raise context.refuse(mark, "party", f"{key!r} is no party of this file")
    lists = all_of([partial(lambda key: (key, many(name)(found.items[key], context)), key) for key in found.items])
    return dict(lists)


def _word_party(node: Tree, context: Context) -> bool:
    if scalar(node, context, "party").text != "party":
        raise context.refuse(node, "word", "a list is divided by: party")
    return True


def _list(fields: Fields) -> d.NamedList:
    items = fields.map.items.get("items")
    rows = isinstance(items, Seq) and any(isinstance(item, Map) for item in items.items)
    by_party = isinstance(items, Map)
    if fields.may("by", _word_party, False) != by_party:
        fields.fail(fields.mark, "form", "`by: party` stands with items by party: {VLAIO: […], …}")
    plain = not rows and not by_party
    body = d.NamedList(
        name=fields.need("name", name),
        names=fields.need("items", many(name)) if plain else (),
        rows=fields.need("items", many(_row)) if rows else (),
        by_party=fields.need("items", _by_party) if by_party else None,
        open=fields.may("open", boolean, False),
        mark=fields.mark,
    )
    return fields.whole(body)


def _contact(fields: Fields) -> d.Contact:
    body = d.Contact(address=fields.need("address", text), of=fields.need("of", many(party_id)), mark=fields.mark)
    return fields.whole(body)


def _replaces(fields: Fields) -> d.Replaces:
    body = d.Replaces(
        agreement=fields.need("agreement", text),
        signed_on=fields.need("signed_on", day),
        parties=fields.need("parties", many(party_id)),
        mark=fields.mark,
    )
    return fields.whole(body)


def _forum(fields: Fields) -> d.Forum:
    return fields.whole(
        d.Forum(law=fields.need("law", text), procedure=fields.need("procedure", text), mark=fields.mark)
    )


def _statement(fields: Fields) -> d.Statement:
    body = d.Statement(role=fields.need("as", one_of(d.Role)), see=fields.may("see", many(text), ()), mark=fields.mark)
    return fields.whole(body)


PATTERN_READERS: dict[str, Callable[[Fields], p.Pattern]] = {
    "response": _response,
    "precedence": _precedence,
    "prohibition": _prohibition,
    "limit": _limit,
    "standing": _standing,
    "recurrence": _recurrence,
    "power": _power,
}
DEFINITION_READERS: dict[str, Callable[[Fields], d.Definition]] = {
    "in-force": _in_force,
    "end": _end,
    "mandate": _mandate,
    "flows": _flows,
    "list": _list,
    "contact": _contact,
    "replaces": _replaces,
    "forum": _forum,
    "statement": _statement,
}
