"""TBT has left: who must delete what, since when, under which sentence, and is it done?"""

from __future__ import annotations

import pytest

from ledger.protocol.shipped import shipped
from projections.obligations.answer import Status
from tests.projections.obligations.small import clause, small
from tests.projections.obligations.stories import Story, deleted, destroyed, holding, local, signed_vlaio, the, under

PROTOCOL = "vlaio-fio-tbt-2021"
DELETE, DESTROY = "art. 4, sentence 2", "art. 4, sentence 3"


@pytest.fixture
def story() -> Story:
    story = signed_vlaio(Story.of(PROTOCOL, shipped()[PROTOCOL]))
    holding(story, "VLAIO", "TBT", "contacts", "kris")
    holding(story, "VLAIO", "TBT", "contacts", "kris-backup")
    holding(story, "VLAIO", "TBT", "question-tracks", "kris")
    holding(story, "FIO", "TBT", "contacts", "sharepoint", sender="VLAIO")
    holding(story, "TBT", "VLAIO", "contacts", "laptop")
    return story


@pytest.fixture
def left(story: Story) -> Story:
    story.tell("party-withdrew", "TBT", "2022-05-30T08:15:00Z", party="TBT", effective_at="2022-05-31")
    return story


def test_the_others_owe_the_leaver_one_deletion_for_each_copy(left):
    found = under(left.ask("2022-06-02"), DELETE)
    assert {(each.bearer, str(each.unit)) for each in found} == {
        ("VLAIO", "VLAIO/TBT/contacts/kris"),
        ("VLAIO", "VLAIO/TBT/contacts/kris-backup"),
        ("VLAIO", "VLAIO/TBT/question-tracks/kris"),
        ("FIO", "FIO/TBT/contacts/sharepoint"),
    }
    assert {each.counterparty for each in found} == {("TBT",)}
    assert {each.status for each in found} == {Status.OPEN}
    assert {each.opened_at for each in found} == {local("2022-05-31")}
    assert {each.due for each in found} == {None}
    assert {each.term for each in found} == {"immediately"}


def test_the_entry_that_opened_it_is_the_withdrawal(left):
    entry = left.entries[-1]
    found = the(left.ask("2022-06-02"), DELETE, bearer="FIO")
    assert found.opened_by.position == entry.position
    assert found.known_since == entry.recorded_at
    assert found.layer == "text"
    assert found.reading == {"I-16": "retrievable"}


def test_nothing_is_asked_of_the_leaver_and_that_is_shown_as_a_gap(left):
    answer = left.ask("2022-06-02")
    assert not [each for each in answer.obligations if each.bearer == "TBT" and each.clause.startswith("art. 4")]
    assert [(each.gap, str(each.unit)) for each in answer.gaps] == [(DELETE, "TBT/VLAIO/contacts/laptop")]


@pytest.mark.parametrize(("said", "effective"), [("2022-05-30", "2022-05-31"), ("2022-05-30", "2022-06-15"),
                                                 ("2022-06-07", "2022-06-15")])  # fmt: skip
def test_a_party_leaves_once_however_often_that_is_stated(left, said, effective):
    first = left.ask("2022-07-01")
    left.tell("party-withdrew", "TBT", said, party="TBT", effective_at=effective)
    again = left.ask("2022-07-01")
    assert [each.id for each in under(again, DELETE)] == [each.id for each in under(first, DELETE)]
    assert {each.opened_at for each in under(again, DELETE)} == {local("2022-05-31")}
    assert len(under(first, DELETE)) == 4
    assert [(each.opened_at, str(each.unit)) for each in again.gaps] == [
        (local("2022-05-31"), "TBT/VLAIO/contacts/laptop")
    ]


def test_of_two_statements_of_one_withdrawal_the_one_that_stands_opens(story):
    wrong = story.tell("party-withdrew", "TBT", "2022-05-30T08:15:00Z", party="TBT", effective_at="2022-05-31")
    story.tell("party-withdrew", "TBT", "2022-05-30T09:00:00Z", party="TBT", effective_at="2022-05-31")
    told = story.entries[-1].position
    assert {each.opened_by.position for each in under(story.ask("2022-06-10"), DELETE)} == {told - 1}
    story.tell("event-retracted", "TBT", "2022-06-20", retracts=wrong)
    found = under(story.ask("2022-07-01"), DELETE, status="open")
    assert [each.opened_by.position for each in found] == [told] * 4


