"""What a fact is about, in a few words: which processor, delivery or incident. The catalogue says by which fields."""

from __future__ import annotations

from functools import cache

from ledger.events.base import ProtocolEvent
from ledger.events.catalogue import types
from projections.obligations.facts import Fact

_ENVELOPE = frozenset(ProtocolEvent.__struct_encode_fields__)
_KINDS = ("id", "name", "party")


@cache
def naming(name: str) -> tuple[str, ...]:
    """The fields that tell one event of a type from another: those of its key, else the first name of its own."""
    about = types().get(name)
    if about is None:
        return ()
    own = [each for each, field in about.fields.items() if field.kind in _KINDS and not field.words]
    own = [each for each in own if each != "party" and each not in _ENVELOPE]
    return tuple(each for each in own if each in about.cls.key_fields) or tuple(own[:1])


def names_of(fact: Fact) -> dict[str, str]:
    """Field -> value, of those fields that it has."""
    return {name: " ".join(map(str, fact.values(name))) for name in naming(fact.type) if fact.values(name)}


def label(fact: Fact) -> str:
    """`Net-IT, processor-engaged (entry 17)`."""
    return ", ".join([*_said(fact), str(fact)])


def called(fact: Fact) -> str:
    """`processor-engaged (Net-IT)`."""
    said = ", ".join(_said(fact))
    return f"{fact.type} ({said})" if said else fact.type


def _said(fact: Fact) -> list[str]:
    """A bare number says nothing: `version 1`."""
    return [value if any(map(str.isalpha, value)) else f"{name} {value}" for name, value in names_of(fact).items()]
