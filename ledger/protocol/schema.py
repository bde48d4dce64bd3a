"""The JSON Schema of protocol files, for editors: keys and words as the loader reads them.

Which keys a pattern or a definition has, and which it needs, is learned by running its reader on nothing. A schema says
less than `ledger protocol check`: it knows no parties, fields and selectors of the file at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ledger.events.catalogue import types
from ledger.ids import PARTY_PATTERN, PROTOCOL_PATTERN
from ledger.protocol import definitions as d
from ledger.protocol.document import Map
from ledger.protocol.expressions import CopyState, MomentKind
from ledger.protocol.faults import FaultList
from ledger.protocol.marks import NOWHERE, Mark
from ledger.protocol.model import Applies, WorkingDays
from ledger.protocol.patterns import Baseline
from ledger.protocol.read_bodies import DEFINITION_READERS, LIFE, PATTERN_READERS
from ledger.protocol.reading import Context, Fields, Reader
from ledger.protocol.terms import CalendarPeriod, Edge, OpenTerm, TimeUnit

T = TypeVar("T")
Schema = dict[str, Any]

NOTHING: set[str] = set()
CHOOSABLE = ("parties", "value", "event", "trigger", "condition", "units", "term", "period")
"""Forms that may each be a choice between readings."""
_SELECTOR = r"(trigger|act|unit|protocol)\.[a-z][a-z0-9_]*"
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._:/+-]{0,79}$"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_UNITS = "|".join(f"{unit.value[:-1]}s?" for unit in TimeUnit)
_SPAN = rf"[0-9]{{1,5}} ({_UNITS})"
_TAIL = rf"( from {_SELECTOR})?( to ({'|'.join(Edge)}))?"


class _Asked(Fields):
    """Stands for the fields of a map, and learns which keys its reader asks for."""

    def __init__(self) -> None:
        super().__init__(Map({}, {}, NOWHERE), Context(FaultList()), "a body")
        self.needed: list[str] = []
        self.every: list[str] = []

    def need(self, key: str, reader: Reader[T]) -> T:
        self.needed.append(key)
        return self.opt(key, reader)  # type: ignore[return-value]

    def may(self, key: str, reader: Reader[T], default: T) -> T:
        self.opt(key, reader)
        return default

    def opt(self, key: str, reader: Reader[T]) -> T | None:
        self.every.append(key)
        return None

    def fail(self, mark: Mark, fact: str, message: str) -> None:
        """Nothing is there, so nothing is wrong."""

    def whole(self, value: T) -> T:
        return value


def schema() -> Schema:
    """The whole schema (JSON Schema 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A protocol as data: the clause language of ledger",
        **_map(_FILE, {"id", "version", "title", "drawn_up", "parties", "calendar", "clauses"}),
        "$defs": {**_FORMS, **_choosable(), "clause": _clause(), "gap": _GAP},
    }


def asked(reader: Callable[[Fields], Any]) -> tuple[list[str], list[str]]:
    """Every key that a reader of a body asks for, and those of them that it needs."""
    fields = _Asked()
    reader(fields)
    return list(dict.fromkeys(fields.every)), list(dict.fromkeys(fields.needed))


# --- small forms -------------------------------------------------------------------------------------------------


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _map(properties: Mapping[str, Schema], required: set[str] = NOTHING) -> Schema:
    return {
        "type": "object", "properties": dict(properties), "additionalProperties": False,
        **({"required": sorted(required)} if required else {}),
    }  # fmt: skip


def _form(properties: Mapping[str, Schema], required: set[str] = NOTHING) -> Schema:
    """A map inside a body: each of its values may be a choice between readings."""
    open_to_choice = {f"#/$defs/{name}" for name in CHOOSABLE}
    return _map(
        {key: of if of.get("$ref") in open_to_choice else _any(of, _ref("choice")) for key, of in properties.items()},
        required,
    )


def _many(of: Schema, least: int = 1) -> Schema:
    return {"type": "array", "items": of, "minItems": least}


def _words(of: Any) -> Schema:
    return {"enum": sorted(str(word) for word in of)}


def _any(*forms: Schema) -> Schema:
    return {"anyOf": list(forms)}


