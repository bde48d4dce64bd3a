"""Sentences that bind nobody but say what counts as what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from ledger.protocol.expressions import EventMatch, MomentKind, Parties
from ledger.protocol.marks import Node


class InForceAt(StrEnum):
    LAST_SIGNATURE = "last-signature"
    FIRST_SIGNATURE = "first-signature"
    DRAWN_UP = "drawn-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce(Node):
    """When the protocol begins to bind. A date is that day's first instant in the calendar's zone."""

    at: InForceAt | date


@dataclass(frozen=True, slots=True)
class External:
    """An end date that lies outside the text, known by name (`protocol-end-date-recorded` gives it)."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Node):
    """When the protocol ends, for whom, and as which moments (left, ended)."""

    upon: date | External | EventMatch
    parties: Parties
    gives: tuple[MomentKind, ...] = (MomentKind.ENDED,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate(Node):
    """`holder` may state acts of these types for `giver`; None is any act."""

    giver: str
    holder: str
    acts: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow(Node):
    """Data may go from each source to each target; None is any data set."""

    source: Parties
    target: Parties
    datasets: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows(Node):
    flows: tuple[Flow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedList(Node):
    """A list of the text. One of three shapes: plain names, rows of named columns, or names by party.

    What is not on an `open` list gives a finding instead of a violation.
    """

    name: str
    names: tuple[str, ...] = ()
    rows: tuple[Mapping[str, str], ...] = field(default=(), hash=False)
    by_party: Mapping[str, tuple[str, ...]] | None = field(default=None, hash=False)
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Node):
    """Where these parties are reached."""

    address: str
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaces(Node):
    """An earlier agreement that this protocol ends and replaces, between these parties."""

    agreement: str
    signed_on: date
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum(Node):
    """Which law governs, and where disputes are settled."""

    law: str
    procedure: str


class Role(StrEnum):
    """What a sentence is for that binds nobody."""

    CONTEXT = "context"
    """Who the parties are, what came before, what the rest is about."""
    JUSTIFICATION = "justification"
    EXCEPTION = "exception"
    """Its effect stands in the clause it is an exception to."""
    REFERENCE = "reference"
    """It says only where the matter is dealt with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Node):
    """A sentence that binds nobody and counts as nothing by itself. `see` names the clauses that carry its effect."""

    role: Role
    see: tuple[str, ...] = ()


Definition = InForce | End | Mandate | Flows | NamedList | Contact | Replaces | Forum | Statement
DEFINITIONS: dict[str, type[Definition]] = {
    "in-force": InForce,
    "end": End,
    "mandate": Mandate,
    "flows": Flows,
    "list": NamedList,
    "contact": Contact,
    "replaces": Replaces,
    "forum": Forum,
    "statement": Statement,
}
