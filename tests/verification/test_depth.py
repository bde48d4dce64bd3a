"""What plain and deep verification tell of uses, row by row as the auditor's guide says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.canonical import decode, encode
from ledger.chain.hashing import leaf_hash
from ledger.chain.merkle import merkle_root
from tests.docs.blocks import ROOT
from tests.verification.conftest import use
from tests.verification.forging import Forged, codes, private, report_of
from tests.worlds import World

CHANGED: dict[str, Callable[[], bytes]] = {
    "names another author, protocol or party than the batch": lambda: _with(on_behalf_of=["FIO"]),
    "has an id that was used before": lambda: _with(id=f"{100:032x}"),
    "has a value that no use can have": lambda: _with(outcome="perhaps"),
    "has a field that no use has": lambda: _with(aside="nothing"),
    "has a field twice": lambda: use(999).replace(b'"offset":999', b'"offset":999,"offset":999'),
}


def _with(**other: object) -> bytes:
    return encode({**decode(use(999)), **other})


def _table() -> dict[str, tuple[set[str], set[str]]]:
    """What the guide says: by what a use does, the codes of plain and of deep."""
    text = (ROOT / "docs" / "guide" / "auditor.md").read_text(encoding="utf-8")
    table = text.partition("| a use, in a batch")[2].partition("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return {what: (_codes(plain), _codes(deep)) for what, plain, deep in rows}


def _codes(cell: str) -> set[str]:
    return {code.strip(" `") for code in cell.split(",")} - {"-"}


COPIED = "stands in a copy of a whole batch"


def test_the_guide_has_each_row_that_is_tried_here() -> None:
    assert sorted(_table()) == sorted([*CHANGED, COPIED])


def _signed_so(world: World, at_member: int, event: bytes) -> None:
    """The second batch of uses, of three, with another use in it, signed by its author; all else made to fit."""
    forged = Forged.of(world.place.url)
    opener = forged.first("log-batch-ingested", forged.first("log-batch-ingested"))
    forged[opener + at_member].event = event
    root = merkle_root([leaf_hash(item.event) for item in forged.items[opener : opener + 3]]).hex()
    forged[opener].sign(private("VLAIO events"), batch={"count": 3, "root": root})
    forged.write(operator=True)
    world.place.head.unlink()


@pytest.mark.parametrize("at_member", [2, 3])
@pytest.mark.parametrize("what", CHANGED)
def test_plain_and_deep_tell_what_the_guide_says(damaged: World, what: str, at_member: int) -> None:
    _signed_so(damaged, at_member, CHANGED[what]())
    assert (codes(report_of(damaged)), codes(report_of(damaged, deep=True))) == _table()[what]


def test_a_batch_under_a_second_opener_is_told_as_the_guide_says(damaged: World) -> None:
    """Its author signed both openers, so links, roots, signatures and what a usage register holds are right."""
    forged = Forged.of(damaged.place.url)
    at = forged.first("log-batch-ingested")
    seal = forged.first("streams-sealed", at)
    recorded = forged[seal].recorded_at
    again = replace(forged[at], recorded_at=recorded)
    again.sign(private("VLAIO events"), id=f"{7:032x}")
    uses = [item for item in forged.items if item.opener is forged[at]]
    members = [replace(use, opener=again, recorded_at=recorded) for use in uses]
    forged.items[seal - 1 : seal - 1] = [again, *members]
    forged.write(operator=True)
    damaged.place.head.unlink()
    plain, deep = report_of(damaged), report_of(damaged, deep=True)
    assert (codes(plain), codes(deep)) == _table()[COPIED]
    assert [fault.position for fault in plain.faults] == [seal]
    assert f"entry {at}" in plain.faults[0].detail
    assert any("id" in line for line in plain.not_checked)


def test_the_first_use_of_a_batch_is_read_by_both(damaged: World) -> None:
    _signed_so(damaged, 1, CHANGED["has a field that no use has"]())
    assert codes(report_of(damaged)) == codes(report_of(damaged, deep=True)) == {"event.malformed"}


def test_a_use_changed_after_its_batch_was_signed_is_told_by_both(damaged: World) -> None:
    forged = Forged.of(damaged.place.url)
    forged[forged.first("log-batch-ingested") + 2].event = use(999)
    forged.write(operator=True)
    damaged.place.head.unlink()
    assert codes(report_of(damaged)) == codes(report_of(damaged, deep=True)) == {"batch.root"}
