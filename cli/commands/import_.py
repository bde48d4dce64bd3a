"""`ledger import`: an application's log becomes signed batches of uses."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.options import json_option, ledger_option
from cli.output import answer, answer_json, say
from cli.progress import progress

if TYPE_CHECKING:
    from ledger.application import Application
    from ledger.events.keys import KeyUse
    from ledger.importers.custody import LogFile
    from ledger.importers.importer import Importer
    from ledger.importers.ingest import Counts, Ingestion
    from ledger.keys.keystore import KeyPair

FORMATS = ("azure-storage", "databricks", "dataverse", "entra-signin", "m365-audit", "table", "web-access")
BATCH_USES: tuple[KeyUse, ...] = ("imports", "events")
"""Uses of a key that may sign a batch, the narrower first."""
"""The formats of `ledger.importers.formats`, named here so that `--help` loads none of them."""


@click.command("import", epilog=EXIT_STATUS)
@click.argument("format_", metavar="FORMAT", type=click.Choice(FORMATS))
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--mapping", type=click.Path(path_type=Path), metavar="FILE", help="What the columns mean; for table.")
@click.option("--protocol", metavar="ID", help="Which protocol the uses are about; may be left out if there is one.")
@click.option("--party", metavar="PARTY", help="Who states this log; may be left out if only one has a key here.")
@click.option("--dry-run", is_flag=True, help="Read and count; write nothing.")
@click.option("--strict", is_flag=True, help="Exit 5 if a line was rejected.")
@json_option
@ledger_option
@click.pass_context
def command(
    ctx: click.Context, format_: str, files: tuple[Path, ...], mapping: Path | None, protocol: str | None,
    party: str | None, dry_run: bool, strict: bool, as_json: bool,
) -> int:  # fmt: skip
    """Read an application's log into the ledger, as uses by persons who appear only as tokens.

    \b
    Example:
      ledger import m365-audit auditlog.csv --protocol vlaio-fio-tbt-2021 --party VLAIO

    The same file again, or an overlapping export, adds nothing twice. Rejected lines go to FILE.rejects.jsonl and
    never stop the others; mend them in the log and import that again: what was recorded is known, the rest is new.

    FILE may be packed (gzip, zip), a folder, or - for standard input. It must be of the named format.

    \b
    azure-storage  StorageRead/Write/Delete: diagnostic JSON, Log Analytics CSV
    databricks     audit delivery JSON, Azure diagnostics, system.access.audit
    dataverse      audit table (Web API, CSV), CRM records of the unified audit
    entra-signin   sign-ins and directory audits: diagnostic JSON, Graph
    m365-audit     PowerShell CSV, portal CSV, Management API JSON
    table          any CSV or JSON lines, with --mapping
    web-access     NCSA combined, nginx, IIS, `;` lists of logins
    """
    from ledger.clock import spell
    from ledger.importers.formats import check
    from ledger.importers.ingest import Ingestion, Statement
    from ledger.importers.inputs import inputs

    importer = _importer(format_, mapping)
    logs = inputs(files, lambda: sys.stdin.buffer)
    for log in logs:  # nothing is written before all of them are known to be of this format
        check(importer, log.head(), log.path)
    opened = session.application(ctx)
    chosen = session.protocol(opened, protocol)
    author = _party(ctx, opened, chosen, party)
    statement = Statement(author, chosen, spell(opened.clock()))
    ingestion = Ingestion(importer, statement, opened.vault, opened.known_uses, rehearsal=dry_run)
    told = []
    for log in logs:
        told.append(_one(ctx, opened, ingestion, log.open(), chosen, author, dry_run=dry_run))
    _tell(opened, ingestion.counts, told, as_json=as_json, dry_run=dry_run)
    return 5 if strict and ingestion.counts.rejected else 0


def _one(
    ctx: click.Context,
    opened: Application,
    ingestion: Ingestion,
    log: LogFile,
    protocol: str,
    author: str,
    *,
    dry_run: bool,
) -> dict[str, Any]:
    """Read one file; what it gave, for the answer."""
    from ledger.importers.recording import Recording

    positions, uses = [], 0
    with progress("bytes") as tell:
        if dry_run:
            for _ in ingestion.batches(log):
                tell(ingestion.offset, log.size)
        else:
            key = _key(ctx, opened, author)
            recording = Recording(opened, ingestion, protocol, key, lambda offset: tell(offset, log.size))
            for appended in recording.run(log):
                positions.append(appended.position)
                uses += appended.uses
    rejects = str(ingestion.rejects_path) if ingestion.rejects_path else None
    return {"file": str(log.path), "batches": positions, "new": uses, "rejects_file": rejects}


def _importer(name: str, mapping: Path | None) -> Importer:
    from ledger.errors import UsageProblem
    from ledger.importers.formats import TABLE, importer, table

    if name == TABLE and mapping is None:
        raise UsageProblem("a table needs a mapping", hint="ledger import table FILE --mapping FILE")
    if name != TABLE and mapping is not None:
        raise UsageProblem(f"{name} takes no mapping", hint="--mapping is for: ledger import table")
    return table(mapping) if mapping else importer(name)


def _party(ctx: click.Context, opened: Application, protocol: str, named: str | None) -> str:
    from ledger.errors import UsageProblem

    parties = opened.door.protocols[protocol].parties
    candidates = sorted(party for party in parties if _may_sign(ctx, opened, party))
    if named is not None:
        return named
    if len(candidates) != 1:
        raise UsageProblem(
            "who states this log?", hint=f"--party is one of: {', '.join(candidates or sorted(parties))}"
        )
    return candidates[0]


def _may_sign(ctx: click.Context, opened: Application, party: str) -> bool:
    door = opened.door
    return any(session.key_files(ctx, party, use, door) for use in BATCH_USES)


def _key(ctx: click.Context, opened: Application, party: str) -> KeyPair:
    """The key that signs the batches: an imports key before an events key."""
    door = opened.door
    use: KeyUse = "imports" if session.key_files(ctx, party, "imports", door) else "events"
    return session.key(ctx, party, use, door)


def _tell(opened: Application, counts: Counts, told: list[dict[str, Any]], *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        answer_json({
            "dry_run": dry_run, "new": counts.new, "duplicate": counts.duplicate, "rejected": counts.rejected,
            "ignored": counts.ignored, "conflicting": counts.conflicting, "unlisted": counts.unlisted,
            "ambiguous": counts.ambiguous, "reasons": dict(counts.reasons),
            "files": told, "size": opened.store.size(),
        })  # fmt: skip
        return
    answer(f"{'would be ' if dry_run else ''}new {counts.new:,}  duplicate {counts.duplicate:,}  "
           f"rejected {counts.rejected:,}  ignored {counts.ignored:,}")  # fmt: skip
    for reason, count in counts.reasons.most_common():
        answer(f"  {count:>7,} {reason}")
    if counts.ambiguous:
        say(f"{counts.ambiguous:,} local times came twice on their day: they are recorded by their date")
    for each in told:
        if each["rejects_file"]:
            say(f"rejected lines of {each['file']} are in {each['rejects_file']}; mend the log and import it again")
    if not dry_run:
        answer(f"log size {opened.store.size():,}")
