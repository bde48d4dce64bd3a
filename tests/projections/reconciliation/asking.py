"""Findings over stories: as of a moment, by what was recorded by another, in the order given or turned round."""

from __future__ import annotations

from typing import Any

from projections.findings import Finding
from projections.projection import Fact
from projections.registers.findings import Answer, FindingsRegister, answers
from tests.projections.obligations.small import small
from tests.projections.obligations.stories import Story, local

ACTOR, OTHER = "5b" * 16, "6c" * 16


def begun(*clauses: str) -> Story:
    return small(*clauses)


def answer(story: Story, as_of: str = "2022-06-01", known_at: str | None = None) -> Answer:
    projection = FindingsRegister(story.files.__getitem__)
    state = projection.empty()
    for entry in story.entries:
        if projection.reads(entry.stream) and (known_at is None or entry.recorded_at <= local(known_at)):
            state = projection.apply(state, Fact(entry))
    (found,) = answers(projection.load(projection.dump(state)), local(as_of))
    return found


def findings(story: Story, as_of: str = "2022-06-01", known_at: str | None = None) -> tuple[Finding, ...]:
    return answer(story, as_of, known_at).findings


def the_only(story: Story, as_of: str = "2022-06-01", known_at: str | None = None) -> Finding:
    (found,) = findings(story, as_of, known_at)
    return found


def grant(story: Story, at: str = "2021-11-02T08:00:00Z", **more: Any) -> str:
    fields = {"grant": "G-1", "application": "KRIS", "recipient_category": "user", "subject": ACTOR, **more}
    return story.tell("access-granted", "ANN", at, **{key: each for key, each in fields.items() if each is not None})


def revoke(story: Story, at: str, **more: Any) -> str:
    return story.tell("access-revoked", "ANN", at, **{"grant": "G-1", **more})


def used(story: Story, *moments: str, **more: Any) -> None:
    for at in moments:
        story.use("ANN", at, **{"actor": ACTOR, **more})
