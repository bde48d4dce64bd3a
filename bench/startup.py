"""How long a command line takes to start, beside a bare interpreter and beside click alone, in turn.

    python -m bench.startup [--rounds 15]

One JSON line: milliseconds, min / median / max. `help` is `ledger --help`, `evidence` is `ledger evidence verify
--help`; byte code is there, as after any first start.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from statistics import median
from time import perf_counter

PROGRAM = "from cli.main import main; main()"
CASES = {
    "bare": ["pass"],
    "click": ["import click"],
    "help": [PROGRAM, "--help"],
    "evidence": [PROGRAM, "evidence", "verify", "--help"],
}
MUST = 150


def milliseconds(arguments: list[str]) -> float:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begun = perf_counter()
    subprocess.run([sys.executable, "-c", *arguments], stdout=subprocess.DEVNULL, env=kept, check=True)
    return (perf_counter() - begun) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for turn in range(rounds + 1):
        for name, arguments in CASES.items():
            spent = milliseconds(arguments)
            if turn:  # the first writes byte code
                times[name].append(spent)
    found = {name: [round(min(each)), round(median(each)), round(max(each))] for name, each in times.items()}
    reached = max(found["help"][1], found["evidence"][1]) <= MUST
    sys.stdout.write(json.dumps({"bench": "startup", "ms": found, "must": MUST, "reached": reached}) + "\n")


if __name__ == "__main__":
    main()
