"""Engines by the names that a person gives them."""

from __future__ import annotations

from projections.engines.engine import Engine
from projections.engines.local import Local
from projections.engines.process import Processes
from projections.engines.spark import Spark


def engine_named(name: str, url: str) -> Engine:
    """The engine of that name for the ledger at `url`."""
    if name == "process":
        return Processes(url)
    return Spark() if name == "spark" else Local()
