"""What a register is: a projection that can be asked for its rows at a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from projections.projection import Projection

Row = Mapping[str, Any]
"""One line of a register: text, numbers, or lists of text, by column."""


class Register(Projection, Protocol):
    """A projection with columns and rows. Moments in rows are in UTC, spelled as in events."""

    columns: tuple[str, ...]

    def rows(self, state: Any, as_of: datetime) -> Sequence[Row]:
        """The register as it stood at `as_of`, in its own order."""
        ...
