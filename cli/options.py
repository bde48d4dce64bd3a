"""Options that many commands share."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from ledger.errors import UsageProblem
from ledger.ids import HEX128_PATTERN

# Whether it may be read is found by reading it, and told with the exit code of what the system refuses.
PATH = click.Path(path_type=Path, readable=False)
PATH_OR_DASH = click.Path(path_type=Path, readable=False, allow_dash=True)

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="The answer as one JSON document.")(command)


def ledger_option(command: F) -> F:
    """`--ledger` behind the command as well as before it."""

    def keep(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
        if value is not None:
            ctx.find_root().obj["place"] = value

    option = click.option(
        "--ledger", expose_value=False, callback=keep, metavar="PLACE", help="Path or URL of the ledger."
    )
    return option(command)


def person_token(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """A token of the command line. Raises UsageProblem, without what was given: it may well be the person's name."""
    if value is not None and not re.fullmatch(HEX128_PATTERN, value):
        raise UsageProblem("a token is 32 hex digits, in small letters", hint="find it: ledger subject find IDENTIFIER")
    return value


def moment_options(command: F) -> F:
    """`--as-of` and `--known-at`, both read as moments that include themselves."""
    for name, words in (("--known-at", "had been recorded by"), ("--as-of", "held at")):
        help_text = f"What {words} this moment: a date, or a time with its zone."
        command = click.option(name, metavar="MOMENT", callback=_moment, help=help_text)(command)
    return command


def _moment(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    return None if value is None else moment(value)


def moment(value: str) -> datetime:
    """A moment of the command line. Raises UsageProblem."""
    from ledger.clock import parse_argument
    from ledger.errors import InputRejected

    try:
        return parse_argument(value)
    except InputRejected as error:
        raise UsageProblem(error.message, hint=error.hint, code=error.code) from error


def place_of(ctx: click.Context) -> str | None:
    """The ledger that was named, or None for the default."""
    place: str | None = ctx.find_root().obj.get("place")
    if place == "":
        raise UsageProblem("--ledger is empty", hint="name a path or a database URL")
    return place
