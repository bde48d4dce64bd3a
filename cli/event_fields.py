"""An event's fields as parameters of a command, and what was given as a draft."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cli.nouns import spoken
from ledger.clock import parse_argument, spell
from ledger.errors import InputRejected, UsageProblem
from ledger.events.catalogue import EventType, Field, types

ENVELOPE = frozenset(
    {"author", "corrects", "evidence", "happened_at", "id", "key", "on_behalf_of", "protocol", "related", "stated_at"}
)
"""Fields that every event has; those that a person chooses are options of every command."""
OF_THE_PROTOCOL = ("version", "office", "external")
"""Fields that a command takes from the protocol itself, where that has one."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def own_fields(about: EventType) -> dict[str, Field]:
    """The fields of the type itself, in the order of its class."""
    return {name: field for name, field in about.fields.items() if name not in ENVELOPE}


def main_field(about: EventType) -> str | None:
    """The field that stands bare behind the verb: what it is about, an id or a party, else the first one needed."""
    needed = {name: field for name, field in own_fields(about).items() if field.required and field.kind != "list"}
    by_kind = [name for kind in ("id", "party") for name, field in needed.items() if field.kind == kind]
    return next(
        iter([*by_kind, *(name for name, field in needed.items() if field.kind not in ("boolean", "sealed"))]), None
    )


def parameters(about: EventType) -> list[click.Parameter]:
    """An argument for the main field, and an option for each other one, those that are needed first."""
    main = main_field(about)
    found: list[click.Parameter] = []
    if main is not None:
        found.append(
            click.Argument([_parameter(main)], required=False, metavar=main.upper(), type=_type(about.fields[main]))
        )
    fields = own_fields(about)
    for name in sorted(fields, key=lambda each: not fields[each].required):
        if name != main:
            found.append(_option(name, fields))
    return found


def _parameter(name: str) -> str:
    return f"field_{name}"


def flag(name: str) -> str:
    """The option of a field: `received_at` is `--received-at`, and also `--received`."""
    return "--" + name.replace("_", "-")


def _option(name: str, fields: Mapping[str, Field]) -> click.Option:
    field = fields[name]
    names = [flag(name)]
    if field.kind == "moment" and name.endswith("_at") and name.removesuffix("_at") not in fields:
        names.append(flag(name.removesuffix("_at")))
    if field.kind == "boolean":
        names = [f"{flag(name)}/--not-{name.replace('_', '-')}"]
    help_text = _help(name, field)
    return click.Option(
        [*names, _parameter(name)], help=help_text, multiple=field.kind == "list", default=None, type=_type(field),
        metavar=None if field.words or field.kind == "boolean" else _metavar(field),
    )  # fmt: skip


def _help(name: str, field: Field) -> str:
    words = {"moment": "A date, or a time with its zone.", "token": "A person's token.", "digest": "SHA-256 in hex.",
             "sealed": "Kept sealed; @FILE reads a file."}  # fmt: skip
    if name == "party":
        return "Whose act it is, where another reports it." if not field.required else "Whose act it is."
    parts = ["Needed." if field.required else "", "May be given more than once." if field.kind == "list" else "",
             words.get(field.kind, "")]  # fmt: skip
    return " ".join(part for part in parts if part)


def _metavar(field: Field) -> str:
    kind = field.element if field.kind == "list" else field.kind
    return {"moment": "MOMENT", "party": "PARTY", "sealed": "TEXT", "digest": "SHA256", "number": "N"}.get(
        kind, kind.upper()
    )


def _type(field: Field) -> click.ParamType[Any] | None:
    if field.words:
        return click.Choice(field.words)
    return {"number": click.IntRange(min=0), "boolean": click.BOOL}.get(field.kind)


# --- what was given ----------------------------------------------------------------------------------------------


def given_fields(about: EventType, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a draft from the values of the command's parameters; those left out are absent."""
    found: dict[str, Any] = {}
    for name, field in own_fields(about).items():
        value = parameters.get(_parameter(name))
        if value is not None and value != ():
            found[name] = _value(name, field, value)
    return found


def _value(name: str, field: Field, value: Any) -> Any:
    if field.kind == "list":
        return list(value)
    if field.kind == "moment":
        return moment(value, name)
    if field.kind == "sealed" and str(value).startswith("@"):
        return Path(value[1:]).read_text(encoding="utf-8")
    return value


def moment(text: str, name: str = "at") -> str:
    """A moment as events spell it: a date stays a date, a time goes to UTC. Raises InputRejected with its option."""
    try:
        parsed = parse_argument(text)
    except InputRejected as error:
        raise error.at(field=flag(name)) from None
    return text if _DATE.fullmatch(text) else spell(parsed)


def ask_for(about: EventType, fields: dict[str, Any], speaking: str) -> None:
    """Ask for what is needed and was not given. Raises UsageProblem where nobody can be asked."""
    missing = [name for name, field in own_fields(about).items() if field.required and name not in fields]
    if missing and not sys.stdin.isatty():
        main = main_field(about)
        words = [name.upper() if name == main else flag(name) for name in missing]
        raise UsageProblem(f"{speaking} needs {', '.join(words)}", hint=f"see: ledger {speaking} --help")
    for name in missing:
        field = about.fields[name]
        text = click.prompt(_question(name, field), type=_type(field), err=True)
        several = [part.strip() for part in str(text).split(",")] if field.kind == "list" else text
        fields[name] = _value(name, field, several)


def _question(name: str, field: Field) -> str:
    forms = {"moment": "a date, or a time with its zone", "token": "a person's token", "digest": "SHA-256 in hex",
             "sealed": "kept sealed; @FILE reads a file", "list": "several: with commas"}  # fmt: skip
    form = forms.get(field.kind)
    return name.replace("_", " ") + (f" ({form})" if form else "")


def command_line(type_name: str, fields: Mapping[str, Any]) -> str:
    """The command that records such an event; empty where no person records the type. Sealed texts are left out."""
    said = spoken(type_name)
    if said is None:
        return ""
    about = types()[type_name]
    main, own = main_field(about), own_fields(about)
    words = ["ledger", *said, *([str(fields[main])] if main is not None and main in fields else [])]
    for name, value in fields.items():
        if name != main and name in own and own[name].kind != "sealed":
            words += _words(name, value)
    return shlex.join(words)


def undecided(type_name: str, fields: Mapping[str, Any]) -> dict[str, Field]:
    """What such an event needs beside these fields, and nobody knows but who states it."""
    about = types()[type_name]
    known = {*fields, *(OF_THE_PROTOCOL if type_name != "protocol-amended" else ())}
    return {name: field for name, field in own_fields(about).items() if field.required and name not in known}


def placeholder(name: str, field: Field) -> str:
    """Stands for a value that is to be chosen. No field takes it as one, and quoted no shell reads it otherwise."""
    spelled = name.replace("_", "-")
    return f"<--{spelled} or --not-{spelled}>" if field.kind == "boolean" else f"<{spelled}>"


def _words(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [flag(name) if value else f"--not-{name.replace('_', '-')}"]
    if str(value).startswith("<--"):
        return [str(value)]
    values = value if isinstance(value, list | tuple) else [value]
    return [word for each in values for word in (flag(name), str(each))]
