"""`ledger import`: an application's log becomes signed batches of uses; and what became of it."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import session
from cli.exit_codes import EXIT_STATUS
from cli.import_check import check
from cli.import_show import list_, show
from cli.import_source import source
from cli.import_summarise import summarise
from cli.options import PATH, PATH_OR_DASH, json_option, ledger_option

if TYPE_CHECKING:
    from cli.import_run import ImportRun
    from ledger.application import Application
    from ledger.importers.gathering import Gathered
    from ledger.importers.importer import Importer
    from ledger.importers.interpreted import Files, RecordKey

FORMATS = {
    "azure-storage": "StorageRead/Write/Delete: diagnostic JSON, Log Analytics CSV.",
    "databricks": "Audit delivery JSON, Azure diagnostics, system.access.audit.",
    "dataverse": "Audit table (Web API, CSV), CRM records of the unified audit.",
    "entra-signin": "Sign-ins and directory audits: diagnostic JSON, Graph.",
    "m365-audit": "PowerShell CSV, portal CSV, Management API JSON.",
    "table": "Any CSV or JSON lines, with --mapping.",
    "web-access": "NCSA combined, nginx, IIS, `;` lists of logins.",
}
"""The formats of `ledger.importers.formats`, named here so that `--help` loads none of them."""

BATCH_COMMANDS: dict[str, click.Command] = {
    "check": check, "list": list_, "show": show, "source": source, "summarise": summarise,
}  # fmt: skip

HELP = """{about}

Read an application's log into the ledger, as uses by persons who appear only as tokens.

\b
Examples:
  ledger import {name} FILE{mapping} --protocol vlaio-fio-tbt-2021 --party VLAIO
  ledger import {name} FOLDER --follow{mapping}

The same file again, or an overlapping export, adds nothing twice. Rejected lines never stop the others: they go to
FILE.rejected as they came, and the reasons to FILE.rejects.jsonl. Mend FILE.rejected in an editor and import it as
FILE was; it is never overwritten once it was changed. A record that says otherwise than it did is rejected, and both
places are named.

FILE may be packed (gzip, zip), a folder, or - for standard input. It must be of the named format: what is not, among
others that are, is passed over and told, and the exit code is 5. An empty file is told, and is no fault.

