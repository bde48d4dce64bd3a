"""One event, recorded by a command that made it itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ledger.errors import LedgerError

if TYPE_CHECKING:
    from ledger.application import Application
    from ledger.keys.signing import SignedLine
    from ledger.recorded import Recorded


def recorded(opened: Application, line: SignedLine, files: Mapping[str, bytes] | None = None) -> Recorded:
    """What became of it. An error does not speak of line 1: whoever gave the command wrote no lines."""
    try:
        (found,) = opened.record([line], files)
    except LedgerError as error:
        error.where.pop("line", None)
        raise
    return found
