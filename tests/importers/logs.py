"""Made-up log files in the shapes that Microsoft 365 hands over, about people who do not exist."""

from __future__ import annotations

import base64
import csv
import io
import json
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ledger.importers.custody import LogFile
from ledger.importers.importer import Found, Heading, Importer, Record, Reject
from ledger.importers.ingest import Ingestion, PreparedBatch, Statement
from ledger.importers.m365_audit import M365Audit

POWERSHELL = [
    "PSComputerName", "RunspaceId", "PSShowComputerName", "RecordType", "CreationDate", "UserIds", "Operations",
    "AuditData", "ResultIndex", "ResultCount", "Identity", "IsValid", "ObjectState",
]  # fmt: skip
OLDER_PORTAL = ["CreationDate", "UserIds", "Operations", "AuditData"]
NEWER_PORTAL = [
    "RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData", "AssociatedAdminUnits",
    "AssociatedAdminUnitsNames",
]  # fmt: skip
STATEMENT = Statement("VLAIO", "vlaio-fio-tbt-2021", "2026-02-01T09:00:00Z")


def audit(number: int = 1, **fields: Any) -> dict[str, Any]:
    """One AuditData object; a field given as None is left out."""
    data: dict[str, Any] = {
        "CreationTime": f"2026-01-05T08:{number % 60:02}:00", "Id": f"00000000-0000-4000-8000-{number:012}",
        "Operation": "FileAccessed", "RecordType": 6, "UserType": 0, "Workload": "SharePoint",
        "UserId": "An.Voorbeeld@fictief.example", "ClientIP": "192.0.2.44", "SourceFileName": "Dossier Zondervan.docx",
        "ObjectId": "https://fictief.example/sites/x/Dossier Zondervan.docx",
    }  # fmt: skip
    return {name: value for name, value in (data | fields).items() if value is not None}


