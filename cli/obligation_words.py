"""What the engine says of an obligation, in the words of whom it binds. JSON keeps what the engine said."""

from __future__ import annotations

import re

from cli.moments import here
from ledger.protocol.moment_words import MOMENTS
from ledger.protocol.terms import Edge, OpenTerm
from ledger.protocol.words import TERM_WORDS
from projections.obligations.answer import OverdueBy

OVERDUE_BY: dict[OverdueBy, str] = {
    "strict": "if the term is counted strictly, and not yet if counted generously",
    "both": "however the term is counted",
    "policy": "by a house policy of our own, which is no term of the protocol",
}
"""Read on from `overdue`. `docs/formats/clauses.md` has both ways of counting."""
_OVERDUE = re.compile(r"\boverdue by (strict|both|policy)$")
_ENDS = re.compile(r"\bstrict (\S+ \S+), lenient (\S+ \S+)$")
_SELECTOR = re.compile(r"\b(trigger|act|unit)\.([a-z_]+)\b")
_OPEN = re.compile("|".join(rf"^{each.value}\b" for each in OpenTerm))
_EDGE = re.compile("|".join(rf"\bto {each.value}\b" for each in Edge))
_BEFORE = " without what the clause needs before it"
_TYPE = re.compile(r"^[a-z]+(?:-[a-z]+)+")


def term(text: str) -> str:
    """`1 year from trigger.received_at` is `1 year from receipt`."""
    text = _OPEN.sub(lambda found: TERM_WORDS[OpenTerm(found[0])], text)
    text = _EDGE.sub(lambda found: found[0].replace("to ", "to the ").replace("-", " "), text)
    return named(text.replace("working-day", "working day"))


def clock(text: str) -> str:
    """The arithmetic of a term, with both ends where there are two ways of counting."""
    return _ENDS.sub(r"before \1 if counted strictly, before \2 if generously", here(term(text)))


def note(text: str) -> str:
    """What stands beside an obligation."""
    return _OVERDUE.sub(lambda found: f"overdue {_passed(found[1])}", here(text))


def why(text: str) -> str:
    """Why an act is a violation: `access used, which the clause forbids`."""
    text = _TYPE.sub(lambda found: found[0].replace("-", " "), here(text))
    text = text.replace(" is forbidden", ", which the clause forbids", 1)
    return text.replace(_BEFORE, ", and nothing on record shows that what must come first did", 1)


def named(text: str) -> str:
    """The text with each selector of a moment in words; any other is `the trigger's leak`."""
    return _SELECTOR.sub(lambda found: MOMENTS.get(found[2]) or f"the {found[1]}'s {found[2].replace('_', ' ')}", text)


def _passed(end: str) -> str:
    return next(words for name, words in OVERDUE_BY.items() if name == end)