def _pattern(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^({pattern})$"}


_TEXT: Schema = {"type": "string", "minLength": 1}
_WORD: Schema = {"type": "string", "pattern": _NAME}
_FLAG: Schema = {"type": "boolean"}
_DAY = _pattern(_DATE)
_LANGUAGES = _map({"nl": _TEXT, "en": _TEXT}, {"nl", "en"})
_UNDER: Schema = {"type": "object", "additionalProperties": _WORD}
_SPAN_FORM = _pattern(_SPAN)
_TYPES = _any(_ref("type"), _many(_ref("type")))
_PARTY_ID: Schema = {"type": "string", "pattern": PARTY_PATTERN.replace(r"(?!\n)", "")}
_PAIR: Schema = {**_many(_ref("parties"), 2), "maxItems": 2}

_EVENT = _form({"type": _TYPES, "at": _WORD, "where": _ref("where")}, {"type"})
_MOMENT = _form({"moment": _words(MomentKind), "where": _ref("where")}, {"moment"})
_EFFECT = _form(
    {
        "makes": _words(LIFE),
        "for": _ref("parties"),
        "at": _pattern(rf"{_SELECTOR}|{_SPAN} from {_SELECTOR}( to ({'|'.join(Edge)}))?"),
    },
    {"makes", "for", "at"},
)
_FLOW = _form({"from": _ref("parties"), "to": _ref("parties"), "datasets": _many(_ref("name"))}, {"from", "to"})
_ROW: Schema = {"type": "object", "additionalProperties": _any(_WORD, {"type": ["number", "boolean"]})}
_ITEMS = _any(_many(_any(_ref("name"), _ROW)), {"type": "object", "additionalProperties": _many(_ref("name"))})

_EXPRESSIONS: dict[str, Schema] = {
    "parties": _any(
        _TEXT,
        _many(_ref("parties")),
        _form({"of": _ref("parties"), "but": _ref("parties")}, {"of", "but"}),
        _form({"class": _TEXT}, {"class"}),
        _form({"authority_of": _ref("parties")}, {"authority_of"}),
    ),
    "value": _any(
        {"type": ["string", "integer", "boolean"]},
        _many(_ref("value")),
        _form({"every": _many(_ref("value"))}, {"every"}),
        _form({"not": _ref("value")}, {"not"}),
        _form({"missing": _FLAG}, {"missing"}),
        _ref("list-items"),
        _form({"outside": _any(_ref("list-items"), _many(_ref("value")))}, {"outside"}),
        _form({"of": _ref("parties"), "but": _ref("parties")}, {"of", "but"}),
        _form({"class": _TEXT}, {"class"}),
        _form({"authority_of": _ref("parties")}, {"authority_of"}),
    ),
    "event": _EVENT,
    "trigger": _any(_EVENT, _MOMENT, _form({"any": _many(_ref("trigger"))}, {"any"})),
    "condition": _any(
        _EVENT,
        *(_form({word: _many(_ref("condition"))}, {word}) for word in ("any", "all", "none")),
        _form({"each": _ref("units"), "has": _ref("condition")}, {"each", "has"}),
        _form({"copy": _any(_words(CopyState), _ref("choice"))}, {"copy"}),
        _form({"in_force": _many(_ref("parties"))}, {"in_force"}),
        _form({"flow": _PAIR}, {"flow"}),
        _form({"agreement": {"const": "retention"}, "between": _PAIR, "covering": {"const": "unit"}},
             {"agreement", "between"}),
    ),
    "units": _any(
        _form({"holding": _ref("where")}, {"holding"}),
        _form({"party": _ref("parties"), "once": _any(_ref("event"), _many(_ref("event")))}, {"party"}),
        _form({"fact": _ref("event")}, {"fact"}),
        _form({"list": _ref("name")}, {"list"}),
        _many(_ref("name")),
    ),
    "term": _pattern(rf"({'|'.join(OpenTerm)}|{_SPAN}){_TAIL}"),
    "period": _pattern(rf"{_SPAN}|calendar ({'|'.join(CalendarPeriod)})"),
}  # fmt: skip
assert tuple(_EXPRESSIONS) == CHOOSABLE

_FORMS: dict[str, Schema] = {
    "choice": {
        "type": "object",
        "description": "Every option of an interpretation, each with what stands here under it.",
        "properties": {"choice": _TEXT},
        "required": ["choice"],
        "minProperties": 3,
    },
    "type": _words(types()),
    "name": _WORD,
    "where": {
        "type": "object",
        "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"},
        "additionalProperties": _ref("value"),
    },
    "list-items": _form({"list": _ref("name"), "of": _ref("parties")}, {"list"}),
}

