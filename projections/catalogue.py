"""Every projection there is, and the registers among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ledger.errors import NotFound
from projections.obligations.projection import Files, ObligationsProjection
from projections.projection import Projection
from projections.registers.access import AccessRegister
from projections.registers.breaches import BreachesRegister
from projections.registers.corrections import CorrectionsRegister
from projections.registers.exchanges import ExchangesRegister
from projections.registers.findings import FindingsRegister
from projections.registers.holdings import HoldingsRegister
from projections.registers.lifecycle import LifecycleRegister
from projections.registers.marketing import MarketingRegister
from projections.registers.measures import MeasuresRegister
from projections.registers.processors import ProcessorsRegister
from projections.registers.publications import PublicationsRegister
from projections.registers.register import Register

OF_FACTS: Mapping[str, Callable[[Files], Register]] = {
    "breaches": BreachesRegister,
    "corrections": CorrectionsRegister,
    "exchanges": ExchangesRegister,
    "findings": FindingsRegister,
    "holdings": HoldingsRegister,
    "lifecycle": LifecycleRegister,
    "marketing": MarketingRegister,
    "measures": MeasuresRegister,
    "processors": ProcessorsRegister,
    "publications": PublicationsRegister,
}
"""Registers that are read from facts and the protocol files; `access` counts uses, and needs no file."""
REGISTERS = ("access", *OF_FACTS)


def register(name: str, files: Files) -> Register:
    """A register by its name; `files` gives a protocol file's bytes by digest. Raises NotFound."""
    if name == "access":
        return AccessRegister()
    if name in OF_FACTS:
        return OF_FACTS[name](files)
    raise NotFound(f"there is no register {name!r}", hint=f"it is one of: {', '.join(REGISTERS)}")


def projections(files: Files) -> list[Projection]:
    """Every projection, in the order in which they are shown."""
    return [ObligationsProjection(files), *(register(name, files) for name in REGISTERS)]
