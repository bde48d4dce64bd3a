from __future__ import annotations

import pytest

from projections.registers.publications import PublicationsRegister
from tests.projections.obligations.stories import Story
from tests.projections.registers.asking import VLAIO, begun, row, rows, shipped

SIGNED, OTHER = "ab" * 32, "cd" * 32


def test_every_party_has_a_row_whether_it_published_the_protocol_or_not() -> None:
    story = begun()
    story.tell("protocol-published", "TBT", "2021-10-14", url="https://tbt.example/protocol")
    found = rows(story, PublicationsRegister, "2022-01-01")
    assert [(each["party"], each["state"]) for each in found] == [
        ("VLAIO", "not published"), ("FIO", "not published"), ("TBT", "published"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("signed", "published", "verdict"),
    [(SIGNED, SIGNED, "yes"), (SIGNED, OTHER, "no"), (SIGNED, None, "unknown"), (None, SIGNED, "unknown")],
)
def test_the_published_file_is_compared_with_the_signed_one(
    signed: str | None, published: str | None, verdict: str
) -> None:
    story = Story.of(VLAIO, shipped()[VLAIO])
    document = {"document": signed} if signed else {}
    story.tell("protocol-signed", "TBT", "2021-10-11T17:00:00Z", version="1", office="algemeen-directeur", **document)
    seen = {"document": published} if published else {}
    story.tell("protocol-published", "TBT", "2021-10-14", url="https://tbt.example/protocol", **seen)
    assert row(story, PublicationsRegister, "2022-01-01", party="TBT")["as_signed"] == verdict


def test_a_publication_without_approval_names_the_clauses_that_it_broke() -> None:
    story = begun()
    story.tell("publication-made", "VLAIO", "2022-01-10", publication="PUB-1", origins=["TBT"])
    found = row(story, PublicationsRegister, "2022-02-01", what="PUB-1")
    assert found["state"] == "published"
    assert {"art. 3, sentence 4", "art. 3, sentence 5"} <= set(found["violations"])


def test_a_publication_that_was_submitted_and_approved_broke_nothing() -> None:
    story = begun()
    story.tell(
        "publication-submitted", "VLAIO", "2022-01-03", publication="PUB-1", to=["TBT"], received_at="2022-01-04"
    )
    story.tell("publication-approved", "TBT", "2022-01-05", publication="PUB-1")
    before = row(story, PublicationsRegister, "2022-01-06", what="PUB-1")
    assert (before["state"], before["party"]) == ("not published", "VLAIO")
    story.tell("publication-made", "VLAIO", "2022-01-10", publication="PUB-1", origins=["TBT"])
    found = row(story, PublicationsRegister, "2022-02-01", what="PUB-1")
    assert found["violations"] == []
    assert found["detail"] == ["submitted to TBT on 2022-01-03", "approved by TBT on 2022-01-05"]
