"""A witness that goes and looks, at a folder and over HTTP on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ledger.chain.tiles import MalformedTile
from ledger.errors import UsageProblem
from ledger.witness.published import Published, Unreachable
from ledger.witness.rules import Forked, Older
from ledger.witness.visit import visited
from tests.keys.people import ORIGIN
from tests.witness.logs import leaves, published, witness


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    folder = tmp_path / "www"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("old", "size"), [(1, 2), (100, 255), (255, 256), (256, 257), (300, 70_000)])
def test_a_folder_is_followed_as_it_grows(tmp_path: Path, old: int, size: int) -> None:
    one = witness(tmp_path / "state")
    for count in (old, size):
        note = visited(one, Published(str(published(tmp_path / "www", leaves(count)))))
        assert note.verified([one.key])
    last = one.memory.last(ORIGIN)
    assert last is not None
    assert last.size == size


def test_a_log_is_followed_over_http(tmp_path: Path, served: tuple[Path, str]) -> None:
    folder, address = served
    one = witness(tmp_path / "state")
    for count in (3, 300):
        published(folder, leaves(count))
        assert visited(one, Published(address)).verified([one.key])


def test_a_fork_shown_later_is_found_and_kept(tmp_path: Path) -> None:
    one = witness(tmp_path / "state")
    visited(one, Published(str(published(tmp_path / "shown-to-me", leaves(10)))))
    with pytest.raises(Forked, match="two histories") as found:
        visited(one, Published(str(published(tmp_path / "shown-to-all", leaves(20, "other")))))
    (kept,) = (tmp_path / "state").glob("*/fork-20-*")
    assert str(kept) in found.value.hint


@pytest.mark.parametrize("history", ["same", "other"])
def test_a_log_that_shows_less_than_before_is_neither_cosigned_nor_accused(tmp_path: Path, history: str) -> None:
    """An old copy, or another history: of a smaller tree no proof can tell."""
    one = witness(tmp_path / "state")
    visited(one, Published(str(published(tmp_path / "before", leaves(10)))))
    place = published(tmp_path / "after", leaves(8, *["other"][: history == "other"]))
    with pytest.raises(Older, match=r"checkpoint 8 .* checkpoint 10 was seen before") as found:
        visited(one, Published(str(place)))
    assert found.value.exit == 9
    assert all(part in found.value.hint for part in ("ledger checkpoint compare", str(place)))
    last = one.memory.last(ORIGIN)
    assert last is not None
    assert last.size == 10


def test_damaged_tiles_are_no_fork(tmp_path: Path) -> None:
    one, folder = witness(tmp_path / "state"), tmp_path / "www"
    visited(one, Published(str(published(folder, leaves(10)))))
    published(folder, leaves(20))
    tile = folder / "tile/0/000.p/20"
    tile.write_bytes(bytes(32 * 20))
    with pytest.raises(Forked, match="invalid consistency proof"):
        visited(one, Published(str(folder)))
    assert not list((tmp_path / "state").glob("*/fork-*"))
    tile.write_bytes(b"short")
    with pytest.raises(MalformedTile):
        visited(one, Published(str(folder)))


def test_what_is_not_published_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        Published(str(tmp_path)).checkpoint()


@pytest.mark.parametrize("address", ["http://example.org/log", "ftp://127.0.0.1/log", "file:///etc"])
def test_an_address_is_https_or_this_machine(address: str) -> None:
    with pytest.raises(UsageProblem):
        Published(address).checkpoint()
