"""When a witness cosigns. C2SP tlog-witness, `add-checkpoint`.

1. The log is one that the witness knows, and its key signed the checkpoint.
2. The sender says from which size it proves; that is the size which the witness saw last (0: none).
3. The consistency proof leads from there to the new checkpoint; of one size there is one root for ever.
4. Seen before said: the checkpoint is on disk before its cosignature leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.ed25519 import BadSignature, Sign
from ledger.chain.hashing import Digest
from ledger.chain.note import MalformedNote, NoKnownSignature, Note, Signature, VerifierKey
from ledger.chain.proof import ConsistencyFailed, check_consistency
from ledger.chain.spelling import parse_base64, parse_decimal
from ledger.clock import Clock
from ledger.errors import InputRejected, LedgerError, NotChecked, VerificationFailed
from ledger.witness.memory import Memory, Seen

LONGEST_PROOF = 63


class Refused(LedgerError):
    """The witness does not cosign. `status` is what it answers over HTTP (C2SP)."""

    code = "witness.refused"
    exit = 7
    status = 400


class BadRequest(Refused, InputRejected):
    code = "witness.bad-request"
    exit = 5


class UnknownLog(Refused):
    code = "witness.unknown-log"
    exit = 8
    status = 404


class NotTheLogs(Refused):
    """No valid signature of the log: nothing is said about the log by that."""

    code = "witness.not-the-logs"
    exit = 3
    status = 403


class OtherSize(Refused):
    """The proof does not start where the witness stands; `size` is where it stands."""

    code = "witness.other-size"
    status = 409

    def __init__(self, size: int) -> None:
        super().__init__(f"the witness saw size {size} last", hint=f"prove from {size}: ledger checkpoint cosign")
        self.size = size


class Forked(Refused, VerificationFailed):
    """The log signed a checkpoint that does not continue the one it showed before."""

    code = "witness.fork"
    exit = 3
    status = 422


class Older(Refused, NotChecked):
    """The log shows less than it showed before: an old copy of it, or another history."""

    code = "witness.older"
    exit = 9


@dataclass(frozen=True)
class Witness:
    """One cosigner: its key and signing, the logs it knows by origin, and what it has seen."""

    key: VerifierKey
    sign: Sign
    logs: dict[str, VerifierKey]
    memory: Memory
    clock: Clock

    def cosigned(self, old: int, proof: Sequence[Digest], raw: bytes) -> Signature:
        """The cosignature line for this checkpoint, once it is known to continue what was seen. Raises Refused."""
        note, checkpoint = self._checked(raw)
        if old > checkpoint.size:
            raise BadRequest(f"invalid input: a proof from size {old} to size {checkpoint.size}")
        with self.memory.locked(checkpoint.origin) as seen:
            last = seen.last()
            if old != (last.size if last else 0):
                raise OtherSize(last.size if last else 0)
            _check_growth(last, checkpoint, proof, note, seen)
            kept = Note(note.text, tuple(line for line in note.signatures if line.name == checkpoint.origin))
            seen.remember(kept)
        signed = note.cosigned(self.key, self.sign, int(self.clock().timestamp()))
        return signed.signatures[-1]

    def answered(self, body: bytes) -> tuple[int, bytes]:
        """Status and body for an `add-checkpoint` request."""
        try:
            old, proof, raw = parse_request(body)
            return 200, f"{self.cosigned(old, proof, raw)}\n".encode()
        except OtherSize as refused:
            return refused.status, b"%d\n" % refused.size
        except Refused as refused:
            return refused.status, f"{refused.message}\n".encode()

    def _checked(self, raw: bytes) -> tuple[Note, Checkpoint]:
        try:
            note = Note.parse(raw)
        except MalformedNote as error:
            if _only_signatures_wrong(raw):
                raise NotTheLogs(f"invalid signature: {error.message}") from error
            raise BadRequest(f"invalid input: {error.message}") from error
        try:
            checkpoint = Checkpoint.parse(note.text)
        except InputRejected as error:
            raise BadRequest(f"invalid checkpoint: {error.message}") from error
        log = self.logs.get(checkpoint.origin)
        if log is None:
            raise UnknownLog(f"unknown log {checkpoint.origin}", hint="add its key to the policy: log <vkey>")
        try:
            note.verified([log])
        except (BadSignature, NoKnownSignature) as error:
            raise NotTheLogs(f"invalid signature: {error.message}") from error
        return note, checkpoint


def _only_signatures_wrong(raw: bytes) -> bool:
    """Whether this is a checkpoint with signature lines whose base64 is not in its one spelling: not a signature."""
    text, blank, tail = raw.rpartition(b"\n\n")
    try:
        Checkpoint.parse(text.decode() + "\n")
    except (InputRejected, UnicodeDecodeError):
        return False
    return bool(blank) and all(line.startswith("\u2014 ".encode()) for line in tail.split(b"\n")[:-1])


def parse_request(body: bytes) -> tuple[int, tuple[Digest, ...], bytes]:
    """The old size, the proof and the note of an `add-checkpoint` body. Raises BadRequest."""
    head, blank, note = body.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
        if not blank or not first.startswith("old ") or len(lines) > LONGEST_PROOF:
            raise ValueError("it is not: old size, at most 63 hashes, blank line, checkpoint")
        proof = tuple(Digest(parse_base64(line)) for line in lines)
        return parse_decimal(first[4:]), proof, note
    except ValueError as error:
        raise BadRequest(f"invalid input: {error}") from error


def _check_growth(last: Checkpoint | None, new: Checkpoint, proof: Sequence[Digest], note: Note, seen: Seen) -> None:
    if last is None or last.size == 0:
        if proof:
            raise Forked("invalid consistency proof: nothing is to be proven from size 0")
        return
    try:
        check_consistency(last.size, new.size, proof, last.root, new.root)
    except ConsistencyFailed as error:
        if new.size == last.size and new.root != last.root:
            raise forked(last, new, seen.keep_fork(note)) from error
        raise Forked(
            f"invalid consistency proof: {error.message}", hint="nothing was cosigned: make the proof again"
        ) from error


def forked(last: Checkpoint, new: Checkpoint, kept: Path, place: str = "") -> Forked:
    """What to say, and to do, of a log that shows different readers different histories.

    `place` is where the tiles of the new one are: of two sizes, they are a part of the proof.
    """
    copy = f"keep a copy of {place}, whose hashes are a part of the proof; " if place else ""
    return Forked(
        f"the log signed two histories: its checkpoint {new.size} does not continue its own checkpoint {last.size}, "
        "which was seen before; no consistency proof can be",
        hint=f"cosign nothing more; {copy}show {kept} and the checkpoint beside it to every party: both bear its "
        "signature, and `ledger checkpoint compare` shows the rest",
    )
