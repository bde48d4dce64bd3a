"""Time stamps over HTTP, from a real authority on this machine, and carried on before its certificate ends."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cli.stamp_files import StampFiles
from ledger.bundle.archive import Archive
from ledger.errors import Conflict
from tests.bundle.authority import Authority, authority
from tests.cli.commands import here
from tests.cli.test_evidence import built, signed
from tests.worlds import World

Capture = pytest.CaptureFixture[str]


class Answers(BaseHTTPRequestHandler):
    """RFC 3161 section 3.4, by `openssl ts -reply`."""

    tsa: Authority

    def do_POST(self) -> None:
        assert self.headers["Content-Type"] == "application/timestamp-query"
        body = self.tsa.answered(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


class Asked:
    """Where an authority answers, and whom to trust for it."""

    def __init__(self, url: str, roots: Path) -> None:
        self.url, self.roots = url, roots

    def stamp(self, world: World, capfd: Capture, *more: str) -> tuple[int, str]:
        arguments = ("checkpoint", "stamp", "--url", self.url, "--tsa-roots", str(self.roots), *more)
        said = here(capfd, *arguments, world=world)
        return said.exit, said.out + said.err


def served(tsa: Authority, roots: Path) -> Iterator[Asked]:
    handler = type("Handler", (Answers,), {"tsa": tsa})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Asked(f"http://127.0.0.1:{server.server_address[1]}/", roots)
        server.shutdown()
        thread.join()


@pytest.fixture
def short(tmp_path: Path) -> Iterator[Asked]:
    """An authority whose certificate ends in twenty days."""
    tsa = authority(tmp_path / "short", "Short")
    yield from served(tsa, tsa.folder / "ca.pem")


@pytest.fixture
def lasting(tmp_path: Path) -> Iterator[Asked]:
    """One that lasts; its file of roots has the other one's beside its own, as a renewal needs."""
    tsa, both = authority(tmp_path / "lasting", "Lasting", days=400), tmp_path / "both.pem"
    both.write_bytes(tsa.roots + (tmp_path / "short/ca.pem").read_bytes())
    yield from served(tsa, both)


def test_a_stamp_is_asked_for_over_http_and_renewed_in_time(
    world: World, capfd: Capture, tmp_path: Path, short: Asked, lasting: Asked
) -> None:
    assert short.stamp(world, capfd, "--renew")[0] == 6
    done, said = short.stamp(world, capfd)
    assert done == 0, said
    assert "Renew it before" in said
    assert "certificate that ends at" in here(capfd, "checkpoint", "show", world=world).err

    done, said = lasting.stamp(world, capfd, "--renew")
    assert done == 0, said
    assert "certificate" not in here(capfd, "checkpoint", "show", world=world).err
    path = built(world, capfd, tmp_path)
    with Archive.open(path) as archive:
        assert {"checkpoint.tsr", "renewal/1.tsr"} <= archive.members.keys()
    check = ("evidence", "verify", str(path), "--policy", str(world.place.policy), "--json")
    answer = here(capfd, *check, "--tsa-roots", str(lasting.roots))
    assert (answer.exit, json.loads(answer.out)["verdicts"]["time"]) == (0, "ok")
    assert here(capfd, *check, "--tsa-roots", str(short.roots)).exit == 3


def test_an_older_checkpoint_keeps_its_stamp_alive(world: World, capfd: Capture, short: Asked, lasting: Asked) -> None:
    assert short.stamp(world, capfd)[0] == 0
    (kept,) = world.place.beside(".stamps").iterdir()
    size = kept.stem
    signed(world, capfd)
    assert f"--size {size}" in here(capfd, "checkpoint", "show", world=world).err
    assert lasting.stamp(world, capfd, "--renew", "--size", size)[0] == 0
    assert sorted(path.name for path in world.place.beside(".stamps").iterdir()) == [f"{size}.1.tsr", f"{size}.tsr"]
    assert lasting.stamp(world, capfd, "--size", "1")[0] == 6


