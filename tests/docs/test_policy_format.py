"""docs/formats/policy.md says what the code does."""

from __future__ import annotations

import re

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.chain.policy import Policy, UnusablePolicy
from tests.docs.blocks import ROOT, block
from tests.docs.small_ledger import public

PAGE = ROOT / "docs/formats/policy.md"
EXAMPLE = block(PAGE, "policy").code


def test_the_example_is_a_policy_and_its_keys_are_those_of_the_seeds() -> None:
    policy = Policy.parse(EXAMPLE.encode())
    keys = [each.key for each in (*policy.logs, *policy.witnesses, *policy.pins)]
    assert [key.public for key in keys] == [
        public(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)) for seed in range(1, 8)
    ]
    assert [line for line in EXAMPLE.splitlines() if line and line[0] != "#"] == str(policy).replace(
        "parties 1", "parties any"
    ).replace("outside 2", "outside all").splitlines()


@pytest.mark.parametrize("line", block(PAGE, "cosigned").code.splitlines())
def test_the_quorum_is_reached_where_the_page_says_so(line: str) -> None:
    reached, *cosigners = line.split()
    assert Policy.parse(EXAMPLE.encode()).satisfied(cosigners) == (reached == "yes")


@pytest.mark.parametrize("line", block(PAGE, "refused").code.splitlines())
def test_each_line_that_the_page_calls_unusable_is_the_one_fault(line: str) -> None:
    with pytest.raises(UnusablePolicy) as error:
        Policy.parse(f"{EXAMPLE}{line}\n".encode())
    assert [fault.line for fault in error.value.faults] == [EXAMPLE.count("\n") + 1]


@pytest.mark.parametrize(
    "raw", [EXAMPLE[:-1], "", EXAMPLE.replace("quorum outside\n", ""), EXAMPLE.replace("\n", "\r\n")]
)
def test_a_policy_without_its_end_or_its_quorum_is_none(raw: str) -> None:
    with pytest.raises(UnusablePolicy):
        Policy.parse(raw.encode())


def test_every_fault_of_the_page_is_one_that_the_readers_tell() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "ledger/bundle").glob("*.py"))
    faults = re.findall(r"`((?:checkpoint|agreement|signature)\.[a-z-]+)`", PAGE.read_text(encoding="utf-8"))
    assert len(faults) == 5
    assert all(f'"{fault}"' in told for fault in faults)
