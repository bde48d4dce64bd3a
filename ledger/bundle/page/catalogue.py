"""What the page knows of events, as data: of each type its schema, its register, and whose word it takes.

The same as `ledger events schema TYPE` prints, without what is only for people.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ledger.events.acts import Act, Lasting, Told
from ledger.events.base import Event, LedgerEvent, MemberEvent
from ledger.events.catalogue import by_tag, types
from ledger.events.fields import MomentText
from ledger.events.imports import OF_IMPORTS

SHARED = {"no-repeats": Act, "told": Told, "lasting": Lasting}
"""Rules between the fields of an event that many types share, by their name in the page; and who has them."""

_FOR_PEOPLE = ("title", "description", "additionalProperties")
_MOMENT = msgspec.json.schema(MomentText)["pattern"]


def catalogue() -> dict[str, Any]:
    """`types` by tag, `parts` that their schemas refer to, and each type's register by its name without version."""
    _, parts = msgspec.json.schema_components(by_tag().values(), ref_template="{name}")
    return {
        "types": {tag: _type(cls) for tag, cls in sorted(by_tag().items())},
        "parts": {name: _lean(part) for name, part in sorted(parts.items())},
        "registers": {name: known.register for name, known in sorted(types().items())},
    }


def _type(cls: type[Event]) -> dict[str, Any]:
    """`own`: it has a rule between its fields for itself, which the page may know or not."""
    ruled = {Event, *SHARED.values()}
    return {
        "schema": {"$ref": cls.__name__},
        "register": cls.register,
        "protocol": not issubclass(cls, LedgerEvent),
        "member": issubclass(cls, MemberEvent),
        "stated_by": cls.stated_by,
        "imports": str(cls.__struct_config__.tag).partition("/")[0] in OF_IMPORTS,
        "rules": [name for name, base in SHARED.items() if issubclass(cls, base)],
        "own": any("__post_init__" in vars(base) for base in cls.__mro__ if base not in ruled),
    }


def _lean(schema: Any) -> Any:
    """A schema without titles and descriptions; a moment is marked, because no pattern knows the calendar."""
    if isinstance(schema, list):
        return [_lean(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    lean = {
        key: {name: _lean(each) for name, each in value.items()} if key == "properties" else _lean(value)
        for key, value in schema.items()
        if key not in _FOR_PEOPLE
    }
    return {**lean, "moment": True} if lean.get("pattern") == _MOMENT else lean
