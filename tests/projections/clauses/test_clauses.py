"""Every clause of both protocols that does something: what breaks it is found, and what keeps it is not."""

from __future__ import annotations

import pytest

from ledger.protocol.load import load
from ledger.protocol.patterns import Pattern
from ledger.protocol.shipped import shipped
from tests.projections.clauses.cases import SERV, VLAIO, broken, cases, kept, owes

CASES = [pytest.param(protocol, clause, id=f"{protocol} {clause}")
         for protocol in (VLAIO, SERV) for clause in cases(protocol)]  # fmt: skip


@pytest.mark.parametrize(("protocol", "clause"), CASES)
def test_what_breaks_a_clause_is_found_and_what_keeps_it_is_not(protocol: str, clause: str) -> None:
    case = cases(protocol)[clause]
    assert owes(broken(protocol, case), case)
    assert not owes(kept(protocol, case), case)


@pytest.mark.parametrize("protocol", [VLAIO, SERV])
def test_every_clause_with_a_pattern_has_a_case(protocol: str) -> None:
    version = load(shipped()[protocol], protocol)
    patterns = {clause.address for clause in version.clauses
                if any(isinstance(variant.body, Pattern) for variant in clause.variants)}  # fmt: skip
    assert set(cases(protocol)) == patterns
