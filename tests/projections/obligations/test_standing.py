"""Standing duties: a stretch without proof is an obligation (R21)."""

from __future__ import annotations

from projections.obligations.answer import Status
from tests.projections.obligations.small import clause, small
from tests.projections.obligations.stories import destroyed, holding, local, the, under

END = clause("end", "defines: end\nupon: {external: Outside}\nfor: all")
PROOF = clause("proof", "pattern: standing\nbearer: all\ntowards: others\nhas: {type: measure-attested, where: "
                        "{party: bearer, measure: dpo}}")  # fmt: skip


def attested(story, at: str, **more):
    return story.tell("measure-attested", "ANN", at, measure="dpo", **more)


def test_a_stretch_without_proof_is_an_obligation_from_in_force_to_the_first_proof():
    story = small(PROOF)
    assert the(story.ask("2021-11-01"), "proof", bearer="ANN").status is Status.OPEN
    attested(story, "2021-11-05T08:00:00Z")
    found = the(story.ask("2021-12-01"), "proof", bearer="ANN")
    assert (found.status, found.opened_at) == (Status.FULFILLED, local("2021-10-11T12:00"))
    assert found.closed_at == local("2021-11-05T09:00")


def test_proof_from_before_in_force_leaves_no_stretch():
    story = small(PROOF)
    attested(story, "2021-09-05T08:00:00Z", recorded="2021-12-01")
    assert under(story.ask("2022-01-01"), "proof", bearer="ANN") == []
    assert len(under(story.ask("2022-01-01", known_at="2021-11-01"), "proof", bearer="ANN")) == 1


def test_a_lapse_opens_a_stretch_whose_case_is_what_ended_the_proof():
    story = small(PROOF)
    attested(story, "2021-09-05T08:00:00Z")
    ended = story.tell("measure-lapsed", "ANN", "2022-02-01T08:00:00Z", measure="dpo")
    found = the(story.ask("2022-03-01"), "proof", bearer="ANN")
    assert (found.case, found.opened_at, found.opened_by.id) == (ended, local("2022-02-01T09:00"), ended)


def test_proof_with_an_end_lapses_by_itself():
    story = small(PROOF)
    first = attested(story, "2021-09-05T08:00:00Z", valid_until="2022-01-31")
    assert under(story.ask("2022-01-31T12:00"), "proof", bearer="ANN") == []
    found = the(story.ask("2022-03-01"), "proof", bearer="ANN")
    assert (found.case, found.opened_at) == (first, local("2022-02-01"))


def test_renewed_proof_leaves_no_gap():
    story = small(PROOF)
    attested(story, "2021-09-05")
    attested(story, "2022-01-20", valid_until="2022-12-31")
    assert under(story.ask("2022-03-01"), "proof", bearer="ANN") == []


def test_a_stretch_that_the_end_found_open_lapses():
    story = small(PROOF, END)
    story.tell("protocol-end-date-recorded", "ANN", "2022-10-01", external="Outside", ends_at="2022-12-31")
    assert the(story.ask("2023-01-15"), "proof", bearer="BOB").status is Status.LAPSED


OVERVIEW = clause(
    "overview",
    """\
pattern: standing
bearer: all
for_each: {party: others}
towards: unit
has:
  each: {fact: {type: processor-engaged, where: {party: bearer}}}
  has: {type: processor-overview-shared, where: {party: bearer, to: counterparty, processors: unit.processor}}""",
)


def test_over_no_processors_every_overview_is_up_to_date():
    assert under(small(OVERVIEW).ask("2022-01-01"), "overview") == []


def test_the_overview_last_shared_lists_every_processor_engaged():
    story = small(OVERVIEW)
    story.tell("processor-engaged", "ANN", "2021-11-01T08:00:00Z", processor="Net-IT")
    assert the(story.ask("2022-01-01"), "overview", bearer="ANN").opened_at == local("2021-11-01T09:00")
    story.tell("processor-overview-shared", "ANN", "2021-11-10T08:00:00Z", to="BOB", version="1", processors=["Net-IT"])
    assert the(story.ask("2022-01-01"), "overview", bearer="ANN").status is Status.FULFILLED
    story.tell("processor-overview-shared", "ANN", "2021-12-10T08:00:00Z", to="BOB", version="2", processors=[])
    assert the(story.ask("2022-01-01"), "overview", bearer="ANN", status="open").counterparty == ("BOB",)
    story.tell("processor-disengaged", "ANN", "2021-12-20T08:00:00Z", processor="Net-IT")
    assert under(story.ask("2022-01-01"), "overview", bearer="ANN", status="open") == []


def test_a_stretch_is_named_for_what_came_to_need_proof_and_keeps_that_name():
    story = small(OVERVIEW)
    story.tell("processor-engaged", "ANN", "2021-11-01T08:00:00Z", processor="Net-IT")
    story.tell("processor-overview-shared", "ANN", "2021-11-10T08:00:00Z", to="BOB", version="1", processors=["Net-IT"])
    second = story.tell("processor-engaged", "ANN", "2022-02-01T08:00:00Z", processor="HB+")
    before = the(story.ask("2022-03-01"), "overview", bearer="ANN", status="open")
    assert (before.case, before.opened_by.id) == (second, second)
    story.tell("processor-overview-shared", "ANN", "2022-03-02T08:00:00Z", to="BOB", version="2",
               processors=["Net-IT", "HB+"])  # fmt: skip
    after = the(story.ask("2022-04-01"), "overview", bearer="ANN", case=second)
    assert (after.id, after.status, after.opened_by) == (before.id, Status.FULFILLED, before.opened_by)


# --- while nothing is asked --------------------------------------------------------------------------------------

GUARD = clause("guard", """\
pattern: standing
bearer: BOB
towards: ANN
has: {type: measure-attested, where: {party: bearer, measure: lock}}
unless: {each: {holding: {holder: bearer, origin: ANN}}, has: {copy: destroyed}}""")  # fmt: skip


def test_nothing_is_asked_while_nothing_is_held():
    story = small(GUARD)
    holding(story, "BOB", "ANN", "d", "disk", at="2021-11-02T08:00:00Z")
    assert the(story.ask("2021-12-01"), "guard").status is Status.OPEN
    destroyed(story, "BOB", "ANN", "disk", "2022-01-10T08:00:00Z")
    found = the(story.ask("2022-02-01"), "guard")
    assert (found.status, found.closed_by) == (Status.LAPSED, None)


def test_what_comes_to_be_held_again_is_another_stretch_with_a_name_of_its_own():
    story = small(GUARD)
    holding(story, "BOB", "ANN", "d", "disk", at="2021-11-02T08:00:00Z")
    gone = destroyed(story, "BOB", "ANN", "disk", "2022-01-10T08:00:00Z")
    holding(story, "BOB", "ANN", "d", "tape", at="2022-03-01T08:00:00Z")
    first, second = sorted(under(story.ask("2022-04-01"), "guard"), key=lambda each: each.opened_at)
    assert (first.status, second.status) == (Status.LAPSED, Status.OPEN)
    assert (second.opened_at, second.case) == (local("2022-03-01T09:00"), gone)
    assert first.id != second.id


def test_copies_that_are_not_declared_are_not_nothing():
    story = small(GUARD)
    found = the(story.ask("2021-12-01"), "guard")
    assert (found.status, found.missing) == (Status.OPEN, ("which copies BOB has of ANN",))
    story.tell("holdings-declared", "BOB", "2021-12-02T08:00:00Z", origins=["ANN"])
    assert under(story.ask("2022-01-01"), "guard", status="open") == []
