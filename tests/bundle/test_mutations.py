"""Every mutation of docs/threats.md is found by name."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from ledger.bundle.archive import NotABundle
from ledger.bundle.report import Report, Verdict
from ledger.bundle.sealed_ledger import NotAsSealed
from ledger.bundle.verify import verify
from tests.bundle.forge import POLICY, REASON, disclosed, good, honest
from tests.bundle.mutations import MUTATIONS
from tests.docs.blocks import ROOT
from tests.keys.people import PROTOCOL


def found(path: Path) -> tuple[int, set[str], Report | None]:
    try:
        report = verify(path, POLICY)
    except NotABundle as error:
        return error.exit, {error.code}, None
    return report.exit, {fault.code for fault in report.faults}, report


def test_a_good_bundle_has_no_fault(tmp_path: Path) -> None:
    forge = honest()
    report = verify(forge.bundle(tmp_path / "b.zip", openings=(disclosed(forge, REASON),)), POLICY)
    assert report.faults == ()
    assert {name for name, verdict in report.verdicts.items() if verdict is Verdict.OK} == {
        "integrity", "completeness", "agreement", "persons",
    }  # fmt: skip
    assert report.exit == 0


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_told_by_its_name(tmp_path: Path, name: str) -> None:
    mutation = MUTATIONS[name]
    exit_code, codes, report = found(mutation.make(tmp_path))
    assert exit_code == mutation.exit, (codes, report)
    assert mutation.code in codes if mutation.code else not codes


@pytest.mark.parametrize("name", [name for name, mutation in MUTATIONS.items() if mutation.exit == 3])
def test_a_fault_names_its_entry_or_file(tmp_path: Path, name: str) -> None:
    _, _, report = found(MUTATIONS[name].make(tmp_path))
    assert report is not None
    files = [line.name for line in report.manifest.members]
    places = [*files, *report.manifest.streams, "manifest", "checkpoint", "entries", "protocol file", "tbt"]
    for fault in report.faults:
        if fault.code == MUTATIONS[name].code:
            assert fault.position or any(str(place) in fault.detail for place in places) or PROTOCOL in fault.detail
    if MUTATIONS[name].position > 0:
        assert MUTATIONS[name].position in {fault.position for fault in report.faults}


def test_the_catalogue_is_the_one_that_the_documentation_lists() -> None:
    text = (ROOT / "docs/threats.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| ([^|]+?) +\| `?([^|`]*?)`? +\| [0-9] +\|$", text, re.MULTILINE))
    assert listed == {name: mutation.code or "-" for name, mutation in MUTATIONS.items()}
    assert len(listed) >= 40


@pytest.mark.parametrize("seed", range(6))
def test_any_single_changed_byte_is_found(tmp_path: Path, seed: int) -> None:
    path, chance = good(tmp_path), random.Random(seed)
    raw = path.read_bytes()
    for _ in range(10):
        at, bit = chance.randrange(len(raw)), 1 << chance.randrange(8)
        path.write_bytes(raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :])
        assert found(path)[0] in (3, 5), (at, bit)


def test_a_damaged_ledger_gives_no_bundle(tmp_path: Path) -> None:
    forge = honest()
    at = forge.at("measure-attested/1") - 1
    forge.raws[at] = forge.raws[at].replace(b"security-policy", b"security-polish")
    with pytest.raises(NotAsSealed):
        forge.bundle(tmp_path / "b.zip")
    assert list(tmp_path.iterdir()) == []
