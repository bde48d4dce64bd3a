"""Bytes of a protocol file -> a `ProtocolVersion`, or every fault with its line and column.

Nothing is evaluated: each form of the clause language is parsed into a type, or refused. Whether the types of
events, selectors and powers fit together is asked afterwards, by `check`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from ledger.chain.hashing import sha256
from ledger.events.catalogue import EventType, types
from ledger.ids import LEDGER, is_protocol
from ledger.protocol import read_parties as parts
from ledger.protocol.document import Map, Scalar, Tree, parse
from ledger.protocol.faults import Abandoned, FaultList, ProtocolRejected
from ledger.protocol.marks import NOWHERE
from ledger.protocol.model import Clause, Layer, ProtocolVersion
from ledger.protocol.read_clauses import bilingual, clause, gap, with_texts
from ledger.protocol.reading import Context, Fields, day, is_plain_null, many, name, text

Catalogue = Mapping[str, EventType]


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
    clauses = fields.need("clauses", many(partial(clause, layer=Layer.TEXT)))
    law: tuple[Clause, ...] = fields.may("law", many(partial(clause, layer=Layer.LAW)), ())
    version = ProtocolVersion(
        id=fields.need("id", _protocol_id),
        version=fields.need("version", name),
        amends=fields.opt("amends", name),
        amends_mark=fields.map.keys.get("amends", NOWHERE),
        title=fields.need("title", bilingual),
        drawn_up=fields.need("drawn_up", lambda node, ctx: None if is_plain_null(node) else day(node, ctx)),
        digest=sha256(data),
        parties=fields.need("parties", many(parts.party)),
        classes=fields.may("classes", many(parts.open_class), ()),
        outsiders=fields.may("outsiders", many(parts.outsider), ()),
        calendar=fields.need("calendar", parts.calendar),
        house_policy=fields.may("house_policy", parts.house_policy, {}),
        log_retention=fields.opt("log_retention", parts.log_retention),
        interpretations=fields.may("interpretations", many(parts.interpretation), ()),
        clauses=with_texts((*(clauses or ()), *(law or ()))),
        gaps=fields.may("gaps", many(gap), ()),
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
    if word == LEDGER:
        raise context.refuse(node, "name", f"{word!r} cannot be an id: it names the registers of the ledger itself")
    return word
