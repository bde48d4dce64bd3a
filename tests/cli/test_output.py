"""What reaches a terminal, a pipe, or a file: no control characters of others, colour only where it is wanted."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.lines import LARGEST_LINE, lines_of, read_lines
from cli.output import safe
from ledger.errors import InputRejected
from tests.cli.commands import PROGRAM, command_at, every_command, ledger
from tests.docs.blocks import ROOT
from tests.worlds import V, World, environment

ASKED = [["verify"], ["obligations", "--as-of", "2022-06-15"], ["register", "holdings"], ["key", "list"], ["replay"]]


def on_a_terminal(world: World, *arguments: str, **more: str) -> str:
    """What a terminal of eighty columns is sent, without the progress that only a slow machine shows."""
    master, slave = pty.openpty()
    variables = {**environment(LEDGER=world.place.url), "COLUMNS": "80", "TERM": "xterm-256color", **more}
    done = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], stdout=slave, stderr=slave, stdin=slave, cwd=ROOT, env=variables
    )
    os.close(slave)
    said = b""
    try:
        while part := os.read(master, 65536):
            said += part
    except OSError:
        pass  # the other end is closed
    os.close(master)
    assert done.wait() == 0
    return re.sub(r"(\r[^\r\n]+)+\r(?!\n)", "", said.decode())


@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_no_line_ends_in_a_space(asked: list[str], world: World):
    said = ledger(*asked, world=world, COLUMNS="80")
    assert [line for line in said.out.splitlines() if line != line.rstrip()] == []
    assert max(map(len, said.out.splitlines())) <= 80


def test_a_terminal_is_sent_colour_unless_somebody_said_no(world: World):
    asked = ["obligations", "--as-of", "2022-06-15"]
    assert "\x1b[" in on_a_terminal(world, *asked)
    plain = on_a_terminal(world, *asked, NO_COLOR="1")
    assert "\x1b" not in plain
    assert on_a_terminal(world, *asked, TERM="dumb") == plain
    assert on_a_terminal(world, "--no-color", *asked) == plain


@pytest.mark.parametrize("asked", [["obligations", "--all"], ["export"], ["verify"]], ids=" ".join)
def test_a_reader_that_goes_away_is_no_bug(asked: list[str], world: World):
    """As `ledger obligations | head -1` does."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *asked], stdout=write, stderr=subprocess.PIPE, cwd=ROOT, check=False,
        env=environment(LEDGER=world.place.url),
    )  # fmt: skip
    os.close(write)
    assert (done.returncode, done.stderr) == (130, b"")


@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_a_pipe_is_sent_no_escapes_and_no_line_beyond_eighty_columns(asked: list[str], world: World):
    said = ledger(*asked, world=world, COLUMNS="80", TERM="xterm-256color")
    assert said.exit == 0
    assert "\x1b" not in said.out + said.err
    assert [line for line in said.out.splitlines() if len(line.rstrip()) > 80] == []


def test_an_output_that_lacks_a_character_ends_no_command_and_spoils_no_json(world: World):
    asked = ["protocol", "show", V]
    expected = json.loads(ledger(*asked, "--json", world=world).out)
    for encoding in ("ascii", "latin-1"):
        said = ledger(*asked, "--json", world=world, PYTHONIOENCODING=encoding)
        assert (said.exit, json.loads(said.out)) == (0, expected)
        assert ledger(*asked, world=world, PYTHONIOENCODING="ascii").exit == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("één dossier, 50 €", "één dossier, 50 €"),
        ("\x1b[31mrood", "\\x1b[31mrood"),
        ("a\rb\x07\x9b", "a\\x0db\\x07\\x9b"),
        ("\u202etxt.exe\u2066", "\\u202etxt.exe\\u2066"),
        ("\u2028x\u200b\ufeff", "\\u2028x\\u200b\\ufeff"),
        ("\U000e0041\udc80", "\\U000e0041\\udc80"),
    ],
)
def test_text_of_others_cannot_move_the_cursor_or_the_reader(text: str, shown: str):
    assert safe(text) == shown


def test_a_line_keeps_its_number_in_the_file(tmp_path: Path):
    file = tmp_path / "f"
    file.write_bytes(b"\xef\xbb\xbf{}\r\n\n \t\n{}\x0b{}\n\x85{}")
    assert [(line.number, line.raw) for line in read_lines(file)] == [(1, b"{}"), (4, b"{}\x0b{}"), (5, b"\x85{}")]


def test_a_line_that_no_event_can_fill_is_refused_unread(tmp_path: Path):
    file = tmp_path / "f"
    file.write_bytes(b"{}\n" + b" " + b"x" * LARGEST_LINE)
    with file.open("rb") as stream, pytest.raises(InputRejected) as found:
        lines_of(stream, "f")
    assert found.value.where == {"file": "f", "line": 2}


def test_every_command_that_a_hint_names_is_there():
    there = {" ".join(path) for path in every_command()}
    groups = {path[0] for path in every_command() if len(path) == 2}
    named = set()
    for folder in ("ledger", "projections", "cli"):
        for file in (ROOT / folder).rglob("*.py"):
            # `run: ledger verify`, `ledger key list`: lower-case words after the program's name.
            text = file.read_text(encoding="utf-8")
            hints = " ".join(re.findall(r'hint=f?"[^"]*"', text))
            named |= set(re.findall(r"(?:: |`)ledger ([a-z]+(?: [a-z]+(?:-[a-z]+)*)?)", hints))
    missing = {
        each for each in named if each not in there and (each.split()[0] in groups or each.split()[0] not in there)
    }
    assert named
    assert missing == set()
    assert command_at(("verify",)).name
