"""What the decoder finds wrong with an event, in the words of who writes one."""

from __future__ import annotations

import re
from typing import Any, get_args

from ledger.events.fields import Address, Hash, MomentText, Name, Party, PersonToken, Protocol, Url

IS_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_/-]{0,39}")


def _pattern(kind: Any) -> str:
    return str(get_args(kind)[1].pattern)


_WORDS = {
    **{
        f"`str` matching regex {_pattern(kind)!r}": words
        for kind, words in (
            (MomentText, "a date, or a time in UTC: 2022-05-31, 2022-05-31T08:15:00Z"),
            (Party, "a party's id: letters, digits, - and _, at most 32"),
            (Protocol, "a protocol's id: small letters, digits and -, at most 64"),
            (Name, "a word of letters, digits and . _ : / + -, without accents and spaces, at most 80"),
            (PersonToken, "32 hex digits in small letters"),
            (Hash, "64 hex digits in small letters"),
            (Url, "a URL without query: https://example.org/path"),
            (Address, "a clause's address: letters without accents, digits, spaces and . , # ( ) / -, at most 60"),
        )
    },
    "`str` matching regex": "text in the spelling",
    "`array` of length >= 1": "a list with something in it",
    "`array`": "a list",
    "`bool`": "true or false",
    "`int`": "a whole number",
    "`object`": "an object",
    "`float`": "a fraction",
    "`str`": "text",
}


def told(fact: str) -> str:
    """What msgspec says, without its words for kinds, and without the name of a field that is no name."""
    said, backquote, name = fact.partition("unknown field `")
    if backquote and not IS_NAME.fullmatch(name.partition("`")[0]):
        fact = f"{said}unknown field"
    if fact.startswith("Expected "):
        for theirs, ours in _WORDS.items():
            fact = fact.replace(theirs, ours)
    return fact[:1].lower() + fact[1:]