With --follow a folder is watched: what is put in it, or grows in it, is read; an unfinished last line waits. It may be
stopped at any moment and started again.
"""


class ImportGroup(click.Group):
    """One command for each format, made when it is asked for, and those that tell of what was imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*FORMATS, *sorted(BATCH_COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in FORMATS:
            return _format_command(cmd_name)
        return BATCH_COMMANDS.get(cmd_name)


@click.group("import", cls=ImportGroup, epilog=EXIT_STATUS)
def command() -> None:
    """Read an application's log into the ledger; list, show and check what was read.

    \b
    Examples:
      ledger import m365-audit auditlog.csv --protocol vlaio-fio-tbt-2021 --party VLAIO
      ledger import list
    """


def _format_command(name: str) -> click.Command:
    mapping = " --mapping mapping.yaml" if name == "table" else ""
    help_text = HELP.format(about=FORMATS[name], name=name, mapping=mapping)
    made = click.Command(name, callback=partial(run_format, name), help=help_text, epilog=EXIT_STATUS,
                         short_help=FORMATS[name])  # fmt: skip
    return _with_options(made)


def _with_options(made: click.Command) -> click.Command:
    made.params.append(click.Argument(["files"], metavar="FILE...", nargs=-1, type=PATH_OR_DASH))
    made.params.extend(click.Option([name], **about) for name, about in OPTIONS.items())
    return ledger_option(json_option(made))


OPTIONS: dict[str, dict[str, Any]] = {
    "--mapping": {
        "type": PATH, "metavar": "FILE",
        "help": "Which place is which dataset, what is bulk; for table, what the columns mean too.",
    },
    "--directory": {
        "type": PATH, "metavar": "FILE",
        "help": "For whom each person works, in which capacity and function, from when until when.",
    },
    "--protocol": {
        "metavar": "ID",
        "help": "Which protocol the uses are about; may be left out if there is one, or one of --party.",
    },
    "--party": {
        "metavar": "PARTY", "help": "Who states this log; may be left out if only one has a key here.",
    },
    "--internal": {
        "multiple": True, "metavar": "NETWORK",
        "help": "A network of your own, as 10.0.0.0/8: uses from inside are told from others. May be repeated.",
    },
    "--keep": {"is_flag": True, "help": "Keep the file itself too, encrypted, beside the ledger."},
    "--processes": {
        "type": click.IntRange(1, 2), "help": "How many processes read and write; two for a large file if not said.",
    },
    "--follow": {"is_flag": True, "help": "FILE is a folder: read what comes into it, until Ctrl-C."},
    "--every": {
        "type": click.IntRange(1, 86_400), "default": 30, "show_default": True, "metavar": "SECONDS",
        "help": "How often --follow looks.",
    },
    "--once": {"is_flag": True, "help": "With --follow: look once, and end."},
    "--dry-run": {"is_flag": True, "help": "Read and count; write nothing."},
    "--strict": {"is_flag": True, "help": "Exit 5 if a line was rejected."},
}  # fmt: skip


@click.pass_context
def run_format(
    ctx: click.Context, format_: str, files: tuple[Path, ...], mapping: Path | None, directory: Path | None,
    protocol: str | None, party: str | None, internal: tuple[str, ...], keep: bool, processes: int | None,
    follow: bool, every: int, once: bool, dry_run: bool, strict: bool, as_json: bool,
) -> int:  # fmt: skip
    from cli.import_run import ImportRun
    from cli.import_run import party as author_of
    from ledger.clock import spell
    from ledger.importers.gathering import Gathered, gathered
    from ledger.importers.ingest import Statement
    from ledger.importers.interpreted import Files
    from ledger.importers.rehearsal import Rehearsal

    _check_use(files, follow=follow, once=once, dry_run=dry_run)
    importer = _importer(format_, mapping, internal)
    found = Gathered([], []) if follow else gathered(importer, files, lambda: sys.stdin.buffer)
    opened = session.application(ctx)
    chosen = session.protocol(opened, protocol, party)
    keys = Rehearsal(opened.vault).record_key if dry_run else opened.vault.record_key
    importer = _interpreted(opened, importer, Files(mapping, directory), chosen, keys)
    statement = Statement(author_of(ctx, opened, chosen, party), chosen, spell(opened.clock()))
    run = ImportRun(ctx, opened, importer, statement, processes, keep, dry_run)
    if follow:
        from cli.import_follow import follow_folder

        return follow_folder(run, files[0], every=every, once=once, as_json=as_json)
    return _read_all(run, found, strict=strict, as_json=as_json)


def _check_use(files: tuple[Path, ...], *, follow: bool, once: bool, dry_run: bool) -> None:
    from ledger.errors import UsageProblem

    if not files:
        raise UsageProblem("which file?", hint="name a log, a folder of logs, or - for standard input")
    if follow and (len(files) != 1 or not files[0].is_dir()):
        raise UsageProblem("--follow takes one folder", hint="ledger import FORMAT FOLDER --follow")
    if once and not follow:
        raise UsageProblem("--once is for --follow", hint="without --follow a log is read once anyway")
    if follow and dry_run:
        raise UsageProblem("--follow writes what it reads", hint="--dry-run is for: ledger import FORMAT FILE")


def _read_all(run: ImportRun, found: Gathered, *, strict: bool, as_json: bool) -> int:
    """Read each log; one that goes wrong by itself among others is passed over, and told at the end."""
    from cli.import_run import tell
    from ledger.importers.gathering import OF_ONE_FILE, is_fault

    logs, run.passed_over = found
    alone = len(logs) + len(run.passed_over) == 1
    for log in logs:
        try:
            run.take(log.open())
        except OF_ONE_FILE as error:
            if alone or error.where.get("file") != str(log.path):
                raise
            run.passed_over.append(error)
    tell(run, as_json=as_json)
    return 5 if any(map(is_fault, run.passed_over)) or (strict and run.counts.rejected) else 0


def _importer(name: str, mapping: Path | None, internal: tuple[str, ...]) -> Importer:
    from ledger.errors import UsageProblem
    from ledger.importers.addresses import networks
    from ledger.importers.formats import TABLE, importer, table

    if name == TABLE and mapping is None:
        raise UsageProblem("a table needs a mapping", hint="ledger import table FILE --mapping FILE")
    own = networks(internal)
    return table(mapping, own) if mapping and name == TABLE else importer(name, own)


def _interpreted(
    opened: Application, importer: Importer, files: Files, protocol: str, keys: RecordKey
) -> Importer:  # fmt: skip
    """The importer with what this party says of places and persons. Function profiles must be on record."""
    from ledger.importers.directory import Known, profiles_on_record
    from ledger.importers.interpreted import Interpreted

    known = Known(opened.door.protocols[protocol].parties, profiles_on_record(opened.store, protocol))
    return Interpreted.by(importer, files, known, protocol, keys)
