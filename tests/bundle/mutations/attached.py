"""What can be done to what is put beside the entries: proofs of single entries, documents, renewed stamps."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from ledger.bundle.documents import Document
from ledger.chain.tlog_proof import LogProof
from tests.bundle.forge import VLAIO, Forge, honest, members, rewritten, unsealed
from tests.bundle.mutations.mutation import MUTATIONS, Mutation, Parts

BLINDED = Document(b"De overeenkomst, getekend", bytes(range(32)))
PUBLIC = Document(b"Het Staatsblad")
OF, BLIND = f"document/{BLINDED.digest.hex()}", f"document/{BLINDED.digest.hex()}.blind"
PROOF, OTHER = "proof/5.tlog-proof", "proof/6.tlog-proof"


def with_documents() -> Forge:
    """The honest ledger, in which two documents are named."""
    forge = unsealed()
    for number, each in enumerate((BLINDED, PUBLIC)):
        evidence = [{"strength": "signed-document", "digest": each.digest.hex()}]
        fields = {"evidence": evidence} if each.blind else {"document": each.digest.hex()}
        forge.append(forge.state(VLAIO, "measure-attested/1", measure=f"shown-{number}", **fields), VLAIO)
    forge.seal()
    forge.sign()
    return forge


@lru_cache(maxsize=1)
def _good() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "b.zip"
        return with_documents().bundle(path, documents=(BLINDED, PUBLIC), proofs=(5, 6)).read_bytes()


def attached(folder: Path) -> Path:
    """The bundle of that ledger, with both documents and two proofs."""
    path = folder / "b.zip"
    path.write_bytes(_good())
    return path


def _changed(code: str, change: Callable[[Parts], Parts], *, exit: int = 3, position: int = -1) -> Mutation:
    def make(folder: Path) -> Path:
        path = attached(folder)
        return rewritten(path, change(members(path)))

    return Mutation(make, code, exit, position)


def _proof(parts: Parts, old: bytes, new: bytes) -> Parts:
    assert old in parts[PROOF]
    return {**parts, PROOF: parts[PROOF].replace(old, new, 1)}


def _moved(parts: Parts, name: str, to: str) -> Parts:
    return {to if each == name else each: data for each, data in parts.items()}


def _without(parts: Parts, name: str) -> Parts:
    return {each: data for each, data in parts.items() if each != name}


def _path_changed(parts: Parts) -> Parts:
    lines = parts[PROOF].split(b"\n")
    lines[2] = lines[3]
    return {**parts, PROOF: b"\n".join(lines)}


def _under_a_fork(parts: Parts) -> Parts:
    proof = LogProof.parse(parts[PROOF])
    return {**parts, PROOF: parts[PROOF].replace(str(proof.note).encode(), honest().note)}


MUTATIONS |= {
    "proof of another entry": _changed(
        "proof.single", lambda parts: {**parts, PROOF: parts[OTHER], OTHER: parts[PROOF]}, position=5
    ),
    "hash in the proof of one entry changed": _changed("proof.single", _path_changed, position=5),
    "proof of an entry that is not there": _changed(
        "proof.no-such-entry", lambda parts: _moved(parts, PROOF, "proof/4000.tlog-proof"), position=4000
    ),
    "proof of one entry under another checkpoint": _changed("proof.other-checkpoint", _under_a_fork, position=5),
    "proof of one entry with an extra": _changed(
        "proof.malformed", lambda parts: _proof(parts, b"\nindex", b"\nextra AAAA\nindex"), position=5
    ),
    "index of a proof with a leading zero": _changed(
        "proof.malformed", lambda parts: _proof(parts, b"\nindex 4", b"\nindex 04"), position=5
    ),
    "document changed": _changed("document.other", lambda parts: {**parts, OF: parts[OF] + b"."}),
    "document without its blind": _changed("document.other", lambda parts: _without(parts, BLIND)),
    "blind of another document": _changed("document.other", lambda parts: {**parts, BLIND: b"00" * 32 + b"\n"}),
    "blind in capitals": _changed("document.blind", lambda parts: {**parts, BLIND: parts[BLIND].upper()}),
    "blind without its document": _changed("document.blind", lambda parts: _without(parts, OF)),
    "document that no entry names": _changed(
        "document.not-named", lambda parts: {**parts, **Document(b"Iets anders").members}
    ),
    "document under a name of ones own": _changed(
        "bundle.members", lambda parts: {**parts, "document/overeenkomst.pdf": b"%PDF"}, exit=5
    ),
    "renewal without its stamp": _changed("bundle.members", lambda parts: {**parts, "renewal/1.tsr": b"x"}, exit=5),
    "renewal left out": _changed(
        "bundle.members", lambda parts: {**parts, "checkpoint.tsr": b"x", "renewal/2.tsr": b"x"}, exit=5
    ),
}
