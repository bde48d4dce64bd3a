"""A small protocol of our own, in which each pattern can be tried by itself."""

from __future__ import annotations

from tests.projections.obligations.stories import Story

HEAD = """\
id: small
version: "{version}"
title: {{nl: Klein, en: Small}}
drawn_up: 2021-10-08
parties:
  - {{id: ANN, name: Ann, authority: SUP}}
  - {{id: BOB, name: Bob, authority: SUP}}
{parties}outsiders:
  - {{id: SUP, name: Supervisor}}
calendar: {{zone: Europe/Brussels, working_days: mon-fri, holidays: BE}}
{extra}
clauses:
- clause: start
  text: Dit protocol begint bij de laatste handtekening.
  title: {{nl: Begin, en: Beginning}}
  defines: in-force
  at: last-signature
{clauses}
"""
CLAUSE = """\
- clause: {address}
  text: Een zin.
  title: {{nl: Zin, en: Sentence}}
{body}
"""


def clause(address: str, body: str) -> str:
    lines = "\n".join(f"  {line}" for line in body.strip().splitlines())
    return CLAUSE.format(address=address, body=lines)


def text(*clauses: str, version: str = "1", extra: str = "", parties: str = "") -> str:
    return HEAD.format(version=version, clauses="".join(clauses), extra=extra, parties=parties)


def small(*clauses: str, extra: str = "") -> Story:
    """In force since 11 October 2021, 12:00 in Brussels."""
    story = Story.of("small", text(*clauses, extra=extra))
    story.tell("protocol-signed", "ANN", "2021-10-11T09:00:00Z", version="1", office="head")
    story.tell("protocol-signed", "BOB", "2021-10-11T10:00:00Z", version="1", office="head")
    return story
