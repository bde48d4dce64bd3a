"""The formats by name, and what a file looks like. The format is always named; a file is only asked to confirm it."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from ledger.errors import InputRejected, NotFound
from ledger.importers.addresses import Networks
from ledger.importers.importer import HEAD, Importer, NotThisFormat
from ledger.importers.inputs import is_packed
from ledger.importers.mending import SUFFIX as MENDED
from ledger.importers.rejects import REJECTED

FORMATS = {
    "azure-storage": ("ledger.importers.azure_storage", "AzureStorage"),
    "databricks": ("ledger.importers.databricks", "Databricks"),
    "dataverse": ("ledger.importers.dataverse", "Dataverse"),
    "entra-signin": ("ledger.importers.entra_signin", "EntraSignIn"),
    "m365-audit": ("ledger.importers.m365_audit", "M365Audit"),
    "web-access": ("ledger.importers.web_access", "WebAccess"),
}
"""Each format by the module and class that read it. `table` is beside these: it needs a mapping."""
TABLE = "table"
EMPTY = "import.empty"
"""The code of a file in which there is nothing."""
_BLANK = b" \t\r\n\0\xef\xbb\xbf\xff\xfe"
"""Bytes of a file in which there is nothing: blanks, and a byte order mark."""


def importer(name: str, internal: Networks = ()) -> Importer:
    """The importer of a format of FORMATS."""
    module, reader = FORMATS[name]
    found: Importer = getattr(import_module(module), reader)(internal)
    return found


def table(mapping: Path, internal: Networks = ()) -> Importer:
    """The importer that a mapping file describes. Raises NotFound, InputRejected, MappingRejected."""
    from ledger.importers.table import Table
    from ledger.importers.table_mapping import load_mapping

    try:
        data = mapping.read_bytes()
    except FileNotFoundError as error:
        raise NotFound("no such file", file=str(mapping), hint="check the path", code="import.not-found") from error
    except OSError as error:
        raise InputRejected("cannot be read", file=str(mapping), hint="check the mapping file") from error
    return Table(load_mapping(data, str(mapping), taken=(TABLE, *FORMATS)), internal)


class NoLog(NamedTuple):
    """What a file is, that is no log of any format, and what to do with it."""

    fact: str
    hint: str
    code: str = NotThisFormat.code


def _no_log(head: bytes) -> NoLog | None:
    if not head.strip(_BLANK):
        if len(head) >= HEAD:
            return NoLog("it begins with a long stretch in which there is nothing", "take that out, or export it again")
        return NoLog("there is nothing in it", "leave it out; if there were uses, export it again", EMPTY)
    if head.startswith(REJECTED):
        return NoLog("these are reasons why lines were rejected", "the lines lie beside it, in the file on .rejected")
    if is_packed(head):
        return NoLog("packed once more inside what was packed", "unpack it yourself")
    return None


def looks_like(head: bytes) -> list[str]:
    """The formats that know the shape of a file which begins so."""
    return [name for name in FORMATS if importer(name).sniff(head)]


def check(chosen: Importer, head: bytes, path: Path) -> None:
    """Raises NotThisFormat unless the file that begins so is of the chosen format; it says what it looks like."""
    try:
        if is_packed(head):  # what is packed without being made smaller shows its lines, and is no log all the same
            raise NotThisFormat("packed")
        chosen.read(BytesIO(head))
    except NotThisFormat as error:
        if (other := _no_log(head)) is not None:
            raise NotThisFormat(other.fact, hint=other.hint, code=other.code, file=str(path)) from None
        if path.suffix == MENDED:
            error.hint = "mend its first lines first: none of them can be read yet"
            raise error.at(file=str(path)) from None
        if others := [name for name in looks_like(head) if name != chosen.name]:
            error.hint = f"it looks like {' or '.join(others)}: ledger import {others[0]} {path.name}"
        raise error.at(file=str(path)) from None
