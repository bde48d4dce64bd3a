"""A log that asks a witness for its cosignature: C2SP tlog-witness, from the other side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.hashing import Digest
from ledger.chain.note import Note, Signature
from ledger.chain.spelling import dump_base64, parse_decimal
from ledger.errors import VerificationFailed
from ledger.remote import Refusal, exchanged, shown
from ledger.witness.published import Unreachable

Proof = Callable[[int, int], Sequence[Digest]]
"""The consistency proof between two sizes of the log."""


class WitnessRefused(VerificationFailed):
    """A witness says that this checkpoint does not continue what it saw; or what it says is no cosignature."""

    code = "witness.refused"


def submitted(url: str, raw: bytes, proof: Proof) -> Note:
    """The checkpoint with the cosignatures that this witness gives. They are not verified here.

    Raises Unreachable, WitnessRefused.
    """
    note = Note.parse(raw)
    size = Checkpoint.parse(note.text).size
    try:
        answer = _asked(url, 0, (), raw)
    except Refusal as refusal:
        if refusal.status != 409:
            raise _refused(url, refusal) from refusal
        answer = _from_where_it_stands(url, refusal, size, raw, proof)
    try:
        *said, end = answer.decode().split("\n")
        if end or not said:
            raise ValueError("not one line or more, each with its end")
        lines = [Signature.parse(line) for line in said]
    except ValueError as error:
        raise WitnessRefused(f"{shown(url)} answered something else than a cosignature") from error
    return Note(note.text, (*note.signatures, *lines))


def _from_where_it_stands(url: str, refusal: Refusal, size: int, raw: bytes, proof: Proof) -> bytes:
    try:
        old = parse_decimal(refusal.body.decode("ascii").removesuffix("\n"))
    except ValueError as error:
        raise WitnessRefused(f"{shown(url)} does not say from which size it wants a proof") from error
    if old > size:
        raise WitnessRefused(
            f"{shown(url)} saw this log at size {old}, and this checkpoint is of size {size}",
            hint="this is an older copy of the ledger, or its key signed elsewhere: run ledger verify",
        )
    try:
        return _asked(url, old, proof(old, size) if 0 < old < size else (), raw)
    except Refusal as again:
        raise _refused(url, again) from again


def _asked(url: str, old: int, proof: Sequence[Digest], raw: bytes) -> bytes:
    body = "".join([f"old {old}\n", *(f"{dump_base64(each)}\n" for each in proof), "\n"]).encode() + raw
    try:
        return exchanged(f"{url.rstrip('/')}/add-checkpoint", body=body, kind="text/plain")
    except Refusal:
        raise
    except OSError as error:
        reason = getattr(error, "reason", None) or error
        raise Unreachable(f"{shown(url)} does not answer: {reason}", hint="check the address, or try later") from error


def _refused(url: str, refusal: Refusal) -> WitnessRefused:
    said = refusal.body.decode("utf-8", "replace").strip()[:200]
    printable = "".join(char if char.isprintable() else "?" for char in said)
    hint = "run ledger verify; compare with what it saw last: ledger checkpoint compare"
    return WitnessRefused(f"{shown(url)} does not cosign ({refusal.status}): {printable}", hint=hint)