def test_before_the_withdrawal_was_recorded_nothing_was_known_of_it(story):
    story.tell("party-withdrew", "TBT", "2022-05-30T08:15:00Z", party="TBT", effective_at="2022-05-31",
               recorded="2022-06-20")  # fmt: skip
    assert under(story.ask("2022-06-02", known_at="2022-06-19"), DELETE) == []
    assert len(under(story.ask("2022-06-02", known_at="2022-06-21"), DELETE)) == 4


def test_before_it_took_effect_nothing_was_due(left):
    assert under(left.ask("2022-05-30"), DELETE) == []


def test_a_deletion_discharges_and_a_soft_delete_is_never_destroyed(left):
    deleted(left, "FIO", "TBT", "all", "2022-06-03T10:00:00Z", evidence=[{"strength": "log"}])
    found = the(left.ask("2022-06-10"), DELETE, bearer="FIO")
    assert (found.status, found.closed_at) == (Status.FULFILLED, local("2022-06-03T12:00"))
    assert found.closed_by.position == len(left.entries)
    assert "evidence: log" in found.notes
    left.tell("interpretation-chosen", "OPERATOR", "2022-06-04", interpretation="I-16", option="gone",
              from_="2022-01-01")  # fmt: skip
    gone = the(left.ask("2022-06-10"), DELETE, bearer="FIO")
    assert (gone.status, gone.reading) == (Status.OPEN, {"I-16": "gone"})
    destroyed(left, "FIO", "TBT", "all", "2022-06-05T10:00:00Z")
    assert the(left.ask("2022-06-10"), DELETE, bearer="FIO").status is Status.FULFILLED


def test_an_agreement_frees_its_pair_for_its_scope_and_no_third_party(left):
    left.tell("retention-agreement-made", "TBT", "2022-06-01T09:00:00Z", agreement="RA-1", between=["TBT", "VLAIO"],
              origin="TBT", datasets=["contacts"])  # fmt: skip
    answer = left.ask("2022-06-10")
    assert {str(each.unit): str(each.status) for each in under(answer, DELETE)} == {
        "VLAIO/TBT/contacts/kris": "waived",
        "VLAIO/TBT/contacts/kris-backup": "waived",
        "VLAIO/TBT/question-tracks/kris": "open",
        "FIO/TBT/contacts/sharepoint": "open",
    }
    waived = the(answer, DELETE, unit="VLAIO/TBT/contacts/kris")
    assert waived.waived_by.position == len(left.entries)
    assert the(left.ask("2022-06-01"), DELETE, unit="VLAIO/TBT/contacts/kris").status is Status.OPEN


def test_an_agreement_that_came_late_does_not_hide_that_the_duty_was_open(left):
    told = {"agreement": "RA-1", "between": ["TBT", "VLAIO"], "origin": "TBT", "datasets": ["contacts"]}
    left.tell("retention-agreement-made", "TBT", "2022-06-07T09:00:00Z", **told)
    late = the(left.ask("2022-06-10"), DELETE, unit="VLAIO/TBT/contacts/kris")
    assert (late.status, late.notes) == (Status.WAIVED, ("waived since 2022-06-07T09:00:00Z, open before",))
    left.tell("retention-agreement-made", "TBT", "2022-05-01", **{**told, "agreement": "RA-0"})  # two of them at once
    assert the(left.ask("2022-06-10"), DELETE, unit="VLAIO/TBT/contacts/kris").notes == ()


def test_an_agreement_of_the_same_date_is_not_said_to_be_late(left):
    left.tell("retention-agreement-made", "TBT", "2022-05-31", agreement="RA-1", between=["TBT", "VLAIO"])
    found = the(left.ask("2022-06-10"), DELETE, unit="VLAIO/TBT/contacts/kris")
    assert (found.status, found.notes) == (Status.WAIVED, ())


def test_an_agreement_that_only_its_bearer_states_frees_nobody(left):
    left.tell("retention-agreement-made", "VLAIO", "2022-06-01T09:00:00Z", agreement="RA-1", between=["TBT", "VLAIO"])
    found = the(left.ask("2022-06-10"), DELETE, unit="VLAIO/TBT/contacts/kris")
    assert found.status is Status.OPEN
    assert found.missing == ("the word of TBT on agreement RA-1",)
    left.tell("retention-agreement-made", "TBT", "2022-06-02T09:00:00Z", agreement="RA-1", between=["TBT", "VLAIO"])
    assert the(left.ask("2022-06-10"), DELETE, unit="VLAIO/TBT/contacts/kris").status is Status.WAIVED


