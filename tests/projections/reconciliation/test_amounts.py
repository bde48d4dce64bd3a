"""Bulk and unusual days, and shares: by thresholds on record and no others."""

from __future__ import annotations

from typing import Any

import pytest

from projections.findings import Cause, Finding
from projections.projection import Fact, digest, dumped
from projections.registers.findings import FindingsRegister, answers
from tests.projections.obligations.stories import Story, local
from tests.projections.reconciliation.asking import ACTOR, answer, begun, findings, grant, the_only, used


@pytest.fixture
def story() -> Story:
    story = begun()
    grant(story)
    return story


def batch(story: Story, at: str = "2021-11-03", **thresholds: int) -> None:
    story.tell("log-batch-ingested", "ANN", at, batch={"count": 1, "root": "be" * 32}, source="m365-audit",
               file="ad" * 32, file_bytes=1, first=at, last=at, **thresholds)  # fmt: skip


def test_without_thresholds_nothing_is_judged_and_that_is_said(story: Story):
    batch(story)
    used(story, "2021-11-03T09:00:00Z", action="export", items=1_000_000)
    found = answer(story)
    assert found.findings == ()
    assert found.not_judged == ("bulk and unusual use by ANN: no thresholds are stated with its last import",)


@pytest.mark.parametrize(("items", "found"), [(499, False), (500, True)])
def test_bulk_is_by_items_taken_out_in_one_day(items: int, found: bool, story: Story):
    batch(story, bulk_items=500)
    used(story, "2021-11-03T09:00:00Z", action="export", items=items - 1)
    used(story, "2021-11-03T10:00:00Z", action="download")
    used(story, "2021-11-03T11:00:00Z", action="consult", items=9_000)
    assert bool(findings(story)) == found


def test_bulk_shows_its_arithmetic_and_where_the_threshold_stands(story: Story):
    batch(story, bulk_items=500)
    used(story, "2021-11-03T09:00:00Z", action="export", items=600)
    found = the_only(story)
    assert (found.cause, found.uses, found.related) == (Cause.BULK_EXPORT, 1, (5,))
    assert found.says == (
        "600 items taken out (downloaded, exported, copied, queried) in 1 uses",
        "600 >= 500, the threshold stated in entry 5",
    )


def test_the_thresholds_of_the_last_batch_count(story: Story):
    batch(story, bulk_items=500)
    used(story, "2021-11-03T09:00:00Z", action="export", items=600)
    batch(story, "2021-11-04", bulk_items=1_000)
    assert findings(story) == ()


def test_more_items_than_can_be_counted_are_bulk(story: Story):
    batch(story, bulk_items=500)
    for second in range(4):
        used(story, f"2021-11-03T09:00:0{second}Z", action="export", items=2**53 - 1)
    assert the_only(story).cause is Cause.BULK_EXPORT


def unusual(story: Story, days: int, busy: int) -> tuple[Finding, ...]:
    batch(story, "2021-11-03", unusual_least=10, unusual_times=5)
    for day in range(days):
        used(story, f"2021-11-{10 + day}T09:00:00Z", f"2021-11-{10 + day}T10:00:00Z")
    for minute in range(busy):
        used(story, f"2021-11-20T09:{minute:02}:00Z")
    return findings(story)


def test_a_day_is_unusual_beside_the_median_of_the_days_before(story: Story):
    (found,) = unusual(story, 5, 10)
    assert (found.cause, found.day, found.uses) == (Cause.UNUSUAL_COUNT, "2021-11-20", 10)
    assert found.says == (
        "10 uses; the median of the 5 days with uses in the 30 days before: 2",
        "10 >= 5 x 2 and >= 10, the thresholds stated in entry 5",
    )


@pytest.mark.parametrize(("days", "busy"), [(4, 10), (5, 9)])
def test_too_few_days_or_uses_are_not_judged_unusual(days: int, busy: int, story: Story):
    assert unusual(story, days, busy) == ()


@pytest.mark.parametrize("shared", ["outside", "anyone"])
def test_what_is_shared_with_others_is_found(shared: str, story: Story):
    used(story, "2021-11-03T09:00:00Z", action="share", shared_with=shared, dataset="contacts")
    assert the_only(story).cause is Cause.THIRD_PARTY_SHARE


