"""How long users in logs are known: what the file says, and by which clause."""

from __future__ import annotations

import pytest

from ledger.protocol.check import checked
from ledger.protocol.faults import ProtocolRejected
from ledger.protocol.shipped import shipped

TEXT = shipped()["vlaio-fio-tbt-2021"]
HOUSE = b"log_retention: {keep: 10 years}"


def test_without_a_clause_it_is_a_house_policy_and_with_one_it_is_that_clauses():
    for written, said in ((HOUSE, "10 years (house policy)"),
                          (b"log_retention: {keep: 90 days, by: annex 2}", "90 days (annex 2)")):  # fmt: skip
        assert str(checked(TEXT.replace(HOUSE, written), "p").log_retention) == said
    assert checked(TEXT.replace(HOUSE, b""), "p").log_retention is None


@pytest.mark.parametrize(
    ("written", "fact"),
    [
        (b"{keep: 24 hours}", "not hours"), (b"{keep: 10 working-days}", "not working-days"),
        (b"{keep: for ever}", "not a span"), (b"{by: annex 2}", "needs keep"), (b"10 years", "log_retention"),
        (b"{keep: 10 years, by: art. 99}", "no clause is called art. 99"), (b"{keep: 1 year, why: so}", "has no why"),
    ],
)  # fmt: skip
def test_what_is_no_term_for_logs_is_refused_with_its_line(written: bytes, fact: str):
    with pytest.raises(ProtocolRejected) as found:
        checked(TEXT.replace(HOUSE, b"log_retention: " + written), "p")
    line = TEXT[: TEXT.index(HOUSE)].count(b"\n") + 1
    assert [(fact in fault.message, fault.line) for fault in found.value.faults] == [(True, line)]
