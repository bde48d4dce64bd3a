"""What is wrong with a file that says what logs mean: every fault at once, with its line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ledger.errors import InputRejected
from ledger.protocol.faults import Fault


class MappingRejected(InputRejected):
    """A mapping file that cannot be used; `faults` says all that is wrong with it, in the order of the file."""

    code = "mapping.rejected"
    what: ClassVar[str] = "mapping"

    def __init__(self, path: str, faults: Sequence[Fault]) -> None:
        renamed = {each._replace(code=each.code.replace("protocol.", f"{self.what}.")) for each in faults}
        self.faults = tuple(sorted(renamed))
        first, more = self.faults[0], len(self.faults) - 1
        also = "".join(f"; line {each.line}: {each.message}" for each in self.faults[1:4])
        super().__init__(
            first.message + also + (f" (and {more - 3} more)" if more > 3 else ""),
            hint=f"mend the {self.what}; docs/formats/imports.md has one",
            file=path,
            line=first.line,
            column=first.column,
        )


class DirectoryRejected(MappingRejected):
    """A directory that cannot be used. No message repeats an identifier."""

    code = "directory.rejected"
    what = "directory"
