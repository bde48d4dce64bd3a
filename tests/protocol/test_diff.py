from __future__ import annotations

import pytest

from ledger.protocol.diff import Change, difference
from ledger.protocol.load import load
from ledger.protocol.shipped import shipped
from tests.protocol.texts import CLAUSE, HEAD, SMALL


def changes(after: str, before: str = SMALL) -> list[Change]:
    return difference(load(before.encode(), "a"), load(after.encode(), "b"))


@pytest.mark.parametrize("data", [*shipped().values(), SMALL.encode()])
def test_a_version_does_not_differ_from_itself(data: bytes) -> None:
    assert difference(load(data, "a"), load(data, "b")) == []


def test_what_is_only_set_otherwise_is_no_difference() -> None:
    moved = SMALL.replace("    term: 24 hours\n", "").replace(
        "    towards: unit\n", "    term: 24 hours\n    towards: unit\n"
    )
    assert moved != SMALL
    assert changes(moved) == []
    assert changes(SMALL + "# a remark\n") == []


@pytest.mark.parametrize(
    ("right", "wrong", "part", "what", "before", "after"),
    [
        ("melden een lek", "melden elk lek", "clause art. 2", "text", "een lek", "elk lek"),
        ("24 hours", "48 hours", "clause art. 2", "meaning", "within 24 hours", "within 48 hours"),
        ("    case:", "    applies: survives\n    case:", "clause art. 2", "applies", "in-force", "survives"),
        ("default: last", "default: first", "reading I-1", "default", "last", "first"),
        ("name: Beta,", "name: Gamma,", "party BETA", "name", "Beta", "Gamma"),
        ("holidays: BE", "holidays: BE, also: [07-11]", "the head", "calendar", "mon-fri", "07-11"),
        ("version: \"1\"", "version: \"2\"", "the head", "version", "1", "2"),
        ("version: \"1\"", "version: \"1\"\namends: \"0\"", "the head", "takes the place of", "", "0"),
    ],
)  # fmt: skip
def test_what_differs_is_told_with_what_stood_before_and_after(
    right: str, wrong: str, part: str, what: str, before: str, after: str
) -> None:
    assert right in SMALL
    (change,) = changes(SMALL.replace(right, wrong))
    assert (change.kind, change.part) == ("changed", part)
    (detail,) = change.details
    assert detail.what == what
    assert before in detail.before
    assert after in detail.after


def test_a_clause_that_is_added_or_removed_is_told_whole() -> None:
    (added,) = changes(SMALL, before=HEAD)
    assert (added.kind, added.part) == ("added", "clause art. 2")
    assert {detail.what for detail in added.details} >= {"text", "title", "meaning"}
    (removed,) = changes(HEAD, before=SMALL)
    assert (removed.kind, removed.details[0].after) == ("removed", "")
    assert CLAUSE in SMALL
