"""The two verifiers come to the same verdicts, on every good bundle and on every mutation of docs/threats.md."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from ledger.bundle.build import build
from ledger.bundle.request import Request
from ledger.bundle.verify import verify
from ledger.chain.policy import Policy
from ledger.place import Place
from ledger.protocol.load import load
from ledger.protocol.shipped import shipped
from ledger.storage.opening import open_store
from tests.bundle.forge import GROUNDS, POLICY, REASON, disclosed, honest, unsealed
from tests.bundle.mutations import MUTATIONS
from tests.bundle.mutations.attached import attached
from tests.bundle.page.browser import Tab
from tests.bundle.page.verdicts import by_page, by_tool
from tests.bundle.test_unknown_types import FAULTS, with_unknown

pytestmark = pytest.mark.extra

NO_QUORUM = Policy.parse(str(POLICY).replace("quorum tbt", "quorum none").encode())
STRANGERS = Policy.parse("".join(line for line in str(POLICY).splitlines(True) if "party" not in line).encode())


@pytest.fixture(scope="module", autouse=True)
def _files_are_read_once() -> Iterator[None]:
    """Most of the tool's time goes into reading the same protocol file again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ledger.protocol.load.load", lru_cache(load))
        yield


def test_both_verifiers_agree_on_every_mutation(tab: Tab, tmp_path: Path) -> None:
    differences = {}
    for number, (name, mutation) in enumerate(MUTATIONS.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = mutation.make(folder)
        one, other = by_tool(path, POLICY), by_page(tab, path, POLICY)
        if one != other or (mutation.code and mutation.code not in other.codes) or mutation.exit != other.exit:
            differences[name] = one, other
    assert differences == {}


@pytest.mark.parametrize("policy", [POLICY, NO_QUORUM, STRANGERS, None], ids=["own", "no-quorum", "unpinned", "none"])
@pytest.mark.parametrize("clauses", [("art. 5, item 3",), ("art. 1", "art. 4"), ("signatures",)], ids=";".join)
def test_both_verifiers_agree_on_good_bundles(
    tab: Tab, tmp_path: Path, clauses: tuple[str, ...], policy: Policy | None
) -> None:
    path = honest().bundle(tmp_path / "b.zip", clauses=clauses)
    found = by_page(tab, path, policy)
    assert found == by_tool(path, policy)
    assert found.exit == (0 if policy else 9)


def test_both_verifiers_agree_on_what_is_attached_and_disclosed(tab: Tab, tmp_path: Path) -> None:
    forge = honest()
    opening = forge.bundle(tmp_path / "b.zip", openings=(disclosed(forge, REASON),))
    assert by_page(tab, opening, POLICY) == by_tool(opening, POLICY)
    assert by_page(tab, opening, POLICY).verdicts["persons"] == "ok"
    path = attached(tmp_path)
    assert by_page(tab, path, POLICY) == by_tool(path, POLICY)
    assert tab.check(path, tmp_path / "own.policy")["counts"] == verify(path, POLICY).counts


def test_both_verifiers_agree_on_a_ledger_that_erased_nothing(tab: Tab, tmp_path: Path) -> None:
    forge = unsealed(until="erase")
    forge.seal()
    forge.sign()
    openings = (disclosed(forge, REASON), disclosed(forge, GROUNDS, 1))
    path = forge.bundle(tmp_path / "b.zip", openings=openings)
    assert by_page(tab, path, POLICY) == by_tool(path, POLICY)
    assert by_page(tab, path, POLICY).verdicts["persons"] == "ok"


@pytest.mark.parametrize("code", ["", *FAULTS])
def test_both_verifiers_agree_on_events_of_a_later_version(tab: Tab, tmp_path: Path, code: str) -> None:
    path = FAULTS.get(code, with_unknown)().bundle(tmp_path / "b.zip")
    found = by_page(tab, path, POLICY)
    assert found == by_tool(path, POLICY)
    assert found.codes == ([code] if code else [])


@pytest.mark.parametrize("protocol", shipped())
def test_both_verifiers_agree_on_the_demo_and_on_what_they_did_not_check(
    tab: Tab, demo_folder: Path, tmp_path: Path, protocol: str
) -> None:
    path = tmp_path / "b.zip"
    clauses = tuple(f"art. {number}" for number in range(1, 8))
    place = Place.named(str(demo_folder / "ledger.db"), {})
    with open_store(place.url) as store:
        build(store, Request(protocol, clauses), path, lambda manifest: {"nl": "nl\n", "en": "en\n"})
    policy = Policy.parse(place.policy.read_bytes())
    found = by_page(tab, path, policy)
    assert found == by_tool(path, policy)
    assert found.exit == 0
    report = tab.check(path, path.with_name("own.policy"))
    assert (len(report["notChecked"]), report["counts"]) == _told(path, policy)


def _told(path: Path, policy: Policy) -> tuple[int, dict[str, int]]:
    report = verify(path, policy)
    return len(report.not_checked), report.counts
