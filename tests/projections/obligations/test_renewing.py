"""What is worked out anew only where it may have changed is what a whole evaluation gives, at any cut and moment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.canonical import decode
from ledger.protocol.shipped import shipped
from projections.comparing import is_given
from projections.obligations.answer import Answer
from projections.obligations.asking import Horizon
from projections.obligations.engine import evaluate
from projections.obligations.part import in_order, ordered
from projections.obligations.projection import State
from projections.obligations.remembered import Kept, first_of, kept, whole
from projections.obligations.renewing import renewed
from projections.projection import Fact
from tests.projections.obligations.small import clause, text
from tests.projections.obligations.stories import Story, local, signed_vlaio
from tests.projections.obligations.test_folding import PROTOCOL, told
from tests.projections.obligations.test_folding import acts as simple_acts
from tests.projections.obligations.test_folding import moments as some_moments

NOTICE = "must: {type: breach-notified, where: {incident: case, party: bearer, to: counterparty}}"
MIXED = text(
    clause("warn", "pattern: response\nwhen: {type: incident-detected, at: aware_at}\ncase: trigger.incident\n"
                   f"bearer: trigger.party\ntowards: others\n{NOTICE}\n"
                   "term: {choice: I-1, short: 3 days, long: 2 weeks}"),
    clause("soon", "pattern: response\nwhen: {type: evidence-requested, at: received_at}\ncase: trigger.request\n"
                   "bearer: trigger.to\ntowards: trigger.party\nmust: {type: evidence-provided, where: "
                   "{request: case, party: bearer}}\nterm: reasonable"),
    clause("daily", "pattern: recurrence\nbearer: ANN\ntowards: BOB\n"
                    "must: {type: policy-reviewed, where: {document: plan}}\nevery: calendar week"),
    clause("review", "pattern: recurrence\nbearer: all\ntowards: others\n"
                     "must: {type: policy-reviewed, where: {document: plan, for: bearer}}\nevery: 1 months"),
    clause("rest", "pattern: power\nholder: all\nact: {type: protocol-suspended}\n"
                   "effect: {makes: suspended, for: all, at: act.effective_at}"),
    clause("go on", "pattern: power\nholder: all\nact: {type: protocol-resumed}\n"
                    "effect: {makes: resumed, for: all, at: act.effective_at}"),
    clause("cure", "pattern: power\nholder: all\nwhen: {type: notice-of-default-received, at: received_at}\n"
                   "after: 10 days\nunless: {type: breach-remedied, where: {breach: trigger.breach}}\n"
                   "act: {type: protocol-dissolution-declared}\n"
                   "effect: {makes: ended, for: all, at: act.effective_at}"),
    clause("keep", "applies: survives\npattern: response\nwhen: {type: data-received, at: received_at}\n"
                   "case: trigger.exchange\nbearer: trigger.to\ntowards: trigger.from\n"
                   "for_each: {holding: {holder: bearer, exchange: case}}\nmust: {copy: destroyed}\nterm: 1 months"),
    clause("once", "pattern: limit\nact: {type: data-communicated}\nat_most: 1"),
    clause("granted", "pattern: prohibition\nact: {type: access-used}\nunless: {type: access-granted, where: "
                      "{application: act.application}}"),
    extra="interpretations:\n  - {id: I-1, asks: how long, options: [short, long], default: short}\n"
          "house_policy: {reasonable: 10 days}",
)  # fmt: skip
LATER = MIXED.replace('version: "1"', 'version: "2"\namends: small/1').replace("1 months", "2 months")


@dataclass
class Memory:
    """What was worked out so far, by protocol, and up to which entry."""

    kept: dict[str, dict[str, Kept]] = field(default_factory=dict)
    position: int = 0
    anew: int = 0

    def ask(self, state: State, as_of: datetime, position: int) -> Answer:
        parts: list[Kept] = []
        for name in sorted(state.facts):
            before = self.kept.get(name, {})
            abouts = {key: each.about for key, each in before.items()}
            found = renewed(state, name, as_of, abouts, self.position).parts
            self.anew += sum(each is not None for each in found.values())
            self.kept[name] = {key: each or before[key] for key, each in found.items()}
            parts += self.kept[name].values()
        self.position = position
        answer = in_order(as_of, [whole(each, as_of) for each in parts])
        due = ordered(one for each in parts for one in first_of(each.first, as_of).obligations)
        assert due == tuple(each for each in answer.obligations if each.is_open)
        return answer

    def check_given(self, state: State) -> None:
        """Each part that was kept is what a verification works out for the moment from which it holds."""
        for name, parts in self.kept.items():
            for address, part in parts.items():
                anew = renewed(state, name, part.about.since, {}, self.position).parts[address]
                assert anew is not None
                assert is_given(part, anew)


def check(story: Story, asked: list[tuple[int, datetime]]) -> None:
    """Asked at each of these cuts and moments, one after the other."""
    memory, projection = Memory(), story.projection()
    state, at = projection.empty(), 0
    for cut, as_of in asked:
        for entry in story.entries[at:cut]:
            state = projection.apply(state, Fact(entry))
        at = max(at, cut)
        assert memory.ask(state, as_of, at) == evaluate(state, as_of)
        memory.check_given(state)


def steps(story: Story, cuts: list[int], first: datetime, gaps: list[int]) -> list[tuple[int, datetime]]:
    borders = sorted(min(cut, len(story.entries)) for cut in cuts)
    found, as_of = [], first
    for cut, hours in zip([*borders, len(story.entries)], [*gaps, 1], strict=False):
        as_of += timedelta(hours=hours)
        found.append((cut, as_of))
    return found


cuts = st.lists(st.integers(3, 40), max_size=6)
gaps = st.lists(st.one_of(st.integers(0, 5), st.integers(-50, 2_000)), min_size=7, max_size=7)


def more(story: Story, act: tuple[str, str, str, datetime, int, bool]) -> None:
    """An act of the small protocol; what is late is recorded days after it happened, what is early before."""
    kind, party, other, at, late, by_day = act
    when = at.strftime("%Y-%m-%d") if by_day else at.strftime("%Y-%m-%dT%H:%M:%SZ")
    recorded = (at + timedelta(days=late)).isoformat()
    of_last: Any = decode(story.entries[-1].event)
    exchange: dict[str, Any] = {"exchange": "X", "from_": party, "origins": [party], "datasets": ["d"]}
    every: dict[str, tuple[str, dict[str, Any]]] = {
        "leak": ("incident-detected", {"incident": f"I-{late % 3}", "leak": True, "aware_at": when}),
        "notify": ("breach-notified", {"incident": f"I-{late % 3}", "to": [other], "received_at": when}),
        "request": ("evidence-requested", {"request": "R", "to": [other], "clauses": ["warn"]}),
        "receipt": ("receipt-confirmed", {"received": of_last["id"], "received_at": when}),
        "provide": ("evidence-provided", {"request": "R", "to": [other]}),
        "review": ("policy-reviewed", {"document": "plan", "for_": [party]}),
        "suspend": ("protocol-suspended", {"effective_at": when}),
        "resume": ("protocol-resumed", {"effective_at": when}),
        "default": ("notice-of-default-received", {"notice": "N", "breach": "B", "to": other, "received_at": when}),
        "remedy": ("breach-remedied", {"breach": "B"}),
        "dissolve": ("protocol-dissolution-declared", {"notice": "N"}),
        "send": ("data-communicated", {**exchange, "to": [other], "channel": "api"}),
        "receive": ("data-received", {**exchange, "from_": other, "to": party, "copy": ["k"], "received_at": when}),
        "grant": ("access-granted", {"grant": "G", "application": "KRIS", "subject": "5b" * 16,
                                     "recipient_category": "user"}),
        "revoke": ("access-revoked", {"grant": "G"}),
        "choose": ("interpretation-chosen", {"interpretation": "I-1", "option": "long" if late % 2 else "short"}),
        "dispute": ("dispute-opened", {"dispute": "D", "about": [of_last["id"]]}),
        "settle": ("dispute-closed", {"dispute": "D", "outcome": "settled"}),
        "retract": ("event-retracted", {"retracts": of_last["id"]}),
        "mandate": ("mandate-recorded", {"mandate": "M", "to": other, "acts": ["any"]}),
    }  # fmt: skip
    if kind == "use":
        story.use(party, when, recorded=recorded)
    elif kind == "amend":
        if len(story.files) == 1:
            story.amend(LATER, "2", when)
        story.tell("protocol-signed", party, when, recorded=recorded, version="2", office="head")
    elif kind == "correct":
        if of_last["type"] == "breach-notified/1":
            sent = of_last["happened_at"]
            story.tell("breach-notified", of_last["author"], sent, recorded=recorded, incident="I-1", to=of_last["to"],
                       received_at=max(when, sent), corrects=of_last["id"])  # fmt: skip
    else:
        name, fields = every[kind]
        author = of_last["author"] if kind == "retract" else party
        story.tell(name, author, when, recorded=recorded, **fields)


WORDS = (
    "leak", "leak", "notify", "notify", "request", "receipt", "provide", "review", "suspend", "resume", "default",
    "remedy", "dissolve", "send", "send", "receive", "grant", "revoke", "choose", "dispute", "settle", "retract",
    "mandate", "use", "use", "amend", "correct",
)  # fmt: skip
small_acts = st.tuples(st.sampled_from(WORDS), st.permutations(["ANN", "BOB"]), some_moments, st.integers(-3, 60),
                       st.booleans())  # fmt: skip


def mixed(told_acts: list[Any]) -> Story:
    story = Story.of("small", MIXED)
    story.tell("protocol-signed", "ANN", "2021-10-11T09:00:00Z", version="1", office="head")
    story.tell("protocol-signed", "BOB", "2021-10-11T10:00:00Z", version="1", office="head")
    for kind, (party, other), at, late, by_day in sorted(told_acts, key=lambda act: act[2] + timedelta(days=act[3])):
        more(story, (kind, party, other, at, late, by_day))
    return story


@settings(max_examples=40, deadline=None)
@given(st.lists(small_acts, max_size=30).map(mixed), cuts, some_moments, gaps)
def test_every_pattern_is_renewed_to_what_a_whole_evaluation_gives(story, cuts, first, gaps):
    check(story, steps(story, cuts, first, gaps))


def shipped_story(told_acts: list[Any]) -> Story:
    story = signed_vlaio(Story.of(PROTOCOL, shipped()[PROTOCOL]))
    for act in sorted(told_acts, key=lambda act: act[3] + timedelta(days=act[4])):
        told(story, *act)
    return story


@settings(max_examples=10, deadline=None)
@given(st.lists(simple_acts, max_size=20).map(shipped_story), cuts, some_moments, gaps)
def test_a_signed_protocol_is_renewed_to_what_a_whole_evaluation_gives(story, cuts, first, gaps):
    check(story, steps(story, cuts, first, gaps))


# --- what concerns every type ------------------------------------------------------------------------------------

AT = "2022-01-10T08:00:00Z"
"""When all of it is recorded: a leak that was told to the other in time, and one that is still to be told."""


def told_in_time() -> tuple[Story, str]:
    story = mixed([])
    for party in ("ANN", "BOB"):
        story.enrol(party)
    for number in (1, 2):
        story.tell("incident-detected", "ANN", "2022-01-03T08:00:00Z", incident=f"I-{number}", leak=True,
                   aware_at="2022-01-03T08:00:00Z")  # fmt: skip
    story.tell("incident-detected", "ANN", "2022-01-03T08:00:00Z", on_behalf_of=["BOB"], incident="I-3", leak=True,
               aware_at="2022-01-03T08:00:00Z")  # fmt: skip
    notice = story.tell("breach-notified", "ANN", "2022-01-04T08:00:00Z", incident="I-1", to=["BOB"],
                        received_at="2022-01-04T08:00:00Z")  # fmt: skip
    return story, notice


def retracted(story: Story, notice: str) -> None:
    story.tell("event-retracted", "ANN", AT, retracts=notice)


def disputed(story: Story, notice: str) -> None:
    story.tell("dispute-opened", "BOB", AT, dispute="D", about=[notice])


def settled(story: Story, notice: str) -> None:
    story.tell("dispute-closed", "BOB", AT, dispute="D", outcome="settled")


def mandated(story: Story, notice: str) -> None:
    story.tell("mandate-recorded", "BOB", AT, mandate="M", to="ANN", acts=["any"], covers_from="2022-01-01")


def withdrawn(story: Story, notice: str) -> None:
    story.tell("mandate-withdrawn", "BOB", "2022-01-02", recorded=AT, mandate="M")


def chosen(story: Story, notice: str) -> None:
    story.tell("interpretation-chosen", "ANN", AT, interpretation="I-1", option="long", from_="2022-01-01")


def registered_again(story: Story, notice: str) -> None:
    story.amend(MIXED.replace("short: 3 days", "short: 5 days"), "1", AT)


def corrected(story: Story, notice: str) -> None:
    story.tell("breach-notified", "ANN", "2022-01-04T08:00:00Z", recorded=AT, incident="I-2", to=["BOB"],
               received_at="2022-01-04T08:00:00Z", corrects=notice)  # fmt: skip


@pytest.mark.parametrize(
    ("before", "late"),
    [
        ((), retracted), ((), disputed), ((disputed,), settled), ((), mandated), ((mandated,), withdrawn),
        ((), chosen), ((), registered_again), ((), corrected),
    ],
    ids=lambda given: given.__name__ if callable(given) else "",
)  # fmt: skip
def test_what_changes_facts_of_other_types_is_seen_in_what_was_worked_out_before(before: Any, late: Any):
    story, notice = told_in_time()
    for each in before:
        each(story, notice)
    memory, cut, at = Memory(), len(story.entries), local("2022-01-11")
    first = memory.ask(story.state(), at, cut)
    late(story, notice)
    second = memory.ask(story.state(), at, len(story.entries))
    assert first != second == evaluate(story.state(), at)


def test_where_nothing_changes_no_clause_is_worked_out_again():
    story, _ = told_in_time()
    memory, at = Memory(), local("2022-01-11")
    memory.ask(story.state(), at, len(story.entries))
    memory.anew = 0
    answer = memory.ask(story.state(), at + timedelta(hours=1), len(story.entries))
    assert memory.anew == 1  # what is beside the clauses
    assert answer == evaluate(story.state(), at + timedelta(hours=1))


def test_a_part_is_what_another_gives_in_whatever_order_its_facts_were_met():
    story = mixed([])
    for day in ("2022-01-03", "2022-01-05"):
        story.use("ANN", f"{day}T08:00:00Z")
    at = local("2022-01-11")
    found = renewed(story.state(), "small", at, {}, len(story.entries)).parts["granted"]
    assert found is not None
    part = whole(found, at)
    assert len(part.violations) == 2
    backwards = replace(part, violations=part.violations[::-1])
    assert is_given(kept(backwards, Horizon(at), found.about.read), found)
    assert not is_given(kept(replace(part, violations=part.violations[:1]), Horizon(at), found.about.read), found)
