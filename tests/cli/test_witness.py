"""A witness that runs on its own machine, and an operator that asks it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ledger.keys.keystore import KeyStore
from tests.cli.commands import PROGRAM, here
from tests.worlds import World, environment, hear_ctrl_c

Capture = pytest.CaptureFixture[str]


def test_a_witness_runs_until_it_is_stopped(world: World, capfd: Capture, tmp_path: Path) -> None:
    key = KeyStore(tmp_path / "keys").create_in_clear("TBT", "cosign")
    policy = world.place.policy.read_text().replace("quorum none\n", f"witness tbt {key.vkey}\nquorum tbt\n")
    world.place.policy.write_text(policy)
    command = (
        "checkpoint", "witness", "--party", "TBT", "--keys", str(tmp_path / "keys"), "--port", "0",
        "--state", str(tmp_path / "seen"), "--policy", str(world.place.policy),
    )  # fmt: skip
    assert here(capfd, "verify", world=world).exit == 9
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
        preexec_fn=hear_ctrl_c,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        url = running.stdout.readline().decode().strip()
        for _ in range(2):
            said = here(capfd, "checkpoint", "submit", url, world=world)
            assert said.exit == 0, said.err
            assert here(capfd, "checkpoint", "sign", world=world).exit == 0
        assert here(capfd, "checkpoint", "submit", url, world=world).exit == 0
        once = here(capfd, "checkpoint", "show", world=world).out
        again = here(capfd, "checkpoint", "submit", url, world=world)
        assert (again.exit, "none that is new" in again.out) == (0, True)
        assert here(capfd, "checkpoint", "show", world=world).out == once
        running.send_signal(2)
        assert running.wait(timeout=60) == 130
        assert b"Traceback" not in running.communicate()[1]
    assert here(capfd, "verify", world=world).exit == 0
    assert here(capfd, "checkpoint", "submit", url, world=world).exit == 6