def csv_text(
    records: Iterable[Mapping[str, Any] | str],
    columns: Sequence[str] = POWERSHELL,
    end: str = "\r\n",
    separator: str = ",",
) -> str:
    """A CSV export. A record given as text is the AuditData cell itself."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator=end, delimiter=separator)
    rows.writerow(columns)
    for record in records:
        text = record if isinstance(record, str) else json.dumps(record)
        rows.writerow([text if column == "AuditData" else f"{column} x" for column in columns])
    return out.getvalue()


def json_lines(records: Iterable[Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


class Secrets:
    """Tokens and keys in memory, as a vault gives them."""

    def __init__(self) -> None:
        self.made: dict[str, str] = {}

    def tokens(self, protocol: str, identifiers: Iterable[str]) -> Mapping[str, str]:
        return {each: self.made.setdefault(each, secrets.token_hex(16)) for each in identifiers}

    def known(self, protocol: str, identifiers: Iterable[str]) -> Mapping[str, str]:
        return {each: self.made[each] for each in identifiers if each in self.made}

    def holds(self, tokens: Iterable[str]) -> set[str]:
        return set(tokens) & set(self.made.values())

    def record_key(self, purpose: str) -> bytes:
        return purpose.encode().ljust(32, b".")


class World:
    """A ledger reduced to what an import needs of it: the ids it holds."""

    def __init__(self, importer: Importer | None = None) -> None:
        self.importer = importer or M365Audit()
        self.secrets = Secrets()
        self.batches: list[PreparedBatch] = []
        self.ids: set[str] = set()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(member) for batch in self.batches for member in batch.members]

    def known(self, named: Sequence[tuple[str, str]]) -> Collection[str]:
        return {event_id for _, event_id in named if event_id in self.ids}

    def ingestion(self, **options: bool) -> Ingestion:
        return Ingestion(self.importer, STATEMENT, self.secrets, self.known, **options)

    def imported(self, path: Path | LogFile, stop_after: int | None = None) -> Ingestion:
        """Import a file as the writer would: append each batch before asking for the next."""
        run = self.ingestion()
        for count, batch in enumerate(run.batches(path), start=1):
            self.batches.append(batch)
            self.ids |= {json.loads(member)["id"] for member in batch.members}
            if count == stop_after:
                break
        if isinstance(path, LogFile):
            path.close()
        return run


def found_in(raw: bytes, importer: Importer | None = None) -> list[Found]:
    """What is counted; what tells how lines are read is not."""
    found = (importer or M365Audit()).read(io.BytesIO(raw))
    return [each for each in found if not isinstance(each, Heading)]


def reasons(log: Path) -> list[dict[str, Any]]:
    """What is said beside a log of each rejected line, `raw` as bytes; nothing if it has none."""
    beside = Path(f"{log}.rejects.jsonl")
    told = [json.loads(line) for line in beside.read_text().splitlines()] if beside.exists() else []
    return [each | {"raw": base64.b64decode(each["raw"])} for each in told if "raw" in each]


def records_in(raw: bytes) -> list[Record]:
    return [each for each in found_in(raw) if isinstance(each, Record)]


def rejects_in(raw: bytes) -> list[Reject]:
    return [each for each in found_in(raw) if isinstance(each, Reject)]


Spelling = Callable[[list[dict[str, Any]]], bytes]

SHAPES: dict[str, tuple[str, Spelling]] = {
    "powershell": ("powershell-csv", lambda records: csv_text(records).encode()),
    "powershell, type line": (
        "powershell-csv",
        lambda records: ("#TYPE Deserialized.Fictief\r\n" + csv_text(records)).encode(),
    ),
    "powershell, utf-16": ("powershell-csv", lambda records: b"\xff\xfe" + csv_text(records).encode("utf-16-le")),
    "powershell, utf-16 big end first": (
        "powershell-csv",
        lambda records: b"\xfe\xff" + csv_text(records).encode("utf-16-be"),
    ),
    "powershell, semicolons": ("powershell-csv", lambda records: csv_text(records, separator=";").encode()),
    "older portal": ("portal-csv", lambda records: csv_text(records, OLDER_PORTAL).encode()),
    "newer portal, byte order mark": (
        "portal-csv",
        lambda records: b"\xef\xbb\xbf" + csv_text(records, NEWER_PORTAL, "\n").encode(),
    ),
    "old line ends": ("portal-csv", lambda records: csv_text(records, OLDER_PORTAL, "\r").encode()),
    "lines": ("json-lines", lambda records: json_lines(records).encode()),
    "lines, no last line end": ("json-lines", lambda records: json_lines(records).rstrip().encode()),
    "lines, lower case": (
        "json-lines",
        lambda records: json_lines([{k.lower(): v for k, v in each.items()} for each in records]).encode(),
    ),
    "lines, utf-16": ("json-lines", lambda records: b"\xff\xfe" + json_lines(records).encode("utf-16-le")),
    "array": ("json", lambda records: json.dumps(records).encode()),
    "array, indented": ("json", lambda records: json.dumps(records, indent=2).encode()),
    "array, one a line": (
        "json",
        lambda records: ("[\n" + ",\n".join(json.dumps(each) for each in records) + "\n]\n").encode(),
    ),
    "arrays, one a line": ("json", lambda records: json_lines([[each] for each in records]).encode()),
    "objects, indented": (
        "json",
        lambda records: "\n".join(json.dumps(each, indent=4) for each in records).encode(),
    ),
    "array, utf-16": ("json", lambda records: b"\xff\xfe" + json.dumps(records, indent=2).encode("utf-16-le")),
    "objects, one behind the other": (
        "json",
        lambda records: "".join(json.dumps(each) for each in records).encode(),
    ),
    "wrapper": ("json", lambda records: json.dumps({"@odata.count": 9, "value": records}, indent=1).encode()),
    "wrapper in one line, utf-16": (
        "json-lines",
        lambda records: b"\xff\xfe" + json.dumps({"records": records}).encode("utf-16-le"),
    ),
    "wrapper, one a line": (
        "json-lines",
        lambda records: json_lines([{"records": [each]} for each in records]).encode(),
    ),
    "AuditData as text": (
        "json",
        lambda records: json.dumps([{"RecordType": "x", "AuditData": json.dumps(each)} for each in records]).encode(),
    ),
}
