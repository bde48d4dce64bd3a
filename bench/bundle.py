"""How long a bundle takes to build and to check, and how much memory, by number of entries.

Example: python -m bench.bundle --entries 10000
One JSON line a run. The ledger is made first, in a folder that goes; peaks are of this process, so run one size a time.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from ledger.application import Application
from ledger.bundle.build import build
from ledger.bundle.request import Request
from ledger.bundle.verify import verify
from ledger.chain.hashing import sha256
from ledger.chain.policy import Policy
from ledger.clock import now
from ledger.keys.keystore import KeyPair, KeyStore
from ledger.keys.passphrase import no_passphrase
from ledger.keys.signing import Draft, SignedLine, sign
from ledger.opening import Opening, open_ledger
from ledger.place import Place
from ledger.protocol.shipped import shipped

PROTOCOL, OPERATOR, ORIGIN = "vlaio-fio-tbt-2021", "OPERATOR", "ledger.invalid/bench"
CLAUSES = ("art. 5, item 2",)
STEP = 1_000


def made(folder: Path, entries: int) -> Place:
    """A ledger with so many entries of one register, and as many of another between them."""
    place = Place.named(str(folder / "ledger.db"), {})
    open_ledger(place, Opening(OPERATOR, ORIGIN, no_passphrase, (sha256(b"bench 1"), sha256(b"bench 2"))))
    store = KeyStore(place.keys)
    events, log = (store.newest(OPERATOR, use).opened(no_passphrase) for use in ("events", "log"))
    data = shipped()[PROTOCOL]
    with Application.open(place) as ledger:
        registered = {"type": "protocol-version-registered", "version": "1", "digest": sha256(data).hex()}
        ledger.record([line(events, registered)], {sha256(data).hex(): data})
        for start in range(0, entries, STEP):
            numbers = range(start, min(start + STEP, entries))
            ledger.record([line(events, _measure(number)) for number in numbers])
            ledger.record([line(events, _closed(number)) for number in numbers])
        ledger.sign_checkpoint(log, events)
    return place


def line(key: KeyPair, value: dict[str, Any]) -> SignedLine:
    return sign(Draft.parse({**value, "protocol": PROTOCOL}), key, ORIGIN, now)


def _measure(number: int) -> dict[str, Any]:
    return {"type": "measure-attested", "party": "FIO", "measure": f"measure-{number}", "evidence": _EVIDENCE}


def _closed(number: int) -> dict[str, Any]:
    return {"type": "dossier-closed", "party": "FIO", "dossier": f"D-{number}", "evidence": _EVIDENCE}


_EVIDENCE = [{"strength": "statement"}]


def peak() -> int:
    """Largest resident size of this process so far, in MiB. Not getrusage's, which a child inherits."""
    found = re.search(r"VmHWM:\s+([0-9]+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) // 1024 if found else 0


def measured(entries: int) -> dict[str, Any]:
    from ledger.storage.opening import open_store

    with tempfile.TemporaryDirectory() as folder:
        place, path = made(Path(folder), entries), Path(folder) / "bundle.zip"
        with open_store(place.url) as store:
            began = perf_counter()
            manifest = build(store, Request(PROTOCOL, CLAUSES), path, lambda _: {"nl": "-\n", "en": "-\n"})
            built = perf_counter() - began
        base = int(_in_another(place, path, "peak"))
        seconds = float(_in_another(place, path, "seconds"))
        return {
            "entries": manifest.entries, "bytes": path.stat().st_size, "build_s": round(built, 2),
            "verify_s": round(seconds, 2), "verify_peak_mib": base, "build_peak_mib": peak(), "cpus": os.cpu_count(),
        }  # fmt: skip


def _in_another(place: Place, path: Path, what: str) -> str:
    """Checked by a process of its own, so that its memory is its own."""
    asked = ["--verify", str(path), "--policy", str(place.policy), "--tell", what]
    command = [sys.executable, "-m", "bench.bundle", *asked]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def check(path: Path, policy: Path, tell: str) -> None:
    began = perf_counter()
    report = verify(path, Policy.parse(policy.read_bytes()))
    assert not report.faults, report.faults
    print(peak() if tell == "peak" else perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--verify", type=Path)
    parser.add_argument("--policy", type=Path)
    parser.add_argument("--tell", default="seconds")
    given = parser.parse_args()
    if given.verify:
        check(given.verify, given.policy, given.tell)
    else:
        print(json.dumps(measured(given.entries)))


if __name__ == "__main__":
    main()
