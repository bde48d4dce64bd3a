"""Uses at the ends of the calendar: no importer takes them now, but an entry is for ever, and one stops no answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ledger.clock import later
from ledger.protocol.shipped import shipped
from projections.findings import Cause
from tests.projections.obligations.small import clause, small
from tests.projections.obligations.stories import Story, destroyed, holding, signed_vlaio
from tests.projections.reconciliation.asking import ACTOR, answer, begun, findings, grant

VLAIO = "vlaio-fio-tbt-2021"
ENDS = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z")
DATES = ("0001-01-02", "9999-12-30")
LAST = "9999-12-31T20:00:00+00:00"


@pytest.mark.parametrize("moments", [ENDS, DATES, ENDS + DATES])
def test_uses_at_the_ends_of_the_calendar_are_judged_as_any_other(moments: tuple[str, ...]) -> None:
    story = begun()
    grant(story)
    for at in moments:
        for action in ("consult", "export", "delete", "soft-delete"):
            story.use("ANN", at, action=action, actor=ACTOR, dataset="contacts", items=9)
        story.use("ANN", at, action="share", actor=ACTOR, dataset="contacts", shared_with="outside")
    destroyed(story, "ANN", "BOB", "KRIS", "2021-12-20", dataset="contacts")
    story.tell("log-batch-ingested", "ANN", "2022-01-03", batch={"count": 1, "root": "be" * 32}, source="m365-audit",
               file="ad" * 32, file_bytes=1, first=moments[0], last=moments[-1], bulk_items=5, unusual_least=1,
               unusual_times=1)  # fmt: skip
    found = answer(story, LAST)
    assert found.uses == 5 * len(moments)
    causes = {each.cause for each in found.findings}
    assert {Cause.NO_GRANT, Cause.BULK_EXPORT, Cause.UNRECORDED_DELETION, Cause.THIRD_PARTY_SHARE} <= causes
    assert all(each.day >= "2021" for each in findings(story, "0001-01-01T12:00:00+00:00") if not each.uses)


def test_obligations_are_answered_beside_them() -> None:
    story = signed_vlaio(Story.of(VLAIO, shipped()[VLAIO]))
    holding(story, "VLAIO", "TBT", "vraagtraject", "database", app="KRIS")
    before = story.ask("2022-06-15")
    for at in ENDS + DATES:
        story.use("VLAIO", at, action="export", actor=ACTOR, dataset="vraagtraject")
    after = story.ask("2022-06-15")
    assert [each.id for each in after.obligations] == [each.id for each in before.obligations]


def test_a_use_that_a_clause_forbids_is_a_violation_at_the_end_of_the_calendar_too() -> None:
    story = small(clause("use", "pattern: prohibition\nact: {type: access-used, where: {action: export}}"))
    story.use("ANN", "9999-12-31T18:59:00Z", action="export", actor=ACTOR)
    story.use("ANN", DATES[1], action="export", actor=ACTOR)
    assert len(story.ask(LAST).violations) == 2


def test_what_is_later_than_the_calendar_is_its_end() -> None:
    first, last = (end.replace(tzinfo=UTC) for end in (datetime.min, datetime.max))
    day = timedelta(days=1)
    assert (later(first, -day), later(last, day)) == (first, last)
    assert (later(first, day), later(last, -day)) == (first + day, last - day)
