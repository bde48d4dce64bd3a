"""Where a passphrase comes from: a file, the environment, or a question. Never a flag, which others can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ledger.errors import KeyProblem
from ledger.keys.private_file import read_private

FILE_VARIABLE = "LEDGER_PASSPHRASE_FILE"
TEXT_VARIABLE = "LEDGER_PASSPHRASE"

Passphrase = Callable[[], bytes]
"""Asked only when an encrypted key is opened or made."""


class NoPassphrase(KeyProblem):
    """A key asks for a passphrase and there is none to be had."""

    code = "key.no-passphrase"


def passphrase_from(environment: Mapping[str, str], prompt: Callable[[], str] | None = None) -> Passphrase:
    """A source that looks in this order: the file named by LEDGER_PASSPHRASE_FILE, LEDGER_PASSPHRASE, the prompt.

    Of a file its first line counts. The source raises NoPassphrase where nothing, or nothing but emptiness, is found,
    KeyProblem where the file cannot be read; it asks once and remembers.
    """
    found: list[bytes] = []

    def passphrase() -> bytes:
        if not found:
            found.append(_looked_up(environment, prompt))
        return found[0]

    return passphrase


def no_passphrase() -> bytes:
    """The source for keys that are not encrypted."""
    raise NoPassphrase("this key needs a passphrase", hint=f"set {FILE_VARIABLE} or {TEXT_VARIABLE}")


def _looked_up(environment: Mapping[str, str], prompt: Callable[[], str] | None) -> bytes:
    if name := environment.get(FILE_VARIABLE):
        content = read_private(Path(name), hint=f"{FILE_VARIABLE} names a file whose first line is the passphrase")
        found = content.split(b"\n", 1)[0].removesuffix(b"\r")
    elif text := environment.get(TEXT_VARIABLE):
        found = text.encode("utf-8", "surrogateescape")
    elif prompt is not None:
        found = prompt().encode("utf-8", "surrogateescape")
    else:
        return no_passphrase()
    if not found:
        raise NoPassphrase("the passphrase is empty", hint=f"set {FILE_VARIABLE} or {TEXT_VARIABLE}")
    return found
