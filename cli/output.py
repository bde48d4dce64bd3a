"""What leaves for a terminal. stdout is the answer, stderr the conversation; colour never carries meaning alone."""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import RenderableType

_KEPT = "\n"
_JOINT = "\x1f"
"""A space at which no line is broken; `safe` lets none through."""


def safe(text: str) -> str:
    """Text from outside, with control and bidi characters shown as escapes: it cannot move the cursor or the reader."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char in _KEPT or _harmless(char) else _escaped(char) for char in text)


def _harmless(char: str) -> bool:
    return char == " " or (char.isprintable() and unicodedata.category(char) not in ("Cf", "Cc", "Zl", "Zp"))


def _escaped(char: str) -> str:
    number = ord(char)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}"


def answer(text: str) -> None:
    """One line, or several, of the answer."""
    click.echo(safe(text))


def answer_filled(text: str, indent: str = "", hanging: str = "") -> None:
    """A paragraph of the answer, broken at spaces; the first line after `indent`, the others after `hanging`."""
    answer(filled(text, indent, hanging))


def filled(text: str, indent: str = "", hanging: str = "", *, whole: re.Pattern[str] | None = None) -> str:
    """The paragraph itself. What `whole` matches is not broken: a command within a sentence."""
    import textwrap

    joined = whole.sub(lambda found: found[0].replace(" ", _JOINT), safe(text)) if whole else safe(text)
    lines = textwrap.fill(joined, width(), initial_indent=indent, subsequent_indent=hanging, break_on_hyphens=False)
    return lines.replace(_JOINT, " ")


def answer_command(command: str, indent: str, hanging: str) -> None:
    """A command to be copied. Where it is broken, the shell is told that it goes on."""
    answer(indent + f" \\\n{hanging}".join(_broken(command, hanging)))


def _broken(command: str, hanging: str) -> list[str]:
    import shlex

    lines: list[str] = []
    for word in (each if each == ">" else shlex.quote(each) for each in shlex.split(command)):
        if lines and len(f"{hanging}{lines[-1]} {word} \\") <= width():
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def say(text: str) -> None:
    """The conversation: what is going on, what to do next."""
    click.echo(safe(text), err=True)


def say_next(words: str, command: str) -> None:
    """What can be done next, and its command: beside it where there is room, else below, as a shell takes it."""
    line = f"{words}: {command}"
    say(line if len(line) <= width() else f"{filled(f'{words}:')}\n  " + " \\\n    ".join(_broken(command, "    ")))


def answer_json(value: Any) -> None:
    """One document, exact: what the output's encoding lacks is escaped as JSON does."""
    plain = (sys.stdout.encoding or "").lower() not in ("utf-8", "utf8")
    sys.stdout.write(json.dumps(value, ensure_ascii=plain, indent=2) + "\n")


def coloured() -> bool:
    """Decided once for click and rich: a terminal, and nobody said no."""
    context = click.get_current_context(silent=True)
    refused = context is not None and bool((context.find_root().obj or {}).get("no_color"))
    if refused or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()


def width() -> int:
    """Columns to write in: the terminal's, at most 120; 80 where there is none."""
    import shutil

    return max(40, min(120, shutil.get_terminal_size((80, 24)).columns))


def answer_laid_out(shown: RenderableType) -> None:
    """A table or grid as part of the answer. rich fills every line up to its width: that is taken off again."""
    from rich.console import Console

    colour = coloured()
    console = Console(
        width=width(), color_system="auto" if colour else None, no_color=not colour, highlight=False, markup=False,
        emoji=False, legacy_windows=False, force_terminal=colour,
    )  # fmt: skip
    with console.capture() as caught:
        console.print(shown)
    click.echo("\n".join(line.rstrip() for line in caught.get().split("\n")), nl=False, color=colour)


_STYLES = {
    "ok": "green", "failed": "bold red", "BROKEN": "bold red", "overdue": "bold red", "lapsed": "red", "open": "yellow",
    "undetermined": "yellow", "deferred": "yellow", "not-checked": "yellow", "waived": "cyan", "fulfilled": "green",
    "fulfilled-late": "green",
}  # fmt: skip


def style_of(word: str) -> str:
    """The colour of a status; its meaning is in the word."""
    return _STYLES.get(word, "")


def natural_width(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """How many columns of a terminal a table takes if no cell is broken."""
    lengths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    return sum(lengths) + 2 * (len(lengths) - 1)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, wraps: Sequence[str] = ()) -> None:
    """A table as part of the answer. Columns in `wraps` break into lines; the others keep theirs."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for column in columns:
        shown.add_column(column, no_wrap=column not in wraps, overflow="fold", ratio=None)
    for row in rows:
        shown.add_row(*(Text(safe(cell), style=style_of(cell)) for cell in row))
    answer_laid_out(shown)
