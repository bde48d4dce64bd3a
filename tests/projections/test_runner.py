"""Folding gives the same state whatever the database, the way and the snapshots; what is not so is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from cli.demo.telling import build
from ledger.canonical import decode, encode
from ledger.errors import LedgerError
from ledger.place import Place
from ledger.replay import verified
from ledger.storage.opening import open_store
from ledger.storage.snapshots import Snapshots
from ledger.storage.store import Store
from projections.catalogue import projections
from projections.engines.process import Processes
from projections.projection import Fact, Projection, _parts, digest_of, dumped, sound
from projections.registers.access import AccessRegister
from projections.runner import Folded, fold, follow
from tests.worlds import World, import_log, log_file, rewrite


@pytest.fixture
def store(world: World) -> Iterator[Store]:
    with open_store(world.place.url) as opened:
        yield opened


def digests(found: list[Folded]) -> dict[str, str]:
    return {each.projection.name: each.digest for each in found}


def folded(store: Store, known_at: datetime | None = None) -> dict[str, str]:
    return digests(fold(store, projections(store.protocol_file), known_at=known_at))


def followed(place: Place) -> dict[str, str]:
    with open_store(place.url) as store, closing(Snapshots(place.views)) as snapshots:
        return digests(follow(store, projections(store.protocol_file), snapshots))


def more(world: World, grant: str) -> None:
    world.record(world.signed("VLAIO", "access-revoked", grant=grant))


class Counting(AccessRegister):
    """Counts the entries it is given; nothing else differs."""

    def __init__(self, version: int = 1) -> None:
        self.version = version
        self.seen: list[int] = []

    def apply(self, state: Any, fact: Fact) -> Any:
        self.seen.append(fact.position)
        return super().apply(state, fact)


def test_the_same_history_on_each_database_gives_the_same_digests(
    store: Store, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    place = Place.named(postgres_url, {"LEDGER_FILES": str(tmp_path / "files")})
    build(place)
    with open_store(place.url) as other:
        assert [row[4] for page in other.pages() for row in page] == [row[4] for page in store.pages() for row in page]
        assert folded(other) == folded(other) == folded(store)
        monkeypatch.setattr("projections.engines.process.WORTH_PROCESSES", 0)
        every = projections(other.protocol_file)
        assert digests(fold(other, every, engine=Processes(place.url))) == folded(store)
        assert len(folded(store)) == len(projections(store.protocol_file))
    assert followed(place) == followed(place) == folded(store)


def test_following_from_a_snapshot_gives_what_folding_from_entry_1_does(world: World, store: Store):
    before = folded(store)
    assert followed(world.place) == before
    more(world, "G-1")
    assert followed(world.place) == folded(store) != before
    world.place.views.unlink()
    assert followed(world.place) == folded(store)


def test_a_snapshot_spares_the_entries_before_it(world: World, store: Store):
    with closing(Snapshots(world.place.views)) as snapshots:
        first, second, third = Counting(), Counting(), Counting()
        follow(store, [first], snapshots)
        more(world, "G-1")
        follow(store, [second], snapshots)
        snapshots.forget()
        follow(store, [third], snapshots)
    assert first.seen
    assert second.seen == [126]
    assert third.seen == first.seen + second.seen


def test_a_snapshot_of_another_version_is_not_taken(world: World, store: Store):
    with closing(Snapshots(world.place.views)) as snapshots:
        follow(store, [Counting(1)], snapshots)
        newer = Counting(2)
        (found,) = follow(store, [newer], snapshots)
    assert newer.seen[0] < 100
    assert found.digest != fold(store, [Counting(1)])[0].digest


@pytest.mark.parametrize(
    "change", ["state = x'7b7d'", "state = x'00'", "digest = 'x'", "recorded_at = 'x'", "state = x'5b5d'"]
)
def test_a_snapshot_that_is_not_what_was_put_is_folded_again(change: str, world: World, store: Store):
    expected = followed(world.place)
    with closing(Snapshots(world.place.views)) as snapshots:
        snapshots._connection.execute(f"UPDATE snapshot SET {change}")
    assert followed(world.place) == expected


def test_a_history_rewritten_beneath_a_snapshot_is_noticed(spoilt: World):
    followed(spoilt.place)
    rewrite(
        spoilt, "UPDATE entry SET raw = CAST(replace(CAST(raw AS TEXT), '2022', '2021') AS BLOB) WHERE position = 125"
    )
    with pytest.raises(LedgerError, match="entry 125 is no longer the one that was read before") as found:
        followed(spoilt.place)
    assert (found.value.exit, found.value.code) == (3, "chain.broken-link")


def test_a_ledger_shorter_than_its_snapshot_is_noticed(world: World, demo_folder: Path):
    more(world, "G-1")
    followed(world.place)
    with (
        open_store(str(demo_folder / "ledger.db")) as shorter,
        closing(Snapshots(world.place.views)) as snapshots,
        pytest.raises(LedgerError, match="the ledger ends at 125, and was read up to entry 126") as found,
    ):
        follow(shorter, [AccessRegister()], snapshots)
    assert found.value.exit == 3


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM entry WHERE position = 60", "storage.missing"),
        ("DELETE FROM entry WHERE position = 1", "storage.missing"),
        ("UPDATE entry SET stream = 'x/y' WHERE position = 60", "chain.broken-link"),
        ("UPDATE entry SET raw = (SELECT raw FROM entry WHERE position = 61) WHERE position = 60", "chain.broken-link"),
        ("UPDATE entry SET raw = x'7b7d' WHERE position = 125", "entry.malformed"),
        (
            "UPDATE entry SET raw = CAST(replace(CAST(raw AS TEXT), '2022', '2021') AS BLOB) WHERE position = 124",
            "chain.broken-link",
        ),
    ],
)
def test_what_is_not_what_was_recorded_is_never_folded(statement: str, code: str, spoilt: World):
    rewrite(spoilt, statement)
    with open_store(spoilt.place.url) as store:
        counting = Counting()
        with pytest.raises(LedgerError) as found:
            fold(store, [counting])
    assert (found.value.exit, found.value.code) == (3, code)
    assert counting.seen == []


def follow_often(place: Place, expected: dict[str, str]) -> None:
    for _ in range(3):
        assert followed(place) == expected


def test_two_followers_at_once_agree(world: World, store: Store):
    spawn = get_context("spawn")
    followers = [spawn.Process(target=follow_often, args=(world.place, folded(store))) for _ in range(2)]
    for each in followers:
        each.start()
    for each in followers:
        each.join()
    assert [each.exitcode for each in followers] == [0, 0]


def test_what_was_known_then_is_the_beginning_of_the_log(store: Store):
    moment = datetime.fromisoformat("2022-01-01T00:00:00+00:00")
    early = fold(store, projections(store.protocol_file), known_at=moment)
    reached = early[0].reached.position
    rows = [row for page in store.pages() for row in page]
    assert 5 < reached < 125
    assert all(each.recorded_at is not None and each.recorded_at <= moment for each in early)
    assert b'"recorded_at":"2022' in rows[reached][4]
    assert digests(early) != folded(store)
    assert folded(store, datetime.fromisoformat("2030-01-01T00:00:00+00:00")) == folded(store)


def test_every_state_is_read_back_as_it_was_dumped(imported: World):
    with open_store(imported.place.url) as store:
        every: list[Projection] = projections(store.protocol_file)
        for found in fold(store, every):
            state = found.projection.load(found.projection.dump(found.state))
            assert dumped(found.projection, state) == dumped(found.projection, found.state)


def test_uses_are_folded_the_same_in_one_import_or_several(world: World, tmp_path: Path):
    import_log(world, log_file(tmp_path, 20))
    followed(world.place)
    import_log(world, log_file(tmp_path, 20, first=21))
    with open_store(world.place.url) as store:
        (access,) = fold(store, [AccessRegister()])
        assert followed(world.place)["access"] == access.digest
    assert sum(use.uses for use in access.state.uses.values()) == 40


def test_the_digest_of_a_large_state_is_that_of_its_bytes(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("projections.projection._PART", 7)
    with open_store(world.place.url) as store:
        for found in fold(store, projections(store.protocol_file)):
            assert found.digest == digest_of(found.projection, dumped(found.projection, found.state))


@pytest.mark.parametrize(
    "value", [{}, [], {"a": []}, {"b": {"d": 1, "c": [True] * 9}, "a": ["é"] * 8}, [[1] * 20] * 20]
)
def test_the_parts_of_any_value_are_its_canonical_bytes(value: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("projections.projection._PART", 3)
    assert b"".join(_parts(value)) == encode(value)


def test_what_is_kept_of_an_event_is_what_its_bytes_say(store: Store):
    for page in verified(store):
        for entry in page:
            known = Fact(entry).known
            fields = {name: value for name, value in decode(entry.event).items() if name != "type"}
            assert known.fields == fields == Fact(sound(entry)).known.fields
            assert known[:3] == (entry.position, entry.recorded_at, entry.stream)
            assert Fact(sound(entry)).known == known
