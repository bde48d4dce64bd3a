"""Bytes of a protocol file -> a `ProtocolVersion`, or every fault with its line and column.

Nothing is evaluated: each form of the clause language is parsed into a type, or refused. Whether the types of
events, selectors and powers fit together is asked afterwards, by `check`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from ledger.chain.hashing import sha256
from ledger.events.catalogue import EventType, types
from ledger.ids import is_protocol
from ledger.protocol import identifiers
from ledger.protocol.choices import chosen, combinations
from ledger.protocol.document import Map, Scalar, Tree, parse
from ledger.protocol.faults import Abandoned, FaultList, ProtocolRejected, near
from ledger.protocol.marks import NOWHERE
from ledger.protocol.model import (
    Applies,
    Bilingual,
    Body,
    Clause,
    DayCalendar,
    Gap,
    Interpretation,
    Layer,
    LogRetention,
    OpenClass,
    Outsider,
    Party,
    ProtocolVersion,
    Variant,
    WorkingDays,
)
from ledger.protocol.read_bodies import DEFINITION_READERS, PATTERN_READERS
from ledger.protocol.read_expressions import new_party_id, party_id, trigger, units
from ledger.protocol.read_terms import span
from ledger.protocol.reading import (
    Context,
    Fields,
    all_of,
    day,
    is_plain_null,
    many,
    mapping,
    name,
    one_of,
    scalar,
    text,
)
from ledger.protocol.terms import OpenTerm, Span, TimeUnit

Catalogue = Mapping[str, EventType]

BODY_READERS: dict[str, Mapping[str, Callable[[Fields], Body]]] = {
    "pattern": PATTERN_READERS,
    "defines": DEFINITION_READERS,
}
_GENERIC = ("clause", "text", "title", "applies", "under", "takes_over", "dpv", "proof", "pattern", "defines")
_DPV = re.compile(r"[a-z][a-z-]*:[A-Za-z0-9][A-Za-z0-9-]*", re.ASCII)
_MONTH_DAY = re.compile(r"[0-9]{2}-[0-9]{2}", re.ASCII)
_LEAP_YEAR = 2024
_FURTHER = re.compile(r"(.+)/[b-z]", re.ASCII)


def load(data: bytes, name: str, catalogue: Catalogue | None = None) -> ProtocolVersion:
    """Read a protocol file; `name` is shown in errors.

    A word is read by the type of its field in the event catalogue (this package's own, unless given): `all` selects
    parties only where a party stands. Raises ProtocolRejected with every fault found.
    """
    version, context = read(data, catalogue)
    if version is None:
        raise ProtocolRejected(name, context.faults.found)
    return version


def read(data: bytes, catalogue: Catalogue | None = None) -> tuple[ProtocolVersion | None, Context]:
    """The same; of a faulty file None, with the faults, and the parts of it that could be read, in the context."""
    faults = FaultList()
    context = Context(faults, takes_party=_kinds(types() if catalogue is None else catalogue))
    version = None
    with suppress(Abandoned):
        version = _version(parse(data, faults), data, context)
    return (None if faults.found else version), context


def _kinds(catalogue: Catalogue) -> Callable[[tuple[str, ...], str], bool]:
    def takes_party(names: tuple[str, ...], field: str) -> bool:
        if names in (("moment",), ("holding",)):
            return True
        abouts = [catalogue[each].fields.get(field) for each in names if each in catalogue]
        return any(about is None or "party" in (about.kind, about.element) for about in abouts) or not abouts

    return takes_party


def _version(tree: Tree, data: bytes, context: Context) -> ProtocolVersion:
    fields = Fields(tree, context, "a protocol file")
    _learn(fields, context)
    clauses = fields.need("clauses", many(partial(_clause, layer=Layer.TEXT)))
    law: tuple[Clause, ...] = fields.may("law", many(partial(_clause, layer=Layer.LAW)), ())
    version = ProtocolVersion(
        id=fields.need("id", _protocol_id),
        version=fields.need("version", name),
        amends=fields.opt("amends", name),
        amends_mark=fields.map.keys.get("amends", NOWHERE),
        title=fields.need("title", bilingual),
        drawn_up=fields.need("drawn_up", lambda node, ctx: None if is_plain_null(node) else day(node, ctx)),
        digest=sha256(data),
        parties=fields.need("parties", many(_party)),
        classes=fields.may("classes", many(_class), ()),
        outsiders=fields.may("outsiders", many(_outsider), ()),
        calendar=fields.need("calendar", _calendar),
        house_policy=fields.may("house_policy", _house_policy, {}),
        log_retention=fields.opt("log_retention", _log_retention),
        interpretations=fields.may("interpretations", many(_interpretation), ()),
        clauses=_with_texts((*(clauses or ()), *(law or ()))),
        gaps=fields.may("gaps", many(_gap), ()),
    )
    return fields.whole(version)


def _learn(fields: Fields, context: Context) -> None:
    """Know the parties and interpretations before the clauses that name them, wherever they stand in the file."""
    ids = [*_ids(fields.map.items.get("parties")), *_ids(fields.map.items.get("outsiders"))]
    context.party_ids = frozenset(ids)
    context.class_ids = frozenset(_ids(fields.map.items.get("classes")))
    options = {}
    for each in _maps(fields.map.items.get("interpretations")):
        identifier, written = each.items.get("id"), each.items.get("options")
        if isinstance(identifier, Scalar) and written is not None and not isinstance(written, Scalar | Map):
            options[identifier.text] = tuple(item.text for item in written.items if isinstance(item, Scalar))
    context.options = options


def _maps(node: Tree | None) -> list[Map]:
    if node is None or isinstance(node, Scalar | Map):
        return []
    return [item for item in node.items if isinstance(item, Map)]


def _ids(node: Tree | None) -> list[str]:
    found = [each.items.get("id") for each in _maps(node)]
    return [each.text for each in found if isinstance(each, Scalar)]


def _protocol_id(node: Tree, context: Context) -> str:
    word = text(node, context)
    if not is_protocol(word):
        raise context.refuse(node, "name", f"{word!r} is not a protocol id: small letters, digits and -, at most 64")
    return word


def bilingual(node: Tree, context: Context) -> Bilingual:
    fields = Fields(node, context, "a text in two languages")
    return fields.whole(Bilingual(nl=fields.need("nl", text), en=fields.need("en", text)))


# --- who, and how days are counted -------------------------------------------------------------------------------


def _party(node: Tree, context: Context) -> Party:
    fields = Fields(node, context, "a party")
    party = Party(
        id=fields.need("id", new_party_id),
        name=fields.need("name", text),
        kbo=fields.opt("kbo", partial(_register_number, read=identifiers.kbo)),
        establishment=fields.opt("establishment", partial(_register_number, read=identifiers.establishment)),
        signs=fields.may("signs", many(text), ()),
        authority=fields.opt("authority", party_id),
        mark=node.mark,
    )
    return fields.whole(party)


def _register_number(node: Tree, context: Context, read: Callable[[str], str]) -> str:
    written = text(node, context)
    try:
        return read(written)
    except ValueError as error:
        raise context.refuse(node, "identifier", str(error)) from None


def _class(node: Tree, context: Context) -> OpenClass:
    fields = Fields(node, context, "a class")
    found = OpenClass(
        id=fields.need("id", new_party_id),
        text=fields.need("text", text),
        authority=fields.opt("authority", party_id),
        mark=node.mark,
    )
    return context.keep(fields.whole(found))


def _outsider(node: Tree, context: Context) -> Outsider:
    fields = Fields(node, context, "an outsider")
    outsider = Outsider(id=fields.need("id", new_party_id), name=fields.need("name", text), mark=node.mark)
    return context.keep(fields.whole(outsider))


def _calendar(node: Tree, context: Context) -> DayCalendar:
    fields = Fields(node, context, "calendar")
    calendar = DayCalendar(
        zone=fields.need("zone", _zone),
        working_days=fields.need("working_days", one_of(WorkingDays)),
        holidays=fields.need("holidays", _holidays),
        also=fields.may("also", many(_month_day), ()),
        mark=node.mark,
    )
    return fields.whole(calendar)


def _zone(node: Tree, context: Context) -> str:
    zone = text(node, context)
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        raise context.refuse(node, "zone", f"{zone!r} is not a time zone; write Europe/Brussels") from None
    return zone


def _holidays(node: Tree, context: Context) -> str:
    word = scalar(node, context).text
    if word != "BE":
        raise context.refuse(node, "word", f"{word!r} does not exist here; known here: BE")
    return word


def _month_day(node: Tree, context: Context) -> tuple[int, int]:
    word = scalar(node, context, "a day such as 07-11").text
    with suppress(ValueError):
        if _MONTH_DAY.fullmatch(word):
            found = date(_LEAP_YEAR, int(word[:2]), int(word[3:]))
            return found.month, found.day
    raise context.refuse(node, "type", f"{word!r} is not a day of the year; write MM-DD")


def _house_policy(node: Tree, context: Context) -> Mapping[OpenTerm, Span]:
    found = mapping(node, context, "house_policy")
    known = [word.value for word in OpenTerm]

    def one(key: str) -> tuple[OpenTerm, Span]:
        if key not in known:
            raise context.refuse(found.keys[key], "word", f"{key!r} is no open term{near(key, known)}")
        return OpenTerm(key), span(found.items[key], context)

    return dict(all_of([partial(one, key) for key in found.items]))


def _log_retention(node: Tree, context: Context) -> LogRetention:
    fields = Fields(node, context, "log_retention")
    kept = LogRetention(keep=fields.need("keep", span), by=fields.opt("by", text), mark=node.mark)
    if kept.keep is not None and kept.keep.unit in (TimeUnit.HOURS, TimeUnit.WORKING_DAYS):
        raise context.refuse(node, "term", f"logs are kept for days, weeks, months or years, not {kept.keep.unit}")
    return fields.whole(kept)


def _interpretation(node: Tree, context: Context) -> Interpretation:
    fields = Fields(node, context, "an interpretation")
    interpretation = Interpretation(
        id=fields.need("id", name),
        asks=fields.need("asks", text),
        options=fields.need("options", many(name, least=2)),
        default=fields.need("default", name),
        mark=node.mark,
    )
    if interpretation.options and interpretation.default and interpretation.default not in interpretation.options:
        fields.fail(node.mark, "choice", f"the default {interpretation.default} is none of the options")
    return fields.whole(interpretation)


# --- clauses -----------------------------------------------------------------------------------------------------


def _clause(node: Tree, context: Context, layer: Layer) -> Clause:
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
    kinds: dict[str, Mapping[str, Callable[[Fields], Body]]] = {
        "pattern": PATTERN_READERS,
        "defines": DEFINITION_READERS,
    }
    given = [key for key in kinds if fields.has(key)]
    fields.skip("pattern", "defines")
    rest = {key: value for key, value in clause.items.items() if key not in _GENERIC}
    if len(given) == 2:
        fields.fail(clause.keys["defines"], "form", "a clause has either pattern or defines")
        return ()
    if not given:
        meant = [key for key in rest if near(key.lower(), list(kinds)).startswith("; did you mean")]
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


def _with_texts(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """A further clause (`…/b`) that quotes nothing reads the words of the first one."""
    texts = {clause.address: clause.text for clause in clauses}

    def quoted(clause: Clause) -> Clause:
        further = _FURTHER.fullmatch(clause.address)
        return replace(clause, text=texts.get(further[1], "")) if further and not clause.text else clause

    return tuple(quoted(clause) for clause in clauses)


def _gap(node: Tree, context: Context) -> Gap:
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
