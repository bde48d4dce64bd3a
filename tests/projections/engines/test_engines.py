"""Whoever reads the pieces, the digests are the same, and what is wrong is told the same."""

from __future__ import annotations

import os
import stat
from importlib.util import find_spec
from pathlib import Path

import pytest

from ledger.canonical import encode
from ledger.errors import LedgerError
from ledger.storage.append import BATCH, Row
from ledger.storage.opening import open_store
from ledger.storage.store import Store
from projections.engines import spark
from projections.engines.engine import EngineAbsent
from projections.engines.named import engine_named
from projections.engines.spark import _java, check_present
from projections.pieces import Span, read
from projections.projection import UnreadableType
from tests.cli.commands import ledger
from tests.projections.plain import entries, folded, plainly
from tests.worlds import V, World, import_log, log_file, rewrite

SPOILT = "UPDATE entry SET raw = CAST(replace(CAST(raw AS TEXT), '2022', '2021') AS BLOB) WHERE position = 150"
HERE = ("local", "process")
"""Engines that start at once. Spark takes seconds to: one test of it does, the others show what its workers run."""


def needed(*modules: str) -> None:
    """Skip the test, loudly, where this machine has no Spark."""
    if any(find_spec(name) is None for name in modules) or _java() is None:
        pytest.skip("no Spark on this machine (pip install '.[spark]', and Java 17): engine spark NOT tried")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of 40 entries, so that there are several."""
    monkeypatch.setattr("projections.engines.process.WORTH_PROCESSES", 0)
    for name in ("SMALLEST", "LARGEST"):
        monkeypatch.setattr(f"projections.engines.engine.{name}", 40)


@pytest.fixture
def log(spoilt: World, tmp_path: Path) -> World:
    import_log(spoilt, log_file(tmp_path, 90))
    return spoilt


@pytest.mark.parametrize("name", HERE)
def test_each_engine_gives_what_folding_one_entry_after_the_other_does(name: str, log: World):
    with open_store(log.place.url) as store:
        expected = plainly(store, entries(store))
        assert folded(store, engine_named(name, log.place.url)) == expected
        assert folded(store, engine_named(name, log.place.url), upto=100) == plainly(store, entries(store)[:100])


@pytest.mark.extra
def test_spark_gives_the_same_and_leaves_nothing_behind(log: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    needed("pyspark", "pyarrow")
    made: list[Path] = []

    def noted(store: Store, span: Span, folder: Path) -> tuple[str, int]:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        made.append(folder)
        return written(store, span, folder)

    written = spark._written
    monkeypatch.setattr(spark, "_written", noted)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with open_store(log.place.url) as store:
        assert folded(store, engine_named("spark", log.place.url)) == plainly(store, entries(store))
    assert len(made) > 5
    assert not made[0].exists()
    assert not list(tmp_path.glob("ledger-spark-*"))
    assert "PYSPARK_PYTHON" not in os.environ


@pytest.mark.extra
def test_a_segment_for_spark_gives_the_piece_that_storage_gives(log: World, tmp_path: Path):
    needed("pyarrow")
    with open_store(log.place.url) as store:
        for span in (Span(0, 100), Span(110, 190), Span(215, store.size())):
            assert spark._tried(spark._written(store, span, tmp_path)) == read(store, span)


@pytest.mark.extra
def test_a_segment_with_a_fault_gives_no_piece(log: World, tmp_path: Path):
    needed("pyarrow")
    rewrite(log, SPOILT)
    with open_store(log.place.url) as store:
        assert spark._tried(spark._written(store, Span(140, 160), tmp_path)) is None


@pytest.mark.parametrize("name", HERE)
def test_each_engine_tells_the_first_fault(name: str, log: World):
    rewrite(log, SPOILT, "UPDATE entry SET version = version + 1000 WHERE position = 180")
    with open_store(log.place.url) as store, pytest.raises(LedgerError) as found:
        folded(store, engine_named(name, log.place.url))
    assert (found.value.exit, found.value.code, found.value.where["position"]) == (3, "chain.broken-link", 151)


@pytest.mark.parametrize("name", HERE)
def test_each_engine_stops_at_a_type_that_nobody_knows(name: str, spoilt: World):
    event = encode({"author": "TBT", "happened_at": "2022-06-01", "id": "0f" * 16, "protocol": V, "type": "use-felt/1"})
    with open_store(spoilt.place.url) as store:
        first = store.append([Row(f"{V}/usage", "use-felt/1", event, BATCH)] * 2).first
        with pytest.raises(UnreadableType, match="use-felt/1") as found:
            folded(store, engine_named(name, spoilt.place.url))
    assert found.value.where["position"] == first


def test_an_engine_that_is_not_here_is_told_and_nothing_is_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(EngineAbsent, match="the engine spark is not here") as found:
        check_present()
    assert (found.value.exit, found.value.code) == (9, "engine.absent")


def test_the_command_says_how_to_get_an_engine_that_is_not_here(world: World, tmp_path: Path):
    said = ledger("replay", "--engine", "spark", world=world, JAVA_HOME=str(tmp_path))
    assert (said.exit, said.out) == (9, "")
    assert "the engine spark is not here" in said.err
    assert "pip install 'ledger[spark]'" in said.err
