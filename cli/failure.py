"""An error, told: what, where, the way out; on a pipe of JSON also as one line of JSON. Never a traceback unasked."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from difflib import get_close_matches
from typing import Any

import click

from cli.output import safe
from ledger.errors import LedgerError, disk_failed

INTERRUPTED = 130


def tell_failure(error: BaseException, given: list[str]) -> int:
    """Print the error on stderr and give its exit code."""
    code, exit_code, message, hint = _facts(error)
    message = _short(message)
    if isinstance(error, BrokenPipeError) and not {"--debug", "--json"} & set(given):
        return exit_code  # whoever asked has seen enough, as with `| head`: nothing went wrong
    if "--debug" in given:
        traceback.print_exception(error)
    elif exit_code == 1:
        hint = hint or "this is a bug: run it again with --debug, and report what it prints"
    lines = [f"ledger: error: {line}" for line in message.split("\n")]
    if hint:
        lines.append(f"ledger: hint: {hint}")
    # An aborted pipe, or a full disk that stderr goes to, has nobody left to tell: the exit code still does.
    try:
        print("\n".join(safe(line) for line in lines), file=sys.stderr)
        if "--json" in given:
            print(_as_json(code, exit_code, message, hint), file=sys.stderr)
        sys.stderr.flush()
    except OSError:
        pass
    return exit_code


LONGEST = 1_000
"""Characters of a message: what it quotes may be as long as the input."""

OUTCOMES = {
    3: ("verify.failed", "something is proven wrong"),
    4: ("obligations.overdue", "an obligation is overdue"),
    5: ("input.rejected", "a part of the input was rejected"),
    7: ("ledger.conflict", "a part of the input is in conflict with what was recorded"),
    9: ("verify.not-checked", "a part that was asked for could not be checked"),
}
"""What a command says by its exit code alone, after it has answered in full."""


def tell_outcome(exit_code: int, given: list[str]) -> int:
    """Give the exit code of a command that answered; a script that reads JSON finds the outcome on stderr as well."""
    if "--json" in given and exit_code in OUTCOMES:
        code, message = OUTCOMES[exit_code]
        print(_as_json(code, exit_code, message, ""), file=sys.stderr)
    return exit_code


def _short(message: str) -> str:
    return message if len(message) <= LONGEST else f"{message[: LONGEST - 200]} ... {message[-200:]}"


class Declined(click.Abort):
    """Somebody was asked whether to go on, and said no."""


def _facts(error: BaseException) -> tuple[str, int, str, str]:
    """Code, exit, message and hint of any error."""
    if isinstance(error, LedgerError):
        return error.code, error.exit, str(error), error.hint
    if isinstance(error, click.UsageError):
        # click's own messages end in a period and name the command; the way out is its help.
        path = error.ctx.command_path if error.ctx else "ledger"
        message = (
            error.message.rstrip(".")
            if isinstance(error, click.exceptions.NoSuchCommand)
            else error.format_message().rstrip(".")
        )
        return "cli.usage", 2, message[:1].lower() + message[1:], f"{_near(error)}see: {path} --help"
    if isinstance(error, Declined):
        return "cli.declined", INTERRUPTED, "nothing was recorded", "--dry-run tells the effect and asks nothing"
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return "cli.interrupted", INTERRUPTED, "interrupted", "what was acknowledged is there; the same command goes on"
    if isinstance(error, click.ClickException):
        return "cli.usage", 2, error.format_message(), ""
    if isinstance(error, BrokenPipeError):
        _forget_output()
        return "cli.interrupted", INTERRUPTED, "the reader of the output went away", ""
    if isinstance(error, OSError):
        if error.errno == errno.ENOSPC and error.filename is None:
            _forget_output()
        return _operating_system(error)
    return "ledger.unexpected", 1, f"{type(error).__name__}: {error}", ""


def _forget_output() -> None:
    """Point stdout elsewhere: what waits there cannot be written, and the interpreter would try it once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _near(error: click.UsageError) -> str:
    if not isinstance(error, click.exceptions.NoSuchCommand) or error.ctx is None:
        return ""
    group = error.ctx.command
    known = group.list_commands(error.ctx) if isinstance(group, click.Group) else []
    near = get_close_matches(error.command_name, known, n=1)
    return f"did you mean {near[0]}? " if near else ""


def _operating_system(error: OSError) -> tuple[str, int, str, str]:
    named = error.filename2 or error.filename  # the second is where a draft was to go
    name = f"{named}: " if named else ""
    text = f"{name}{(error.strerror or str(error)).lower()}"
    if isinstance(error, FileNotFoundError) or error.errno in (errno.ENAMETOOLONG, errno.ELOOP):
        return "file.not-found", 6, text, "check the path"
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return "file.permission", 7, text, "check who owns the file and its folder"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "file.disk-full", 7, text, "make room; then run the same command again"
    if disk_failed(error):
        return "file.disk", 7, f"the disk failed: {text}", "look at the disk (`dmesg`), then run the same command again"
    if isinstance(error, IsADirectoryError | FileExistsError | NotADirectoryError):
        return "file.in-the-way", 7, text, "name another path"
    return "file.failed", 1, text, ""


def _as_json(code: str, exit_code: int, message: str, hint: str) -> str:
    import json

    line: dict[str, Any] = {"type": "error", "code": code, "exit": exit_code, "message": message, "hint": hint}
    return json.dumps(line, ensure_ascii=False)
