"""By Apache Spark: the entries as Parquet segments, each read by the very function that every engine reads with.

- It runs on this machine: what is shown is that the same code gives the same digests there.
- Segments lie in a folder that only this user can open, and are gone when the replay is.
- Links, columns and spelling are checked by Spark's workers; this process joins their pieces, and checks the borders.
- Nothing is fetched: Java and the `spark` extra are here, or the engine is absent.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.errors import LedgerError
from ledger.replay import PAGE
from ledger.storage.append import StoredRow
from ledger.storage.store import Store
from projections.engines.engine import EngineAbsent
from projections.pieces import Piece, Span, piece, read

if TYPE_CHECKING:
    from pyspark import SparkContext

COLUMNS = ("position", "stream", "version", "type", "raw")
_HINT = "pip install 'ledger[spark]', with Java 17 or 21 on the PATH or in JAVA_HOME; or leave out --engine"
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""The work is Python's: a Java that starts soon is better than one that runs fast later."""
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.maxResultSize": "0",
    "spark.task.maxFailures": "1",
}


class Spark:
    """Spark on this machine with one worker for each of so many cores; it starts with the first piece asked for."""

    def __init__(self, cores: int = 2) -> None:
        self.cores = cores

    def pieces(self, store: Store, spans: Sequence[Span]) -> Iterator[Piece]:
        check_present()
        if not spans:
            return
        with tempfile.TemporaryDirectory(prefix="ledger-spark-") as name:  # made with mode 0700
            folder = Path(name)
            segments = [_written(store, span, folder) for span in spans]
            with _context(self.cores, folder) as context:
                found = _mapped(context, segments)
            for span, piece_or_none in zip(spans, found, strict=True):
                # Where something is wrong it is read again in its turn: the first fault is the one to tell.
                yield piece_or_none if piece_or_none is not None else read(store, span)


def check_present() -> None:
    """Raises EngineAbsent unless PySpark, PyArrow and Java are there."""
    from importlib.util import find_spec

    absent = [name for name in ("pyspark", "pyarrow") if find_spec(name) is None]
    if absent:
        raise EngineAbsent(f"the engine spark is not here: there is no {' and no '.join(absent)}", hint=_HINT)
    if _java() is None:
        raise EngineAbsent("the engine spark is not here: there is no Java", hint=_HINT)


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return shutil.which(str(Path(home) / "bin" / "java") if home else "java")


def _written(store: Store, span: Span, folder: Path) -> tuple[str, int]:
    """The rows of one span as a Parquet file, as they are stored: nothing of them is trusted by who reads it."""
    import pyarrow
    from pyarrow import parquet

    kinds = (pyarrow.int64(), pyarrow.string(), pyarrow.int64(), pyarrow.string(), pyarrow.binary())
    schema = pyarrow.schema(list(zip(COLUMNS, kinds, strict=True)))
    path = folder / f"{span.after:016}.parquet"
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for rows in store.pages(span.after, span.upto, PAGE):
            columns = [pyarrow.array(column, kind) for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)]
            writer.write_table(pyarrow.table(columns, schema=schema))
    return str(path), span.after


def _tried(segment: tuple[str, int]) -> Piece | None:
    """Run by a worker: the piece of one segment, or None where something is wrong with it."""
    path, after = segment
    try:
        return piece(_rows(path), after)
    except LedgerError:
        return None


def _mapped(context: SparkContext, segments: list[tuple[str, int]]) -> list[Piece | None]:
    from py4j.protocol import Py4JError

    try:
        found: list[Piece | None] = context.parallelize(segments, len(segments)).map(_tried).collect()
    except Py4JError as error:
        raise EngineAbsent("Spark's workers did not run", hint=_HINT) from error
    return found


def _rows(path: str) -> Iterator[list[StoredRow]]:
    from pyarrow import parquet

    for batch in parquet.ParquetFile(path).iter_batches(PAGE, columns=list(COLUMNS)):
        yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


@contextmanager
def _context(cores: int, folder: Path) -> Iterator[SparkContext]:
    """A Spark of its own, silent, which leaves nothing outside of `folder`. Raises EngineAbsent if none starts."""
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway

    quiet = folder / "log4j2.properties"
    quiet.write_text("rootLogger.level = off\n")
    conf = SparkConf().setMaster(f"local[{cores}]").setAppName("ledger replay").setAll(list(_SETTINGS.items()))
    conf.set("spark.local.dir", str(folder))
    conf.set(
        "spark.driver.extraJavaOptions",
        f"-Dlog4j2.configurationFile={quiet.as_uri()} -Djava.io.tmpdir={folder} {_JAVA}",
    )
    with _environment(PYSPARK_PYTHON=sys.executable, PYTHONPATH=os.pathsep.join(filter(None, sys.path))):
        try:
            gateway: Any = launch_gateway(conf, {"stderr": subprocess.DEVNULL, "stdout": subprocess.DEVNULL})
        except PySparkException as error:
            raise EngineAbsent("Spark did not start", hint=_HINT) from error
        try:
            context = SparkContext(conf=conf, gateway=gateway)
            try:
                yield context
            finally:
                context.stop()
        finally:
            _end(gateway)


def _end(gateway: Any) -> None:
    """Stop the Java that was started for this replay, and wait for it."""
    from pyspark import SparkContext

    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = None  # the next replay starts one of its own


@contextmanager
def _environment(**given: str) -> Iterator[None]:
    """Variables that Spark hands to its workers, set while it runs."""
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
