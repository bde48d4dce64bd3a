"""`ledger`: the command group, loaded lazily, and the one place where an error becomes words and an exit code."""

from __future__ import annotations

import importlib
import io
import sys
from typing import Any

import click

from cli.exit_codes import EXIT_STATUS
from cli.failure import tell_failure, tell_outcome
from cli.nouns import NOUN_SUMMARIES, NOUNS

COMMANDS = {
    "Start": ("demo", "init"),
    "Protocols and events": ("protocol", "events", "sign", "record", "import"),
    "What must be done": ("obligations", "why", "findings", "register", "replay"),
    "Is it whole": ("verify", "checkpoint", "evidence", "export"),
    "Persons": ("subject", "retention"),
    "Keys and copies": ("key", "backup", "restore", "load"),
    "Record what happened": tuple(NOUN_SUMMARIES),
}
"""Every command by its group; each lives in `cli.commands.<name>` as `command`, but for the nouns of `cli.nouns`."""

INTRODUCTION = """Show that you did what you signed: an audit ledger of personal-data exchanges.

\b
Examples:
  ledger demo
  ledger --ledger demo/ledger.db obligations --as-of 2022-06-15
  ledger --ledger demo/ledger.db verify

The ledger is named by --ledger or LEDGER: a path, or a database URL; ./ledger.db if neither is given. Other variables:
LEDGER_PASSPHRASE_FILE, LEDGER_PASSPHRASE, LEDGER_FILES (where the files beside a database URL lie),
LEDGER_HEAD (a second mark, elsewhere), LEDGER_VAULT (where the vault lies), LEDGER_VAULT_KEY_FILE, LEDGER_VAULT_KEY,
LEDGER_VAULT_KEYRING, NO_COLOR.
"""


MODULES = {"import": "import_"}
"""Commands whose name is a word of Python."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are run or when their own help is asked."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for names in COMMANDS.values() for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command | None = None
        if cmd_name not in NOUN_SUMMARIES:
            module = importlib.import_module(f"cli.commands.{MODULES.get(cmd_name, cmd_name)}")
            command = module.command
        return self._with_verbs(cmd_name, command) if cmd_name in NOUNS else command

    def _with_verbs(self, noun: str, command: click.Command | None) -> click.Command:
        """The verbs that record the noun's events, beside the commands that it has of its own."""
        from cli.noun_group import NounGroup

        assert command is None or isinstance(command, click.Group), f"{noun} has verbs, so it is a group"
        return NounGroup(noun, command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from cli.summaries import SUMMARIES

        for title, names in COMMANDS.items():
            with formatter.section(title):
                formatter.write_dl([(name, SUMMARIES[name]) for name in names])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("\n" + EXIT_STATUS.removeprefix("\b\n"))


@click.group(cls=LazyGroup, help=INTRODUCTION, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--ledger", "place", envvar="LEDGER", metavar="PLACE", help="Path or database URL of the ledger.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option("--no-color", is_flag=True, help="No colour, like NO_COLOR.")
@click.version_option(package_name="ledger", message="ledger %(version)s")
@click.pass_context
def ledger(ctx: click.Context, place: str | None, debug: bool, no_color: bool) -> None:
    ctx.obj = {"place": place, "debug": debug, "no_color": no_color}


def _speak_whatever_the_terminal() -> None:
    """A character that a terminal does not have is shown as an escape; it does not end the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; never returns."""
    given = sys.argv[1:] if arguments is None else arguments
    sys.exit(run(given))


def run(given: list[str]) -> int:
    """Run one command and give its exit code."""
    try:
        _speak_whatever_the_terminal()
        result: Any = ledger.main(args=given, prog_name="ledger", standalone_mode=False)
        # Here, and not at the interpreter's end: what cannot be written is told, and is not a success.
        sys.stdout.flush()
        return tell_outcome(result, given) if isinstance(result, int) else 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.exceptions.NoArgsIsHelpError as help_page:
        click.echo(help_page.format_message())
        return 0
    except Exception as error:
        return tell_failure(error, given)
    except KeyboardInterrupt as error:
        return tell_failure(error, given)
    except SystemExit:
        # So click and rich end, with 1, where the reader of the output went away: here that would say it is our bug.
        return tell_failure(BrokenPipeError(), given)
