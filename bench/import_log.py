"""How fast a log becomes batches, without database and signature, beside plain parsing of the same file.

Example: python bench/import_log.py --records 50000 --shape csv
One JSON line a run: records a second of each. `rate` is all of it: read, type, tokens (a dict), ids, events, root.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from time import perf_counter
from uuid import UUID

from ledger.importers.ingest import Ingestion, Statement
from ledger.importers.m365_audit import M365Audit

OPERATIONS = ("FileAccessed", "FileDownloaded", "FileModified", "PageViewed", "FileDeleted", "ListViewed", "SharingSet")
COLUMNS = ("RecordType", "CreationDate", "UserIds", "Operations", "AuditData", "ResultIndex", "ResultCount", "Identity")


class Secrets:
    """Tokens and keys kept in memory."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}

    def tokens(self, _: str, identifiers: Iterable[str]) -> Mapping[str, str]:
        for identifier in identifiers:
            self._tokens.setdefault(identifier, os.urandom(16).hex())
        return self._tokens

    def record_key(self, purpose: str) -> bytes:
        return purpose.encode().ljust(32, b"-")[:32]


def records(count: int, seed: int = 7) -> Iterator[dict[str, object]]:
    """Made-up SharePoint uses of about 1.1 kB, by two hundred people who do not exist."""
    chance = random.Random(seed)
    for number in range(count):
        place = f"https://example.invalid/sites/demo/docs/{number % 977}"
        yield {
            "CreationTime": f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:{number % 60:02}:07",
            "Id": str(UUID(int=chance.getrandbits(128))), "Operation": chance.choice(OPERATIONS),
            "OrganizationId": str(UUID(int=1)), "RecordType": 6, "UserKey": f"i:0h.f|membership|{number % 200}@live",
            "UserType": 0, "Version": 1, "Workload": "SharePoint", "ClientIP": "192.0.2.7", "ObjectId": place,
            "UserId": f"person{number % 200}@example.invalid", "CorrelationId": str(UUID(int=number)),
            "EventSource": "SharePoint", "ItemType": "File", "ListId": str(UUID(int=3)), "SiteUrl": place,
            "ListItemUniqueId": str(UUID(int=4)), "Site": str(UUID(int=5)), "WebId": str(UUID(int=6)),
            "UserAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
            "SourceFileExtension": "docx", "SourceFileName": f"{number}.docx", "SourceRelativeUrl": "docs",
        }  # fmt: skip


def written(path: Path, count: int, shape: str) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        if shape == "jsonl":
            file.writelines(json.dumps(record) + "\n" for record in records(count))
        elif shape == "array":
            file.write("[" + ",".join(json.dumps(record) for record in records(count)) + "]")
        else:
            rows = csv.writer(file)
            rows.writerow(COLUMNS)
            for record in records(count):
                text = json.dumps(record, separators=(",", ":"))
                user, operation = record["UserId"], record["Operation"]
                row = ["SharePointFileOperation", "1/5/2026 8:00:00 AM", user, operation, text, 1, 1, record["Id"]]
                rows.writerow(row)


def plainly(path: Path, shape: str) -> None:
    """What the standard library needs to parse the file, and nothing else."""
    with path.open(newline="", encoding="utf-8") as file:
        if shape == "csv":
            for row in csv.DictReader(file):
                json.loads(row["AuditData"])
        elif shape == "array":
            json.load(file)
        else:
            for line in file:
                json.loads(line)


def ingested(path: Path) -> None:
    statement = Statement("VLAIO", "vlaio-fio-tbt-2021", "2026-01-01T00:00:00Z")
    run = Ingestion(M365Audit(), statement, Secrets(), lambda _: ())
    for _ in run.batches(path):
        pass


def seconds(work: Callable[[], None]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--records", type=int, default=50_000)
    options.add_argument("--shape", choices=("csv", "jsonl", "array"), default="csv")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"log.{asked.shape}"
        written(path, asked.records, asked.shape)
        ours = seconds(lambda: ingested(path))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        plain = seconds(lambda: plainly(path, asked.shape))
        answer = {
            "bench": "import_log", "shape": asked.shape, "records": asked.records, "bytes": path.stat().st_size,
            "rate": round(asked.records / ours), "plain_rate": round(asked.records / plain),
            "ratio": round(plain / ours, 2), "peak_mib": peak,
        }  # fmt: skip
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
