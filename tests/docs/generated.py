"""Pages and files that are made from the code. `make docs` (`python -m tests.docs.generated`) writes them."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from cli.event_example import example_line
from cli.main import COMMANDS, ledger
from cli.nouns import NOUN_SUMMARIES, NOUNS
from cli.protocol_shown import kind
from ledger.events.catalogue import types
from ledger.protocol.definitions import NamedList
from ledger.protocol.expressions import EachItem, EventMatch, ListItems
from ledger.protocol.load import load
from ledger.protocol.model import Clause, ProtocolVersion
from ledger.protocol.schema import schema
from ledger.protocol.shipped import shipped
from ledger.protocol.usage import parts
from tests.docs.blocks import ROOT
from tests.projections.clauses.cases import cases

MADE = "<!-- made by `make docs`: do not edit -->\n"
HEAD = f"""\
# What proves each clause

{MADE}
Every clause of the protocols that come with this package, the events that it reads, and what proves it. Its *case*, by
the clause's own name in `tests/projections/clauses/`, tells two stories: one that breaks the clause, and is found; one
that keeps it, and is not. `[law]` marks a duty from outside the text.
"""


def coverage() -> str:
    """Every clause of the shipped protocols: its pattern, the events that it reads, the test that proves it."""
    sections = [_covered(load(data, name)) for name, data in shipped().items()]
    return "\n".join([HEAD, *sections])


def _covered(version: ProtocolVersion) -> str:
    rows = [_row(version, clause) for clause in version.clauses]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(
        [f"## {version.id}\n", "| clause | what it is | events | proved by |", "|---|---|---|---|", *lines, ""]
    )


def _row(version: ProtocolVersion, clause: Clause) -> tuple[str, str, str, str]:
    layer = " [law]" if clause.layer == "law" else ""
    events = ", ".join(f"`{name}`" for name in sorted(set(_events(clause))))
    return f"{clause.address}{layer}", kind(clause), events, _proof(version, clause)


def _events(clause: Clause) -> Iterator[str]:
    for variant in clause.variants:
        for part in parts(variant.body):
            if isinstance(part, EventMatch):
                yield from part.types


def _proof(version: ProtocolVersion, clause: Clause) -> str:
    body = clause.variants[0].body if clause.variants else None
    if clause.address in cases(version.id):
        return "its case"
    if isinstance(body, NamedList):
        users = [each.address for each in version.clauses if body.name in _lists(each)]
        return f"the cases of {'; '.join(users)}"
    return f"`{ELSEWHERE[kind(clause)]}`"


def _lists(clause: Clause) -> set[str]:
    every = (part for variant in clause.variants for part in parts(variant.body))
    return {part.name for part in every if isinstance(part, ListItems | EachItem)}


ELSEWHERE = {
    "defines flows": "tests/protocol/test_shipped.py",
    "defines in-force": "tests/projections/obligations/test_life.py",
    "defines end": "tests/projections/obligations/test_end.py",
    "defines mandate": "tests/projections/obligations/test_withdrawal.py",
    "defines contact": "tests/protocol/test_shipped.py",
    "defines replaces": "tests/protocol/test_shipped.py",
    "defines forum": "tests/protocol/test_shipped.py",
    "defines statement": "tests/protocol/test_shipped.py",
}
"""What has no case of its own, by kind: where it is tested."""


# --- the command line --------------------------------------------------------------------------------------------


def reference() -> str:
    """Every command with its help, as a terminal of 100 columns shows it."""
    parts = [f"# The command line\n\n{MADE}\n{_help(ledger, ['ledger'])}"]
    for title, names in COMMANDS.items():
        parts.append(f"## {title}\n")
        parts += [_page(name) for name in names]
    return "\n".join(parts)


def _page(name: str) -> str:
    context = click.Context(ledger, info_name="ledger")
    command = ledger.get_command(context, name)
    assert command is not None, name
    if name in NOUN_SUMMARIES:
        return f"### ledger {name}\n\n{NOUN_SUMMARIES[name]}\n\n{_verbs(name)}"
    pages = [f"### ledger {name}\n\n{_help(command, ['ledger', name])}"]
    if isinstance(command, click.Group):
        inner = click.Context(command, info_name=name, parent=context)
        own = [verb for verb in command.list_commands(inner) if verb not in NOUNS.get(name, {})]
        verbs = ((verb, command.get_command(inner, verb)) for verb in own)
        pages += [f"#### ledger {name} {verb}\n\n{_help(each, ['ledger', name, verb])}" for verb, each in verbs if each]
        pages += [_verbs(name)] if name in NOUNS else []
    return "\n".join(pages)


def _verbs(noun: str) -> str:
    """The verbs that record events, with an example each; their options are those of the event's fields."""
    rows = [f"| `{verb}` | `{name}` | `{example_line(types()[name])}` |"
            for verb, name in NOUNS[noun].items()]  # fmt: skip
    return "\n".join(["| verb | records | for example |", "|---|---|---|", *rows, ""])


def _help(command: click.Command, path: list[str]) -> str:
    """The help page, without the exit codes that stand below each: they are in exit-codes.md."""
    context: click.Context | None = None
    for word in path[:-1]:
        context = click.Context(click.Group(word), info_name=word, parent=context)
    settings = {"help_option_names": ["-h", "--help"]}
    shown = click.Context(
        command, info_name=path[-1], parent=context, terminal_width=100, max_content_width=100, **settings
    )
    text = inspect.cleandoc(command.get_help(shown)).split("Exit status:")[0].rstrip()
    return f"```text\n{text}\n```\n"


def schema_text() -> str:
    return json.dumps(schema(), indent=1) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "docs/coverage.md": coverage,
    "docs/cli.md": reference,
    "protocols/schema.json": schema_text,
}


def main(root: Path = ROOT) -> None:
    for name, made in PAGES.items():
        (root / name).write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main()
