"""Every event type there is: the closed registry. A type name in stored bytes is looked up here and never imported."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

from ledger.events import base
from ledger.events.base import Event
from ledger.events.fields import Sealed

REGISTERS = (
    "keys", "seals", "erasures", "operations", "governance", "processors", "exchange", "access", "imports", "usage",
    "findings", "quality", "breach", "measures", "deletion", "evidence", "publication", "marketing", "agreements",
    "dossiers",
    "rights",
)  # fmt: skip
"""One module of `ledger.events` each, by the same name."""


class Field(NamedTuple):
    """One field of a type, as the clause language sees it.

    `kind` is moment, party, protocol, name, id, token, digest, number, boolean, url, sealed or list; of a list,
    `element` is the kind of its members. `words` is the closed list of a field that has one.
    """

    kind: str
    element: str = ""
    required: bool = True
    words: tuple[str, ...] = ()


class EventType(NamedTuple):
    """A type: its name without version, the newest version's class, and what the class says of itself.

    `fields` has the names that stand in the bytes (`from`); `value_of` in `acts` reads one by that name.
    """

    name: str
    version: int
    cls: type[Event]
    fields: Mapping[str, Field]

    @property
    def tag(self) -> str:
        return f"{self.name}/{self.version}"

    @property
    def register(self) -> str:
        return self.cls.register

    @property
    def summary(self) -> str:
        """The first line of its docstring."""
        return (self.cls.__doc__ or "").strip().split("\n")[0]


@cache
def types() -> Mapping[str, EventType]:
    """Every type by its name without version (`party-withdrew`), in register order."""
    found: dict[str, EventType] = {}
    for name in REGISTERS:
        module = importlib.import_module(f"ledger.events.{name}")
        for cls in vars(module).values():
            if isinstance(cls, type) and issubclass(cls, Event) and "/" in str(cls.__struct_config__.tag):
                described = _described(cls)
                if found.setdefault(described.name, described).cls is not cls:
                    raise TypeError(f"two types are called {described.name}")
    return MappingProxyType(found)


@cache
def by_tag() -> Mapping[str, type[Event]]:
    """Every type by its tag (`party-withdrew/1`), as it stands in stored bytes."""
    return MappingProxyType({known.tag: known.cls for known in types().values()})


def _described(cls: type[Event]) -> EventType:
    name, _, version = str(cls.__struct_config__.tag).partition("/")
    hints = get_type_hints(cls, include_extras=True)
    fields = {
        field.encode_name: _field(hints[field.name])._replace(required=field.required)
        for field in msgspec.structs.fields(cls)
    }
    base.MOMENT_FIELDS[cls] = tuple(
        field.name for field in msgspec.structs.fields(cls) if fields[field.encode_name].kind == "moment"
    )
    return EventType(name, int(version), cls, MappingProxyType(fields))


def _field(hint: Any) -> Field:
    """The kind of one annotation: metadata first, then the shape."""
    for note in getattr(hint, "__metadata__", ()):
        if isinstance(note, msgspec.Meta) and note.extra and "kind" in note.extra:
            return Field(note.extra["kind"])
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        inner = _field(arguments[0])
        return Field("list", element=inner.kind, words=inner.words)
    if origin is Literal:
        return Field("name", words=tuple(arguments))
    if hint is Sealed:
        return Field("sealed")
    for argument in arguments:
        if argument is not msgspec.UnsetType:
            return _field(argument)
    return Field("structure")