def test_a_signed_document_carries_the_word_of_who_signed_it(left):
    left.tell("retention-agreement-made", "VLAIO", "2022-06-01T09:00:00Z", agreement="RA-1", between=["TBT", "VLAIO"],
              evidence=[{"strength": "signed-document", "signed_by": ["TBT"], "digest": "ab" * 32}])  # fmt: skip
    assert the(left.ask("2022-06-10"), DELETE, unit="VLAIO/TBT/contacts/kris").status is Status.WAIVED


def test_vlaio_makes_no_agreement_with_itself_in_the_name_of_fio(story):
    story.enrol("FIO")
    holding(story, "VLAIO", "FIO", "subsidies", "kris")
    story.tell("retention-agreement-made", "VLAIO", "2022-06-01T09:00:00Z", agreement="RA-2", between=["FIO", "VLAIO"],
               on_behalf_of=["VLAIO", "FIO"])  # fmt: skip
    story.tell("party-withdrew", "FIO", "2022-06-02T09:00:00Z", party="FIO")
    answer = story.ask("2022-06-10")
    assert the(answer, DELETE, unit="VLAIO/FIO/subsidies/kris").status is Status.OPEN
    assert [(each.party, each.type) for each in answer.void_acts] == [("FIO", "retention-agreement-made")]


def test_when_the_agreement_lapses_the_duty_runs_again(left):
    left.tell("retention-agreement-made", "TBT", "2022-05-30T09:00:00Z", agreement="RA-1", between=["TBT", "VLAIO"],
              valid_until="2022-08-31")  # fmt: skip
    assert the(left.ask("2022-08-15"), DELETE, unit="VLAIO/TBT/contacts/kris").status is Status.WAIVED
    again = the(left.ask("2022-09-15"), DELETE, unit="VLAIO/TBT/contacts/kris")
    assert again.status is Status.OPEN
    assert again.opened_at == local("2022-05-31")
    assert "running since 2022-08-31T22:00:00Z" in again.clock
    assert any(note.startswith("waived from") for note in again.notes)


def test_a_backup_that_ages_out_is_deferred(left):
    left.tell("backup-expiry-recorded", "VLAIO", "2022-06-01", origin="TBT", datasets=["contacts"], copy="kris-backup",
              expires_at="2022-08-31")  # fmt: skip
    assert the(left.ask("2022-06-10"), DELETE, unit="VLAIO/TBT/contacts/kris-backup").status is Status.DEFERRED
    assert the(left.ask("2022-06-10"), DELETE, unit="VLAIO/TBT/contacts/kris").status is Status.OPEN
    assert the(left.ask("2022-09-01"), DELETE, unit="VLAIO/TBT/contacts/kris-backup").status is Status.OPEN
    left.tell("backup-expired", "VLAIO", "2022-08-31", origin="TBT", datasets=["contacts"], copy="kris-backup")
    assert the(left.ask("2022-09-01"), DELETE, unit="VLAIO/TBT/contacts/kris-backup").status is Status.FULFILLED


def test_a_restore_opens_it_again(left):
    deleted(left, "VLAIO", "TBT", "kris", "2022-06-03T10:00:00Z")
    left.tell("restore-performed", "VLAIO", "2022-07-01T06:00:00Z", origin="TBT", datasets=["contacts"], copy=["kris"])
    before = the(left.ask("2022-06-30"), DELETE, unit="VLAIO/TBT/contacts/kris")
    after = the(left.ask("2022-07-02"), DELETE, unit="VLAIO/TBT/contacts/kris")
    assert (before.status, after.status) == (Status.FULFILLED, Status.OPEN)
    assert after.id == before.id
    assert (after.opened_at, after.opened_by.position) == (local("2022-07-01T08:00"), len(left.entries))
    assert after.closed_at is None


def test_a_copy_relayed_or_registered_later_is_reached(left):
    holding(left, "FIO", "TBT", "contacts", "outlook", at="2022-07-01", covers_from="2022-01-10")
    holding(left, "FIO", "TBT", "contacts", "data-lake", at="2022-07-02", covers_from="2022-06-20")
    answer = left.ask("2022-07-10")
    assert the(answer, DELETE, unit="FIO/TBT/contacts/outlook").opened_at == local("2022-05-31")
    assert the(answer, DELETE, unit="FIO/TBT/contacts/data-lake").opened_at == local("2022-06-20")


