"""Every error a caller may meet. Each is named for the fact and carries a code, an exit code and a way out.

LedgerError             1  a bug, unless a subclass says otherwise
├── InputRejected       5  bytes from outside that are not what they should be
├── VerificationFailed  3  something is proven wrong
├── NotChecked          9  nothing is proven wrong, but a part that was asked for is absent
├── NotFound            6
├── Conflict            7  locked, or another meaning was recorded first
├── KeyProblem          8  key or passphrase missing or wrong
└── UsageProblem        2
"""

from __future__ import annotations

import errno


class LedgerError(Exception):
    """A fact that stops an operation.

    `code` is `area.fact`, stable for scripts; `where` says file, line, field or position as far as known; `hint` is
    the next thing to do. Texts carry tokens and positions, never a person's data.
    """

    code = "ledger.unexpected"
    exit = 1

    def __init__(self, message: str, *, hint: str = "", code: str = "", **where: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or type(self).code
        self.where = where

    def at(self, **where: str | int) -> LedgerError:
        """The same error, with more of its place known; what was known already stays."""
        self.where = {**where, **self.where}
        return self

    def __str__(self) -> str:
        place = ", ".join(f"{name} {value}" for name, value in self.where.items())
        return f"{place}: {self.message}" if place else self.message


class InputRejected(LedgerError):
    code = "input.rejected"
    exit = 5


class VerificationFailed(LedgerError):
    code = "verify.failed"
    exit = 3


class NotChecked(LedgerError):
    code = "verify.not-checked"
    exit = 9


class NotFound(LedgerError):
    code = "ledger.not-found"
    exit = 6


class Conflict(LedgerError):
    code = "ledger.conflict"
    exit = 7


class KeyProblem(LedgerError):
    code = "key.problem"
    exit = 8


class UsageProblem(LedgerError):
    code = "cli.usage"
    exit = 2


_OF_DISKS = {errno.EIO, errno.ENXIO, errno.ESTALE, getattr(errno, "EREMOTEIO", errno.EIO)}  # the last: Linux alone


def disk_failed(error: OSError) -> bool:
    """Whether it is the disk that failed, and not a right or a name."""
    return error.errno in _OF_DISKS
