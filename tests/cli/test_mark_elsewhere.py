"""A second high-water mark on another machine: who restores the whole folder does not restore that."""

from __future__ import annotations

import json
import shutil
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ledger.storage import marks
from ledger.storage.highwater import Mark
from tests.cli.commands import here, ledger
from tests.worlds import World

Capture = pytest.CaptureFixture[str]


class Keeps(BaseHTTPRequestHandler):
    """A server that keeps one file, for who knows the password."""

    kept: bytes | None
    puts: list[bytes]
    authorization: str

    def do_GET(self) -> None:
        self._answer(200 if self.kept else 404, self.kept or b"")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Authorization"] == self.authorization:
            type(self).kept = body
            self.puts.append(body)
        self._answer(204, b"")

    def _answer(self, status: int, body: bytes) -> None:
        status = status if self.headers["Authorization"] == self.authorization else 401
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if status == 200 else 0))
        self.end_headers()
        if status == 200:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


class Server:
    def __init__(self, handler: type[Keeps], port: int) -> None:
        self.handler = handler
        self.url = f"http://ledger:s3cret-word@127.0.0.1:{port}/mark"

    @property
    def size(self) -> int:
        assert self.handler.kept is not None
        return Mark.parse(self.handler.kept).size


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    word = b64encode(b"ledger:s3cret-word").decode()
    handler = type("Handler", (Keeps,), {"kept": None, "puts": [], "authorization": f"Basic {word}"})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        made = Server(handler, http.server_address[1])
        monkeypatch.setenv("LEDGER_HEAD", made.url)
        monkeypatch.setattr(marks, "SECONDS", 60.0)  # it answers; on a machine that is busy, later than a commit waits
        yield made
        http.shutdown()
        thread.join()


def sign(world: World, capfd: Capture) -> tuple[int, str]:
    said = here(capfd, "checkpoint", "sign", world=world)
    assert "s3cret-word" not in said.out + said.err
    return said.exit, said.err


def test_a_mark_elsewhere_is_set_with_each_commit(world: World, capfd: Capture, server: Server) -> None:
    done, said = sign(world, capfd)
    assert done == 0
    assert "warning" not in said
    assert server.size == world.size()
    assert server.handler.kept == world.place.head.read_bytes()
    assert here(capfd, "verify", world=world).exit == 0


def test_an_old_copy_of_the_whole_folder_is_refused(world: World, capfd: Capture, server: Server) -> None:
    folder = world.place.base.parent
    shutil.copytree(folder, folder.with_name("old"))
    sign(world, capfd)
    newer = world.size()
    shutil.rmtree(folder)
    shutil.copytree(folder.with_name("old"), folder)
    for command in (("checkpoint", "sign"), ("obligations",), ("verify",)):
        said = here(capfd, *command, world=world)
        assert said.exit == 3, command
        assert str(newer) in said.err
    assert server.size == newer
    assert "so says the high-water mark at http://127.0.0.1" in here(capfd, "obligations", world=world).err


