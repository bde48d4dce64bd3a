"""The engine's terms and reasons in the words of whom they bind; JSON keeps the engine's own."""

from __future__ import annotations

import json

import pytest

from cli import obligation_words as words
from tests.cli.commands import here
from tests.worlds import World

Capture = pytest.CaptureFixture[str]
AS_OF = ("--as-of", "2022-06-15")


@pytest.mark.parametrize(("stated", "said"), [
    ("1 year from trigger.received_at", "1 year from receipt"),
    ("3 months from act.received_at to end-of-month", "3 months from receipt to the end of month"),
    ("2 working-days", "2 working days"),
    ("without-undue-delay", "without undue delay"),
    ("none-stated", "within no stated term"),
    ("immediately", "immediately"),
    ("every 12 months", "every 12 months"),
    ("1 month from unit.leak", "1 month from the unit's leak"),
])  # fmt: skip
def test_a_term_names_its_moment_as_a_lawyer_does(stated: str, said: str):
    assert words.term(stated) == said


@pytest.mark.parametrize(("stated", "said"), [
    ("access-used is forbidden: 2 uses, 2022-06-03T08:21:00Z to 2022-06-03T08:22:00Z",
     "access used, which the clause forbids: 2 uses, 2022-06-03 10:21 to 2022-06-03 10:22"),
    ("protocol-signed (version 1) without what the clause needs before it for Net-IT",
     "protocol signed (version 1), and nothing on record shows that what must come first did for Net-IT"),
    ("access-used 12 times by 5b in that day, at most 10", "access used 12 times by 5b in that day, at most 10"),
])  # fmt: skip
def test_a_violation_is_told_without_the_codes_of_the_engine(stated: str, said: str):
    assert words.why(stated) == said


def test_the_two_ways_of_counting_a_term_are_told_as_such():
    arithmetic = "1 year, counted from 2021-03-22: strict 2022-03-21T23:00:00Z, lenient 2022-03-22T23:00:00Z"
    assert words.clock(arithmetic).endswith(
        "before 2022-03-22 00:00 if counted strictly, before 2022-03-23 00:00 if generously"
    )
    assert words.note("waived since 2022-06-01, open before, overdue by both").endswith(
        "overdue however the term is counted"
    )


def test_a_screen_speaks_and_json_keeps_the_form_of_the_engine(world: World, capfd: Capture):
    told = " ".join(here(capfd, "obligations", *AS_OF, world=world).out.split())
    assert "(1 year from receipt)" in told
    assert "overdue by" not in told
    assert "trigger." not in told
    assert "protocol signed (version 1), and nothing on record shows that what must come first did" in told
    found = json.loads(here(capfd, "obligations", *AS_OF, "--json", world=world).out)
    (late,) = [each for each in found["items"] if each["status"] == "overdue"]
    assert (late["term"], late["overdue_by"]) == ("1 year from trigger.received_at", "both")
    assert late["clock"].startswith("1 year from trigger.received_at")
    explained = " ".join(here(capfd, "why", late["id"], *AS_OF, world=world).out.split())
    assert "overdue however the term is counted" in explained
    assert "clock 1 year from receipt, counted from 2021-03-22 10:00: before 2022-03-22 00:00" in explained
    assert "counted from receipt: SERV must" in explained
