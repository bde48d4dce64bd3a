"""Many processes record through the application at once: gapless, all there, nothing doubled."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.demo.telling import build
from ledger.application import Application
from ledger.place import Place
from ledger.storage.opening import open_store
from tests.warm import context
from tests.worlds import World, copied

PROCESSES, TURNS, LINES = 8, 6, 3


@pytest.fixture(params=["sqlite", "postgres"])
def shared(request: pytest.FixtureRequest, demo_folder: Path, tmp_path: Path) -> World:
    """The demo's ledger, on each database."""
    if request.param == "sqlite":
        return copied(demo_folder, tmp_path / "shared")
    url = request.getfixturevalue("postgres_url")
    place = Place.named(url, {"LEDGER_FILES": str(tmp_path / "files")})
    build(place)
    return World(place)


def record_many(place: Place, writer: int) -> None:
    """Events of this writer's own, and in each turn one that all the others record too."""
    world = World(place)
    with Application.open(place) as ledger:
        for turn in range(TURNS):
            own = [mark(world, f"own-{writer}-{turn}-{line}") for line in range(LINES)]
            ledger.record([*own, mark(world, f"shared-{turn}")])


def mark(world: World, grant: str):  # type: ignore[no-untyped-def]
    return world.signed("VLAIO", "access-revoked", grant=grant, happened_at="2022-06-30")


def test_eight_processes_record_at_once_and_each_event_is_there_once(shared: World):
    before = shared.size()
    writers = [context.Process(target=record_many, args=(shared.place, number)) for number in range(PROCESSES)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * PROCESSES
    assert shared.check() == before + PROCESSES * TURNS * LINES + TURNS


def record_large(place: Place) -> None:
    world = World(place)
    lines = [mark(world, f"large-{line}") for line in range(400)]
    with Application.open(place) as ledger:
        recorded = ledger.record(lines)
    positions = [each.position for each in recorded]
    os._exit(0 if positions == list(range(positions[0], positions[0] + 400)) else 1)


def record_small(place: Place, stop) -> None:  # type: ignore[no-untyped-def]
    world = World(place)
    with Application.open(place) as ledger:
        turn = 0
        while not stop.is_set():
            ledger.record([mark(world, f"small-{turn}")])
            turn += 1


def test_a_large_file_is_recorded_while_others_keep_writing_single_lines(shared: World):
    stop = context.Event()
    small = context.Process(target=record_small, args=(shared.place, stop))
    large = context.Process(target=record_large, args=(shared.place,))
    small.start()
    large.start()
    large.join()
    stop.set()
    small.join()
    assert (large.exitcode, small.exitcode) == (0, 0)
    shared.check()


def test_what_another_process_recorded_is_known_before_the_next_decision(shared: World):
    with shared.open() as one, Application.open(shared.place) as other:
        first = one.record([mark(shared, "G-1")])
        again = other.record([mark(shared, "G-1"), mark(shared, "G-2")])
    assert [each.position for each in again] == [first[0].position, first[0].position + 1]
    assert [each.new for each in again] == [False, True]
    with open_store(shared.place.url) as store:
        assert store.size() == first[0].position + 1
