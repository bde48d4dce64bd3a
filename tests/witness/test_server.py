"""A witness over HTTP, and a log that asks it: C2SP tlog-witness, both sides."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.chain.hashing import Digest, sha256
from ledger.chain.nodes import Leaves
from ledger.chain.note import Note
from ledger.chain.proof import consistency_proof
from ledger.remote import LARGEST, NotThere, Refusal, exchanged
from ledger.witness.published import Unreachable
from ledger.witness.rules import Witness
from ledger.witness.server import WitnessServer
from ledger.witness.submission import WitnessRefused, submitted
from tests.keys.people import ORIGIN
from tests.witness.logs import leaves, note, witness


@contextmanager
def serving(one: Witness) -> Iterator[str]:
    with WitnessServer(("127.0.0.1", 0), one) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def submit(url: str, history: list[Digest]) -> Note:
    return submitted(url, note(history), lambda old, new: consistency_proof(old, new, Leaves(history)))


def test_a_log_is_cosigned_as_it_grows(tmp_path: Path) -> None:
    one = witness(tmp_path)
    with serving(one) as url:
        for size in (3, 3, 8, 300):
            assert submit(url, leaves(size)).verified([one.key])
        seen = exchanged(f"{url}/{sha256(ORIGIN.encode()).hex()}/checkpoint")
    assert seen == note(leaves(300))


def test_another_history_is_not_cosigned_and_the_log_is_told(tmp_path: Path) -> None:
    one = witness(tmp_path)
    with serving(one) as url:
        submit(url, leaves(8))
        with pytest.raises(WitnessRefused, match="422"):
            submit(url, leaves(9, "other"))
        with pytest.raises(WitnessRefused, match="two histories"):
            submit(url, leaves(8, "other"))
        with pytest.raises(WitnessRefused, match="saw this log at size 8") as refused:
            submit(url, leaves(3))
    assert "older copy" in refused.value.hint
    assert list(tmp_path.glob("*/fork-8-*"))


def test_a_log_that_is_not_known_is_not_cosigned(tmp_path: Path) -> None:
    one = witness(tmp_path)
    one.logs.clear()
    with serving(one) as url, pytest.raises(WitnessRefused, match="404"):
        submit(url, leaves(8))


def test_what_is_no_request_is_refused(tmp_path: Path) -> None:
    with serving(witness(tmp_path)) as url:
        for body in (b"", b"old 0\n", b"old -1\n\nx", bytes(LARGEST + 1)):
            with pytest.raises(Refusal) as refused:
                exchanged(f"{url}/add-checkpoint", body=body)
            assert refused.value.status == 400
        for path in ("/", "/checkpoint", "/../checkpoint", f"/{'0' * 64}/checkpoint", f"/{'0' * 64}/../checkpoint"):
            with pytest.raises(NotThere):
                exchanged(f"{url}{path}")
        with pytest.raises(NotThere):
            exchanged(f"{url}/other", body=b"old 0\n")


def test_a_witness_that_cannot_remember_does_not_cosign(tmp_path: Path) -> None:
    one = witness(tmp_path)
    with serving(one) as url:
        submit(url, leaves(3))
        (kept,) = tmp_path.glob("*/checkpoint")
        kept.write_bytes(b"damaged")
        with pytest.raises(WitnessRefused, match="500"):
            submit(url, leaves(8))


def test_what_answers_something_else_is_no_witness(tmp_path: Path) -> None:
    class Says(Witness):
        body = b""

        def answered(self, body: bytes) -> tuple[int, bytes]:
            return 200, self.body

    one = witness(tmp_path)
    other = Says(one.key, one.sign, one.logs, one.memory, one.clock)
    for body in (b"<html>It works!</html>\n", b"", b"It works!", b"\n"):
        other.body = body
        with serving(other) as url, pytest.raises(WitnessRefused, match="something else"):
            submit(url, leaves(3))
    with pytest.raises(Unreachable):
        submit("http://127.0.0.1:9", leaves(3))


def test_who_hangs_up_in_the_middle_stops_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    one = witness(tmp_path)
    with serving(one) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as caller:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closed by a reset
            caller.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 900\r\n\r\nold 0")
        assert submit(url, leaves(3)).verified([one.key])
    assert "Traceback" not in capfd.readouterr().err
