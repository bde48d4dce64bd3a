"""What can be done to the proofs."""

from __future__ import annotations

from collections.abc import Callable

from ledger.bundle.manifest import ENTRIES_PROOF, STREAMS_PROOF
from ledger.bundle.proofs import StreamsProof
from ledger.chain.hashing import Digest
from ledger.chain.spelling import dump_base64
from tests.bundle.mutations.entries import _of, lines_of, with_lines
from tests.bundle.mutations.mutation import Parts, content


def _hashes(parts: Parts, name: str) -> tuple[list[bytes], list[bytes]]:
    """A proof's lines: its head, and its hashes."""
    lines = parts[name].split(b"\n")[:-1]
    cut = lines.index(b"") + 1 if b"" in lines else 2
    return lines[:cut], lines[cut:]


def _proof(parts: Parts, name: str, hashes: list[bytes]) -> Parts:
    return {**parts, name: b"".join(line + b"\n" for line in [*_hashes(parts, name)[0], *hashes])}


@content("proof.inclusion")
def hash_of_the_proof_dropped(parts: Parts) -> Parts:
    return _proof(parts, ENTRIES_PROOF, _hashes(parts, ENTRIES_PROOF)[1][:-1])


@content("proof.inclusion")
def hash_of_the_proof_added(parts: Parts) -> Parts:
    hashes = _hashes(parts, ENTRIES_PROOF)[1]
    return _proof(parts, ENTRIES_PROOF, [*hashes, hashes[0]])


@content("proof.inclusion")
def hash_of_the_proof_changed(parts: Parts) -> Parts:
    return _proof(parts, ENTRIES_PROOF, [dump_base64(bytes(32)).encode(), *_hashes(parts, ENTRIES_PROOF)[1][1:]])


@content("bundle.proof-malformed")
def hash_in_another_base64(parts: Parts) -> Parts:
    hashes = _hashes(parts, ENTRIES_PROOF)[1]
    return _proof(parts, ENTRIES_PROOF, [hashes[0].rstrip(b"="), *hashes[1:]])


@content("proof.size")
def size_of_the_proof_changed(parts: Parts) -> Parts:
    return {**parts, ENTRIES_PROOF: parts[ENTRIES_PROOF].replace(b"size ", b"size 1", 1)}


@content("bundle.proof-malformed")
def size_of_the_proof_with_a_sign(parts: Parts) -> Parts:
    return {**parts, ENTRIES_PROOF: parts[ENTRIES_PROOF].replace(b"size ", b"size +", 1)}


def _streams(parts: Parts, change: Callable[[StreamsProof], StreamsProof]) -> Parts:
    return {**parts, STREAMS_PROOF: bytes(change(StreamsProof.parse(parts[STREAMS_PROOF])))}


@content("completeness.seal")
def sealed_version_changed(parts: Parts) -> Parts:
    cut = with_lines(parts, [line for n, line in enumerate(lines_of(parts)) if n != _of(parts, "measure-attested", 3)])
    return {**cut, STREAMS_PROOF: cut[STREAMS_PROOF].replace(b"/measures 4 ", b"/measures 3 ")}


@content("completeness.seal")
def line_of_the_seal_dropped(parts: Parts) -> Parts:
    return _streams(parts, lambda proof: proof._replace(lines=proof.lines[1:]))


@content("completeness.seal")
def number_of_sealed_streams_changed(parts: Parts) -> Parts:
    return _streams(parts, lambda proof: proof._replace(total=proof.total + 1))


@content("completeness.seal")
def hash_of_the_seals_proof_changed(parts: Parts) -> Parts:
    return _streams(parts, lambda proof: proof._replace(hashes=(Digest(bytes(32)), *proof.hashes[1:])))
