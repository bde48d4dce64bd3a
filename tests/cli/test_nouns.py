"""The table of nouns and verbs against the catalogue of events."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections import Counter

import click
import pytest

from cli.event_commands import _chosen, event_command
from cli.event_fields import command_line, flag, given_fields, main_field, own_fields
from cli.event_trial import tried
from cli.main import COMMANDS, LazyGroup, ledger, run
from cli.nouns import NOUN_SUMMARIES, NOUNS, spoken
from cli.summaries import SUMMARIES
from ledger.clock import now
from ledger.events.catalogue import types
from tests.worlds import V

SAID = Counter(name for verbs in NOUNS.values() for name in verbs.values())
OTHERWISE = {"key-enrolled", "key-revoked", "log-batch-ingested", "log-read", "access-used", "usage-summarised"}
"""Recorded by `ledger key` and `ledger import`."""
EVENTS = [pytest.param(noun, verb, name, id=f"{noun} {verb}")
          for noun, verbs in NOUNS.items() for verb, name in verbs.items()]  # fmt: skip


def test_what_a_party_states_has_exactly_one_noun_and_verb() -> None:
    stated = {name for name, about in types().items() if about.cls.stated_by != "operator"} - OTHERWISE
    assert Counter(stated) == SAID


@pytest.mark.parametrize(("noun", "verb", "name"), EVENTS)
def test_a_command_has_one_way_to_give_each_field(noun: str, verb: str, name: str) -> None:
    about = types()[name]
    command = event_command(noun, verb, about)
    given = [each.name for each in command.params if (each.name or "").startswith("field_")]
    assert sorted(given) == sorted(f"field_{field}" for field in own_fields(about))
    options = [option for each in command.params for option in (*each.opts, *each.secondary_opts)]
    assert len(options) == len(set(options))


@pytest.mark.parametrize(("noun", "verb", "name"), EVENTS)
def test_the_example_of_a_command_is_read_back_as_the_example_of_its_type(noun: str, verb: str, name: str) -> None:
    about = types()[name]
    command = event_command(noun, verb, about)
    line = shlex.split(command_line(name, about.cls.example))
    assert line[:3] == ["ledger", noun, verb]
    context = command.make_context(verb, line[3:])
    clear = {key: list(value) if isinstance(value, tuple) else value for key, value in about.cls.example.items()
             if about.fields[key].kind != "sealed"}  # fmt: skip
    assert given_fields(about, context.params) == clear


@pytest.mark.parametrize(("noun", "verb", "name"), EVENTS)
def test_the_example_in_the_help_of_a_command_can_be_recorded_as_it_stands(noun: str, verb: str, name: str) -> None:
    about = types()[name]
    command = event_command(noun, verb, about)
    (line,) = [each for each in (command.help or "").splitlines() if each.startswith("  ledger ")]
    given = command.make_context(verb, shlex.split(line)[3:]).params
    draft = {"type": name, "protocol": V, **_chosen(given), **given_fields(about, given)}
    assert tried(draft, "OPERATOR", now()).type == about.tag


@pytest.mark.parametrize("name", sorted(SAID))
def test_the_draft_that_a_schema_shows_can_be_signed_as_it_stands(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["events", "schema", name]) == 0
    draft = json.loads(capsys.readouterr().out)["draft"]
    assert tried(draft, "OPERATOR", now()).type == draft["type"]


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_lists_its_verbs_beside_its_own_commands(noun: str) -> None:
    context = click.Context(ledger, info_name="ledger")
    group = ledger.get_command(context, noun)
    assert isinstance(group, click.Group)
    inner = click.Context(group, info_name=noun, parent=context)
    assert set(NOUNS[noun]) <= set(group.list_commands(inner))
    assert all(group.get_command(inner, name) is not None for name in group.list_commands(inner))


def test_every_command_has_a_line_of_help() -> None:
    assert set(SUMMARIES) == {name for names in COMMANDS.values() for name in names}
    assert set(NOUN_SUMMARIES) <= set(NOUNS)


def test_what_it_is_about_stands_bare_behind_the_verb() -> None:
    assert main_field(types()["party-withdrew"]) == "party"
    assert main_field(types()["breach-notified"]) == "incident"
    assert main_field(types()["holdings-declared"]) is None
    assert command_line("party-withdrew", {"party": "TBT", "effective_at": "2022-05-31"}) == (
        "ledger party withdraw TBT --effective-at 2022-05-31"
    )


def test_a_type_that_no_person_records_has_no_command() -> None:
    assert spoken("access-used") is None
    assert command_line("access-used", {}) == ""
    assert flag("received_at") == "--received-at"


def test_help_loads_neither_the_events_nor_the_database() -> None:
    heavy = ("ledger.events.catalogue", "sqlalchemy", "msgspec", "eventsourcing", "rich")
    code = (
        "import sys; from cli.main import run; run(['--help']);"
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert isinstance(ledger, LazyGroup)