def test_what_was_destroyed_before_opens_nothing_whenever_that_was_recorded(left):
    destroyed(left, "FIO", "TBT", "all", "2022-05-01T10:00:00Z", recorded="2022-07-01")
    assert under(left.ask("2022-07-02"), DELETE, bearer="FIO") == []


def test_a_bearer_without_known_holding_is_asked_to_declare():
    story = signed_vlaio(Story.of(PROTOCOL, shipped()[PROTOCOL]))
    story.tell("party-withdrew", "TBT", "2022-05-31T08:00:00Z", party="TBT")
    first = the(story.ask("2022-06-10"), DELETE, bearer="FIO")
    assert (first.status, str(first.unit)) == (Status.UNDETERMINED, "undeclared")
    assert first.missing == ("which copies FIO has of TBT",)
    story.tell("holdings-declared", "FIO", "2022-06-05", origins=["TBT"])
    assert under(story.ask("2022-06-10"), DELETE, bearer="FIO") == []
    holding(story, "VLAIO", "TBT", "contacts", "kris")
    assert [str(each.unit) for each in under(story.ask("2022-06-10"), DELETE)] == ["VLAIO/TBT/contacts/kris"]


def test_a_legal_hold_stands_beside_the_duty_and_waives_nothing(left):
    left.tell("legal-hold-placed", "FIO", "2022-06-01", hold="H-1", origin="TBT", datasets=["all"], copy=["all"],
              ground="pending-claim")  # fmt: skip
    found = the(left.ask("2022-06-10"), DELETE, bearer="FIO")
    assert found.status is Status.OPEN
    assert any("legal hold H-1" in note for note in found.notes)


def test_under_the_other_reading_the_leaver_deletes_too(left):
    left.tell("interpretation-chosen", "OPERATOR", "2022-06-01", interpretation="I-12", option="duty",
              from_="2022-01-01")  # fmt: skip
    answer = left.ask("2022-06-10")
    assert the(answer, "art. 4, sentence 2/c", unit="TBT/VLAIO/contacts/laptop").counterparty == ("VLAIO",)
    assert not [each for each in answer.gaps if each.gap == DELETE]


def test_a_retracted_withdrawal_leaves_its_duties_void(left):
    withdrawal = left.entries[-1].event
    identifier = withdrawal.split(b'"id":"')[1][:32].decode()
    before = under(left.ask("2022-06-10"), DELETE)
    left.tell("event-retracted", "TBT", "2022-06-05", retracts=identifier)
    after = under(left.ask("2022-06-10"), DELETE)
    assert {each.status for each in after} == {Status.VOID}
    assert {each.id for each in after} == {each.id for each in before}
    assert {each.closed_by.position for each in after} == {len(left.entries)}
    assert {each.status for each in under(left.ask("2022-06-10", known_at="2022-06-04"), DELETE)} == {Status.OPEN}


def test_a_correction_moves_the_opening_and_keeps_the_ids(left):
    identifier = left.entries[-1].event.split(b'"id":"')[1][:32].decode()
    before = under(left.ask("2022-07-10"), DELETE)
    left.tell("party-withdrew", "TBT", "2022-05-30T08:15:00Z", recorded="2022-06-03", party="TBT",
              effective_at="2022-06-30", corrects=identifier)  # fmt: skip
    after = under(left.ask("2022-07-10"), DELETE)
    assert {each.id for each in after} == {each.id for each in before}
    assert {each.opened_at for each in after} == {local("2022-06-30")}
    assert under(left.ask("2022-06-10"), DELETE) == []
    assert len(under(left.ask("2022-06-10", known_at="2022-06-02"), DELETE)) == 4
    left.tell("event-retracted", "TBT", "2022-06-04", retracts=left.entries[-1].event.split(b'"id":"')[1][:32].decode())
    assert {each.opened_at for each in under(left.ask("2022-07-10"), DELETE)} == {local("2022-05-31")}


def test_nobody_withdraws_in_the_name_of_another_party(story):
    story.enrol("TBT")
    story.tell("party-withdrew", "VLAIO", "2022-05-30T08:15:00Z", party="TBT")
    answer = story.ask("2022-06-10")
    assert under(answer, DELETE) == []
    assert [(each.party, each.why) for each in answer.void_acts] == [
        ("TBT", "VLAIO has no mandate of TBT for party-withdrew")
    ]


