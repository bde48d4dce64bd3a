"""No command answers from a ledger that is not what was recorded, though `verify` alone tells every fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.chain.hashing import leaf_hash
from ledger.storage.highwater import HighWater, Mark
from tests.cli.commands import here, ledger
from tests.verification.forging import Forged
from tests.worlds import World, rewrite

Capture = pytest.CaptureFixture[str]
ASKING = [["obligations", "--as-of", "2022-06-15"], ["register", "holdings"], ["why", "55d8"], ["replay"], ["export"]]


def _changed(world: World) -> None:
    rewrite(
        world, "UPDATE entry SET raw = CAST(replace(CAST(raw AS TEXT), 'author', 'authos') AS BLOB) WHERE position = 60"
    )


def _swapped(world: World) -> None:
    swap = "UPDATE entry SET raw = (SELECT raw FROM entry AS e WHERE e.position = 121 - entry.position)"
    rewrite(world, f"{swap} WHERE position IN (60, 61)")


def _deleted(world: World) -> None:
    rewrite(world, "DELETE FROM entry WHERE position = 60")


def _row_behind_the_last(world: World) -> None:
    rewrite(world, "INSERT INTO entry SELECT 126, stream, 999, type, raw FROM entry WHERE position = 60")


def _row_before_the_first(world: World) -> None:
    rewrite(world, "INSERT INTO entry SELECT 0, stream, 999, type, raw FROM entry WHERE position = 60")


def _cut(world: World, size: int = 60) -> None:
    rewrite(world, f"DELETE FROM entry WHERE position > {size}")


def _cut_beside_its_checkpoint(world: World) -> None:
    _cut(world)
    world.place.head.unlink()


def _cut_beside_its_mark(world: World) -> None:
    _cut(world)
    rewrite(world, "DELETE FROM checkpoint")


def _without_a_table(world: World) -> None:
    rewrite(world, "DROP TABLE entry")


def _chained_anew_under_its_mark(world: World) -> None:
    """Two acts exchange their places, and all that can be made without a key fits them: links, columns, the mark."""
    forged = Forged.of(world.place.url)
    forged.items[60], forged.items[61] = forged.items[61], forged.items[60]
    forged.write()
    HighWater(world.place.head).set(Mark(len(forged.items), leaf_hash(forged.rows()[-1][4])))


def _no_bytes_in_place_of_an_entry(world: World) -> None:
    """As a page of a bad disk may have it; the rule of the table would not let it be written."""
    columns = "position INTEGER PRIMARY KEY, stream, version, type, raw"
    rewrite(
        world, f"CREATE TABLE loose ({columns})", "INSERT INTO loose SELECT * FROM entry", "DROP TABLE entry",
        "ALTER TABLE loose RENAME TO entry", "UPDATE entry SET raw = NULL WHERE position = 60",
    )  # fmt: skip


def _row_at_no_number(world: World) -> None:
    columns = "position, stream, version, type, raw"
    rewrite(
        world, f"CREATE TABLE loose ({columns})", "INSERT INTO loose SELECT * FROM entry", "DROP TABLE entry",
        "ALTER TABLE loose RENAME TO entry", "INSERT INTO entry VALUES ('last', 'a/b', 1, 'a/1', x'00')",
    )  # fmt: skip


def _checkpoint_that_cannot_be_read(world: World) -> None:
    rewrite(world, "INSERT INTO checkpoint SELECT size, 2, x'00' FROM checkpoint")


DAMAGE = [
    _changed, _swapped, _deleted, _row_behind_the_last, _row_before_the_first, _cut_beside_its_checkpoint,
    _cut_beside_its_mark, _without_a_table, _chained_anew_under_its_mark, _no_bytes_in_place_of_an_entry,
    _row_at_no_number, _checkpoint_that_cannot_be_read,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__.strip("_"))
def test_no_question_is_answered_from_a_ledger_that_was_changed(
    damage: Callable[[World], None], spoilt: World, capfd: Capture
):
    # Asked before, so that what is kept to save time is there.
    assert [here(capfd, *arguments, world=spoilt).exit for arguments in ASKING] == [0] * len(ASKING)
    damage(spoilt)
    assert {here(capfd, *arguments, world=spoilt).exit for arguments in [*ASKING, ["verify"]]} == {3}


BUILDING = [
    ["record", "-", "--as", "VLAIO"],
    ["checkpoint", "sign"],
    ["evidence", "build", "--protocol", "vlaio-fio-tbt-2021", "--clause", "art. 4"],
]
"""Commands that build on what there is."""


@pytest.mark.parametrize(
    "damage", [_cut_beside_its_checkpoint, _chained_anew_under_its_mark, _checkpoint_that_cannot_be_read]
)
def test_nothing_is_built_on_a_ledger_that_its_checkpoint_contradicts(
    damage: Callable[[World], None], spoilt: World, tmp_path: Path
):
    damage(spoilt)
    before = spoilt.place.base.with_suffix(".db").read_bytes()
    draft = b'{"type":"measure-lapsed","protocol":"vlaio-fio-tbt-2021","party":"VLAIO","measure":"m1"}'
    for arguments in BUILDING:
        more = ["-o", str(tmp_path / "proof.zip")] if arguments[0] == "evidence" else []
        assert ledger(*arguments, *more, stdin=draft, world=spoilt).exit == 3, arguments
    assert not (tmp_path / "proof.zip").exists()
    assert spoilt.place.base.with_suffix(".db").read_bytes() == before


def test_no_seal_is_signed_over_streams_that_lack_an_entry(spoilt: World):
    """Its stream column says another one, where it is not the last: the bytes know better, and a seal is for ever."""
    stream = "(SELECT stream FROM entry WHERE position = 60)"
    rewrite(spoilt, f"UPDATE entry SET version = 0, stream = {stream} WHERE position = 124")
    before = spoilt.bytes()
    assert ledger("checkpoint", "sign", world=spoilt).exit == 3
    assert spoilt.bytes() == before


def test_a_ledger_whose_keys_cannot_be_read_is_damage_and_not_a_missing_key(spoilt: World):
    rewrite(spoilt, "UPDATE entry SET stream = 'ledger/keyz' WHERE stream = 'ledger/keys'")
    assert ledger("checkpoint", "sign", world=spoilt).exit == 3


def test_a_view_in_place_of_a_table_is_damage_to_who_writes(spoilt: World):
    rewrite(spoilt, "ALTER TABLE entry RENAME TO real", "CREATE VIEW entry AS SELECT * FROM real")
    assert ledger("checkpoint", "sign", world=spoilt).exit == 3
    assert ledger("verify", world=spoilt).exit == 3


def test_a_protocol_file_that_is_gone_is_damage_and_not_a_wrong_question(spoilt: World, capfd: Capture):
    rewrite(spoilt, "DELETE FROM protocol_file")
    said = here(capfd, *ASKING[0], world=spoilt)
    assert said.exit == 3
    assert "protocol file" in said.err


def test_a_mark_that_cannot_be_read_is_not_checked(spoilt: World, capfd: Capture):
    spoilt.place.head.unlink()
    spoilt.place.head.mkdir()
    said = here(capfd, "verify", world=spoilt)
    assert said.exit == 0
    assert "no high-water mark can be read" in " ".join(said.out.split())
    assert here(capfd, *ASKING[0], world=spoilt).exit == 0


@pytest.mark.parametrize(
    "named", [["--clause", "V4"], ["--protocol", "vlaio-fio"], ["--party", "vlaio"]], ids=lambda named: named[0]
)
def test_a_name_that_the_ledger_does_not_know_is_not_nothing_due(named: list[str], world: World, capfd: Capture):
    said = here(capfd, "obligations", "--as-of", "2022-06-15", *named, world=world)
    assert (said.exit, said.out) == (6, "")
    assert "it holds" in said.err


def test_a_party_from_whom_nothing_is_due_is_answered(world: World, capfd: Capture):
    asked = ["--protocol", "vlaio-fio-tbt-2021", "--party", "TBT", "--clause", "art. 4"]
    assert here(capfd, "obligations", "--as-of", "2022-06-15", *asked, world=world).exit == 0


def test_a_register_of_a_protocol_that_is_not_there_is_exit_6(world: World, capfd: Capture):
    assert here(capfd, "register", "access", "--protocol", "other", world=world).exit == 6


def test_an_export_after_an_entry_follows_from_it(world: World, capfd: Capture):
    whole = here(capfd, "export", world=world).out.splitlines()
    assert here(capfd, "export", "--after", "60", world=world).out.splitlines() == whole[60:]
    assert here(capfd, "export", "--after", "125", world=world).out == ""
    assert here(capfd, "export", "--after", "999", world=world).out == ""
