"""The answer is a function of entries and two moments, however the entries were folded."""

from __future__ import annotations

import json
from dataclasses import astuple
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.canonical import decode
from ledger.clock import Moment
from ledger.errors import VerificationFailed
from ledger.protocol.shipped import shipped
from projections.counting import Counter, gather
from projections.obligations.engine import evaluate
from projections.obligations.projection import ObligationsProjection
from projections.projection import Fact, digest, dumped
from projections.uses import Uses
from tests.projections.obligations.stories import Story, holding, local, signed_vlaio

PROTOCOL = "vlaio-fio-tbt-2021"
PARTIES = ("VLAIO", "FIO", "TBT")
DAYS = 240
ACTOR = "5b" * 16
GRANT = {"grant": "G", "application": "KRIS", "subject": ACTOR}

moments = st.integers(0, DAYS * 24).map(lambda hours: datetime(2021, 10, 12, tzinfo=UTC) + timedelta(hours=hours))
KINDS = (
    "withdraw", "hold", "delete", "destroy", "restore", "agree", "declare", "engage", "sign", "retract", "correct",
    "request", "provide", "leak", "breach", "ceased", "end", "use", "use", "grant", "revoke",
)  # fmt: skip
acts = st.tuples(
    st.sampled_from(KINDS),
    st.sampled_from(PARTIES),
    st.sampled_from(PARTIES),
    moments,
    st.integers(0, 60),
    st.booleans(),
)  # fmt: skip


def told(story: Story, kind: str, party: str, other: str, at: datetime, late: int, by_day: bool) -> None:
    """One act; `late` days pass before it is recorded."""
    when = at.strftime("%Y-%m-%d") if by_day else at.strftime("%Y-%m-%dT%H:%M:%SZ")
    recorded = (at + timedelta(days=late)).isoformat()
    other = other if other != party else next(each for each in PARTIES if each != party)
    copies: dict[str, Any] = {"origin": other, "datasets": ["all"], "copy": ["kris"]}
    simple: dict[str, tuple[str, dict[str, Any]]] = {
        "withdraw": ("party-withdrew", {"party": party}),
        "hold": ("holding-registered", {"origin": other, "dataset": "contacts", "copy": "kris"}),
        "delete": ("deletion-performed", {**copies, "method": "soft-delete"}),
        "destroy": ("destruction-performed", {**copies, "method": "overwritten"}),
        "restore": ("restore-performed", {**copies, "datasets": ["contacts"]}),
        "agree": ("retention-agreement-made", {"agreement": "RA", "between": [party, other]}),
        "declare": ("holdings-declared", {"origins": [other]}),
        "engage": ("processor-engaged", {"processor": "net-it"}),
        "sign": ("processing-agreement-signed", {"agreement": "PA", "processor": "net-it"}),
        "request": ("evidence-requested", {"request": "R", "to": [other], "clauses": ["art. 5, item 2"]}),
        "provide": ("evidence-provided", {"request": "R", "to": [other]}),
        "leak": ("incident-detected", {"incident": "I", "leak": True}),
        "breach": ("protocol-breach-suspected", {"breach": "B", "committed_by": other}),
        "ceased": ("legal-ground-ceased", {"party": party}),
        "grant": ("access-granted", {**GRANT, "recipient_category": "user"}),
        "revoke": ("access-revoked", {"grant": "G"}),
        "end": ("protocol-end-date-recorded", {"external": "Convenant", "ends_at": "2022-04-01"}),
    }
    if kind == "use":
        story.use(party, when, recorded=recorded, actor=ACTOR if late % 3 else None)
        return
    if kind in simple:
        name, fields = simple[kind]
        story.tell(name, party, when, recorded=recorded, **fields)
        return
    last = json.loads(story.entries[-1].event)
    if kind == "retract":
        story.tell("event-retracted", last["author"], when, recorded=recorded, retracts=last["id"])
    elif last["type"] == "holding-registered/1":
        changes = {"origin": last["origin"], "dataset": "subsidies", "copy": "sharepoint", "corrects": last["id"]}
        story.tell("holding-registered", last["author"], when, recorded=recorded, **changes)


def story_of(told_acts: list[Any]) -> Story:
    story = signed_vlaio(Story.of(PROTOCOL, shipped()[PROTOCOL]))
    holding(story, "VLAIO", "TBT", "contacts", "kris")
    for act in sorted(told_acts, key=lambda act: act[3] + timedelta(days=act[4])):
        told(story, *act)
    return story


stories = st.lists(acts, max_size=25).map(story_of)


