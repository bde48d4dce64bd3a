from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.chain.checkpoint import WrongOrigin
from ledger.chain.ed25519 import BadSignature
from ledger.chain.note import NoKnownSignature, Note
from ledger.chain.policy import Group, Policy, QuorumMissing, UnusablePolicy, Witness
from tests.chain.keys import LOG, NOTES, OUTSIDE, PRIVATE, TBT, key, witness_key

X, Y = [11, 12, 13], [14, 15, 16]
TWO_LEVELS = "".join(
    [
        "# the example of the specification\n\n",
        f"log {LOG} https://log.example/\n",
        *[f"witness X{n} {witness_key(n)}\n" for n in X],
        "group X-witnesses 2 X11 X12 X13\n",
        *[f"  witness\tY{n} \t {witness_key(n)} https://y{n}.example/ \n" for n in Y],
        "group Y-witnesses any Y14 Y15 Y16\n",
        "group X-and-Y all X-witnesses Y-witnesses\n",
        "\t# the rule\n",
        "quorum X-and-Y\n",
        f"party TBT {key(7)}\nparty TBT {key(8)}\nparty FIO {key(9)}\n",
    ]
)


def test_two_levels_of_groups_ask_for_what_they_say() -> None:
    policy = Policy.parse(TWO_LEVELS.encode())
    names = [*[f"X{n}" for n in X], *[f"Y{n}" for n in Y]]
    for count in range(7):
        for chosen in combinations(names, count):
            xs, ys = sum(n[0] == "X" for n in chosen), sum(n[0] == "Y" for n in chosen)
            assert policy.satisfied(chosen) == (xs >= 2 and ys >= 1)


def test_names_of_groups_and_strangers_are_no_cosigners() -> None:
    policy = Policy.parse(TWO_LEVELS.encode())
    assert not policy.satisfied(["X-and-Y", "X-witnesses", "Y-witnesses", "Z", "none", "", TBT.name])
    assert not policy.satisfied(["X11", "X11", "Y14"])


def test_a_policy_comes_back_without_its_comments() -> None:
    policy = Policy.parse(TWO_LEVELS.encode())
    assert Policy.parse(str(policy).encode()) == policy
    assert policy.logs[0].url == "https://log.example/"
    assert policy.groups[0] == Group("X-witnesses", 2, ("X11", "X12", "X13"))
    assert policy.keys_of("TBT") == (key(7), key(8))
    assert policy.keys_of("VLAIO") == ()


def test_the_least_policy_asks_for_nothing() -> None:
    policy = Policy.parse(b"quorum none\n")
    assert policy.satisfied([])
    assert policy == Policy((), (), (), "none", ())


def test_one_witness_can_be_the_quorum() -> None:
    policy = Policy.parse(f"witness W {TBT}\nquorum W\n".encode())
    assert policy.witnesses == (Witness("W", TBT),)
    assert policy.satisfied(["W"])
    assert not policy.satisfied([])


def test_names_are_compared_byte_by_byte() -> None:
    with pytest.raises(UnusablePolicy, match="line 2"):
        Policy.parse(f"witness K {TBT}\nquorum \u212a\n".encode())  # the Kelvin sign


W1, W2, L1 = witness_key(1), witness_key(2), key(3)


@pytest.mark.parametrize(
    ("line", "fact", "text"),
    [
        (1, "no quorum line", ""),
        (2, "no quorum line", f"log {L1}\n"),
        (2, "second quorum", "quorum none\nquorum none\n"),
        (1, "not a witness or group", "quorum W\n"),
        (1, "not a witness or group", f"quorum W\nwitness W {W1}\n"),
        (1, "reads: quorum", "quorum\n"),
        (1, "reads: quorum", "quorum none none\n"),
        (1, "is not log", "quorums none\n"),
        (1, "is not log", "QUORUM none\n"),
        (1, "is not log", "\u00a0quorum none\n"),
        (1, "reads: log", "log\nquorum none\n"),
        (1, "reads: log", f"log {L1} a b\nquorum none\n"),
        (1, "not an Ed25519 verifier key", "log x\nquorum none\n"),
        (1, "is of type 04, not 01", f"log {W1}\nquorum none\n"),
        (1, "is of type 01, not 04", f"witness W {L1}\nquorum none\n"),
        (1, "is of type 04, not 01", f"party TBT {W1}\nquorum none\n"),
        (2, "stands on an earlier line", f"log {L1}\nlog {L1}\nquorum none\n"),
        (2, "stands on an earlier line", f"witness A {W1}\nwitness B {W1}\nquorum none\n"),
        (2, "stands on an earlier line", f"log {key(1)}\nwitness B {W1}\nquorum none\n"),
        (2, "stands on an earlier line", f"party TBT {L1}\nparty FIO {key(3, name='other')}\nquorum none\n"),
        (2, "is taken", f"witness A {W1}\nwitness A {W2}\nquorum none\n"),
        (1, "is taken", f"witness none {W1}\nquorum none\n"),
        (2, "is taken", f"witness A {W1}\ngroup A any A\nquorum none\n"),
        (2, "is taken", f"witness A {W1}\ngroup none any A\nquorum none\n"),
        (1, "reads: group", "group G any\nquorum none\n"),
        (1, "not a witness or group", "group G any G\nquorum none\n"),
        (1, "not a witness or group", "group G any none\nquorum none\n"),
        (2, "member of a group already", f"witness A {W1}\ngroup G 2 A A\nquorum none\n"),
        (3, "member of a group already", f"witness A {W1}\ngroup G any A\ngroup H any A\nquorum none\n"),
        (2, "cannot ask for 0", f"witness A {W1}\ngroup G 0 A\nquorum none\n"),
        (2, "cannot ask for 2", f"witness A {W1}\ngroup G 2 A\nquorum none\n"),
        (2, "not a plain decimal", f"witness A {W1}\ngroup G 01 A\nquorum none\n"),
        (2, "not a plain decimal", f"witness A {W1}\ngroup G +1 A\nquorum none\n"),
        (2, "not a plain decimal", f"witness A {W1}\ngroup G \u0661 A\nquorum none\n"),
        (2, "not a plain decimal", f"witness A {W1}\ngroup G ALL A\nquorum none\n"),
        (1, "reads: party", f"party TBT {L1} extra\nquorum none\n"),
        (1, "reads: party", f"party T.B.T {L1}\nquorum none\n"),
        (1, "control character", "quorum none\r\n"),
        (1, "control character", "quorum none\x0b\n"),
        (2, "does not end in LF", "# half\nquorum none"),
        (2, "not UTF-8", "# one\n\udcffquorum none\n"),
    ],
)
def test_a_policy_with_a_fault_cannot_be_used(line: int, fact: str, text: str) -> None:
    with pytest.raises(UnusablePolicy) as refused:
        Policy.parse(text.encode("utf-8", "surrogateescape"))
    assert [fault.line for fault in refused.value.faults] == [line]
    assert fact in refused.value.faults[0].message
    assert (refused.value.exit, refused.value.code) == (8, "policy.unusable")


