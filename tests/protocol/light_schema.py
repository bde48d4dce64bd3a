"""As much of JSON Schema as the schema of protocol files uses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

KNOWN = frozenset({
    "$schema", "$defs", "$ref", "title", "description", "type", "enum", "const", "pattern", "minLength", "minimum",
    "minItems", "maxItems", "minProperties", "properties", "required", "additionalProperties", "propertyNames", "items",
    "anyOf", "allOf",
})  # fmt: skip
TYPES = {"string": str, "object": dict, "array": list, "null": type(None)}


def faults(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], path: str = "$") -> Iterator[str]:
    """Where the value is not as the schema says; nothing where it is."""
    assert schema.keys() <= KNOWN, schema.keys() - KNOWN
    if "$ref" in schema:
        yield from faults(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, path)
    for each in schema.get("allOf", ()):
        yield from faults(value, each, root, path)
    if "anyOf" in schema and all(any(True for _ in faults(value, each, root, path)) for each in schema["anyOf"]):
        yield f"{path}: none of its forms"
    yield from _in_itself(value, schema, path)
    if isinstance(value, dict):
        yield from _in_map(value, schema, root, path)
    elif isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{path}: {len(value)} items"
        for index, each in enumerate(value):
            yield from faults(each, schema.get("items", {}), root, f"{path}[{index}]")


def _in_itself(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    if "type" in schema and not _is(value, schema["type"]):
        yield f"{path}: not {schema['type']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value} is none of its words"
    if "const" in schema and value != schema["const"]:
        yield f"{path}: not {schema['const']}"
    if isinstance(value, str):
        if not re.search(schema.get("pattern", ""), value) or len(value) < schema.get("minLength", 0):
            yield f"{path}: {value!r} does not match"
    elif isinstance(value, int) and not isinstance(value, bool) and value < schema.get("minimum", value):
        yield f"{path}: too small"


def _in_map(value: dict[str, Any], schema: Mapping[str, Any], root: Mapping[str, Any], path: str) -> Iterator[str]:
    for key in schema.get("required", ()):
        if key not in value:
            yield f"{path}: needs {key}"
    if len(value) < schema.get("minProperties", 0):
        yield f"{path}: too few keys"
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    for key, each in value.items():
        yield from faults(key, schema.get("propertyNames", {}), root, f"{path}.{key}")
        if key in properties:
            yield from faults(each, properties[key], root, f"{path}.{key}")
        elif others is False:
            yield f"{path}: has no {key}"
        else:
            yield from faults(each, others, root, f"{path}.{key}")


def _is(value: Any, names: str | list[str]) -> bool:
    for name in [names] if isinstance(names, str) else names:
        if name in ("integer", "number"):
            if isinstance(value, int) and not isinstance(value, bool):
                return True
        elif name == "boolean":
            if isinstance(value, bool):
                return True
        elif isinstance(value, TYPES[name]):
            return True
    return False


def plain(value: Any) -> Any:
    """What a YAML reader gives, as JSON has it: dates are text."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