def test_another_ledger_beside_the_mark_is_refused(world: World, capfd: Capture, server: Server) -> None:
    sign(world, capfd)
    assert server.handler.kept is not None
    mark = Mark.parse(server.handler.kept)
    server.handler.kept = bytes(mark._replace(leaf=b"x" * 32))
    assert sign(world, capfd)[0] == 3
    said = here(capfd, "verify", "--json", world=world)
    assert said.exit == 3
    assert "highwater.beside" in {fault["code"] for fault in json.loads(said.out)["faults"]}


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/mark", "http://me:s3cret-word@127.0.0.1:9/mark"])
def test_what_is_acknowledged_is_not_lost_for_a_mark_that_is_down(
    world: World, capfd: Capture, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("LEDGER_HEAD", url)
    before = world.size()
    done, said = sign(world, capfd)
    assert (done, world.size()) == (0, before + 1)
    assert "warning: the high-water mark at http://127.0.0.1:9/mark cannot be" in said
    assert here(capfd, "obligations", world=world).err.count("warning") == 1
    verified = here(capfd, "verify", world=world)
    assert verified.exit == 9
    assert "could not check freshness" in verified.err


def test_a_mark_that_came_back_is_set_anew(
    world: World, capfd: Capture, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(world, capfd)
    monkeypatch.setenv("LEDGER_HEAD", "http://127.0.0.1:9/mark")
    sign(world, capfd)
    monkeypatch.setenv("LEDGER_HEAD", server.url)
    assert server.size == world.size() - 1
    assert here(capfd, "verify", world=world).exit == 0
    sign(world, capfd)
    assert server.size == world.size()


def test_a_mark_that_was_taken_away_is_told(world: World, capfd: Capture, server: Server) -> None:
    sign(world, capfd)
    server.handler.kept = None
    said = here(capfd, "verify", world=world)
    assert said.exit == 9
    assert "there is no high-water mark at" in said.err


def test_a_damaged_mark_is_refused(world: World, capfd: Capture, server: Server) -> None:
    sign(world, capfd)
    server.handler.kept = b"<html>It works!</html>"
    done, said = sign(world, capfd)
    assert done == 3
    assert "cannot be read" in said
    server.handler.kept = bytes(Mark.parse(world.place.head.read_bytes()))
    assert sign(world, capfd)[0] == 0


def test_a_wrong_password_is_a_mark_that_was_not_asked(
    world: World, capfd: Capture, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEDGER_HEAD", server.url.replace("s3cret", "wrong"))
    done, said = sign(world, capfd)
    assert done == 0
    assert "it answers 401" in said
    assert server.handler.puts == []


@pytest.mark.parametrize("url", ["http://example.org/mark", "ftp://127.0.0.1/mark", "http://[::1/mark"])
def test_an_address_that_is_not_safe_is_refused_at_once(
    world: World, capfd: Capture, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("LEDGER_HEAD", url)
    before = world.size()
    assert sign(world, capfd)[0] == 2
    assert world.size() == before


def test_a_mark_in_another_folder_does_the_same(world: World, capfd: Capture, tmp_path: Path) -> None:
    file = tmp_path / "share" / "mark"
    file.parent.mkdir()
    old, run = tmp_path / "old", {"LEDGER_HEAD": str(file)}
    shutil.copytree(world.place.base.parent, old)
    assert ledger("checkpoint", "sign", world=world, **run).exit == 0
    assert file.read_bytes() == world.place.head.read_bytes()
    said = ledger("--ledger", str(old / "ledger.db"), "obligations", **run)
    assert said.exit == 3
    assert "so says the high-water mark at" in said.err


def test_a_restore_that_is_recorded_is_told_from_an_old_copy(
    world: World, capfd: Capture, tmp_path: Path, server: Server
) -> None:
    """After it the mark goes back, with the next commit; an old copy put back later is refused again."""
    backup, folder = tmp_path / "backup", world.place.base.parent
    assert here(capfd, "backup", str(backup), "--kept-until", "2099-01-01", world=world).exit == 0
    for _ in range(9):
        sign(world, capfd)
    lost = server.size
    shutil.rmtree(folder)
    folder.mkdir()
    restored = here(capfd, "restore", str(backup), "--no-newer-copy", world=world)
    assert restored.exit == 0, restored.err
    assert world.size() < lost == server.size
    assert here(capfd, "obligations", world=world).exit == 0
    assert here(capfd, "verify", world=world).exit == 0
    assert sign(world, capfd)[0] == 0
    assert server.size == world.size() < lost
    assert here(capfd, "verify", world=world).exit == 0


def test_a_restore_waits_for_a_mark_that_cannot_be_asked(
    world: World, capfd: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup, folder = tmp_path / "backup", world.place.base.parent
    assert here(capfd, "backup", str(backup), "--kept-until", "2099-01-01", world=world).exit == 0
    folder.rename(folder.with_name("lost"))
    folder.mkdir()
    monkeypatch.setenv("LEDGER_HEAD", "http://127.0.0.1:9/mark")
    said = here(capfd, "restore", str(backup), "--no-newer-copy", world=world)
    assert said.exit == 9
    assert "restore when the mark can be read" in said.err
    monkeypatch.delenv("LEDGER_HEAD")
    assert here(capfd, "restore", str(backup), "--no-newer-copy", world=world).exit == 0


def test_one_in_the_ledgers_own_folder_is_set_as_any_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = world.place.base.with_name("second.head")
    said = ledger("checkpoint", "sign", world=world, LEDGER_HEAD=str(mark))
    assert (said.exit, "warning" in said.err) == (0, False), said.err
    assert Mark.parse(mark.read_bytes()).size == world.size()


def test_a_folder_in_its_place_is_told_and_the_entries_are_kept(world: World, tmp_path: Path) -> None:
    size = world.size()
    said = ledger("checkpoint", "sign", world=world, LEDGER_HEAD=str(tmp_path))
    assert (said.exit, world.size()) == (0, size + 1)
    assert f"the high-water mark at {tmp_path} cannot be" in said.err
    checked = ledger("verify", world=world, LEDGER_HEAD=str(tmp_path))
    assert (checked.exit, "ledger: hint: mend what keeps the mark" in checked.err) == (9, True)
