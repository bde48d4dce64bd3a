"""The trust policy of a command: a file that the reader names, or the one beside the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.chain.policy import Policy

_HINT = (
    "write one with the keys that you were given: `log VKEY`, `quorum none`, and `party ID VKEY` for each"
    " (docs/formats/policy.md); the one that `ledger init` made is in every backup too, as ledger/ledger.policy"
)


def read_policy(file: Path) -> Policy:
    """The policy in this file. Raises UnusablePolicy, KeyProblem where there is none or it cannot be read."""
    from ledger.chain.policy import Policy
    from ledger.errors import KeyProblem, disk_failed

    try:
        return Policy.parse(file.read_bytes())
    except FileNotFoundError as error:
        raise KeyProblem("there is no such trust policy", hint=_HINT, code="policy.missing", file=str(file)) from error
    except KeyProblem as error:
        raise error.at(file=str(file)) from error
    except OSError as error:
        if disk_failed(error):
            raise  # told as the disk's
        raise KeyProblem(
            f"the trust policy cannot be read: {(error.strerror or str(error)).lower()}", file=str(file),
            hint="check who owns it, or name another file", code="policy.unusable",
        ) from error  # fmt: skip
