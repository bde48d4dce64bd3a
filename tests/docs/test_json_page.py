"""docs/json.md names the fields that the commands give, no more and no less."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from cli.nouns import NOUNS
from ledger.importers.formats import FORMATS, TABLE
from tests.cli.commands import command_at, every_command
from tests.docs.blocks import ROOT
from tests.worlds import V, World, log_file

PAGE = (ROOT / "docs/json.md").read_text(encoding="utf-8")
SECTIONS = {part.partition("\n")[0]: part for part in PAGE.split("\n## ")[1:]}
SHIPPED = str(ROOT / f"protocols/{V}.yaml")
INCIDENT = ("incident", "detect", "I-9", "--leak", "--as", "VLAIO", "--protocol", V, "--at", "2022-06-20")
EVIDENCE = ("evidence", "build", "--protocol", V, "--clause", "art. 5", "-o", "BUNDLE")
COMMANDS: dict[str, tuple[str, ...]] = {
    "ledger obligations": ("obligations", "--as-of", "2022-06-15"),
    "ledger why": ("why", "ID", "--as-of", "2022-06-15"),
    "ledger register": ("register", "holdings"),
    "ledger findings list": ("findings", "list"),
    "ledger findings explain": ("findings", "explain", "FINDING"),
    "ledger findings show": ("findings", "show", "FINDING"),
    "ledger replay": ("replay",),
    "ledger import": ("import", "m365-audit", "LOG", "--party", "VLAIO", "--protocol", V),
    "ledger import list": ("import", "list"),
    "ledger import show": ("import", "show", "BATCH"),
    "ledger import check": ("import", "check", "BATCH", "LOG"),
    "ledger import summarise": ("import", "summarise", "--protocol", V),
    "ledger load": ("load", "LEDGER"),
    "ledger verify": ("verify",),
    "ledger evidence build": EVIDENCE,
    "ledger evidence show": ("evidence", "show", "BUNDLE"),
    "ledger evidence verify": ("evidence", "verify", "BUNDLE", "--policy", "POLICY"),
    "ledger checkpoint show": ("checkpoint", "show"),
    "ledger key list": ("key", "list"),
    "ledger subject find": ("subject", "find", "an@demo.invalid"),
    "ledger subject add": ("subject", "add", "jan@demo.invalid", "--protocol", V),
    "ledger subject show": ("subject", "show", "TOKEN"),
    "ledger subject disclosures": ("subject", "disclosures", "TOKEN"),
    "ledger subject export": ("subject", "export", "TOKEN"),
    "ledger subject erase --dry-run": (
        "subject", "erase", "TOKEN", "--ground", "request", "--decided-by", "VLAIO", "--dry-run",
    ),
    "ledger backup": ("backup", "COPY", "--kept-until", "2031-01-01"),
    "ledger restore": ("restore", "COPY"),
    "ledger retention run": ("retention", "run", "--protocol", V, "--uses-after", "10y", "--dry-run"),
    "ledger protocol check": ("protocol", "check", SHIPPED),
    "ledger protocol list": ("protocol", "list"),
    "ledger protocol show": ("protocol", "show", V),
    "ledger protocol diff": ("protocol", "diff", SHIPPED, str(ROOT / "protocols/opgroeien-serv-2021.yaml")),
    "ledger events list": ("events", "list"),
    "ledger record": INCIDENT,
    "ledger incident detect --dry-run": (*INCIDENT, "--dry-run"),
}  # fmt: skip


def told(world: World, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    place = str(world.place.views.with_suffix(".db"))
    if words[0] in ("load", "restore"):
        words = tuple(place if word == "LEDGER" else word for word in words)
        place = str(world.place.base.with_name("copy.db"))
    here = [] if words[:2] in (("protocol", "check"), ("events", "list")) else ["--ledger", place]
    assert run([*here, *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def fields(text: str) -> list[str]:
    """The names in backquotes of one paragraph."""
    return re.findall(r"`([a-z_0-9]+)`", text)


def test_the_page_has_a_section_for_each_of_these_commands() -> None:
    assert set(SECTIONS) == set(COMMANDS)


def test_each_command_that_takes_json_is_on_the_page_or_records_an_event() -> None:
    told_as = {" ".join(heading.split()[1:]).removesuffix(" --dry-run") for heading in SECTIONS}
    verbs = {f"{noun} {verb}" for noun, events in NOUNS.items() for verb in events}
    taking = {
        " ".join(path) for path in every_command()
        if any("--json" in parameter.opts for parameter in command_at(path).params)
    }  # fmt: skip
    formats = {f"import {name}" for name in (*FORMATS, TABLE)}
    assert taking - verbs - formats == told_as - {"import", "incident detect"}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_fields_of_a_document_are_those_of_the_page(
    world: World, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    words = COMMANDS[command]
    if "COPY" in words:
        words = tuple(str(world.place.base.with_name("copy")) if word == "COPY" else word for word in words)
        if words[0] == "restore":
            told(world, capsys, "backup", words[1], *COMMANDS["ledger backup"][2:])
    if "TOKEN" in words:
        tokens = told(world, capsys, *COMMANDS["ledger subject find"])["tokens"]
        words = tuple(tokens[V] if word == "TOKEN" else word for word in words)
    if words[0] in ("import", "findings"):
        log = str(log_file(world.place.base.parent, 3))
        words = tuple({"LOG": log, "BATCH": str(world.size() + 1)}.get(word, word) for word in words)
        if words[1] != "m365-audit":
            told(world, capsys, *COMMANDS["ledger import"][:2], log, *COMMANDS["ledger import"][3:])
    if "BUNDLE" in words:
        bundle = str(world.place.base.with_name("proof.zip"))
        here = {"BUNDLE": bundle, "POLICY": str(world.place.policy)}
        words = tuple(here.get(word, word) for word in words)
        if words[1] != "build":
            told(world, capsys, *EVIDENCE[:-1], bundle)
    if "FINDING" in words:
        first = told(world, capsys, *COMMANDS["ledger findings list"])["items"][0]["id"]
        words = tuple(first if word == "FINDING" else word for word in words)
    if "ID" in words:
        first = told(world, capsys, *COMMANDS["ledger obligations"])["items"][0]["id"]
        words = tuple(first if word == "ID" else word for word in words)
    document, paragraphs = told(world, capsys, *words), SECTIONS[command].split("\n\n")
    top = document[0] if isinstance(document, list) else document
    assert set(fields(paragraphs[1].removeprefix("Each of the list:"))) == set(top)
    for named, listed in re.findall(r"Each of `([a-z_]+)`: ((?:`[a-z_0-9]+`\s*)+)", SECTIONS[command]):
        assert top[named], f"the demo has no {named} to compare"
        for each in top[named]:
            assert set(fields(listed)) == set(each), named


def test_a_column_that_a_register_shows_is_one_it_has(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    from projections.catalogue import REGISTERS

    for name in REGISTERS:
        items = told(world, capsys, "register", name)["items"]
        place = str(world.place.views.with_suffix(".db"))
        assert run(["--ledger", place, "register", name, "--csv"]) == 0
        columns = capsys.readouterr().out.split("\n")[0].split(",")
        assert all(set(row) <= {*columns, "group", "grant", "entry"} for row in items), name


def test_every_exit_code_is_on_its_page_and_in_every_help() -> None:
    from cli.exit_codes import EXIT_STATUS
    from ledger.errors import LedgerError

    page = (ROOT / "docs/exit-codes.md").read_text(encoding="utf-8")
    documented = {int(code) for code in re.findall(r"^\| ([0-9]+) \|", page, re.MULTILINE)}
    shown = {int(code) for code in re.findall(r"^ +([0-9]+) ", EXIT_STATUS, re.MULTILINE)}
    assert documented == shown | {1}
    assert {each.exit for each in _subclasses(LedgerError)} <= documented


def _subclasses(cls: type[Any]) -> set[type[Any]]:
    return {cls, *(each for direct in cls.__subclasses__() for each in _subclasses(direct))}


def test_every_page_that_is_made_from_the_code_is_current() -> None:
    from tests.docs.generated import PAGES

    for name, made in PAGES.items():
        assert Path(ROOT / name).read_text(encoding="utf-8") == made(), f"{name}: make docs"
