"""What a person is asked at a real terminal, and what an answer does."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.cli.commands import PROGRAM, Said
from tests.docs.blocks import ROOT
from tests.worlds import V, World, environment


def conversation(place: str, *arguments: str, answers: list[tuple[str, str]]) -> Said:
    """Run `ledger` on a terminal; each answer is typed once its question stands there. `out` is all that was shown."""
    master, slave = pty.openpty()
    variables = environment(LEDGER=place)
    for name in ("LEDGER_PASSPHRASE", "LEDGER_PASSPHRASE_FILE"):
        variables.pop(name, None)
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=variables
    )
    os.close(slave)
    waiting, shown, heard = list(answers), "", ""
    try:
        while part := os.read(master, 65536):
            shown += part.decode()
            heard += part.decode()
            if waiting and waiting[0][0] in heard:
                heard = heard.split(waiting[0][0], 1)[1]
                os.write(master, waiting.pop(0)[1].encode() + b"\n")
    except OSError:
        pass  # the other end is closed
    os.close(master)
    assert not waiting, f"never asked: {waiting} in {shown}"
    return Said(running.wait(), shown, "")


def test_a_new_passphrase_is_asked_twice_and_says_what_it_is_for(tmp_path: Path) -> None:
    place = str(tmp_path / "new.db")
    said = conversation(
        place, "init", "--party", "VLAIO",
        answers=[("New passphrase for the keys of VLAIO", "een lange zin"), ("The same again", "een andere"),
                 ("New passphrase", "een lange zin"), ("The same again", "een lange zin")],
    )  # fmt: skip
    assert said.exit == 0, said.out
    assert "een lange zin" not in said.out
    wrong = conversation(place, "key", "prove", "--party", "VLAIO", "--origin", "a.example/log",
                         answers=[("Passphrase of VLAIO's events key", "een andere")])  # fmt: skip
    assert wrong.exit == 8
    right = conversation(place, "key", "prove", "--party", "VLAIO", "--origin", "a.example/log",
                         answers=[("Passphrase of VLAIO's events key", "een lange zin")])  # fmt: skip
    assert right.exit == 0, right.out


def test_who_is_asked_and_says_no_has_recorded_nothing(world: World) -> None:
    before = world.size()
    said = conversation(
        str(Path(world.place.url).absolute()), "incident", "detect", "--as", "VLAIO", "--protocol", V, "--leak",
        answers=[("incident: ", "I-77"), ("Record it? [y/N]", "n")],
    )  # fmt: skip
    assert said.exit == 130
    assert "opens 1 obligation:" in said.out
    assert "nothing was recorded" in said.out
    assert world.size() == before
