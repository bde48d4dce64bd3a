"""Entries are read in pages and pieces, by one process or two: what is folded does not depend on it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ledger.canonical import encode
from ledger.errors import LedgerError
from ledger.replay import pages, verified
from ledger.storage.append import BATCH, Row
from ledger.storage.opening import open_store
from ledger.storage.snapshots import Snapshots
from projections.catalogue import projections
from projections.engines.process import Processes
from projections.projection import UnreadableType
from projections.runner import fold, follow
from tests.worlds import V, World, copied, import_log, log_file, rewrite


@pytest.fixture
def log(world: World, tmp_path: Path) -> World:
    """Two imports with something between them."""
    import_log(world, log_file(tmp_path, 30))
    world.record(world.signed("VLAIO", "access-revoked", grant="G-1"))
    import_log(world, log_file(tmp_path, 25, first=31))
    return world


def cut(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Pieces of that many entries."""
    for name in ("SMALLEST", "LARGEST"):
        monkeypatch.setattr(f"projections.engines.engine.{name}", size)


def digests(world: World, *, several: bool = False) -> dict[str, str]:
    with open_store(world.place.url) as store:
        engine = Processes(world.place.url) if several else None
        found = fold(store, projections(store.protocol_file), engine=engine)
    return {each.projection.name: each.digest for each in found}


def test_every_entry_comes_out_as_it_is_stored_whichever_way_it_was_checked(log: World):
    with open_store(log.place.url) as store:
        short = sum(len(run.events) for page in pages(store) for run in page.members)
        entries = [entry for page in verified(store) for entry in page]
        rows = [row for page in store.pages() for row in page]
    assert short == 30 + 25 - 2
    assert [(each.position, each.stream, each.version, each.raw) for each in entries] == [
        (position, stream, version, raw) for position, stream, version, _, raw in rows
    ]
    assert [type(each).parse(each.raw) for each in entries] == entries


@pytest.mark.parametrize(("page", "piece"), [(1, 1), (2, 9), (7, 40), (1000, 3)])
def test_pages_and_pieces_of_any_size_give_the_same_digests(
    page: int, piece: int, log: World, monkeypatch: pytest.MonkeyPatch
):
    expected = digests(log)
    monkeypatch.setattr("projections.pieces.PAGE", page)
    cut(monkeypatch, piece)
    assert digests(log) == expected


def test_two_processes_give_the_same_digests_as_one(log: World, monkeypatch: pytest.MonkeyPatch):
    expected = digests(log)
    monkeypatch.setattr("projections.engines.process.WORTH_PROCESSES", 0)
    cut(monkeypatch, 20)
    assert digests(log, several=True) == expected


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM entry WHERE position = 150", "storage.missing"),
        ("UPDATE entry SET version = version + 100 WHERE position = 150", "chain.broken-link"),
        ("UPDATE entry SET stream = 'x/usage' WHERE position = 150", "chain.broken-link"),
        (
            "UPDATE entry SET raw = CAST(replace(CAST(raw AS TEXT), 'T08', 'T09') AS BLOB) WHERE position = 150",
            "chain.broken-link",
        ),
        (
            "UPDATE entry SET raw = (SELECT raw FROM entry WHERE position = 149) WHERE position = 150",
            "chain.broken-link",
        ),
    ],
)
def test_a_use_that_was_changed_is_never_counted(
    several: bool, statement: str, code: str, demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    spoilt = copied(demo_folder, tmp_path / "uses")
    import_log(spoilt, log_file(tmp_path))
    rewrite(spoilt, statement)
    monkeypatch.setattr("projections.engines.process.WORTH_PROCESSES", 0)
    cut(monkeypatch, 20)
    with pytest.raises(LedgerError) as found:
        digests(spoilt, several=several)
    assert found.value.exit == 3
    assert found.value.code == code


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize(("register", "tag"), [("governance", "pact-renewed/1"), ("usage", "access-used/9")])
def test_an_unknown_type_stops_the_fold_and_is_named(
    several: bool, register: str, tag: str, spoilt: World, monkeypatch: pytest.MonkeyPatch
):
    event = encode({"author": "TBT", "happened_at": "2022-06-01", "id": "0f" * 16, "protocol": V, "type": tag})
    signature = BATCH if register == "usage" else "ed25519:" + "A" * 86 + "=="
    monkeypatch.setattr("projections.engines.process.WORTH_PROCESSES", 0)
    with open_store(spoilt.place.url) as store:
        size = store.append([Row(f"{V}/{register}", tag, event, signature)] * 2).last
    with pytest.raises(UnreadableType, match=tag) as found:
        digests(spoilt, several=several)
    assert found.value.where["position"] == size - 1


def test_a_few_new_entries_do_not_write_a_large_state_again(log: World):
    with open_store(log.place.url) as store, closing(Snapshots(log.place.views)) as snapshots:
        every = projections(store.protocol_file)
        follow(store, every, snapshots)
        kept = snapshots.get("obligations", 2)
        log.record(log.signed("VLAIO", "access-revoked", grant="G-2"))
        found = follow(store, every, snapshots)
        assert snapshots.get("obligations", 2) == kept
        assert [each.digest for each in found] == [each.digest for each in fold(store, every)]


def test_more_uses_by_the_same_people_on_the_same_days_take_no_more_place(world: World, tmp_path: Path):
    def place_taken() -> list[int]:
        with open_store(world.place.url) as store:
            return [each.projection.items(each.state) for each in fold(store, projections(store.protocol_file))[:2]]

    import_log(world, log_file(tmp_path, 40))
    few = place_taken()
    import_log(world, log_file(tmp_path, 400, first=41))
    batches = 1
    assert place_taken() == [few[0] + batches, few[1]]