@pytest.mark.parametrize("shared", ["parties", "unknown", None])
def test_what_is_shared_among_the_parties_is_not(shared: str | None, story: Story):
    used(story, "2021-11-03T09:00:00Z", action="share", shared_with=shared)
    assert findings(story) == ()


def test_a_disclosure_on_record_explains_a_share_of_its_data(story: Story):
    used(story, "2021-11-03T09:00:00Z", action="share", shared_with="outside", dataset="contacts")
    story.tell("onward-disclosure-made", "ANN", "2021-11-03", disclosure="O-1", recipient="Z", datasets=["contacts"],
               recipient_kind="third-party", origins=["BOB"])  # fmt: skip
    assert findings(story) == ()


# --- closing, and order ------------------------------------------------------------------------------------------


def close(story: Story, finding: Finding, by: str = "ANN", at: str = "2022-01-10T09:00:00Z", **more: Any) -> str:
    fields = {"finding": finding.id, "reason": "accepted", "uses": finding.uses, **more}
    return story.tell("finding-closed", by, at, **fields)


def test_a_closed_finding_opens_again_when_more_uses_fall_in_it(story: Story):
    used(story, "2021-11-01T09:00:00Z")
    found = the_only(story)
    close(story, found)
    closed = the_only(story)
    assert (closed.status, closed.id) == ("closed", found.id)
    assert closed.closing is not None
    assert (closed.closing.reason, closed.closing.party) == ("accepted", "ANN")
    used(story, "2021-11-01T10:00:00Z")
    assert the_only(story).status == "reopened"
    close(story, the_only(story))
    assert the_only(story).status == "closed"


def test_it_was_open_before_it_was_closed_and_while_that_was_not_known(story: Story):
    used(story, "2021-11-01T09:00:00Z")
    close(story, the_only(story), at="2022-01-10T09:00:00Z")
    assert the_only(story, "2022-01-09").status == "open"
    assert the_only(story, "2022-06-01", known_at="2022-01-09").status == "open"


def test_another_party_closes_nothing_and_a_retraction_opens(story: Story):
    used(story, "2021-11-01T09:00:00Z")
    found = the_only(story)
    close(story, found, by="BOB")
    assert the_only(story).status == "open"
    closing = close(story, found)
    story.tell("event-retracted", "ANN", "2022-01-11", retracts=closing)
    assert the_only(story).status == "open"


def test_uses_counted_in_any_order_give_the_same_findings_and_digest(story: Story):
    moments = [f"2021-11-0{day}T0{hour}:00:00Z" for day in (1, 2, 3) for hour in (7, 8, 9)]
    used(story, *moments)
    entries = story.entries
    uses = [entry for entry in entries if entry.stream.endswith("/usage")]
    rest = [entry for entry in entries if not entry.stream.endswith("/usage")]
    register = FindingsRegister(story.files.__getitem__)
    seen = set()
    for order in ([*rest, *uses], [*uses, *rest], [*uses[::-1], *rest], [*uses[::2], *rest, *uses[1::2]]):
        state = register.empty()
        for entry in order:
            state = register.apply(state, Fact(entry))
        (found,) = answers(state, local("2022-06-01"))
        seen.add((digest(register, state), found.findings))
    assert len(seen) == 1
    assert {(each.cause, each.day, each.uses) for _, several in seen for each in several} == {
        (Cause.NO_GRANT, "2021-11-01", 3), (Cause.NO_GRANT, "2021-11-02", 2),
    }  # fmt: skip


def test_the_state_grows_with_days_and_not_with_uses(story: Story):
    register = FindingsRegister(story.files.__getitem__)
    used(story, *(f"2021-11-03T09:{minute:02}:00Z" for minute in range(60)))
    state = register.empty()
    for entry in story.entries:
        state = register.apply(state, Fact(entry))
    before = register.items(state)
    used(story, *(f"2021-11-03T10:{minute:02}:00Z" for minute in range(60)))
    for entry in story.entries[-60:]:
        state = register.apply(state, Fact(entry))
    assert register.items(state) == before
    assert ACTOR.encode() in dumped(register, state)
