"""What findings say: every sentence in both languages, about the same data, and used."""

from __future__ import annotations

import pickle
import re
from datetime import datetime
from pathlib import Path
from string import Formatter

import pytest

import projections
from projections.said import SENTENCES, Said, count, said, several, weekday

SOURCES = [each.read_text() for each in Path(projections.__file__).parent.rglob("*.py")]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", SENTENCES)
def test_every_sentence_is_in_both_languages_about_the_same_data(name: str) -> None:
    nl, en = SENTENCES[name]
    assert placeholders(nl) == placeholders(en)
    assert (nl != en, nl.strip() == nl, en.strip() == en) == (True, True, True)


def test_no_sentence_is_left_over() -> None:
    told = {name for source in SOURCES for name in re.findall(r'said\(\s*"([a-z-]+)"', source)}
    told |= {"usual-besides", "usual-several", "shared-key", "nobody", "shared-anyone", "shared-outside"}
    assert told == set(SENTENCES)


def test_findings_say_nothing_beside_the_catalogue() -> None:
    prose = re.compile(r"says\s*(?:=|\+=)\s*[\[(]?\s*f?\"")
    assert [source[:60] for source in SOURCES if "Finding(" in source and prose.search(source)] == []


def test_a_sentence_in_a_sentence_is_in_its_language() -> None:
    inner = said("group", group="team-a", entry=4)
    outer = said("groups", groups=several([inner, inner]))
    assert outer.nl.endswith(": team-a (vermelding 4), team-a (vermelding 4)")
    assert outer.endswith(": team-a (entry 4), team-a (entry 4)")


def test_numbers_and_days_are_written_as_each_language_does() -> None:
    assert (count(12345), count(12345).nl) == ("12,345", "12.345")
    monday = weekday(datetime(2021, 12, 6, 13, 0))
    assert (monday, monday.nl) == ("Monday 2021-12-06 13:00", "maandag 2021-12-06 13:00")


def test_a_sentence_is_the_same_after_a_journey() -> None:
    sent = said("nobody")
    arrived: Said = pickle.loads(pickle.dumps(sent))
    assert (arrived, arrived.nl) == (sent, sent.nl)
