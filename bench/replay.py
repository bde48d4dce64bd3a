"""How fast every projection is folded from entry 1, and how soon obligations are known from a snapshot.

Example: python -m bench.replay --entries 1000000
One JSON line. Nine entries in ten are uses, in batches of 10,000 over a year; the others are signed acts of one
protocol: deliveries, receipts, grants, reviews, measures. `library` is the `eventsourcing` library's own
ProjectionRunner over as many plain events as `--theirs` says, with one view that counts by party and action.
Memory is the peak of a process that does nothing but replay (and of the one that helps it).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import msgspec

from bench.plain_runner import library_rate
from bench.verify import PROTOCOL, Maker
from ledger.canonical import encode_fast
from ledger.chain.hashing import leaf_hashes, sha256
from ledger.chain.merkle import merkle_root
from ledger.events.codec import built
from ledger.events.fields import Batch
from ledger.events.imports import LogBatchIngested
from ledger.events.usage import AccessUsed
from ledger.protocol.shipped import shipped
from ledger.storage.append import BATCH, Row
from ledger.storage.opening import create, open_store
from ledger.storage.snapshots import Snapshots
from ledger.storage.store import Store
from projections.catalogue import projections
from projections.obligations.engine import evaluate
from projections.obligations.projection import ObligationsProjection
from projections.runner import fold, follow

BATCHED, PERSONS, APPLICATIONS, DAYS = 10_000, 300, ("KRIS", "CRM", "sharepoint"), 250
ACTIONS = ("consult", "consult", "consult", "query", "download")
AS_OF = "2023-06-01T00:00:00+00:00"


class Story(Maker):
    """What happens in a year, told by the operator's key."""

    def __init__(self, entries: int) -> None:
        super().__init__()
        self.entries, self.random = entries, Random(7)

    def act(self, kind: str, author: str, day: float, **fields: Any) -> Row:
        moment = _moment(day)
        head = {**self.head(), "author": author, "happened_at": moment, "stated_at": moment}
        return self.row(built({**head, "type": f"{kind}/1", "protocol": PROTOCOL, **fields}))

    def beginning(self) -> list[Row]:
        data = shipped()[PROTOCOL]
        rows = [
            self.act("protocol-version-registered", "OPERATOR", 0, version="1", digest=sha256(data).hex()),
            self.act("protocol-signed", "VLAIO", 0.1, version="1", office="administrateur-generaal",
                     on_behalf_of=["VLAIO", "FIO"]),
            self.act("protocol-signed", "TBT", 0.2, version="1", office="algemeen-directeur"),
        ]  # fmt: skip
        return rows

    def grants(self) -> list[Row]:
        return [
            self.act("access-granted", "VLAIO", 1, grant=f"G-{person}-{application}", subject=f"{person:032x}",
                     application=application, recipient_category="user", function_profile="officer")
            for person in range(PERSONS) for application in APPLICATIONS
        ]  # fmt: skip

    def others(self, first: int, count: int, day: float) -> list[Row]:
        return [self._other(number, day) for number in range(first, first + count)]

    def _other(self, number: int, day: float) -> Row:
        about = {"exchange": f"X-{number - number % 10}", "origins": ["VLAIO"], "datasets": ["contacts"]}
        match number % 10:
            case 0:
                return self.act("data-communicated", "VLAIO", day, **about, **{"from": "VLAIO"}, to=["TBT"],
                                channel="api", encrypted=True)  # fmt: skip
            case 1:
                return self.act("data-received", "TBT", day, **about, **{"from": "VLAIO"}, to="TBT",
                                received_at=_moment(day))  # fmt: skip
            case 2:
                return self.act("access-granted", "TBT", day, grant=f"N-{number}", subject=f"{number:032x}",
                                application="KRIS", recipient_category="user", function_profile="officer")  # fmt: skip
            case 3:
                return self.act("access-revoked", "TBT", day, grant=f"N-{number - 11}")
            case _:
                return self.act("access-reviewed", "VLAIO", day, application="KRIS", outcome="kept")

    def uses(self, first: int, count: int, day: float) -> list[Row]:
        members = [self._use(first + at, day + at / count) for at in range(count)]
        root = merkle_root(leaf_hashes(members)).hex()
        moment = _moment(day)
        event = LogBatchIngested(
            **self.head(),  # type: ignore[arg-type]
            protocol=PROTOCOL, batch=Batch(count=count, root=root),
            source="m365-audit", file="ad" * 32, file_bytes=first, first=moment, last=moment,
        )  # fmt: skip
        usage = f"{PROTOCOL}/usage"
        return [self.row(event), *(Row(usage, "access-used/1", member, BATCH) for member in members)]

    def _use(self, number: int, day: float) -> bytes:
        person = min(int(self.random.expovariate(3 / PERSONS)), PERSONS + 2)  # a few have no grant
        application = APPLICATIONS[number % 7 % 3]
        return encode_fast({
            **_USE, "id": f"{number:032x}", "offset": number, "line": f"{number:064x}", "happened_at": _moment(day),
            "actor": f"{person:032x}", "application": application, "action": ACTIONS[number % len(ACTIONS)],
        })  # fmt: skip

    def tell(self, store: Store) -> None:
        data = shipped()[PROTOCOL]
        store.append([self.opening()])
        store.append(self.beginning(), files={sha256(data).hex(): data})
        store.append(self.grants())
        told, number, use = store.size(), 0, 1 << 20
        batches = max((self.entries - told) * 9 // 10 // BATCHED, 1)
        size = min(BATCHED, (self.entries - told) * 9 // 10)
        for batch in range(batches):
            day = 2 + batch * DAYS / batches
            others = (self.entries - store.size()) // (batches - batch) - size - 1
            store.append(self.others(number, max(others, 1), day))
            store.append(self.uses(use, size, day))
            number, use = number + max(others, 1), use + size


_USE = {
    **AccessUsed.example, "type": "access-used/1", "author": "VLAIO", "protocol": PROTOCOL, "network": "internal",
    "happened_at": "2022-01-01T08:00:00Z",
}  # fmt: skip


def _moment(day: float) -> str:
    """A moment of the year that begins on 11 October 2021, `day` days into it."""
    from datetime import UTC, datetime, timedelta

    from ledger.clock import spell

    return spell(datetime(2021, 10, 11, tzinfo=UTC) + timedelta(seconds=int(day * 86_400)))


def made(path: Path, entries: int) -> int:
    msgspec.convert({**_USE, "id": "0" * 32}, AccessUsed)
    with create(path) as store:
        Story(entries).tell(store)
        return store.size()


def replayed(path: str, several: bool, answers: Any) -> None:
    """In a process of its own: seconds, digests, and peak memory in MiB."""
    with open_store(path) as store:
        begun = perf_counter()
        found = fold(store, projections(store.protocol_file), url=path if several else None)
        spent = perf_counter() - begun
        digests = {each.projection.name: each.digest for each in found}
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024
    answers.put((spent, digests, peak))


def apart(path: Path, several: bool) -> tuple[float, dict[str, str], int]:
    spawn = multiprocessing.get_context("spawn")
    answers = spawn.SimpleQueue()
    process = spawn.Process(target=replayed, args=(str(path), several, answers))
    process.start()
    found: tuple[float, dict[str, str], int] = answers.get()
    process.join()
    return found


def asked(path: Path, folder: Path) -> dict[str, float]:
    """Seconds to obligations from a current snapshot: reading the state, and working out the answer."""
    from datetime import datetime

    as_of = datetime.fromisoformat(AS_OF)
    with open_store(path) as store, closing(Snapshots(folder / "bench.views")) as snapshots:
        projection = ObligationsProjection(store.protocol_file)
        follow(store, [projection], snapshots)
        times: list[tuple[float, float]] = []
        answer = None
        for _ in range(4):  # the first time the protocol's file is read
            begun = perf_counter()
            (found,) = follow(store, [projection], snapshots)
            loaded = perf_counter()
            answer = evaluate(found.state, as_of)
            times.append((loaded - begun, perf_counter() - loaded))
        state = store.rows("SELECT 1")  # the store is still open: nothing was written meanwhile
        assert state
    best = min(times[1:], key=sum)
    assert answer is not None
    return {
        "load_ms": best[0] * 1e3, "evaluate_ms": best[1] * 1e3, "obligations_ms": sum(best) * 1e3,
        "obligations": len(answer.obligations), "violations": len(answer.violations),
        "snapshot_mib": (folder / "bench.views").stat().st_size / 2**20,
    }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--entries", type=int, default=200_000)
    options.add_argument("--theirs", type=int, default=5_000, help="events for the library's runner")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "ledger.db"
        size = made(path, given.entries)
        one, two = apart(path, several=False), apart(path, several=True)
        if one[1] != two[1]:
            sys.exit("one process and two did not fold the same state")
        answer: dict[str, Any] = {
            "bench": "replay", "entries": size, "projections": len(one[1]),
            "replay_1": round(size / one[0]), "replay_2": round(size / two[0]), "peak_mib_1": one[2],
            "peak_mib_2": two[2], **{name: round(each, 1) for name, each in asked(path, folder).items()},
        }  # fmt: skip
        answer["library"] = round(library_rate(given.theirs))
        answer["ratio_1"] = round(answer["replay_1"] / answer["library"], 1)
        answer["ratio_2"] = round(answer["replay_2"] / answer["library"], 1)
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
