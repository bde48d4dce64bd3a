"""How fast a ledger of uses is verified, with one process and with two, beside plain reading of as many events.

Example: python -m bench.verify --entries 1000000 --deep
One JSON line: entries a second of each, and ratios. `read` fetches the rows and does nothing with them; `plain` is the
`eventsourcing` library's own SQLite recorder, asked for as many notifications of the same size, 500 at a time.
`hashed` is a loop in one process that reads the rows, hashes them and grows the tree, and compares nothing.
Below 250,000 uses `verify_2` is one process as well, and `deep_2` below 125,000: another would cost more than it saves.
`--sizes 1000000,10000000,1000000` shows growth instead: two processes alone, one JSON line a size.
`peak_mib` is of the process that makes the ledger and asks; those that help it are not counted.
The ledger is made in a temporary folder: an opening, then batches of 10,000 uses, each signed once; a seal at the end.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from ledger.canonical import encode_fast
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.ed25519 import key_id
from ledger.chain.entry import signed_bytes, spell_signature
from ledger.chain.hashing import Digest, leaf_hashes, sha256
from ledger.chain.merkle import Tree, merkle_root
from ledger.chain.note import VerifierKey
from ledger.events.base import Event, stream_of
from ledger.events.codec import encoded
from ledger.events.fields import Batch
from ledger.events.governance import ProtocolVersionRegistered
from ledger.events.imports import LogBatchIngested
from ledger.events.keys import LedgerOpened
from ledger.events.seals import StreamsSealed
from ledger.events.usage import AccessUsed
from ledger.storage.append import BATCH, Row
from ledger.storage.inspection import raw_pages
from ledger.storage.opening import create, open_store
from ledger.storage.store import Store
from ledger.verification.run import Asked, verify
from ledger.verification.whole import seal_root

ORIGIN, PROTOCOL, MOMENT = "example.org/ledger/bench", "vlaio-fio-tbt-2021", "2022-05-30T09:00:00Z"
OPERATOR = "TBT"
"""One of the protocol's parties: it imports its own uses."""
BATCHED = 10_000


class Maker:
    """The operator, who signs everything here."""

    def __init__(self) -> None:
        self.key, self.log = (Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2))
        self.public, self.log_public = (key.public_key().public_bytes_raw() for key in (self.key, self.log))
        self.made = 0

    def head(self) -> dict[str, str]:
        self.made += 1
        key = key_id(self.public)
        return {"author": OPERATOR, "happened_at": MOMENT, "id": f"{self.made:032x}", "key": key, "stated_at": MOMENT}

    def row(self, event: Event) -> Row:
        raw = encoded(event)
        return Row(stream_of(event), event.type, raw, spell_signature(self.key.sign(signed_bytes(ORIGIN, raw))))

    def opening(self) -> Row:
        keys = {"log_key": self.log_public.hex(), "operator_key": self.public.hex()}
        return self.row(LedgerOpened(**self.head(), origin=ORIGIN, operator=OPERATOR, **keys))

    def version(self, file: bytes) -> Row:
        digest = sha256(file).hex()
        return self.row(ProtocolVersionRegistered(**self.head(), protocol=PROTOCOL, version="1", digest=digest))

    def batch(self, first: int, count: int) -> list[Row]:
        members = [use(number) for number in range(first, first + count)]
        root = merkle_root(leaf_hashes(members)).hex()
        event = LogBatchIngested(
            **self.head(), protocol=PROTOCOL, batch=Batch(count=count, root=root), source="m365-audit", file="ad" * 32,
            file_bytes=first, first=MOMENT, last=MOMENT,
        )  # fmt: skip
        usage = f"{PROTOCOL}/usage"
        return [self.row(event), *(Row(usage, "access-used/1", member, BATCH) for member in members)]

    def seal(self, store: Store) -> None:
        heads = {head.stream: (head.version, head.leaf) for head in store.stream_heads()}
        event = StreamsSealed(**self.head(), streams=len(heads), root=seal_root(heads).hex())
        store.append([self.row(event)], checkpoint=self.checkpoint)

    def checkpoint(self, size: int, root: Digest) -> bytes:
        return bytes(Checkpoint(ORIGIN, size, root).signed(VerifierKey(ORIGIN, self.log_public), self.log.sign))


