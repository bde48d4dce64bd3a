"""What an import appended is known at once, without being read again; also where others wrote in between."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from ledger.application import Application
from ledger.chain.entry import event_of
from ledger.door import door_of
from ledger.importers.ingest import Ingestion, Statement
from ledger.importers.m365_audit import M365Audit
from ledger.importers.recording import Recording
from ledger.storage.opening import open_store
from ledger.storage.store import Store
from tests.worlds import V, World, import_log, log_file


def looked_up(world: World) -> dict[str, list[tuple[object, ...]]]:
    """All that the look-up holds."""
    with sqlite3.connect(world.place.views) as views:
        found = {
            table: sorted(views.execute(f"SELECT * FROM {table}").fetchall())
            for table in ("known_until", "known_event", "known_use")
        }
    views.close()
    return found


def read_anew(world: World) -> dict[str, list[tuple[object, ...]]]:
    world.place.views.unlink()
    with Application.open(world.place) as ledger:
        ledger.known_uses([])
    return looked_up(world)


def uses(world: World) -> list[tuple[str, str]]:
    with open_store(world.place.url) as store:
        events = [json.loads(event_of(row[4])) for page in store.pages() for row in page if row[1] == f"{V}/usage"]
    return [(event["happened_at"], event["id"]) for event in events]


def test_what_an_import_took_down_is_what_reading_gives(world: World, tmp_path: Path) -> None:
    import_log(world, log_file(tmp_path))
    taken = looked_up(world)
    assert taken["known_until"][0][1] == world.size()
    assert len(taken["known_use"]) >= 40
    assert read_anew(world) == taken


def test_a_writer_without_this_look_up_is_read_before_the_next_decision(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from another machine: it comes between what was read in a turn and what is appended."""
    append, between = Store.append, world.signed("VLAIO", "access-revoked", grant="G-9", happened_at="2022-06-30")
    with Application.open(world.place) as elsewhere:
        row = elsewhere.door.admitted(between)

    def overtaken(store: Store, rows, **options):  # type: ignore[no-untyped-def]
        monkeypatch.setattr(Store, "append", append)
        append(store, [row])
        return append(store, rows, **options)

    monkeypatch.setattr(Store, "append", overtaken)
    import_log(world, log_file(tmp_path))
    with Application.open(world.place) as ledger:
        assert ledger.known_uses(uses(world)) == {identifier for _, identifier in uses(world)}
        assert ledger.position_of(between.event.id) is not None
        assert ledger.door.size == world.size()
    assert read_anew(world)["known_use"] == looked_up(world)["known_use"]
    world.check()


def test_an_import_leaves_the_door_where_reading_would(world: World, tmp_path: Path) -> None:
    with world.open() as ledger:
        statement = Statement("VLAIO", V, "2022-07-01T00:00:00Z")
        ingestion = Ingestion(M365Audit(), statement, ledger.vault, ledger.known_uses)
        assert list(Recording(ledger, ingestion, V, world.key("VLAIO")).run(log_file(tmp_path)))
        assert ledger.door == door_of(ledger.store)
