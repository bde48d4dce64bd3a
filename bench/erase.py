"""How long it takes to make persons known, to find them again, and to erase one of many.

Example: python -m bench.erase --subjects 100000 --erasures 5
One JSON line. Rates are persons a second; `erase` is seconds from the signed event to the destroyed rows (min, median,
max), in the demo's ledger with a vault of so many subjects; `reopen` is the opening after it, in seconds.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from cli.demo.telling import build
from ledger.application import Application
from ledger.keys.keystore import KeyStore
from ledger.keys.passphrase import no_passphrase
from ledger.keys.signing import Draft, sign
from ledger.place import Place

PROTOCOL = "vlaio-fio-tbt-2021"
AT_ONCE = 10_000


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    arguments.add_argument("--subjects", type=int, default=100_000)
    arguments.add_argument("--erasures", type=int, default=5)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measured(Path(folder), given.subjects, given.erasures)))


def measured(folder: Path, subjects: int, erasures: int) -> dict[str, object]:
    place = Place.named(str(folder / "ledger.db"), {})
    build(place)
    names = [f"person{number}@fictief.example" for number in range(subjects)]
    with Application.open(place) as ledger:
        made, tokens = _timed(ledger, names)
        found, _ = _timed(ledger, names)
        key = KeyStore(place.keys).newest("OPERATOR", "events").opened(no_passphrase)
        times = []
        for token in tokens[subjects // 2 : subjects // 2 + erasures]:
            draft = {"type": "subject-erased", "tokens": [token], "ground": "request", "decided_by": "VLAIO"}
            start = perf_counter()
            ledger.record([sign(Draft.parse(draft), key, ledger.door.origin, ledger.clock)])
            times.append(perf_counter() - start)
    start = perf_counter()
    Application.open(place).close()
    reopened = perf_counter() - start
    return {
        "subjects": subjects, "created_per_s": round(made), "found_per_s": round(found),
        "erase_s": [round(each, 4) for each in (min(times), median(times), max(times))],
        "reopen_s": round(reopened, 4), "vault_bytes": place.vault.stat().st_size,
    }  # fmt: skip


def _timed(ledger: Application, names: list[str]) -> tuple[float, list[str]]:
    """Persons a second, and their tokens."""
    tokens: list[str] = []
    start = perf_counter()
    for first in range(0, len(names), AT_ONCE):
        tokens += ledger.vault.tokens(PROTOCOL, names[first : first + AT_ONCE]).values()
    return len(names) / (perf_counter() - start), tokens


if __name__ == "__main__":
    main()
