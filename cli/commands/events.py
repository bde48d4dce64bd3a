"""`ledger events`: what can be recorded."""

from __future__ import annotations

from typing import Any

import click

from cli.exit_codes import EXIT_STATUS
from cli.options import json_option
from cli.output import answer, answer_filled, answer_json


@click.group(epilog=EXIT_STATUS)
def command() -> None:
    """Every event type, with its schema and an example."""


@command.command("list", epilog=EXIT_STATUS)
@click.option("--register", metavar="NAME", help="Only this register.")
@json_option
def list_types(register: str | None, as_json: bool) -> None:
    """Every event type: its register, who may state it, and what it means.

    \b
    Example:
      ledger events list --register deletion
    """
    from ledger.errors import NotFound
    from ledger.events.catalogue import REGISTERS, types

    if register is not None and register not in REGISTERS:
        raise NotFound(f"there is no register {register!r}", hint=f"it is one of: {', '.join(REGISTERS)}")
    found = [known for known in types().values() if register in (None, known.register)]
    if as_json:
        answer_json([
            {"type": known.tag, "register": known.register, "stated_by": known.cls.stated_by, "summary": known.summary}
            for known in found
        ])  # fmt: skip
        return
    for name in dict.fromkeys(known.register for known in found):
        answer(f"{name}\n")
        for known in found:
            if known.register == name:
                answer(f"  {known.name}  (stated by: {known.cls.stated_by})")
                answer_filled(known.summary, " " * 6, " " * 6)
        answer("")
    answer("Next: ledger events schema TYPE")


@command.command(epilog=EXIT_STATUS)
@click.argument("name", metavar="TYPE")
def schema(name: str) -> None:
    """The JSON Schema of a type, and a draft of it to start from.

    \b
    Example:
      ledger events schema party-withdrew
    """
    import msgspec

    from cli.event_example import example_draft
    from ledger.events.catalogue import by_tag, types
    from ledger.events.codec import UnknownType, tag_of

    try:
        tag = tag_of(name)
    except UnknownType as error:
        from ledger.errors import NotFound

        raise NotFound(error.message, hint=error.hint) from error
    cls = by_tag()[tag]
    document: dict[str, Any] = {"type": tag, "description": (cls.__doc__ or "").strip()}
    document["draft"] = {
        "type": tag,
        **({"protocol": "vlaio-fio-tbt-2021"} if _has_protocol(cls) else {}),
        **example_draft(types()[tag.partition("/")[0]]),
    }
    document["schema"] = msgspec.json.schema(cls)
    answer_json(document)


def _has_protocol(cls: Any) -> bool:
    return "protocol" in cls.__struct_fields__