def test_a_stamp_is_never_replaced(world: World, capfd: Capture, short: Asked) -> None:
    assert short.stamp(world, capfd)[0] == 0
    (kept,) = world.place.beside(".stamps").iterdir()
    before = kept.read_bytes()
    done, said = short.stamp(world, capfd)
    assert done == 7
    assert "--renew" in said
    assert kept.read_bytes() == before


def test_of_two_that_stamp_at_once_the_first_counts(world: World) -> None:
    """A second stamp under the next number would be a renewal that does not fit: every bundle would fail by it."""
    files = StampFiles(world.place, 5)
    kept = files.add(b"the first", 0)
    with pytest.raises(Conflict, match="in the meantime"):
        files.add(b"the second", 0)
    assert [path.name for path in kept.parent.iterdir()] == ["5.tsr"]
    assert files.tokens() == (b"the first",)


def test_what_does_not_hold_is_not_carried_on(world: World, capfd: Capture, short: Asked, lasting: Asked) -> None:
    assert short.stamp(world, capfd)[0] == 0
    (kept,) = world.place.beside(".stamps").iterdir()
    raw = kept.read_bytes()
    kept.write_bytes(raw[:-5] + bytes([raw[-5] ^ 1]) + raw[-4:])
    assert lasting.stamp(world, capfd, "--renew")[0] == 3
    assert [path.name for path in world.place.beside(".stamps").iterdir()] == [kept.name]


def test_an_authority_that_does_not_answer_leaves_nothing(world: World, capfd: Capture, short: Asked) -> None:
    short.url = "http://127.0.0.1:9/"
    done, said = short.stamp(world, capfd)
    assert done == 6
    assert "--request" in said
    short.url = "http://example.org/tsa"
    assert short.stamp(world, capfd)[0] == 2
    assert not world.place.beside(".stamps").exists()


def test_stamps_go_with_a_backup_and_come_back(world: World, capfd: Capture, tmp_path: Path, short: Asked) -> None:
    assert short.stamp(world, capfd)[0] == 0
    (kept,) = world.place.beside(".stamps").iterdir()
    raw, backup = kept.read_bytes(), tmp_path / "backup"
    assert here(capfd, "backup", str(backup), "--kept-until", "2099-01-01", world=world).exit == 0
    shutil.rmtree(world.place.base.parent)
    world.place.base.parent.mkdir()
    assert here(capfd, "restore", str(backup), "--no-newer-copy", world=world).exit == 0
    assert kept.read_bytes() == raw


def test_verify_says_which_checkpoint_is_stamped_and_that_the_stamp_was_not_checked(
    world: World, capfd: Capture, short: Asked
) -> None:
    def said() -> str:
        return next(line for line in json.loads(here(capfd, "verify", "--json", world=world).out)["not_checked"]
                    if line.startswith("when entries were recorded"))  # fmt: skip

    assert "no third party has stamped it" in said()
    assert short.stamp(world, capfd)[0] == 0
    (kept,) = world.place.beside(".stamps").iterdir()
    assert "no third party" not in said()
    assert f"checkpoint {kept.stem} was there at " in said()
    assert "CN=Short stamps: it was not checked" in said()
    asked = here(capfd, "verify", "--max-age", "1d", world=world)
    assert (asked.exit, "--tsa-roots" in asked.err) == (9, True)


def test_a_file_that_is_no_stamp_is_told_and_stops_no_check(world: World, capfd: Capture) -> None:
    folder = world.place.beside(".stamps")
    folder.mkdir()
    (folder / "1.tsr").write_bytes(b"no stamp")
    found = here(capfd, "verify", world=world)
    assert (found.exit, "checkpoint 1: not a time-stamp response" in found.err) == (0, True)
    assert "no third party has stamped it" in " ".join(found.out.split())