_USE = {
    **AccessUsed.example, "type": "access-used/1", "author": OPERATOR, "happened_at": MOMENT, "protocol": PROTOCOL,
}  # fmt: skip


def use(number: int) -> bytes:
    """Ids spread as random ones are; a moment of its own for every second of a month or so."""
    moment = (
        f"2022-05-{1 + number // 86_400 % 28:02}T{number // 3_600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    )
    identifier = f"{number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}"
    return encode_fast({**_USE, "happened_at": moment, "id": identifier, "offset": number, "line": f"{number:064x}"})


def make(path: Path, entries: int) -> None:
    msgspec.convert({**_USE, "id": "0" * 32}, AccessUsed)
    maker = Maker()
    with create(path) as store:
        file = (Path(__file__).parents[1] / "protocols" / f"{PROTOCOL}.yaml").read_bytes()
        store.append([maker.opening(), maker.version(file)], files={sha256(file).hex(): file})
        for first in range(1 << 20, (1 << 20) + entries, BATCHED):
            store.append(maker.batch(first, min(BATCHED, (1 << 20) + entries - first)))
        maker.seal(store)


def read(path: Path) -> int:
    with open_store(path) as store:
        return sum(len(page) for page in raw_pages(store, 0, store.size()))


def hashed(path: Path) -> int:
    tree = Tree()
    with open_store(path) as store:
        for page in raw_pages(store, 0, store.size()):
            tree.extend(leaf_hashes([row[4] for row in page]))
    return tree.size


def verified(path: Path, processes: int, *, deep: bool = False) -> int:
    with open_store(path) as store:
        report = verify(store, str(path), Asked(processes=processes, deep=deep))
    if report.faults:
        sys.exit(f"the ledger of this benchmark is broken: {report.faults[0]}")
    return report.size


def plain(path: Path, entries: int) -> Callable[[], int]:
    """The library's recorder, filled; what it returns reads all notifications."""
    recorder = SQLiteApplicationRecorder(SQLiteDatastore(str(path)))
    recorder.create_table()
    origin, state = uuid4(), use(0)
    for first in range(1, entries + 1, BATCHED):
        numbers = range(first, min(first + BATCHED, entries + 1))
        recorder.insert_events([StoredEvent(origin, number, "access-used/1", state) for number in numbers])

    def notifications() -> int:
        seen = 0
        while page := recorder.select_notifications(seen + 1, 500):
            seen += len(page)
        recorder.datastore.close()
        return seen

    return notifications


def rate(work: Callable[[], int]) -> int:
    begun = perf_counter()
    done = work()
    return round(done / (perf_counter() - begun))


def growth(entries: int) -> dict[str, object]:
    """One size: a ledger of its own, verified once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        make(path, entries)
        begun = perf_counter()
        size = verified(path, 2)
        spent = perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"entries": entries, "seconds": round(spent, 2), "verify_2": round(size / spent), "peak_mib": peak}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--entries", type=int, default=200_000)
    options.add_argument("--deep", action="store_true", help="also with every event re-parsed")
    options.add_argument("--sizes", help="growth: these sizes one after another, with commas between")
    asked = options.parse_args()
    if asked.sizes:
        for size in asked.sizes.split(","):
            print(json.dumps({"bench": "verify", "case": "growth", **growth(int(size))}), flush=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        make(path, asked.entries)
        rates = {
            "read": rate(lambda: read(path)),
            "hashed": rate(lambda: hashed(path)),
            "verify_1": rate(lambda: verified(path, 1)),
            "verify_2": rate(lambda: verified(path, 2)),
        }
        if asked.deep:
            rates |= {
                "deep_1": rate(lambda: verified(path, 1, deep=True)),
                "deep_2": rate(lambda: verified(path, 2, deep=True)),
            }
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        rates["plain"] = rate(plain(Path(folder) / "plain.db", asked.entries))
        ratios = {
            f"{name}_to_plain": round(each / rates["plain"], 2) for name, each in rates.items() if name != "plain"
        }
        ratios |= {f"{name}_to_hashed": round(rates[name] / rates["hashed"], 2) for name in ("verify_1", "verify_2")}
        bytes_ = path.stat().st_size
    answer = {"bench": "verify", "entries": asked.entries, "bytes": bytes_, "peak_mib": peak, **rates, **ratios}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
