"""Readers of clauses and gaps: a body for each combination of readings, in the form that its first word names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from ledger.protocol.choices import chosen, combinations
from ledger.protocol.document import Map, Tree
from ledger.protocol.faults import Abandoned, near
from ledger.protocol.model import Applies, Bilingual, Body, Clause, Gap, Layer, Variant
from ledger.protocol.read_bodies import DEFINITION_READERS, PATTERN_READERS
from ledger.protocol.read_expressions import trigger, units
from ledger.protocol.reading import Context, Fields, all_of, many, mapping, name, one_of, scalar, text

BODY_READERS: dict[str, Mapping[str, Callable[[Fields], Body]]] = {
    "pattern": PATTERN_READERS,
    "defines": DEFINITION_READERS,
}
_GENERIC = ("clause", "text", "title", "applies", "under", "takes_over", "dpv", "proof", "pattern", "defines")
_DPV = re.compile(r"[a-z][a-z-]*:[A-Za-z0-9][A-Za-z0-9-]*", re.ASCII)
_FURTHER = re.compile(r"(.+)/[b-z]", re.ASCII)


def bilingual(node: Tree, context: Context) -> Bilingual:
    fields = Fields(node, context, "a text in two languages")
    return fields.whole(Bilingual(nl=fields.need("nl", text), en=fields.need("en", text)))


def clause(node: Tree, context: Context, layer: Layer) -> Clause:
    body = mapping(node, context, "a clause")
    fields = Fields(
        Map({k: v for k, v in body.items.items() if k in _GENERIC}, body.keys, body.mark), context, "a clause"
    )
    clause = Clause(
        address=fields.need("clause", text),
        text=fields.may("text", text, ""),
        title=fields.need("title", bilingual),
        applies=fields.may("applies", one_of(Applies), Applies.ALWAYS if layer is Layer.LAW else Applies.IN_FORCE),
        layer=layer,
        under=fields.may("under", _under, {}),
        takes_over=fields.opt("takes_over", text),
        dpv=fields.opt("dpv", _dpv),
        proof=fields.may("proof", many(name), ()),
        variants=_variants(fields, body, context),
        mark=node.mark,
    )
    if fields.has("text") is False and layer is Layer.TEXT and not _FURTHER.fullmatch(clause.address or "x/b"):
        fields.fail(node.mark, "missing-key", "a clause needs text: the words as signed")
    return context.keep(fields.whole(clause))


def _dpv(node: Tree, context: Context) -> str:
    word = text(node, context)
    if not _DPV.fullmatch(word):
        raise context.refuse(node, "name", f"{word!r} is not a vocabulary term; write dpv:Delete, eu-gdpr:A6-1-c")
    return word


def _under(node: Tree, context: Context) -> Mapping[str, str]:
    found = mapping(node, context, "under")

    def one(key: str) -> tuple[str, str]:
        if key not in context.options:
            known = near(key, list(context.options))
            raise context.refuse(found.keys[key], "choice", f"{key!r} is no interpretation of this file{known}")
        option = scalar(found.items[key], context, "an option").text
        if option not in context.options[key]:
            known = near(option, list(context.options[key]))
            raise context.refuse(found.items[key], "choice", f"{option} is no option of {key}{known}")
        return key, option

    return dict(all_of([partial(one, key) for key in found.items]))


def _variants(fields: Fields, clause: Map, context: Context) -> tuple[Variant, ...]:
    """The bodies of a clause, one per combination of readings; none for a clause that nothing executes yet."""
    given = [key for key in BODY_READERS if fields.has(key)]
    fields.skip("pattern", "defines")
    rest = {key: value for key, value in clause.items.items() if key not in _GENERIC}
    if len(given) == 2:
        fields.fail(clause.keys["defines"], "form", "a clause has either pattern or defines")
        return ()
    if not given:
        meant = [key for key in rest if near(key.lower(), list(BODY_READERS)).startswith("; did you mean")]
        for key in meant or rest:
            fields.fail(clause.keys[key], "unknown-key", f"a clause without pattern has no {key}{near(key, _GENERIC)}")
        return ()
    readers = BODY_READERS[given[0]]
    try:
        kind = scalar(clause.items[given[0]], context, f"a {given[0]}").text
        if kind not in readers:
            raise context.refuse(clause.items[given[0]], "word", f"{kind!r} is unknown{near(kind, list(readers))}")
        return _bodies(Map(rest, clause.keys, clause.mark), kind, readers[kind], context)
    except Abandoned:
        fields.abandon()
        return ()


def _bodies(body: Map, kind: str, reader: Callable[[Fields], Body], context: Context) -> tuple[Variant, ...]:
    def one(readings: Mapping[str, str]) -> Variant:
        return Variant(readings=readings, body=reader(Fields(chosen(body, readings), context, kind)))

    return all_of([partial(one, readings) for readings in combinations(body, context)])


def with_texts(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """A further clause (`…/b`) that quotes nothing reads the words of the first one."""
    texts = {clause.address: clause.text for clause in clauses}

    def quoted(clause: Clause) -> Clause:
        further = _FURTHER.fullmatch(clause.address)
        return replace(clause, text=texts.get(further[1], "")) if further and not clause.text else clause

    return tuple(quoted(clause) for clause in clauses)


def gap(node: Tree, context: Context) -> Gap:
    fields = Fields(node, context, "a gap")
    gap = Gap(
        address=fields.need("gap", text),
        when=fields.need("when", trigger),
        for_each=fields.opt("for_each", units),
        says=fields.need("says", bilingual),
        under=fields.may("under", _under, {}),
        mark=node.mark,
    )
    return fields.whole(gap)
