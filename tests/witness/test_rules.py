"""A witness cosigns what continues what it saw, and nothing else. C2SP tlog-witness."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.note import COSIGNATURE, Note, VerifierKey
from ledger.witness.memory import Memory
from ledger.witness.rules import BadRequest, Forked, NotTheLogs, OtherSize, UnknownLog, Witness
from tests.chain.vectors import published as vectors
from tests.keys.people import FIO, ORIGIN, Person
from tests.witness.logs import leaves, noon, note, proof, witness


def test_every_answer_of_the_published_cases_is_given(tmp_path: Path) -> None:
    cases: Any = vectors("witness-add-checkpoint.json")
    person = Person("TBT", 31, "cosign")
    log = VerifierKey(cases["log_origin"], bytes.fromhex(cases["log_pubkey_hex"]))
    key = VerifierKey("example.com/witness", person.public, COSIGNATURE)
    one = Witness(key, person.sign, {cases["log_origin"]: log}, Memory(tmp_path), noon)
    assert len(cases["cases"]) == 11
    for case in cases["cases"]:
        status, body = one.answered(case["request_body"].encode())
        assert status == case["want_status"], case["name"]
        assert case["want_body_contains"] in body.decode(), case["name"]


def test_a_cosignature_holds_under_the_witness_key(tmp_path: Path) -> None:
    one, raw = witness(tmp_path), note(leaves(5))
    line = one.cosigned(0, [], raw)
    parsed = Note.parse(raw)
    (verified,) = Note(parsed.text, (*parsed.signatures, line)).verified([one.key])
    assert verified.time == int(noon().timestamp())


def test_growth_is_followed(tmp_path: Path) -> None:
    one = witness(tmp_path)
    for old, size in [(0, 3), (3, 8), (8, 8), (8, 21)]:
        one.cosigned(old, proof(old, leaves(size)), note(leaves(size)))
    last = one.memory.last(ORIGIN)
    assert last is not None
    assert last.size == 21


def test_a_smaller_tree_is_not_cosigned(tmp_path: Path) -> None:
    one = witness(tmp_path)
    one.cosigned(0, [], note(leaves(8)))
    with pytest.raises(OtherSize) as refused:
        one.cosigned(3, [], note(leaves(3)))
    assert refused.value.size == 8
    with pytest.raises(BadRequest):
        one.cosigned(8, [], note(leaves(3)))


@pytest.mark.parametrize("size", [8, 9, 13])
def test_another_history_is_not_cosigned(tmp_path: Path, size: int) -> None:
    one = witness(tmp_path)
    one.cosigned(0, [], note(leaves(8)))
    other = leaves(size, "other")
    with pytest.raises(Forked):
        one.cosigned(8, proof(8, other), note(other))
    last = one.memory.last(ORIGIN)
    assert last is not None
    assert (last.size, last.root) != (size, b"")
    one.cosigned(8, proof(8, leaves(9)), note(leaves(9)))


def test_two_roots_of_one_size_are_kept_as_evidence(tmp_path: Path) -> None:
    one, other = witness(tmp_path), note(leaves(8, "other"))
    one.cosigned(0, [], note(leaves(8)))
    with pytest.raises(Forked, match="two histories"):
        one.cosigned(8, [], other)
    (kept,) = tmp_path.glob("*/fork-8-*")
    assert kept.read_bytes() == other


def test_a_proof_from_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Forked):
        witness(tmp_path).cosigned(0, leaves(1), note(leaves(4)))


def test_another_logs_signature_says_nothing(tmp_path: Path) -> None:
    one = witness(tmp_path)
    raw = note(leaves(4)).replace(ORIGIN.encode(), b"example.org/other")
    with pytest.raises(UnknownLog):
        one.cosigned(0, [], raw)
    stranger = Note(Note.parse(note(leaves(4))).text, ()).signed(VerifierKey(ORIGIN, FIO.public), FIO.sign)
    with pytest.raises(NotTheLogs):
        one.cosigned(0, [], bytes(stranger))
    assert one.memory.last(ORIGIN) is None


def test_cosignatures_of_others_are_not_remembered(tmp_path: Path) -> None:
    one, second = witness(tmp_path / "one"), witness(tmp_path / "two", 32)
    parsed = Note.parse(note(leaves(4)))
    line = second.cosigned(0, [], bytes(parsed))
    one.cosigned(0, [], bytes(Note(parsed.text, (*parsed.signatures, line))))
    (kept,) = (tmp_path / "one").glob("*/checkpoint")
    assert kept.read_bytes() == note(leaves(4))


def _race(folder: Path, kind: str) -> bool:
    history = leaves(8)[:4] + leaves(8, kind)[4:]
    try:
        witness(folder).cosigned(4, proof(4, history), note(history))
    except (OtherSize, Forked):
        return False
    return True


def test_of_two_histories_at_once_one_is_cosigned(tmp_path: Path) -> None:
    witness(tmp_path).cosigned(0, [], note(leaves(4)))
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        done = pool.starmap(_race, [(tmp_path, kind) for kind in ("a", "b")])
    assert sorted(done) == [False, True]


def test_a_damaged_memory_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    one = witness(tmp_path)
    one.cosigned(0, [], note(leaves(4)))
    (kept,) = tmp_path.glob("*/checkpoint")
    kept.write_bytes(b"")
    with pytest.raises(Exception, match="not a signed note"):
        one.cosigned(0, [], note(leaves(8)))
