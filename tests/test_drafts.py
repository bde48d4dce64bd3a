"""A draft is gone with who made it: at once, or, where that one was killed, when the next one comes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.drafts import clear, draft
from tests.cli.commands import ledger
from tests.docs.blocks import ROOT
from tests.worlds import V, World

KILLED = """
import os, signal, sys
from pathlib import Path
from ledger.drafts import draft
with draft(Path(sys.argv[1])) as made:
    made.write_bytes(b"half")
    if "linked" in sys.argv:
        os.link(made, sys.argv[1])
    os.kill(os.getpid(), signal.SIGKILL)
"""


def left(path: Path, *, linked: bool = False) -> Path:
    """What a process that was killed leaves; the draft's own name."""
    before = set(path.parent.iterdir())
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path), *["linked"] * linked], cwd=ROOT, check=False)
    assert ended.returncode < 0
    (found,) = set(path.parent.iterdir()) - before - {path}
    return found


def test_a_draft_is_there_while_it_is_made_and_then_no_more(tmp_path: Path) -> None:
    with draft(tmp_path / "key") as made:
        assert made.stat().st_mode & 0o777 == 0o600
        made.replace(tmp_path / "key")
    assert list(tmp_path.iterdir()) == [tmp_path / "key"]
    with pytest.raises(ValueError), draft(tmp_path / "other"):
        raise ValueError
    assert list(tmp_path.iterdir()) == [tmp_path / "key"]


def test_what_a_killed_one_left_goes_when_the_same_is_made_again(tmp_path: Path) -> None:
    here, elsewhere = left(tmp_path / "key"), left(tmp_path / "other")
    for ending in ("-wal", "-shm", "-journal"):
        here.with_name(here.name + ending).write_bytes(b"")
    with draft(tmp_path / "key") as made:
        assert set(tmp_path.iterdir()) == {made, elsewhere}


def test_what_a_living_one_makes_stays(tmp_path: Path) -> None:
    with draft(tmp_path / "key") as mine:
        mine.write_bytes(b"mine")
        ended = subprocess.run(
            [sys.executable, "-c", "import sys; from pathlib import Path; from ledger.drafts import *\n"
             "with draft(Path(sys.argv[1])) as made: print(clear(made.parent))", str(tmp_path / "key")],
            cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert ended.stdout == "0\n"
        assert mine.read_bytes() == b"mine"


def test_only_drafts_of_these_names_go(tmp_path: Path) -> None:
    kept = [tmp_path / name for name in (".key.0123", ".key.0123456789ABCDEF", "key.0123456789abcdef", ".key.new")]
    for path in kept:
        path.write_bytes(b"")
    (tmp_path / ".key.0123456789abcdef").symlink_to(kept[0])
    other = left(tmp_path / "other")
    assert clear(tmp_path, "key") == 0
    assert clear(tmp_path) == 1
    assert not other.exists()
    assert all(path.exists() for path in kept)
    assert clear(tmp_path / "nowhere") == 0


def test_a_command_that_writes_takes_away_the_second_name_of_a_key(world: World) -> None:
    folder = world.place.base.parent
    key = world.place.beside(".vault.key.new")
    drafts = [left(key, linked=True), left(world.place.keys / "TBT.events.9.pem"), left(folder / "ledger.views.x")]
    os.unlink(key)
    said = ledger("checkpoint", "sign", world=world)
    assert said.exit == 0, said.err
    assert [path.name for path in drafts if path.exists()] == []


def public(*paths: Path) -> bool:
    """Whether they are as a file is that nothing is said of: not 0600, as a draft is."""
    umask = os.umask(0)
    os.umask(umask)
    return {path.stat().st_mode & 0o777 for path in paths} == {0o666 & ~umask}


def test_receipts_take_away_what_was_left_of_other_receipts(world: World, tmp_path: Path) -> None:
    folder, line = tmp_path / "receipts", tmp_path / "line.jsonl"
    folder.mkdir()
    gone = [left(folder / f"{'0' * 32}{ending}") for ending in (".entry.json", ".tlog-proof")]
    kept = left(folder / "minutes.odt")
    line.write_text(json.dumps({"type": "party-withdrew", "protocol": V, "party": "TBT", "effective_at": "2022-05-31"}))
    said = ledger("record", str(line), "--as", "TBT", "--receipt", str(folder), world=world)
    assert said.exit == 0, said.err
    assert (kept.exists(), [path for path in gone if path.exists()]) == (True, [])
    written = set(folder.iterdir()) - {kept}
    assert {"".join(path.suffixes) for path in written} == {".entry.json", ".tlog-proof"}
    assert public(*written)


def test_publishing_takes_away_what_was_left_below_its_tiles(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "www"
    (folder / "tile" / "0" / "000.p").mkdir(parents=True)
    gone = [left(folder / "checkpoint"), left(folder / "tile" / "0" / "000.p" / "7")]
    kept = left(folder / "index.html")
    said = ledger("checkpoint", "publish", str(folder), world=world)
    assert said.exit == 0, said.err
    assert (kept.exists(), [path for path in gone if path.exists()]) == (True, [])
    assert public(*(path for path in folder.rglob("*") if path.is_file() and path != kept))


@pytest.mark.parametrize("words", [("build", "--protocol", V, "--clause", "art. 5"), ("page",)])
def test_what_was_left_of_a_bundle_or_page_goes_with_the_next(
    world: World, tmp_path: Path, words: tuple[str, ...]
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    left(folder / "made")
    kept = left(folder / "other")
    said = ledger("evidence", *words, "-o", str(folder / "made"), world=world)
    assert said.exit == 0, said.err
    assert set(folder.iterdir()) == {kept, folder / "made"}
    assert public(folder / "made")
