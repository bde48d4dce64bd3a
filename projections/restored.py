"""Which copies of received data come back with a backup of the ledger.

A ledger holds received data only where somebody said so: a holding with `app: ledger` is what its vault quotes of a
dataset. What else the same backup brought back (a database beside it, say) only the operator knows, and names by copy.
A copy that was destroyed before the backup was made is not in it, and does not come back.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from ledger.errors import NotFound
from projections.obligations.engine import world_of
from projections.obligations.holdings import Holding
from projections.obligations.projection import State

HERE = "ledger"
"""The `app` of a holding that lies in this ledger's own vault."""


def came_back(state: State, as_of: datetime, holder: str, copies: Collection[str] = ()) -> list[dict[str, Any]]:
    """The fields of each `restore-performed` that a holder owes, for what it held as of the backup.

    Raises NotFound for a copy that it is not known to hold.
    """
    found: dict[tuple[str, ...], set[str]] = {}
    for name in sorted(state.facts):
        world = world_of(state, name, as_of)
        for holding in world.holdings.all() if world else ():
            if _comes_back(holding, as_of, holder, copies):
                where = (name, *(holding.fields.get(each, "") for each in ("origin", "copy", "exchange")))
                found.setdefault(where, set()).add(holding.fields["dataset"])
    for copy in copies:
        if not any(where[2] == copy for where in found):
            raise NotFound(
                f"{holder} is not known to have held a copy {copy} when the backup was made",
                code="restore.unknown-copy",
                hint="see: ledger register holdings; what was never registered: ledger holding register",
            )  # fmt: skip
    return [_fields(where, datasets) for where, datasets in sorted(found.items())]


def _comes_back(holding: Holding, as_of: datetime, holder: str, copies: Collection[str]) -> bool:
    here = holding.fields.get("app") == HERE or holding.fields.get("copy") in copies
    return here and holding.holder == holder and holding.is_in(("held",)).at(as_of).value is not False


def _fields(where: tuple[str, ...], datasets: set[str]) -> dict[str, Any]:
    protocol, origin, copy, exchange = where
    fields = {"protocol": protocol, "origin": origin, "copy": [copy], "datasets": sorted(datasets)}
    return {**fields, **({"exchange": exchange} if exchange else {})}
