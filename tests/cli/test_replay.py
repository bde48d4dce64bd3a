"""`ledger replay` stops where it is told to, and says what it replayed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from cli.main import run
from ledger.chain.hashing import leaf_hashes, sha256
from ledger.chain.merkle import merkle_root
from ledger.clock import parse_argument
from ledger.storage.opening import open_store
from tests.cli.test_read_only import as_anybody
from tests.projections.plain import entries, plainly
from tests.worlds import World


def replayed(world: World, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert run(["--ledger", world.place.url, "replay", "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def refused(world: World, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    capsys.readouterr()
    code = run(["--ledger", world.place.url, "replay", *words])
    said = capsys.readouterr()
    assert said.out == ""
    return code, said.err


@pytest.mark.parametrize("engine", ["local", "process"])
@pytest.mark.parametrize("size", [0, 1, 77, 124, 125])
def test_until_a_position_it_replays_as_many_entries(
    engine: str, size: int, world: World, capsys: pytest.CaptureFixture[str]
):
    found = replayed(world, capsys, "--until", str(size), "--engine", engine)
    with open_store(world.place.url) as store:
        first = entries(store)[:size]
        assert {name: each["digest"] for name, each in found["projections"].items()} == plainly(store, first)
    assert found["size"] == size
    assert found["root"] == merkle_root(leaf_hashes([entry.raw for entry in first])).hex()


def test_until_a_moment_it_replays_what_had_been_recorded_by_then(world: World, capsys: pytest.CaptureFixture[str]):
    found = replayed(world, capsys, "--until", "2022-01-01")
    assert found == replayed(world, capsys, "--known-at", "2022-01-01")
    with open_store(world.place.url) as store:
        known = [each for each in entries(store) if each.recorded_at <= parse_argument("2022-01-01")]
    assert found["size"] == len(known) < 125
    assert found["known_at"] == "2021-12-31T23:00:00Z"
    assert replayed(world, capsys, "--until", "2000-01-01")["size"] == 0
    assert replayed(world, capsys, "--until", "2099-01-01")["size"] == 125


@pytest.mark.parametrize(
    ("words", "code", "fact"),
    [
        (["--until", "126"], 6, "there is no entry 126: the ledger ends at 125"),
        (["--until", "yesterday"], 2, "'yesterday' is not a moment"),
        (["--until", "-3"], 2, "'-3' is not a moment"),
        (["--until", "9", "--resume"], 2, "a snapshot is of the present"),
        (["--until", "9", "--known-at", "2022-01-01"], 2, "both say where to end"),
        (["--engine", "abacus"], 2, "'abacus'"),
    ],
)
def test_what_it_cannot_do_is_said_and_nothing_is_answered(
    words: list[str], code: int, fact: str, world: World, capsys: pytest.CaptureFixture[str]
):
    found, said = refused(world, capsys, *words)
    assert found == code
    assert fact in said


def test_the_answer_for_people_says_how_far_it_went(world: World, capsys: pytest.CaptureFixture[str]):
    assert run(["--ledger", world.place.url, "replay", "--until", "50"]) == 0
    assert "replayed 50 entries of 125" in capsys.readouterr().out


def test_what_was_kept_and_cannot_be_made_anew_is_told_with_the_reason_and_what_to_do(
    world: World, capsys: pytest.CaptureFixture[str]
):
    content = world.place.views.read_bytes()
    world.place.views.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    assert run(["--ledger", world.place.url, "replay"]) == 0
    told = capsys.readouterr().err
    assert f"not made anew: {world.place.views} cannot be read" in told
    assert "move it away" in told


def test_what_was_kept_to_answer_sooner_is_made_anew_whoever_wrote_it(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """No key guards it: whoever can write the file can make it say that nothing is due."""
    monkeypatch.setattr("cli.session.WORTH_A_SNAPSHOT", 1)
    ask = ["--ledger", world.place.url, "obligations"]

    def due() -> str:
        capsys.readouterr()
        assert run(ask) == 0
        return capsys.readouterr().out.partition("\n")[2]

    honest = due()
    with closing(sqlite3.connect(world.place.views)) as file, file:
        (snapshots,) = file.execute("SELECT count(*) FROM snapshot").fetchone()
        parts = file.execute("SELECT rowid, about, first FROM answer_part").fetchall()
        for row, about, first in parts:
            nothing = json.dumps({**json.loads(first), "obligations": []}).encode()
            forged = (nothing, sha256(about + nothing), row)
            file.execute("UPDATE answer_part SET first = ?, digest = ? WHERE rowid = ?", forged)
    assert snapshots
    assert due() != honest
    replayed(world, capsys, "--until", "50")
    assert due() != honest, "only what reaches the end can take its place"
    replayed(world, capsys)
    assert due() == honest
    assert run(["--ledger", world.place.url, "verify"]) == 0
    assert "`ledger replay` makes it anew" in " ".join(capsys.readouterr().out.split())


def test_deep_verification_tells_what_was_written_there_and_replay_mends_it(
    world: World, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("cli.session.WORTH_A_SNAPSHOT", 1)

    def asked(*words: str) -> tuple[int, str]:
        capfd.readouterr()
        code = run(["--ledger", world.place.url, *words])
        said = capfd.readouterr()
        return code, " ".join((said.out + said.err).split())

    assert asked("obligations")[0] == 0
    code, said = asked("verify", "--deep")
    assert (code, "views ok" in said, "kept beside" in said) == (0, True, False)
    with closing(sqlite3.connect(world.place.views)) as file, file:
        file.execute("DELETE FROM answer_part WHERE name = 'art. 4, sentence 2'")
    assert asked("verify")[0] == 0
    code, said = asked("verify", "--deep")
    assert (code, "integrity ok" in said, "views FAILED" in said) == (3, True, True)
    assert "the entries are whole, and ledger.views beside them is wrong" in said
    assert asked("replay")[0] == 0
    assert asked("verify", "--deep")[0] == 0
    for ending in ("", "-wal", "-shm"):
        world.place.views.with_name(f"ledger.views{ending}").unlink(missing_ok=True)
    code, said = asked("verify", "--deep")
    assert (code, "views" in said, "kept beside" in said) == (0, False, False)


def test_where_it_could_not_be_compared_deep_verification_says_so(spoilt: World):
    """A part that was asked for and is absent never looks like one that was checked."""
    spoilt.place.views.chmod(0)
    said = as_anybody(spoilt, "verify", "--deep")
    assert said.returncode == 9
    assert b"\nviews        not-checked\n" in said.stdout
    assert b"what is kept beside the ledger to answer sooner" in said.stdout
    assert b"error: could not compare ledger.views" in said.stderr
