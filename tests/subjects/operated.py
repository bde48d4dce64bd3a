"""A ledger that a party operates itself: VLAIO, which holds data of TBT, some of it in the ledger's own vault."""

from __future__ import annotations

from pathlib import Path

from cli.demo.telling import seed
from ledger.application import Application
from ledger.chain.hashing import sha256
from ledger.keys.passphrase import no_passphrase
from ledger.keys.signing import Draft, SignedLine, sign
from ledger.opening import Opening, open_ledger
from ledger.place import Place
from ledger.protocol.shipped import shipped
from projections.obligations.answer import Obligation
from projections.obligations.engine import evaluate
from projections.obligations.projection import ObligationsProjection
from projections.runner import fold
from tests.worlds import V, World

ORIGIN = "example.org/ledger/vlaio"
HELD = {"origin": "TBT", "dataset": "vragen"}
DELETES = "art. 4, sentence 2"


def operated(place: Place) -> World:
    """In force, with two copies of TBT's questions at VLAIO: in the ledger, and in KRIS."""
    world = World(place, origin=ORIGIN)
    seeds = (seed("VLAIO events"), seed("VLAIO log"))
    open_ledger(place, Opening("VLAIO", ORIGIN, no_passphrase, seeds, world.clock))
    data = shipped()[V]
    digest = sha256(data).hex()
    with world.open() as ledger:
        ledger.record([stated(world, "protocol-version-registered", version="1", digest=digest)], {digest: data})
        for party, office in (("VLAIO", "administrateur-generaal"), ("FIO", "administrateur-generaal"),
                              ("TBT", "algemeen-directeur")):  # fmt: skip
            record(ledger, world, "protocol-signed", party=party, version="1", office=office)
        record(ledger, world, "holding-registered", **HELD, copy="notities", app="ledger")
        record(ledger, world, "holding-registered", **HELD, copy="KRIS", app="KRIS")
    return world


def stated(world: World, kind: str, /, **fields: object) -> SignedLine:
    """A draft stated by VLAIO, for itself or in a report of what another party without a key did."""
    protocol = {} if kind.startswith(("subject-", "ledger-")) and kind != "subject-data-changed" else {"protocol": V}
    if fields.get("party") not in (None, "VLAIO"):
        fields["evidence"] = [{"strength": "ticket"}]
    elif "party" in fields:
        del fields["party"]
    return sign(Draft.parse({"type": kind, **protocol, **fields}), world.key("VLAIO"), ORIGIN, world.clock)


def record(ledger: Application, world: World, kind: str, /, **fields: object) -> int:
    return ledger.record([stated(world, kind, **fields)])[0].position


def told(world: World, kind: str, /, **fields: object) -> int:
    with world.open() as ledger:
        return record(ledger, world, kind, **fields)


def owed(world: World) -> dict[str, Obligation]:
    """What VLAIO must delete of TBT's data, by copy."""
    with world.open() as ledger:
        state = fold(ledger.store, [ObligationsProjection(ledger.store.protocol_file)])[0].state
        found = [each for each in evaluate(state, world.clock()).obligations if each.clause == DELETES]
    return {str(each.unit.fields["copy"]): each for each in found if each.bearer == "VLAIO" and each.unit}


def beside(folder: Path, name: str = "ledger") -> Place:
    folder.mkdir(exist_ok=True)
    return Place.named(str(folder / f"{name}.db"), {})
