"""The life of a protocol as a register: what happened, what had no effect, what it still waits for."""

from __future__ import annotations

from projections.registers.lifecycle import LifecycleRegister
from tests.projections.obligations.small import text
from tests.projections.obligations.stories import Story
from tests.projections.registers.asking import begun, rows


def half_signed() -> Story:
    story = Story.of("small", text())
    story.tell("protocol-signed", "ANN", "2021-10-11T09:00:00Z", version="1", office="head")
    return story


def whats(story: Story, as_of: str) -> list[str]:
    return [row["what"] for row in rows(story, LifecycleRegister, as_of)]


def test_while_it_is_not_in_force_a_row_says_whose_signature_is_missing():
    assert whats(half_signed(), "2021-10-12") == [
        "version 1 registered", "signature of head", "to look at: version 1 is not in force: not signed by BOB",
    ]  # fmt: skip


def test_once_all_have_signed_nothing_is_missing():
    story = half_signed()
    story.tell("protocol-signed", "BOB", "2021-10-11T10:00:00Z", version="1", office="head")
    assert whats(story, "2021-10-12") == [
        "version 1 registered", "signature of head", "signature of head", "in-force", "signed",
    ]  # fmt: skip


def test_one_signature_for_two_parties_is_one_row_with_both():
    found = [row for row in rows(begun(), LifecycleRegister, "2021-11-01") if row["what"].startswith("signature")]
    assert [row["parties"] for row in found] == [["VLAIO", "FIO"], ["TBT"]]


def test_a_signature_by_mandate_says_who_stated_it():
    story = begun()
    story.tell("protocol-signed", "VLAIO", "2021-11-01", version="1", office="administrateur-generaal",
               on_behalf_of=["FIO"])  # fmt: skip
    assert "signature of administrateur-generaal, stated by VLAIO" in whats(story, "2021-12-01")


def test_a_version_is_not_waited_for_before_it_is_known():
    assert whats(half_signed(), "2021-09-01") == []


def test_a_signature_waits_for_the_others_although_the_text_was_registered_years_later():
    story = Story.of("small", text(), begins="2026-11-28")
    story.tell("protocol-signed", "ANN", "2021-10-11T09:00:00Z", version="1", office="head")
    waiting = "to look at: version 1 is not in force: not signed by BOB"
    assert whats(story, "2021-10-12") == ["signature of head", waiting]
    assert whats(story, "2021-10-11") == []
    story.tell("protocol-signed", "BOB", "2021-10-14T09:00:00Z", version="1", office="head")
    assert waiting in whats(story, "2021-10-13")
    assert waiting not in whats(story, "2021-10-15")


def test_an_act_that_no_power_gives_is_a_row():
    story = begun()
    story.tell("protocol-dissolution-declared", "TBT", "2022-02-01T08:00:00Z", notice="N-1")
    assert "without effect: protocol-dissolution-declared" in whats(story, "2022-03-01")
