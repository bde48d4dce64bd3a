"""Every projection there is, and the registers among them."""

from __future__ import annotations

from ledger.errors import NotFound
from projections.obligations.projection import Files, ObligationsProjection
from projections.projection import Projection
from projections.registers.access import AccessRegister
from projections.registers.holdings import HoldingsRegister
from projections.registers.lifecycle import LifecycleRegister
from projections.registers.register import Register

REGISTERS = ("access", "holdings", "lifecycle")


def register(name: str, files: Files) -> Register:
    """A register by its name; `files` gives a protocol file's bytes by digest. Raises NotFound."""
    match name:
        case "access":
            return AccessRegister()
        case "holdings":
            return HoldingsRegister(files)
        case "lifecycle":
            return LifecycleRegister(files)
    raise NotFound(f"there is no register {name!r}", hint=f"it is one of: {', '.join(REGISTERS)}")


def projections(files: Files) -> list[Projection]:
    """Every projection, in the order in which they are shown."""
    return [ObligationsProjection(files), *(register(name, files) for name in REGISTERS)]
