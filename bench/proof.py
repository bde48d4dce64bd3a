"""How long one inclusion and one consistency proof take, read from the nodes of a ledger of any size.

Example: python -m bench.proof --entries 10000000
One JSON line: milliseconds, min / median / max over `--proofs` entries and earlier sizes, at random; each is checked.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

from bench.verify import make
from ledger.chain.hashing import Digest, leaf_hash
from ledger.chain.proof import check_consistency, check_inclusion, consistency_proof, inclusion_proof, range_root
from ledger.storage.opening import open_store
from ledger.storage.store import Store


def timed(prove: Callable[[], list[Digest]]) -> tuple[float, list[Digest]]:
    begun = perf_counter()
    proof = prove()
    return (perf_counter() - begun) * 1e3, proof


def inclusion(store: Store, index: int) -> float:
    head = store.head()
    spent, proof = timed(lambda: inclusion_proof(index, head.size, store.nodes()))
    check_inclusion(leaf_hash(store.entry(index + 1)), index, head.size, proof, head.root)
    return spent


def consistency(store: Store, size: int) -> float:
    head, nodes = store.head(), store.nodes()
    spent, proof = timed(lambda: consistency_proof(size, head.size, store.nodes()))
    check_consistency(size, head.size, proof, range_root(0, size, nodes), head.root)
    return spent


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--entries", type=int, default=200_000)
    options.add_argument("--proofs", type=int, default=300)
    asked = options.parse_args()
    random = Random(7)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        make(path, asked.entries)
        with open_store(path) as store:
            places = [random.randrange(1, store.size()) for _ in range(asked.proofs)]
            times = {case.__name__: [case(store, place) for place in places] for case in (inclusion, consistency)}
    answer = {name: [round(of(each), 2) for of in (min, median, max)] for name, each in times.items()}
    sys.stdout.write(json.dumps({"bench": "proof", "entries": asked.entries, "ms": answer, "must": 10}) + "\n")


if __name__ == "__main__":
    main()