@settings(max_examples=40, deadline=None)
@given(stories, moments, moments)
def test_what_is_recorded_after_k_does_not_change_the_answer_known_at_k(story, as_of, known_at):
    whole = story.state(known_at)
    story.entries = [entry for entry in story.entries if entry.recorded_at <= known_at]
    assert evaluate(whole, as_of) == evaluate(story.state(), as_of)


@settings(max_examples=40, deadline=None)
@given(stories, moments, st.integers(0, 30))
def test_folding_at_once_in_parts_or_from_a_snapshot_gives_one_state(story, as_of, cut):
    projection = story.projection()
    at_once = story.state()
    state = projection.empty()
    for number, entry in enumerate(story.entries):
        state = projection.apply(state, Fact(entry))
        if number == cut:
            state = projection.load(decode(dumped(projection, state)))
    assert digest(projection, state) == digest(projection, at_once)
    assert evaluate(state, as_of) == evaluate(at_once, as_of)


@settings(max_examples=40, deadline=None)
@given(stories, moments)
def test_an_answer_has_one_order_the_open_ones_first_and_unique_ids(story, as_of):
    state = story.state()
    first, second = evaluate(state, as_of), evaluate(state, as_of)
    assert astuple(first) == astuple(second)
    open_ones = [each.is_open for each in first.obligations]
    assert open_ones == sorted(open_ones, reverse=True)
    for several in (first.obligations, first.violations):
        assert len({each.id for each in several}) == len(several)


@settings(max_examples=40, deadline=None)
@given(stories, moments)
def test_no_obligation_opens_or_closes_in_the_future_and_none_is_owed_to_its_bearer(story, as_of):
    for each in evaluate(story.state(), as_of).obligations:
        assert each.opened_at <= as_of
        assert each.closed_at is None or each.opened_at <= each.closed_at <= as_of
        assert each.bearer not in each.counterparty
        assert each.status != "undetermined" or each.missing


@settings(max_examples=40, deadline=None)
@given(stories, st.lists(st.integers(0, 60), max_size=4), st.randoms())
def test_uses_counted_in_any_pieces_and_order_give_one_digest(story, cuts, random):
    projection, rest = story.projection(), story.projection().empty()
    events = [(entry.position, entry.event) for entry in story.entries if entry.stream.endswith("/usage")]
    borders = sorted({0, *(cut for cut in cuts if cut < len(events)), len(events)})
    pieces = [events[start:end] for start, end in pairwise(borders)]
    random.shuffle(pieces)
    for several in (pieces[::2], pieces[1::2]):
        uses = Uses()
        for piece in several:
            counter = Counter()
            for position, event in piece:
                counter.count(position, [event])
            gather(uses, counter.taken())
        projection.count(rest, uses)
    for entry in story.entries:
        if not entry.stream.endswith("/usage"):
            projection.apply(rest, Fact(entry))
    assert digest(projection, rest) == digest(projection, story.state())


@settings(max_examples=10, deadline=None)
@given(stories)
def test_a_state_holds_no_date_that_a_zone_or_holiday_table_gives(story):
    before = digest(story.projection(), story.state())
    with pytest.MonkeyPatch.context() as patch:
        tokyo = ZoneInfo("Asia/Tokyo")
        patch.setattr("ledger.clock.start_of_day", lambda day: datetime.combine(day, time(), tokyo).astimezone(UTC))
        patch.setattr("projections.obligations.workdays._legal", lambda _: ())
        assert Moment.parse("2022-01-01").earliest == datetime(2021, 12, 31, 15, tzinfo=UTC)
        assert digest(story.projection(), story.state()) == before


def test_of_the_ledger_itself_only_keys_are_read():
    projection = ObligationsProjection({}.__getitem__)
    assert [projection.reads(stream) for stream in ("p/usage", "ledger/seals", "ledger/keys", "p/deletion")] == [
        True, False, True, True,
    ]  # fmt: skip


def test_other_bytes_than_those_registered_are_refused():
    story = signed_vlaio(Story.of(PROTOCOL, shipped()[PROTOCOL]))
    story.files = {name: data + b"#" for name, data in story.files.items()}
    with pytest.raises(VerificationFailed, match="not those registered"):
        story.ask("2022-01-01")


def test_a_protocol_without_registered_version_is_named():
    story = Story("unknown", "1", b"")
    story.tell("holdings-declared", "ANN", "2021-10-01", origins=["BOB"])
    (named,) = story.ask("2022-01-01").not_executed
    assert (named.protocol, named.reason) == ("unknown", "no version of this protocol is registered")


def test_one_protocol_is_asked_of_several():
    story = signed_vlaio(Story.of(PROTOCOL, shipped()[PROTOCOL]))
    assert evaluate(story.state(), local("2022-01-01"), protocol="other").obligations == ()
    assert evaluate(story.state(), local("2022-01-01"), protocol=PROTOCOL).obligations
