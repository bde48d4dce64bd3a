"""What a clause is written in: selectors, parties, values, events, triggers, conditions and units.

One type per form of the clause language. A choice between readings is no form: a clause holds one body per
combination of readings (`Clause.body`), so nothing here can be a choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger.protocol.marks import Node


class Root(StrEnum):
    """What a selector takes its field from. Inside its own `where`, trigger or act is the event under test."""

    TRIGGER = "trigger"
    ACT = "act"
    UNIT = "unit"
    PROTOCOL = "protocol"


@dataclass(frozen=True, slots=True)
class Selector(Node):
    """`trigger.origin`: one field of the trigger, the act, the unit or the protocol."""

    root: Root
    field: str

    def __str__(self) -> str:
        return f"{self.root}.{self.field}"


# --- parties -----------------------------------------------------------------------------------------------------


class PartyWord(StrEnum):
    """A party or parties known from the context."""

    ALL = "all"
    """The parties bound at that moment; under `applies: always`, the parties of the file."""
    OTHERS = "others"
    """In the field `bearer`: all but the trigger's party. Elsewhere: all but the bearer."""
    PEERS = "peers"
    """Parties with a flow from or to the bearer."""
    BEARER = "bearer"
    COUNTERPARTY = "counterparty"
    UNIT = "unit"
    PUBLIC = "public"
    DATA_SUBJECTS = "data-subjects"


@dataclass(frozen=True, slots=True)
class Named(Node):
    """A party, or an outsider, by its id in the file."""

    party: str


@dataclass(frozen=True, slots=True)
class Those(Node):
    """A party word, with its place."""

    word: PartyWord


@dataclass(frozen=True, slots=True)
class Together(Node):
    """Several parties: the union."""

    members: tuple[Parties, ...]


@dataclass(frozen=True, slots=True)
class But(Node):
    """`{of: A, but: B}`: those of A that are not in B."""

    of: Parties
    but: Parties


@dataclass(frozen=True, slots=True)
class ClassOf(Node):
    """`{class: C}`: who acceded as a C; as a holder, any body whose act names that class."""

    name: str


@dataclass(frozen=True, slots=True)
class AuthorityOf(Node):
    """`{authority_of: P}`: the supervisor of P, undetermined where the file gives none."""

    parties: Parties


Parties = Named | Those | Together | But | ClassOf | AuthorityOf | Selector


# --- values ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A word, a number or a yes or no, as such."""

    value: str | int | bool


@dataclass(frozen=True, slots=True)
class Case(Node):
    """`case`: the matter that is being judged."""


@dataclass(frozen=True, slots=True)
class AnyValue(Node):
    """`[A, B]`: any of these. Also a set of exactly these."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class EveryValue(Node):
    """`{every: [A, B]}`: all of these are in the field's list."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class NotValue(Node):
    """`{not: A}`: anything else, and also nothing at all."""

    value: Value


@dataclass(frozen=True, slots=True)
class Missing(Node):
    """`{missing: true}`: the field is absent; `{missing: false}`: it is there."""

    missing: bool


@dataclass(frozen=True, slots=True)
class ListItems(Node):
    """`{list: NAME, of: PARTIES}`: the items of a list of the file; of a list by party, those of these parties."""

    name: str
    of: Parties | None = None


@dataclass(frozen=True, slots=True)
class Outside(Node):
    """`{outside: SET}`: some element of the field is not in the set."""

    of: ValueSet


ValueSet = AnyValue | ListItems
Value = Constant | Case | AnyValue | EveryValue | NotValue | Missing | ListItems | Outside | Parties


@dataclass(frozen=True, slots=True)
class FieldTest(Node):
    """One line of a `where`: this field matches this value."""

    field: str
    value: Value


Where = tuple[FieldTest, ...]


# --- events, moments, triggers ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EventMatch(Node):
    """`{type: T, at: FIELD, where: {…}}`: events of one of these types (without version) that pass every test.

    `at` is the field whose moment counts; absent means `happened_at`.
    """

    types: tuple[str, ...]
    at: str = "happened_at"
    where: Where = ()


class MomentKind(StrEnum):
    """A turn in the protocol's life, derived from definitions and exercised powers."""

    SIGNED = "signed"
    IN_FORCE = "in-force"
    ACCEDED = "acceded"
    LEFT = "left"
    ENDED = "ended"
    AMENDED = "amended"
    SUSPENDED = "suspended"
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True)
class MomentMatch(Node):
    """`{moment: left, where: {…}}`. A moment has the fields party, parties, at and cause."""

    moment: MomentKind
    where: Where = ()


@dataclass(frozen=True, slots=True)
class AnyTrigger(Node):
    """`{any: [TRIGGER…]}`."""

    triggers: tuple[Trigger, ...]


Trigger = EventMatch | MomentMatch | AnyTrigger


# --- units -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Holdings(Node):
    """`{holding: {…}}`: each registered holding that passes every test."""

    where: Where


@dataclass(frozen=True, slots=True)
class EachParty(Node):
    """`{party: PARTIES, once: [EVENT…]}`: one for each; with `once`, each for whom there had been one of these."""

    parties: Parties
    once: tuple[EventMatch, ...] = ()


@dataclass(frozen=True, slots=True)
class EachFact(Node):
    """`{fact: EVENT}`: one for each fact that holds."""

    event: EventMatch


@dataclass(frozen=True, slots=True)
class EachItem(Node):
    """`{list: NAME}`: one for each item of a list of the file."""

    name: str


@dataclass(frozen=True, slots=True)
class EachName(Node):
    """`[policy, plan]`: one for each of these names."""

    names: tuple[str, ...]


Units = Holdings | EachParty | EachFact | EachItem | EachName


# --- conditions: true, false or unknown --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnyOf(Node):
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AllOf(Node):
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NoneOf(Node):
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Each(Node):
    """`{each: UNITS, has: CONDITION}`: true for every unit; over nothing it is true."""

    units: Units
    has: Condition


class CopyState(StrEnum):
    DELETED = "deleted"
    """Retrieval is still possible (dpv:Delete)."""
    DESTROYED = "destroyed"
    """Nothing is left to retrieve (dpv:Erase, dpv:Destruct)."""


@dataclass(frozen=True, slots=True)
class CopyIs(Node):
    """`{copy: deleted}`: the copy that the unit is, is in that state."""

    state: CopyState


@dataclass(frozen=True, slots=True)
class Bound(Node):
    """`{in_force: [PARTIES…]}`: all of these are bound then."""

    parties: tuple[Parties, ...]


@dataclass(frozen=True, slots=True)
class FlowExists(Node):
    """`{flow: [A, B]}`: the protocol provides for data from A to B."""

    source: Parties
    target: Parties


@dataclass(frozen=True, slots=True)
class RetentionAgreed(Node):
    """`{agreement: retention, between: [A, B], covering: unit}`: A and B agreed that the data is kept."""

    between: tuple[Parties, Parties]
    covering_unit: bool = False


Condition = EventMatch | AnyOf | AllOf | NoneOf | Each | CopyIs | Bound | FlowExists | RetentionAgreed
