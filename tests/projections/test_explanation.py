from __future__ import annotations

import pytest

from ledger.errors import NotFound
from projections.explanation import Ambiguous, Explanation, explained, named
from projections.obligations.answer import Obligation
from tests.projections.obligations.stories import Story, deleted, holding, local
from tests.projections.registers.asking import begun

CLAUSE = "art. 4, sentence 2"


def left() -> Story:
    """TBT has withdrawn; VLAIO holds a copy of its data."""
    story = begun()
    holding(story, "VLAIO", "TBT", "contacts", "kris")
    story.tell("party-withdrew", "TBT", "2022-05-30T08:00:00Z", party="TBT", effective_at="2022-05-31")
    return story


def why(story: Story, as_of: str, bearer: str = "VLAIO", clause: str = CLAUSE) -> Explanation:
    answer = story.ask(as_of)
    (found,) = [each for each in answer.obligations if (each.clause, each.bearer) == (clause, bearer)]
    return explained(story.state(), answer, named(answer, found.id[:6]))


def test_an_open_duty_tells_its_sentence_its_trigger_and_what_would_discharge_it() -> None:
    found = why(left(), "2022-06-10")
    assert found.clause.text.startswith("Bij het uittreden van een partij")
    assert found.opened_by is not None
    assert (found.opened_by.type, found.opened_by.parties) == ("party-withdrew", ("TBT",))
    assert found.must == "see to it that the copy is deleted (retrieval still possible)"
    assert found.unless == "an agreement between TBT and VLAIO to keep the data covers it"
    first = found.discharges[0]
    assert (first.type, dict(first.fields)) == (
        "deletion-performed", {"origin": "TBT", "datasets": ["contacts"], "copy": ["kris"]},
    )  # fmt: skip


def test_the_event_that_it_asks_for_discharges_it_and_is_named() -> None:
    story = left()
    deleted(story, "VLAIO", "TBT", "kris", "2022-06-02", dataset="contacts")
    found = why(story, "2022-06-10")
    assert found.closed_by is not None
    assert found.closed_by.type == "deletion-performed"


def test_an_undeclared_holder_is_told_to_declare() -> None:
    found = why(left(), "2022-06-10", bearer="FIO")
    assert [each.type for each in found.discharges] == ["holdings-declared"]
    assert dict(found.discharges[0].fields) == {"origins": ["TBT"]}


def test_the_reading_that_held_is_told_with_who_chose_it() -> None:
    story = left()
    (default,) = why(story, "2022-06-10").readings
    assert (default.interpretation.id, default.option, default.chosen_by) == ("I-16", "retrievable", None)
    chosen = begun()
    holding(chosen, "VLAIO", "TBT", "contacts", "kris")
    entry = chosen.tell("interpretation-chosen", "VLAIO", "2022-01-01", interpretation="I-16", option="gone")
    chosen.tell("party-withdrew", "TBT", "2022-05-30T08:00:00Z", party="TBT", effective_at="2022-05-31")
    found = why(chosen, "2022-06-10")
    assert found.readings[0].option == "gone"
    assert found.readings[0].chosen_by is not None
    assert found.readings[0].chosen_by.id == entry
    assert [each.type for each in found.discharges] == ["destruction-performed"]


def test_a_report_that_is_owed_names_the_case_and_the_addressee() -> None:
    story = begun()
    story.tell("incident-detected", "VLAIO", "2022-04-04T08:00:00Z", incident="I-1", leak=True,
               aware_at="2022-04-04T08:00:00Z")  # fmt: skip
    answer = story.ask("2022-04-05")
    (found,) = [
        each for each in answer.obligations if each.clause == "art. 9, sentence 1" and "TBT" in each.counterparty
    ]
    discharges = explained(story.state(), answer, found).discharges
    assert [(each.type, dict(each.fields)) for each in discharges] == [
        ("breach-notified", {"incident": "I-1", "to": ["TBT"]})
    ]


def test_what_a_unit_that_is_an_event_says_is_told() -> None:
    story = begun()
    story.tell("processor-engaged", "VLAIO", "2022-01-10T08:00:00Z", processor="Net-IT")
    found = why(story, "2022-02-01", clause="art. 5, sentence 5/b")
    assert found.must.endswith("where party is VLAIO and processor is Net-IT")
    assert [(each.type, dict(each.fields)) for each in found.discharges] == [
        ("processing-agreement-signed", {"processor": "Net-IT"})
    ]


def test_a_violation_is_explained_by_its_act_and_what_was_needed() -> None:
    story = begun()
    story.tell("publication-made", "VLAIO", "2022-01-10", publication="PUB-1", origins=["TBT"])
    answer = story.ask("2022-02-01")
    (violation,) = [each for each in answer.violations if each.clause == "art. 3, sentence 4"]
    found = explained(story.state(), answer, named(answer, violation.id))
    assert not isinstance(found.subject, Obligation)
    assert "publication-submitted where publication is PUB-1" in found.must
    assert found.discharges == ()


def test_an_id_that_nothing_has_is_not_found() -> None:
    answer = left().ask("2022-06-10")
    for unknown in ("zzzzzzzz", answer.obligations[0].id[:3], ""):
        with pytest.raises(NotFound):
            named(answer, unknown)


def test_the_beginning_of_two_ids_is_refused() -> None:
    answer = left().ask("2022-06-10")
    first = answer.obligations[0]
    object.__setattr__(answer.obligations[1], "id", f"{first.id[:8]}00000000")
    with pytest.raises(Ambiguous):
        named(answer, first.id[:8])


def test_it_is_told_as_it_was_known() -> None:
    story = left()
    deleted(story, "VLAIO", "TBT", "kris", "2022-06-02", dataset="contacts")
    state = story.state(local("2022-06-01"))
    from projections.obligations.engine import evaluate

    answer = evaluate(state, local("2022-06-10"))
    (found,) = [each for each in answer.obligations if (each.clause, each.bearer) == (CLAUSE, "VLAIO")]
    assert explained(state, answer, found).closed_by is None
