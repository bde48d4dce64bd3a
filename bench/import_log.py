"""How fast a log is imported, beside plain parsing of the same file.

Example: python -m bench.import_log --records 50000 --shape csv --rounds 3
One JSON line: records a second, min / median / max over the rounds, each round timing all cases in turn.

- `import`: all of it, into a real SQLite ledger: read, type, tokens of the vault, ids, events, root, signature, commit.
- `import_cpu`: the same by processor time, without the waiting for disk and for other programs.
- `again`: the same file once more, when everything is known, and compared with what was recorded.
- `two`, `two_again`: the same with two processes, one that reads and one that writes, in a ledger of their own.
- `no_vault`: as `import`, with tokens and keys that are kept in memory instead of a vault; in a ledger of its own.
- `batches`: the same up to the signed batch, without vault and database.
- `plain`: the csv and json modules. `msgspec`: the fastest parser at hand.
- `ratio`: the median of time of plain parsing / time of `import`, of the same round.
- `vault_ratio`: likewise time of `import` / time of `no_vault`; `--persons` says how many persons are in the log.
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
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from uuid import UUID

import msgspec

from cli.demo.telling import build
from ledger.application import Application
from ledger.importers.ingest import Chunks, Ingestion, Statement, here
from ledger.importers.m365_audit import M365Audit
from ledger.importers.reading_apart import apart
from ledger.importers.recording import Recording
from ledger.keys.keyring import HoldsKey
from ledger.keys.keystore import KeyStore
from ledger.keys.passphrase import no_passphrase
from ledger.place import Place

PROTOCOL = "vlaio-fio-tbt-2021"

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

    def known(self, _: str, identifiers: Iterable[str]) -> Mapping[str, str]:
        return {each: self._tokens[each] for each in identifiers if each in self._tokens}

    def holds(self, tokens: Iterable[str]) -> set[str]:
        return set(tokens)

    def record_key(self, purpose: str) -> bytes:
        return purpose.encode().ljust(32, b"-")[:32]


def records(count: int, persons: int, seed: int = 7) -> Iterator[dict[str, object]]:
    """Made-up SharePoint uses of about 1.1 kB, by people who do not exist."""
    chance = random.Random(seed)
    for number in range(count):
        place = f"https://example.invalid/sites/demo/docs/{number % 977}"
        yield {
            "CreationTime": f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:{number % 60:02}:07",
            "Id": str(UUID(int=chance.getrandbits(128))), "Operation": chance.choice(OPERATIONS),
            "OrganizationId": str(UUID(int=1)), "RecordType": 6, "UserType": 0,
            "UserKey": f"i:0h.f|membership|{number % persons}@live",
            "Version": 1, "Workload": "SharePoint", "ClientIP": "192.0.2.7", "ObjectId": place,
            "UserId": f"person{number % persons}@example.invalid", "CorrelationId": str(UUID(int=number)),
            "EventSource": "SharePoint", "ItemType": "File", "ListId": str(UUID(int=3)), "SiteUrl": place,
            "ListItemUniqueId": str(UUID(int=4)), "Site": str(UUID(int=5)), "WebId": str(UUID(int=6)),
            "UserAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
            "SourceFileExtension": "docx", "SourceFileName": f"{number}.docx", "SourceRelativeUrl": "docs",
        }  # fmt: skip


def written(path: Path, count: int, shape: str, persons: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        if shape == "jsonl":
            file.writelines(json.dumps(record) + "\n" for record in records(count, persons))
        elif shape == "array":
            file.write("[" + ",".join(json.dumps(record) for record in records(count, persons)) + "]")
        else:
            rows = csv.writer(file)
            rows.writerow(COLUMNS)
            for record in records(count, persons):
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


def fast(path: Path, shape: str) -> None:
    """The same with msgspec's decoder: what no import in Python can be faster than."""
    decode = msgspec.json.decode
    with path.open(newline="", encoding="utf-8") as file:
        if shape == "csv":
            for row in csv.reader(file):
                if row[4][:1] == "{":
                    decode(row[4])
        elif shape == "array":
            decode(file.read())
        else:
            for line in file:
                decode(line)


def prepared(path: Path) -> None:
    statement = Statement("VLAIO", PROTOCOL, "2026-01-01T00:00:00Z")
    run = Ingestion(M365Audit(), statement, Secrets(), lambda _: ())
    for _ in run.batches(path):
        pass


def imported(
    ledger: Application, key: HoldsKey, path: Path, chunks: Chunks = here, secrets: Secrets | None = None
) -> None:
    statement = Statement("VLAIO", PROTOCOL, "2026-01-01T00:00:00Z")
    recorded = ledger.recorded_uses
    ingestion = Ingestion(
        M365Audit(), statement, secrets or ledger.vault, ledger.known_uses, recorded=recorded, chunks=chunks
    )
    for _ in Recording(ledger, ingestion, PROTOCOL, key).run(path):
        pass


def round_of(path: Path, shape: str) -> dict[str, float]:
    """Seconds of each case."""
    with new_ledger() as (ledger, key):
        found = {
            "plain": seconds(lambda: plainly(path, shape)),
            **with_cpu("import", lambda: imported(ledger, key, path)),
            **with_cpu("again", lambda: imported(ledger, key, path)),
            "batches": seconds(lambda: prepared(path)),
            "msgspec": seconds(lambda: fast(path, shape)),
        }
    with new_ledger() as (ledger, key):
        found["no_vault"] = seconds(lambda: imported(ledger, key, path, secrets=Secrets()))
    with new_ledger() as (ledger, key):
        return found | {
            "two": seconds(lambda: imported(ledger, key, path, apart)),
            "two_again": seconds(lambda: imported(ledger, key, path, apart)),
        }


@contextmanager
def new_ledger() -> Iterator[tuple[Application, HoldsKey]]:
    with tempfile.TemporaryDirectory() as folder:
        place = Place.named(str(Path(folder) / "ledger.db"), {})
        build(place)
        key = KeyStore(place.keys).newest("VLAIO", "events").opened(no_passphrase)
        with Application.open(place) as ledger:
            yield ledger, key


def seconds(work: Callable[[], None]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def with_cpu(name: str, work: Callable[[], None]) -> dict[str, float]:
    """Also the processor's own seconds, which a busy machine stretches less."""
    begun = process_time()
    spent = seconds(work)
    return {name: spent, f"{name}_cpu": process_time() - begun}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--records", type=int, default=50_000)
    options.add_argument("--shape", choices=("csv", "jsonl", "array"), default="csv")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--persons", type=int, default=200)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"log.{asked.shape}"
        written(path, asked.records, asked.shape, asked.persons)
        rounds = [round_of(path, asked.shape) for _ in range(asked.rounds)]
        rates = {name: sorted(round(asked.records / each[name]) for each in rounds) for name in rounds[0]}
        answer = {
            "bench": "import_log", "shape": asked.shape, "records": asked.records, "bytes": path.stat().st_size,
            **{name: [found[0], median(found), found[-1]] for name, found in rates.items()},
            "ratio": round(median(each["plain"] / each["import"] for each in rounds), 2),
            "vault_ratio": round(median(each["import"] / each["no_vault"] for each in rounds), 2),
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }  # fmt: skip
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
