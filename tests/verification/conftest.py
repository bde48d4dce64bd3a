"""The demo with two batches of uses, a further seal and a tail behind it: to be damaged, a copy each."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ledger.application import Application
from ledger.chain.hashing import leaf_hash
from ledger.chain.merkle import merkle_root
from ledger.events.codec import encoded
from ledger.events.usage import AccessUsed
from ledger.place import Place
from tests.worlds import V, World, copied

USES = (5, 3)


def use(number: int, author: str = "VLAIO") -> bytes:
    values: dict[str, Any] = {**AccessUsed.example, "type": "access-used/1", "author": author, "protocol": V}
    values |= {"happened_at": "2022-06-20T08:00:00Z", "id": f"{number:032x}", "offset": number}
    return encoded(msgspec.convert(values, AccessUsed))


def ingest(world: World, ledger: Application, numbers: range) -> int:
    """One batch of uses by VLAIO; the opener's position."""
    members = [use(number) for number in numbers]
    root = merkle_root([leaf_hash(member) for member in members]).hex()
    opener = world.signed(
        "VLAIO", "log-batch-ingested", batch={"count": len(members), "root": root}, source="m365-audit",
        file="ad" * 32, file_bytes=numbers.start, first="2022-06-20T08:00:00Z", last="2022-06-20T08:00:00Z",
        happened_at="2022-06-20T08:00:00Z",
    )  # fmt: skip
    return ledger.ingest(V, opener, members, ledger.store.stream_version(f"{V}/imports")).first


@pytest.fixture(scope="session")
def ledger_folder(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    world = copied(demo_folder, tmp_path_factory.mktemp("verification") / "ledger")
    with world.open() as ledger:
        ingest(world, ledger, range(100, 100 + USES[0]))
        ingest(world, ledger, range(200, 200 + USES[1]))
        ledger.sign_checkpoint(world.key("OPERATOR", "log"), world.key("OPERATOR"))
        ingest(world, ledger, range(300, 302))
    world.check()
    return Path(world.place.url).parent


@pytest.fixture
def damaged(ledger_folder: Path, tmp_path: Path) -> World:
    """A copy for a test to spoil."""
    shutil.copytree(ledger_folder, tmp_path / "damaged")
    return World(Place.named(str(tmp_path / "damaged" / "ledger.db"), {}))


@pytest.fixture(scope="session")
def grown_folder(ledger_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Over a thousand entries: with stored tree nodes, and a batch across the places where reading may begin."""
    shutil.copytree(ledger_folder, tmp_path_factory.mktemp("grown") / "ledger")
    world = World(Place.named(str(next(tmp_path_factory.getbasetemp().glob("grown*/ledger")) / "ledger.db"), {}))
    with world.open() as ledger:
        for first in (1000, 2000, 3000):
            ingest(world, ledger, range(first, first + 300))
        ledger.sign_checkpoint(world.key("OPERATOR", "log"), world.key("OPERATOR"))
        ingest(world, ledger, range(4000, 4007))
    world.check()
    return Path(world.place.url).parent


@pytest.fixture
def grown(grown_folder: Path, tmp_path: Path) -> World:
    """A copy of the larger one."""
    shutil.copytree(grown_folder, tmp_path / "grown")
    return World(Place.named(str(tmp_path / "grown" / "ledger.db"), {}))