def test_all_faults_are_told_at_once() -> None:
    text = f"log nonsense\n# fine\nwitness W {L1}\nwitness V {W2}\ngroup G 3 W V\nquorum H\nword\n"
    with pytest.raises(UnusablePolicy) as refused:
        Policy.parse(text.encode())
    assert [fault.line for fault in refused.value.faults] == [1, 3, 5, 6, 7]
    assert all(f"line {line}: " in str(refused.value) for line in (1, 3, 5, 6, 7))


@given(st.text(alphabet="logwitnesgrupqumay \t\n#+1", max_size=80))
@settings(max_examples=60)
def test_any_text_is_a_policy_that_comes_back_or_is_refused(text: str) -> None:
    try:
        policy = Policy.parse(text.encode())
    except UnusablePolicy:
        return
    assert Policy.parse(str(policy).encode()) == policy


COSIGNED = NOTES["cosigned"].encode()
DEMO = f"log {LOG}\nwitness tbt {TBT}\nwitness outside {OUTSIDE}\ngroup both all tbt outside\n"


def test_a_policy_opens_a_checkpoint_that_its_quorum_cosigned() -> None:
    checkpoint, log, cosigned = Policy.parse(f"{DEMO}quorum both\n".encode()).opened(COSIGNED)
    assert (checkpoint.size, log, cosigned) == (1000, LOG, {"tbt": 1653897600, "outside": 1653897601})


def test_a_quorum_that_is_wanting_is_not_checked_and_not_failed() -> None:
    policy = Policy.parse(f"{DEMO}quorum both\n".encode())
    with pytest.raises(QuorumMissing) as wanting:
        policy.opened(NOTES["signed"].encode())
    assert wanting.value.exit == 9
    assert Policy.parse(f"{DEMO}quorum none\n".encode()).opened(NOTES["signed"].encode()).cosigned == {}


def test_cosigners_do_not_replace_the_log() -> None:
    no_log = DEMO.partition("\n")[2]
    with pytest.raises(WrongOrigin):
        Policy.parse(f"{no_log}quorum both\n".encode()).opened(COSIGNED)
    another = key(20, name="example.org/another")  # the same policy for another log
    with pytest.raises(WrongOrigin):
        Policy.parse(f"log {another}\n{no_log}quorum both\n".encode()).opened(COSIGNED)
    with pytest.raises(NoKnownSignature):
        Policy.parse(f"log {key(11)}\nquorum none\n".encode()).opened(COSIGNED)


def test_a_forged_cosignature_condemns_the_checkpoint_even_without_quorum() -> None:
    note = Note.parse(COSIGNED)
    forged = note.signatures[1].__class__(TBT.name, TBT.key_id, note.signatures[2].signature)
    bad = bytes(Note(note.text, (note.signatures[0], forged)))
    with pytest.raises(BadSignature):
        Policy.parse(f"{DEMO}quorum none\n".encode()).opened(bad)


def test_a_log_signs_for_its_own_origin_only() -> None:
    other = key(1, name="example.org/other")  # the log's private key under another name
    note = bytes(Note(NOTES["checkpoint"], ()).signed(other, PRIVATE["log"].sign))
    with pytest.raises(WrongOrigin):
        Policy.parse(f"log {other}\nquorum none\n".encode()).opened(note)
