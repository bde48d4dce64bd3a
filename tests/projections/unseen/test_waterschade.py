"""A protocol that the engine never saw, in YAML alone: each answer was worked out on paper from the signed words first.

A line of what is expected: clause | who owes whom, for what | how it stands | strict end | lenient end, exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from ledger.clock import BRUSSELS
from ledger.protocol.check import checked
from projections.obligations.answer import Answer, Obligation, Status
from tests.projections.obligations.stories import Story, local, the
from tests.projections.obligations.test_renewing import check
from tests.projections.unseen.story import RENEWED, TEXT, told


@pytest.fixture(scope="module")
def story() -> Story:
    return told()


TO_BE_DONE = {
    # The dossier was closed on 15 April; measurements are a year old in 2023; residents were cut off on 30 April.
    ("2022-05-10", None): """
        art. 3, sentence 1 | FONDS > STAD dossierdatabank | open | 2024-04-15 | 2024-04-16
        art. 3, sentence 2 | FONDS > KADE meetbestand | open | 2024-01-01 | 2024-01-01
        art. 3, sentence 3 | FONDS > STAD bewonerslijst | open | 2022-10-30 | 2022-10-31
        art. 3, sentence 3 | FONDS > STAD mailbox | open | 2022-10-30 | 2022-10-31
    """,
    # The dossier is open again, so nothing is owed for it; the backup ages out, and that moves no end.
    ("2022-10-15", None): """
        art. 3, sentence 2 | FONDS > KADE meetbestand | open | 2024-01-01 | 2024-01-01
        art. 3, sentence 3 | FONDS > STAD bewonerslijst | open | 2022-10-30 | 2022-10-31
        art. 3, sentence 3 | FONDS > STAD mailbox | open | 2022-10-30 | 2022-10-31
        art. 3, sentence 3 | FONDS > STAD backup | deferred | 2022-10-30 | 2022-10-31
    """,
    # The list was deleted in time, but that was recorded only on 8 November.
    ("2022-11-10", "2022-11-05"): """
        art. 3, sentence 2 | FONDS > KADE meetbestand | open | 2024-01-01 | 2024-01-01
        art. 3, sentence 3 | FONDS > STAD bewonerslijst | overdue both | 2022-10-30 | 2022-10-31
        art. 3, sentence 3 | FONDS > STAD backup | overdue both | 2022-10-30 | 2022-10-31
    """,
    ("2022-11-10", None): """
        art. 3, sentence 2 | FONDS > KADE meetbestand | open | 2024-01-01 | 2024-01-01
        art. 3, sentence 3 | FONDS > STAD backup | overdue both | 2022-10-30 | 2022-10-31
    """,
    # Who was warned has 48 hours from its own receipt. What arrived on 1 January is a year old at two ends of a year.
    ("2023-03-28", None): """
        art. 3, sentence 1 | FONDS > STAD dossierdatabank | open | 2024-11-30 | 2024-12-01
        art. 3, sentence 2 | FONDS > KADE meetbestand | open | 2024-01-01 | 2024-01-01
        art. 3, sentence 2 | FONDS > LISVOORDE poldermetingen | open | 2024-01-01 | 2025-01-01
        art. 4 | FONDS > STUURGROEP 2023 | open | 2024-01-01 | 2024-01-01
        art. 5, sentence 3 | KADE > FONDS | open | 2023-03-28T17:00 | 2023-03-28T17:00
        art. 5, sentence 3 | LISVOORDE > FONDS | open | 2023-03-29T11:30 | 2023-03-29T11:30
    """,
    ("2023-03-30", None): """
        art. 3, sentence 1 | FONDS > STAD dossierdatabank | open | 2024-11-30 | 2024-12-01
        art. 3, sentence 2 | FONDS > KADE meetbestand | open | 2024-01-01 | 2024-01-01
        art. 3, sentence 2 | FONDS > LISVOORDE poldermetingen | open | 2024-01-01 | 2025-01-01
        art. 4 | FONDS > STUURGROEP 2023 | open | 2024-01-01 | 2024-01-01
        art. 5, sentence 3 | LISVOORDE > FONDS | overdue both | 2023-03-29T11:30 | 2023-03-29T11:30
    """,
    # The tenth working day after the question is 15 September, but the question is disputed.
    ("2023-09-09", None): """
        art. 3, sentence 1 | FONDS > STAD dossierdatabank | open | 2024-11-30 | 2024-12-01
        art. 3, sentence 2 | FONDS > KADE meetbestand | open | 2024-01-01 | 2024-01-01
        art. 3, sentence 2 | FONDS > LISVOORDE poldermetingen | open | 2024-01-01 | 2025-01-01
        art. 4 | FONDS > STUURGROEP 2023 | open | 2024-01-01 | 2024-01-01
        art. 7 | FONDS > STAD | open | 2023-09-16 | 2023-09-19
    """,
    ("2023-09-20", None): """
        art. 3, sentence 1 | FONDS > STAD dossierdatabank | open | 2024-11-30 | 2024-12-01
        art. 3, sentence 2 | FONDS > KADE meetbestand | open | 2024-01-01 | 2024-01-01
        art. 3, sentence 2 | FONDS > LISVOORDE poldermetingen | open | 2024-01-01 | 2025-01-01
        art. 4 | FONDS > STUURGROEP 2023 | open | 2024-01-01 | 2024-01-01
    """,
    # Ten working days after the dispute ended: 13 October, or 16 October.
    ("2023-10-15", None): """
        art. 3, sentence 1 | FONDS > STAD dossierdatabank | open | 2024-11-30 | 2024-12-01
        art. 3, sentence 2 | FONDS > KADE meetbestand | open | 2024-01-01 | 2024-01-01
        art. 3, sentence 2 | FONDS > LISVOORDE poldermetingen | open | 2024-01-01 | 2025-01-01
        art. 4 | FONDS > STUURGROEP 2023 | open | 2024-01-01 | 2024-01-01
        art. 7 | FONDS > STAD | overdue strict | 2023-10-14 | 2023-10-17
    """,
    # The agreement ran out with the year, and Wolkenhuis is still there.
    ("2024-01-15", None): """
        art. 3, sentence 1 | FONDS > STAD dossierdatabank | open | 2024-11-30 | 2024-12-01
        art. 3, sentence 2 | FONDS > LISVOORDE poldermetingen | overdue strict | 2024-01-01 | 2025-01-01
        art. 4 | FONDS > STUURGROEP 2024 | open | 2025-01-01 | 2025-01-01
        art. 6, sentence 2 | FONDS > STAD, KADE, LISVOORDE Wolkenhuis | open | - | -
    """,
    # Three months after 29 February, to the end of that month: KADE left on 1 June, and agreed to keep its claims.
    ("2024-07-15", None): """
        art. 3, sentence 1 | FONDS > STAD dossierdatabank | open | 2024-11-30 | 2024-12-01
        art. 4 | FONDS > STUURGROEP 2024 | open | 2025-01-01 | 2025-01-01
    """,
    # Before the last receipt was recorded, no notice bound anybody.
    ("2024-07-15", "2024-02-28"): """
        art. 3, sentence 1 | FONDS > STAD dossierdatabank | open | 2024-11-30 | 2024-12-01
        art. 3, sentence 2 | FONDS > LISVOORDE poldermetingen | overdue strict | 2024-01-01 | 2025-01-01
        art. 4 | FONDS > STUURGROEP 2024 | open | 2025-01-01 | 2025-01-01
    """,
    # The retention agreement ended with September: thirty days from 1 October.
    ("2024-11-15", None): """
        art. 3, sentence 1 | FONDS > STAD dossierdatabank | open | 2024-11-30 | 2024-12-01
        art. 3, sentence 4 | FONDS > KADE dossierdatabank | overdue both | 2024-10-31 | 2024-11-01
        art. 4 | FONDS > STUURGROEP 2024 | open | 2025-01-01 | 2025-01-01
    """,
    # Renewed: the report of 2024 is late, that of 2025 is awaited.
    ("2025-01-15", None): """
        art. 3, sentence 4 | FONDS > KADE dossierdatabank | overdue both | 2024-10-31 | 2024-11-01
        art. 4 | FONDS > STUURGROEP 2024 | overdue both | 2025-01-01 | 2025-01-01
        art. 4 | FONDS > STUURGROEP 2025 | open | 2026-01-01 | 2026-01-01
    """,
    # As far as one knew on 1 November the protocol had run out, and so had the years; what was opened stays.
    ("2025-01-15", "2024-11-01"): """
        art. 3, sentence 1 | FONDS > STAD dossierdatabank | overdue both | 2024-11-30 | 2024-12-01
        art. 3, sentence 4 | FONDS > KADE dossierdatabank | overdue both | 2024-10-31 | 2024-11-01
    """,
}


@pytest.mark.parametrize(("as_of", "known_at"), TO_BE_DONE)
def test_what_is_to_be_done_is_what_the_signed_words_ask(story, as_of, known_at):
    expected = sorted(line.strip() for line in TO_BE_DONE[as_of, known_at].strip().splitlines())
    assert sorted(lines(story.ask(as_of, known_at))) == expected


def test_both_texts_are_without_fault():
    assert [checked(text.encode(), "waterschade").version for text in (TEXT, RENEWED)] == ["1", "2"]


LATE = [
    # One of the two who were to be warned had it too late, and did nothing for days.
    ("art. 5, sentence 2", {"counterparty": "('LISVOORDE',)"}, timedelta(hours=2, minutes=20)),
    ("art. 5, sentence 3", {"bearer": "LISVOORDE"}, timedelta(days=4, minutes=30)),
    ("art. 7", {}, timedelta(days=2, hours=10)),
    ("art. 3, sentence 1", {}, timedelta(days=5, hours=10)),
    ("art. 3, sentence 2", {"case": "X-5"}, timedelta(days=60, hours=10)),
]


@pytest.mark.parametrize(("clause", "which", "late"), LATE)
def test_what_was_done_too_late_says_by_how_much(story, clause, which, late):
    found = the(story.ask("2025-01-15"), clause, **which)
    assert (found.status, found.late_by) == (Status.FULFILLED_LATE, late)


def test_the_hours_of_the_night_on_which_summer_time_begins_are_counted_as_they_pass(story):
    """Twelve hours after 21:00 is 10:00, as the clock skips one; the notice was there at half past eight."""
    first = the(story.ask("2023-03-28"), "art. 5, sentence 1")
    assert (first.status, first.due.strict) == (Status.FULFILLED, local("2023-03-26T10:00"))
    assert the(story.ask("2023-03-28"), "AVG 33(1)").status is Status.WAIVED  # assessed as harmless, in time


@pytest.mark.parametrize(
    ("known_at", "without"),
    [("2023-05-20", {"KADE", "LISVOORDE"}), (None, {"LISVOORDE"})],
)
def test_an_approval_counts_by_when_it_was_given_however_late_it_was_recorded(story, known_at, without):
    found = story.ask("2023-05-20", known_at).violations
    assert {each.counterparty for each in found if each.clause == "art. 6, sentence 1"} == {(each,) for each in without}
    assert [each.bearer for each in found if each.clause == "art. 1, sentence 2"] == ["STAD"]
    assert all(each.certain for each in found)


def test_a_last_year_without_a_report_was_owed_to_its_last_day(story):
    """The protocol ended on 31 December, and with it the year that the report was about."""
    found = the(story.ask("2025-01-15", "2024-11-01"), "art. 4", case="2024")
    assert (found.status, found.due.strict) == (Status.LAPSED, local("2025-01-01"))


def test_the_agreement_that_ran_out_is_named_with_its_date_and_the_processor_with_its_name(story):
    found = the(story.ask("2024-03-01"), "art. 6, sentence 2")
    assert (found.opened_at, found.opened_by.position) == (local("2024-01-01"), 0)
    assert found.closed_at == local("2024-02-12T10:00")
    assert found.unit.label.startswith("Wolkenhuis, processor-engaged")
    assert any(note.startswith("PA-1, ") and note.endswith("valid until 2023-12-31") for note in found.notes)


def test_nothing_is_said_of_a_text_before_it_was_written(story):
    for as_of, told_of in (("2024-07-15", set()), ("2024-11-22", {"art. 2, sentence 1"}), ("2024-11-26", set())):
        about_life = {each.clause for each in story.ask(as_of).findings if each.clause.startswith("art. 2")}
        assert about_life == told_of


def test_what_is_worked_out_bit_by_bit_is_what_the_whole_gives(story):
    """Asked every few months, as somebody at the fund would, each time from what was known then."""
    asked = [(entries, local(f"{2022 + entries // 20}-{1 + entries % 12:02}-01")) for entries in range(6, 58, 3)]
    check(story, asked)


# --- how a line is written ----------------------------------------------------------------------------------------


def lines(answer: Answer) -> Iterator[str]:
    for each in answer.obligations:
        if each.is_open:
            how = f"{each.status} {each.overdue_by}" if each.overdue_by else str(each.status)
            ends = [moment(each.due.strict), moment(each.due.lenient)] if each.due else ["-", "-"]
            who = f"{each.bearer} > {', '.join(each.counterparty)} {about(each)}".strip()
            yield " | ".join([each.clause, who, how, *ends])


def about(each: Obligation) -> str:
    """The copy, the processor, or the year."""
    if each.unit is not None and each.unit.kind != "party":
        return each.unit.fields.get("copy") or each.unit.fields.get("processor", "")
    return each.case if each.pattern == "recurrence" else ""


def moment(instant: datetime) -> str:
    """In Brussels; without the hour where a day begins."""
    return instant.astimezone(BRUSSELS).strftime("%Y-%m-%dT%H:%M").removesuffix("T00:00")
