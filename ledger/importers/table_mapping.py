"""A mapping file: what the columns of an application that we do not know mean.

    source: webea-exports            # the log's name in the ledger; ids are told apart by it
    application: webea
    encoding: cp1252                 # or utf-8, which is the default
    time: {columns: [Datum, Uur], format: day-first, zone: Europe/Brussels}
    id: Volgnummer                   # without it a line is known by what it says
    actor: {column: Gebruiker, class: person}
    action: {column: Actie, values: {Raadplegen: consult, Wissen: delete}, otherwise: other}
    outcome: {column: Resultaat, values: {OK: ok, Geweigerd: denied}, otherwise: unknown}
    items: Aantal
    address: IP-adres                # to tell inside from outside; never kept
    place: Map                       # for mapping rules; never kept
    object_class: dossier

Beside these may stand what `ledger.importers.meaning` reads: applications, datasets, sharing, thresholds.

`action`, `outcome`, `operation` and `object_class` are a word, or a column with its values. Where YAML or a word is
wrong, every fault is told with its line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import NamedTuple, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.chain.hashing import sha256
from ledger.events.usage import Action, ActorClass
from ledger.importers.importer import Outcome
from ledger.importers.mapping_faults import MappingRejected
from ledger.importers.meaning import NOTHING, Meaning, read_meaning
from ledger.protocol.document import Map, Tree, parse
from ledger.protocol.faults import Abandoned, FaultList, near
from ledger.protocol.reading import Context, Fields, Reader, many, mapping, name, text

TIME_FORMATS = ("iso", "us", "epoch", "web-server", "day-first", "year-first")
"""`iso`, `us` (month first, AM/PM) are UTC unless they say otherwise; the last two are local, in a zone."""
LOCAL_FORMATS = ("day-first", "year-first")
ENCODINGS = ("utf-8", "cp1252")
_ACTIONS, _OUTCOMES, _CLASSES = get_args(Action), get_args(Outcome), get_args(ActorClass)


class When(NamedTuple):
    columns: tuple[str, ...]
    format: str
    zone: ZoneInfo | None


class Words(NamedTuple):
    """A word for every row (`otherwise`), or by the value of a column, compared without case."""

    column: str | None
    values: Mapping[str, str]
    otherwise: str | None

    def of(self, value: str) -> str | None:
        return self.values.get(value.strip().lower(), self.otherwise)


class TableMapping(NamedTuple):
    """Column names are in lower case."""

    source: str
    application: str
    encoding: str
    time: When
    action: Words
    outcome: Words
    operation: Words | None
    object_class: Words | None
    actor: str | None
    actor_class: str
    id: str | None
    items: str | None
    address: str | None
    place: str | None
    meaning: Meaning = NOTHING

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is named."""
        words = (self.action, self.outcome, self.operation, self.object_class)
        single = (self.actor, self.id, self.items, self.address, self.place, *(each.column for each in words if each))
        return (*self.time.columns, *(each for each in single if each))


def load_mapping(data: bytes, path: str, taken: tuple[str, ...] = ()) -> TableMapping:
    """Read a mapping file; `taken` are names that its source may not have. Raises MappingRejected with every fault."""
    faults = FaultList()
    found = None
    with suppress(Abandoned):
        found = _mapping(parse(data, faults), Context(faults), taken)
    if faults.found or found is None:
        raise MappingRejected(path, faults.found)
    return found._replace(meaning=found.meaning._replace(digest=sha256(data)))


def _mapping(tree: Tree, context: Context, taken: tuple[str, ...]) -> TableMapping:
    fields = Fields(tree, context, "a mapping")
    actor = fields.opt("actor", _actor)
    source = fields.need("source", name)
    if source in taken:
        fields.fail(fields.map.keys["source"], "name", f"{source} is the name of a format; give this log its own")
    return fields.whole(
        TableMapping(
            source=source,
            application=fields.need("application", name),
            encoding=fields.may("encoding", _word(ENCODINGS), "utf-8"),
            time=fields.need("time", _when),
            action=fields.need("action", partial(_words, known=_ACTIONS)),
            outcome=fields.may("outcome", partial(_words, known=_OUTCOMES), Words(None, {}, "unknown")),
            operation=fields.opt("operation", partial(_words, known=None)),
            object_class=fields.opt("object_class", partial(_words, known=None)),
            actor=actor[0] if actor else None,
            actor_class=actor[1] if actor else "unknown",
            id=fields.opt("id", _column),
            items=fields.opt("items", _column),
            address=fields.opt("address", _column),
            place=fields.opt("place", _column),
            meaning=read_meaning(fields),
        )
    )


def _column(node: Tree, context: Context) -> str:
    return text(node, context).lower()


def _word(known: tuple[str, ...]) -> Reader[str]:
    def read(node: Tree, context: Context) -> str:
        found = text(node, context)
        if found not in known:
            raise context.refuse(node, "word", f"{found!r} does not exist here{near(found, known)}")
        return found

    return read


def _actor(node: Tree, context: Context) -> tuple[str, str]:
    if not isinstance(node, Map):
        return _column(node, context), "unknown"
    fields = Fields(node, context, "an actor")
    return fields.whole((fields.need("column", _column), fields.may("class", _word(_CLASSES), "unknown")))


def _when(node: Tree, context: Context) -> When:
    fields = Fields(node, context, "a time")
    columns = fields.need("columns", many(_column)) if fields.has("columns") else (fields.need("column", _column),)
    spelling = fields.need("format", _word(TIME_FORMATS))
    zone = fields.opt("zone", _zone)
    if spelling in LOCAL_FORMATS and not fields.has("zone"):
        fields.fail(fields.mark, "missing-key", f"{spelling} is local time: say in which zone (Europe/Brussels, UTC)")
    elif spelling and spelling not in LOCAL_FORMATS and fields.has("zone"):
        fields.fail(fields.map.keys["zone"], "unknown-key", f"{spelling} says its own zone, or is UTC")
    return fields.whole(When(columns, spelling, zone))


def _zone(node: Tree, context: Context) -> ZoneInfo:
    found = text(node, context)
    try:
        return ZoneInfo(found)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise context.refuse(node, "word", f"{found!r} is no time zone; write Europe/Brussels or UTC") from None


def _words(node: Tree, context: Context, known: tuple[str, ...] | None) -> Words:
    one: Callable[[Tree, Context], str] = name if known is None else _word(known)
    if not isinstance(node, Map):
        return Words(None, {}, one(node, context))
    fields = Fields(node, context, "a column with values")
    column = fields.need("column", _column)
    values = fields.need("values", partial(_values, one=one))
    return fields.whole(Words(column, values, fields.opt("otherwise", one)))


def _values(node: Tree, context: Context, one: Reader[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    failed = False
    for key, item in mapping(node, context, "values and what they mean").items.items():
        try:
            if key.strip().lower() in found:
                raise context.refuse(item, "twice", f"{key} stands here twice; capitals make no difference")
            found[key.strip().lower()] = one(item, context)
        except Abandoned:
            failed = True
    if failed:
        raise Abandoned
    return found
