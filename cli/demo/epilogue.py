"""What the demo tells after its first checkpoint: an application's log, imported beside what was granted."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path

from cli.demo.telling import OPERATOR, Demo, Step, chapters, tell_step
from ledger.application import Application
from ledger.clock import spell
from ledger.importers.directory import Known, profiles_on_record
from ledger.importers.formats import table
from ledger.importers.ingest import Ingestion, Statement
from ledger.importers.interpreted import Files, Interpreted
from ledger.importers.log_reads import record_read
from ledger.importers.recording import Recording
from ledger.keys.keystore import KeyPair, KeyStore
from ledger.keys.passphrase import no_passphrase
from ledger.place import Place

SEALED = datetime.fromisoformat("2022-06-13T16:00:00+00:00")
DRAWN = 1_000_000
"""Where chance goes on: what the story drew before is not drawn twice."""


def tell_epilogue(place: Place) -> int:
    """Record the chapters after the first checkpoint, and sign a second one; give the number of entries."""
    demo, store = Demo(drawn=DRAWN), KeyStore(place.keys)

    def key(party: str, use: str = "events") -> KeyPair:
        return store.newest(party, use).opened(no_passphrase)  # type: ignore[arg-type]

    with Application.open(place, clock=demo.clock, ids=demo.identifier, random=demo.random) as ledger:
        for step in (step for chapter in chapters() if chapter.after_seal for step in chapter.steps):
            demo.moment = step.at
            tell_step(ledger, step, key(step.by), demo)
            if step.log is not None:
                with as_file(files("cli.demo").joinpath("logs")) as folder:
                    _import(ledger, step, step.log, folder, key(step.by))
        demo.moment = SEALED
        ledger.sign_checkpoint(key(OPERATOR, "log"), key(OPERATOR))
        return ledger.store.size()


def _import(ledger: Application, step: Step, log: dict[str, str], folder: Path, key: KeyPair) -> None:
    """What `ledger import table` does."""
    importer = Interpreted.by(
        table(folder / log["mapping"]), Files(None, folder / log["directory"]),
        Known(ledger.door.protocols[step.protocol].parties, profiles_on_record(ledger.store, step.protocol)),
        step.protocol, ledger.vault.record_key,
    )  # fmt: skip
    statement = Statement(step.by, step.protocol, spell(ledger.clock()))
    ingestion = Ingestion(importer, statement, ledger.vault, ledger.known_uses)
    for _ in Recording(ledger, ingestion, step.protocol, key).run(folder / log["file"]):
        pass
    if ingestion.file is not None:
        record_read(ledger, ingestion.file, importer.name, statement, key)
