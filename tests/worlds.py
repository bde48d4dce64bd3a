"""The demo's ledger, to be changed and checked: every world is a copy of its own, and is checked whole."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.demo.telling import ORIGIN, build, seed
from ledger.application import Application
from ledger.keys.keystore import KeyPair, KeyStore
from ledger.keys.passphrase import no_passphrase
from ledger.keys.signing import Draft, SignedLine, sign
from ledger.place import Place
from ledger.recorded import Recorded
from ledger.storage.highwater import HighWater
from ledger.storage.opening import open_store
from ledger.verification.run import Asked, verify

V, O = "vlaio-fio-tbt-2021", "opgroeien-serv-2021"  # noqa: E741 - as the obligations call them
AFTER = datetime.fromisoformat("2022-07-01T08:00:00+00:00")
"""The story is told by then."""


@dataclass
class World:
    """One ledger and what lies beside it. Time passes only when it is asked for, a second at a time."""

    place: Place
    moment: datetime = AFTER
    origin: str = ORIGIN
    _keys: dict[str, KeyPair] = field(default_factory=dict)

    def clock(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment

    def open(self) -> Application:
        return Application.open(self.place, clock=self.clock)

    def key(self, party: str, use: str = "events") -> KeyPair:
        return KeyStore(self.place.keys).newest(party, use).opened(no_passphrase)  # type: ignore[arg-type]

    def signed(self, by: str | KeyPair, type_name: str, protocol: str | None = V, **fields: Any) -> SignedLine:
        """A draft of this type, signed by a party's newest key; its id follows from what it says."""
        about = {"protocol": protocol} if protocol else {}
        draft = Draft.parse({"type": type_name, **about, **fields})
        return sign(draft, self.key(by) if isinstance(by, str) else by, self.origin, self.clock, id_key=seed("tests"))

    def record(self, *lines: SignedLine) -> list[Recorded]:
        with self.open() as ledger:
            recorded = ledger.record(lines)
        self.check()
        return recorded

    def size(self) -> int:
        with open_store(self.place.url) as store:
            return store.size()

    def check(self) -> int:
        """Verify the whole ledger, the mark included; its size."""
        with open_store(self.place.url) as store:
            asked = Asked(head=HighWater(self.place.head), deep=True, processes=1)
            report = verify(store, self.place.url, asked)
        assert report.faults == ()
        assert not report.failed
        return report.size

    def bytes(self) -> bytes:
        """Every stored entry, as `ledger export` gives them."""
        with open_store(self.place.url) as store:
            return b"".join(row[4] + b"\n" for page in store.pages() for row in page)


def copied(source: Path, target: Path) -> World:
    shutil.copytree(source, target)
    return World(Place.named(str(target / "ledger.db"), {}))


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo as it is built, in a folder that nobody changes."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    folder.mkdir()
    build(Place.named(str(folder / "ledger.db"), {}))
    return folder


@pytest.fixture
def world(demo_folder: Path, tmp_path: Path) -> Iterator[World]:
    """A copy of the demo; whatever a test did to it, it is whole at the end."""
    made = copied(demo_folder, tmp_path / "world")
    yield made
    made.check()


@pytest.fixture
def spoilt(demo_folder: Path, tmp_path: Path) -> World:
    """A copy of the demo for a test that damages it."""
    return copied(demo_folder, tmp_path / "spoilt")


def rewrite(world: World, *statements: str) -> None:
    """Change what is stored behind the ledger's back, as the owner of the file can."""
    from tests.verification.forging import as_owner

    as_owner(world.place.url, lambda file: [file.execute(statement) for statement in statements])


def hear_ctrl_c() -> None:
    """For a program about to start: as a shell starts it, though whoever runs the tests may be deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def environment(**more: str) -> dict[str, str]:
    """What a command line starts with: nothing of ours but what the test says."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEDGER") and name != "NO_COLOR"}
    return {**kept, "TERM": "dumb", **more}


def log_file(folder: Path, uses: int = 40, first: int = 1) -> Path:
    """A log of as many uses, by two persons who do not exist."""
    from tests.importers.logs import audit, csv_text

    people = ("An.Voorbeeld@fictief.example", "Jan.Voorbeeld@fictief.example")
    file = folder / f"log-{first}-{uses}.csv"
    records = (audit(number, UserId=people[number % 2]) for number in range(first, first + uses))
    file.write_text(csv_text(records), encoding="utf-8")
    return file


def import_log(world: World, file: Path) -> int:
    """Import a file as VLAIO's; how many uses were new."""
    from ledger.clock import spell
    from ledger.importers.ingest import Ingestion, Statement
    from ledger.importers.m365_audit import M365Audit
    from ledger.importers.recording import Recording

    with world.open() as ledger:
        statement = Statement("VLAIO", V, spell(world.clock()))
        ingestion = Ingestion(M365Audit(), statement, ledger.vault, ledger.known_uses)
        return sum(batch.uses for batch in Recording(ledger, ingestion, V, world.key("VLAIO")).run(file))


@pytest.fixture
def imported(world: World, tmp_path: Path) -> World:
    """The demo's ledger with a log in it."""
    assert import_log(world, log_file(tmp_path)) == 40
    return world
