"""How fast every projection is folded from entry 1.

Example: python -m bench.replay --entries 1000000
One JSON line. Nine entries in ten are uses (or all but `--acts`), in batches of 10,000 over a year; the others are
signed acts of one protocol: deliveries, receipts, grants, reviews, measures. `library` is the `eventsourcing`
library's own ProjectionRunner over as many plain events as `--theirs` says, with one view that counts by party and
action. Memory is the peak of a process that does nothing but replay (or of the one that helps it). `cpu_us` is
processor time an entry, of all processes together: on a machine that others use, it tells more than the clock.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any, NamedTuple

import msgspec

from bench.plain_runner import library_rate
from bench.verify import OPERATOR, PROTOCOL, Maker
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
from ledger.storage.store import Store
from projections.catalogue import projections
from projections.engines.named import engine_named
from projections.runner import fold

BATCHED, PERSONS, APPLICATIONS, DAYS = 10_000, 300, ("KRIS", "CRM", "sharepoint"), 250
ACTIONS = ("consult", "consult", "consult", "query", "download")


class Story(Maker):
    """What happens in a year, told by the operator's key."""

    def __init__(self, entries: int, acts: int | None = None) -> None:
        super().__init__()
        self.entries, self.random = entries, Random(7)
        self.acts = entries // 10 if acts is None else acts

    def act(self, kind: str, author: str, day: float, **fields: Any) -> Row:
        moment = _moment(day)
        head = {**self.head(), "author": author, "happened_at": moment, "stated_at": moment}
        return self.row(built({**head, "type": f"{kind}/1", "protocol": PROTOCOL, **fields}))

    def beginning(self) -> list[Row]:
        data = shipped()[PROTOCOL]
        rows = [
            self.act("protocol-version-registered", OPERATOR, 0, version="1", digest=sha256(data).hex()),
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
        number, use = 0, 1 << 20
        uses = self.entries - self.acts
        batches = max(-(-uses // BATCHED), 1)
        size = uses // batches
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


def made(path: Path, entries: int, acts: int | None = None) -> int:
    msgspec.convert({**_USE, "id": "0" * 32}, AccessUsed)
    with create(path) as store:
        Story(entries, acts).tell(store)
        return store.size()


class Replayed(NamedTuple):
    """One replay: `seconds` by the clock, `cpu` of this process and of those that helped it; digests are made after."""

    seconds: float
    cpu: tuple[float, float]
    digests: dict[str, str]
    digest_seconds: float
    peak_mib: int


def replayed(path: str, engine: str, answers: Any) -> None:
    """In a process of its own, so that its memory is that of replaying and nothing else."""
    with open_store(path) as store:
        begun, cpu = perf_counter(), process_time()
        found = fold(store, projections(store.protocol_file), engine=engine_named(engine, path))
        spent, here = perf_counter() - begun, process_time() - cpu
        digests = {each.projection.name: each.digest for each in found}
        told = perf_counter() - begun - spent
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    there = usage[1].ru_utime + usage[1].ru_stime
    answers.put(Replayed(spent, (here, there), digests, told, max(each.ru_maxrss for each in usage) // 1024))


def apart(path: Path, engine: str) -> Replayed:
    spawn = multiprocessing.get_context("spawn")
    answers = spawn.SimpleQueue()
    process = spawn.Process(target=replayed, args=(str(path), engine, answers))
    process.start()
    found: Replayed = answers.get()
    process.join()
    return found


def engines(path: Path, size: int, names: Sequence[str]) -> dict[str, Any]:
    """By each engine: entries a second, processor time an entry (all processes, the busiest), memory."""
    answer: dict[str, Any] = {}
    digests: dict[str, str] = {}
    for name in names:
        found = apart(path, name)
        if digests and found.digests != digests:
            sys.exit(f"{name} did not fold the same state as {names[0]}")
        digests = found.digests
        answer |= {
            f"replay_{name}": round(size / found.seconds),
            f"cpu_us_{name}": round(sum(found.cpu) / size * 1e6, 2),
            f"cpu_us_busiest_{name}": round(max(found.cpu) / size * 1e6, 2),
            f"digests_s_{name}": round(found.digest_seconds, 2),
            f"peak_mib_{name}": found.peak_mib,
        }
    return {**answer, "projections": len(digests)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--entries", type=int, default=200_000)
    options.add_argument("--acts", type=int, help="entries that are no uses; a tenth, if not given")
    options.add_argument("--theirs", type=int, default=5_000, help="events for the library's runner")
    options.add_argument("--engines", default="local,process", help="local, process, spark; with commas between")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "ledger.db"
        size = made(path, given.entries, given.acts)
        answer: dict[str, Any] = {
            "bench": "replay", "entries": size, "acts": given.acts, **engines(path, size, given.engines.split(",")),
        }  # fmt: skip
        answer["library"] = round(library_rate(given.theirs))
        for name in given.engines.split(","):
            answer[f"ratio_{name}"] = round(answer[f"replay_{name}"] / answer["library"], 1)
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