_KEYS: dict[str, Schema] = {
    **{key: _ref("trigger") for key in ("when", "until")},
    **{key: _ref("parties") for key in ("bearer", "towards", "holder", "for")},
    **{key: _ref("condition") for key in ("must", "needs", "unless", "has", "given")},
    **{key: _FLAG for key in ("restarts", "early", "jointly", "open")},
    **{key: _TEXT for key in ("address", "agreement", "law", "procedure")},
    **{key: _PARTY_ID for key in ("from", "to")},
    **{key: _many(_PARTY_ID) for key in ("of", "parties")},
    "for_each": _ref("units"),
    "act": _ref("event"),
    "term": _ref("term"),
    "every": _ref("period"),
    "case": _pattern(_SELECTOR),
    "per": _many(_pattern(_SELECTOR)),
    "at_most": {"type": "integer", "minimum": 0},
    "each": _pattern(rf"calendar ({'|'.join(CalendarPeriod)})"),
    "baseline": _words(Baseline),
    "after": _SPAN_FORM,
    "effect": _EFFECT,
    "at": _any(_words(d.InForceAt), _DAY),
    "upon": _any(_DAY, _form({"external": _ref("name")}, {"external"}), _EVENT),
    "acts": _any({"const": "any"}, _many(_ref("type"))),
    "flows": _many(_FLOW),
    "name": _ref("name"),
    "items": _ITEMS,
    "by": {"const": "party"},
    "signed_on": _DAY,
    "see": _many(_TEXT),
}
"""What stands under a key of a body; a few keys differ by what they stand in."""
_DIFFERENT: dict[tuple[str, str], Schema] = {
    ("recurrence", "must"): _ref("event"),
    ("end", "as"): _many(_words(LIFE)),
    ("statement", "as"): _words(d.Role),
}


def _choosable() -> dict[str, Schema]:
    """A form, or a choice between readings, each of which is such a form."""
    return {name: _any(*form.get("anyOf", [form]), _ref("choice")) for name, form in _EXPRESSIONS.items()}


# --- clauses and the file ----------------------------------------------------------------------------------------

_GENERIC: dict[str, Schema] = {
    "clause": _TEXT,
    "text": {"type": "string", "minLength": 1, "description": "The words as signed, letter by letter."},
    "title": _LANGUAGES,
    "applies": _words(Applies),
    "under": _UNDER,
    "takes_over": _TEXT,
    "dpv": _pattern("[a-z][a-z-]*:[A-Za-z0-9][A-Za-z0-9-]*"),
    "proof": _many(_ref("type")),
}


def _clause() -> Schema:
    """A clause has one of the patterns or definitions, or waits for one."""
    patterns = [_body("pattern", name, reader) for name, reader in PATTERN_READERS.items()]
    definitions = [_body("defines", name, reader) for name, reader in DEFINITION_READERS.items()]
    return _any(_map(_GENERIC, {"clause", "title"}), *patterns, *definitions)


def _body(word: str, name: str, reader: Callable[[Fields], Any]) -> Schema:
    every, needed = asked(reader)
    keys = _form({key: _key(name, key) for key in every})["properties"]
    return _map({**_GENERIC, word: {"const": name}, **keys}, {"clause", "title", word, *needed})


def _key(body: str, key: str) -> Schema:
    return _DIFFERENT[body, key] if (body, key) in _DIFFERENT else _KEYS[key]


_GAP = _map(
    {"gap": _TEXT, "when": _ref("trigger"), "for_each": _ref("units"), "says": _LANGUAGES, "under": _UNDER},
    {"gap", "when", "says"},
)
_PARTY = _map(
    {
        "id": _PARTY_ID,
        "name": _TEXT,
        "kbo": _TEXT,
        "establishment": _TEXT,
        "signs": _many(_TEXT),
        "authority": _PARTY_ID,
    },
    {"id", "name"},
)
_CALENDAR = _map(
    {"zone": _TEXT, "working_days": _words(WorkingDays), "holidays": {"const": "BE"},
     "also": _many(_pattern("[0-9]{2}-[0-9]{2}"))},
    {"zone", "working_days", "holidays"},
)  # fmt: skip
_READING = _map(
    {"id": _WORD, "asks": _TEXT, "options": _many(_WORD, 2), "default": _WORD}, {"id", "asks", "options", "default"}
)
_QUOTED = _any({"required": ["text"]}, {"properties": {"clause": {"pattern": "/[b-z]$"}}})
"""Only a further clause on the same words, and one from outside the text, may leave the words out."""
_FILE: dict[str, Schema] = {
    "id": {"type": "string", "pattern": PROTOCOL_PATTERN.replace(r"(?!\n)", "")},
    "version": _WORD,
    "amends": _WORD,
    "title": _LANGUAGES,
    "drawn_up": _any(_DAY, {"type": "null"}),
    "parties": _many(_PARTY),
    "classes": _many(_map({"id": _PARTY_ID, "text": _TEXT, "authority": _PARTY_ID}, {"id", "text"})),
    "outsiders": _many(_map({"id": _PARTY_ID, "name": _TEXT}, {"id", "name"})),
    "calendar": _CALENDAR,
    "house_policy": {"type": "object", "propertyNames": _words(OpenTerm), "additionalProperties": _SPAN_FORM},
    "log_retention": _map({"keep": _SPAN_FORM, "by": _TEXT}, {"keep"}),
    "interpretations": _many(_READING),
    "clauses": _many({"allOf": [_ref("clause"), _QUOTED]}),
    "law": _many(_ref("clause")),
    "gaps": _many(_ref("gap")),
}
