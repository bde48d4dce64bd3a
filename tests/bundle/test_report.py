"""However much is wrong, no area is called good in which a fault was found."""

from __future__ import annotations

from ledger.bundle.report import AREAS, MOST_FAULTS, Findings, Verdict


def test_a_fault_beyond_those_that_are_kept_fails_its_area() -> None:
    findings = Findings()
    findings.verdicts = dict.fromkeys(AREAS, Verdict.OK)
    for position in range(MOST_FAULTS):
        findings.fault("persons.opening", position, "another part")
    findings.fault("checkpoint.signature", 9, "the log's signature")
    assert len(findings.faults) == MOST_FAULTS
    assert findings.settled()["integrity"] is Verdict.FAILED
    assert findings.settled()["completeness"] is Verdict.OK
