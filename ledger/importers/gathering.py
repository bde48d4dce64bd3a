"""Of what a command names, the logs of its format; and what lies among them that is none.

One foreign, damaged or empty file does not keep the others out: it is passed over and told by its name. Where nothing
is left to read, the first of them is refused. All are looked at before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ledger.errors import InputRejected, LedgerError, NotFound
from ledger.importers.archives import Packed
from ledger.importers.custody import FileChanged, NotReadable
from ledger.importers.formats import EMPTY, check
from ledger.importers.importer import Importer, NotThisFormat
from ledger.importers.inputs import Input, inputs

OF_ONE_FILE = (NotReadable, NotThisFormat, Packed, FileChanged, NotFound)
"""What is wrong with one file, and with no other."""


class Gathered(NamedTuple):
    """`passed_over` are the errors that name the files which are no log of this format."""

    logs: list[Input]
    passed_over: list[LedgerError]


def gathered(importer: Importer, named: Iterable[Path], standard_input: Callable[[], BinaryIO]) -> Gathered:
    """The logs. Raises NotFound for a name that is not there, and what is wrong with the first where none is a log."""
    passed_over: list[LedgerError] = []
    logs = inputs(named, standard_input, passed_over.append)
    kept = [log for log in logs if _is_log(importer, log, passed_over)]
    if passed_over and not kept:
        raise passed_over[0]
    return Gathered(kept, passed_over)


def is_fault(passed_over: LedgerError) -> bool:
    """Whether it is more than an empty file: a day on which nothing happened leaves one."""
    return passed_over.code != EMPTY


def _is_log(importer: Importer, log: Input, passed_over: list[LedgerError]) -> bool:
    try:
        check(importer, log.head(), log.path)
    except (InputRejected, NotFound) as error:
        passed_over.append(error)
        return False
    return True