def test_while_a_party_has_no_key_its_act_may_be_reported(story):
    story.tell("party-withdrew", "VLAIO", "2022-05-31T08:15:00Z", party="TBT")
    found = under(story.ask("2022-06-10"), DELETE)
    assert len(found) == 4
    assert all("reported by VLAIO" in each.notes for each in found)


def test_a_withdrawal_before_the_protocol_binds_is_void():
    story = Story.of(PROTOCOL, shipped()[PROTOCOL])
    story.tell("party-withdrew", "TBT", "2021-10-05T08:15:00Z", party="TBT")
    signed_vlaio(story)
    answer = story.ask("2022-06-10")
    assert under(answer, DELETE) == []
    assert [each.type for each in answer.void_acts] == ["party-withdrew"]


def test_within_the_date_of_a_deletion_its_hour_is_missing(left):
    deleted(left, "FIO", "TBT", "all", "2022-06-03")
    during = the(left.ask("2022-06-03T12:00"), DELETE, bearer="FIO")
    assert (during.status, during.missing) == (Status.OPEN, ("the hour of deletion-performed (entry 10)",))
    assert the(left.ask("2022-06-04"), DELETE, bearer="FIO").closed_at == local("2022-06-03")


def test_a_copy_made_again_after_its_destruction_opens_again(left):
    destroyed(left, "FIO", "TBT", "all", "2022-06-03T08:00:00Z")
    holding(left, "FIO", "TBT", "contacts", "sharepoint", at="2022-07-01T08:00:00Z")
    found = the(left.ask("2022-07-05"), DELETE, bearer="FIO")
    assert (found.status, found.opened_at) == (Status.OPEN, local("2022-07-01T10:00"))


@pytest.mark.parametrize("who", ["holder: {class: OLD}", "applies: survives\nholder: [ANN, BOB]"])
def test_a_copy_obtained_after_accession_is_not_reached_by_the_old_withdrawal(who):
    rejoin = f"pattern: power\n{who}\nact: {{type: party-acceded}}\n" + (
        "effect: {makes: acceded, for: act.party, at: act.effective_at}"
    )
    leave = "pattern: power\nholder: all\nact: {type: party-withdrew}\n" + (
        "effect: {makes: left, for: act.party, at: act.effective_at}"
    )
    erase = "pattern: response\nwhen: {moment: left}\nbearer: others\ntowards: trigger.party\n" + (
        "for_each: {holding: {holder: bearer, origin: trigger.party}}\n"
        "until: {moment: acceded, where: {party: trigger.party}}\nmust: {copy: deleted}\nterm: immediately"
    )
    extra = "classes:\n  - {id: OLD, text: Wie er al bij was}\n"
    story = small(clause("rejoin", rejoin), clause("leave", leave), clause("erase", erase), extra=extra)
    holding(story, "ANN", "BOB", "d", "first")
    story.tell("party-withdrew", "BOB", "2022-01-10T08:00:00Z", party="BOB")
    holding(story, "ANN", "BOB", "d", "second", at="2022-02-01T08:00:00Z")
    story.tell("party-acceded", "BOB", "2022-03-01T08:00:00Z", party="BOB", class_="OLD")
    holding(story, "ANN", "BOB", "d", "third", at="2022-04-01T08:00:00Z")
    found = under(story.ask("2022-05-01"), "erase")
    assert {each.unit.fields["copy"] for each in found} == {"first", "second"}
    assert {str(each.status) for each in found} == {"open"}


def test_of_two_statements_of_one_withdrawal_a_disputed_one_makes_nothing_uncertain(story):
    first = story.tell("party-withdrew", "TBT", "2022-05-30T08:15:00Z", party="TBT", effective_at="2022-05-31")
    story.tell("party-withdrew", "TBT", "2022-05-30T09:00:00Z", party="TBT", effective_at="2022-05-31")
    told = story.entries[-1].position
    story.tell("dispute-opened", "VLAIO", "2022-06-01", dispute="D-1", about=[first])
    found = under(story.ask("2022-07-01"), DELETE)
    assert {(each.opened_by.position, each.status, each.missing) for each in found} == {(told, Status.OPEN, ())}
