"""Who may use what, and how much it was used. Uses are counted and forgotten: memory does not grow with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from ledger.clock import Moment, parse_recorded, spell_recorded
from projections.counting import use_of
from projections.obligations.statements import RETRACTED, Record, acting, corrected
from projections.projection import Fact, Known
from projections.registers.register import Row
from projections.uses import FIELDS, Uses, moments_of

GRANTED, REVOKED, USED = "access-granted", "access-revoked", "access-used"
RETRACTIONS = "/governance"
"""The register that retractions of every other one stand in."""
KEPT = frozenset({GRANTED, REVOKED, RETRACTED})
_OF_GRANT = (
    "protocol", "grant", "application", "subject", "group", "acting_for", "function_profile", "recipient_category",
    "origins", "datasets",
)  # fmt: skip
_spelled, _read = lru_cache(maxsize=1024)(spell_recorded), lru_cache(maxsize=1024)(parse_recorded)


class Use(NamedTuple):
    """All uses of one application by one actor: how many, how many of them not `ok`, the first and the last."""

    uses: int
    failed: int
    first: str
    last: str


@dataclass(slots=True)
class State:
    """`facts` as they were recorded, corrections and retractions apart; `uses` by protocol, author, actor, application.

    What stands is asked at the question, so that a retracted correction gives back what it had replaced.
    """

    facts: list[Known] = field(default_factory=list)
    uses: dict[tuple[str, str, str, str], Use] = field(default_factory=dict)


class AccessRegister:
    """Projection `access`: one row a grant, and one for each actor who used an application."""

    name = "access"
    version = 2
    columns: tuple[str, ...] = (
        "protocol",
        "kind",
        "party",
        "subject",
        "application",
        "recipient_category",
        "acting_for",
        "function_profile",
        "origins",
        "datasets",
        "from",
        "until",
        "uses",
        "not_ok",
        "entry",
    )

    def reads(self, stream: str) -> bool:
        return stream.endswith(("/access", "/usage", RETRACTIONS))

    def empty(self) -> State:
        return State()

    def apply(self, state: State, fact: Fact) -> State:
        known = fact.known
        if known.type == USED:
            return self.count(state, use_of(fact.position, fact.entry.event))
        if known.type in KEPT:
            state.facts.append(known)
        return state

    def count(self, state: State, uses: Uses) -> State:
        for key, days in uses.kept.items():
            of = dict(zip(FIELDS, key, strict=False))
            failed = 0 if of["outcome"] == "ok" else days.total()
            first, last = moments_of(key, days)
            _add(state, (of["protocol"], of["author"], of["actor"], of["application"]),
                 Use(days.total(), failed, first, last))  # fmt: skip
        return state

    def items(self, state: State) -> int:
        return len(state.facts) + len(state.uses)

    def dump(self, state: State) -> Any:
        return {
            "facts": ([known.position, _spelled(known.recorded_at), known.stream, known.type, known.fields]
                      for known in state.facts),
            "uses": ([*key, *use] for key, use in sorted(state.uses.items())),
        }  # fmt: skip

    def load(self, dumped: Any) -> State:
        return State(
            [Known(position, _read(recorded), *others) for position, recorded, *others in dumped["facts"]],
            {tuple(row[:4]): Use(*row[4:]) for row in dumped["uses"]},
        )

    def rows(self, state: State, as_of: datetime) -> Sequence[Row]:
        """Grants that stand and had begun by `as_of`, with their end; then the uses, as far as they are counted."""
        grants = _grants(corrected(state.facts), as_of)
        uses = [
            {
                "protocol": protocol,
                "kind": "uses",
                "party": party,
                "subject": actor or "not attributable",
                "application": application,
                "from": use.first,
                "until": use.last,
                "uses": use.uses,
                "not_ok": use.failed,
            }
            for (protocol, party, actor, application), use in sorted(state.uses.items())
            if Moment.parse(use.first).earliest <= as_of
        ]
        return [*grants, *uses]


def _add(state: State, key: tuple[str, str, str, str], use: Use) -> None:
    known = state.uses.get(key)
    if known is not None:
        first, last = min(known.first, use.first, key=_in_time), max(known.last, use.last, key=_in_time)
        use = Use(known.uses + use.uses, known.failed + use.failed, first, last)
    state.uses[key] = use


def _in_time(moment: str) -> str:
    """Moments of one zone in order: without its `Z`, a whole second comes before its fractions."""
    return moment.removesuffix("Z")


def _grants(record: Record, as_of: datetime) -> list[Row]:
    """One for each party whose grant it is, in order of entry."""
    revoked: dict[tuple[str, str, str], list[str]] = {}
    for known in record.of(REVOKED):
        if _by(known.fields["happened_at"], as_of):
            for party in acting(known.fields):
                revoked.setdefault(_named(known, party), []).append(known.fields["happened_at"])
    return [
        _row(known, party, revoked.get(_named(known, party), ()))
        for known in record.of(GRANTED)
        if _by(known.fields.get("covers_from", known.fields["happened_at"]), as_of)
        for party in acting(known.fields)
    ]


def _named(known: Known, party: str) -> tuple[str, str, str]:
    return known.fields["protocol"], party, known.fields["grant"]


def _by(moment: str, as_of: datetime) -> bool:
    return Moment.parse(moment).earliest <= as_of


def _row(known: Known, party: str, revoked: Iterable[str]) -> Row:
    fields = known.fields
    ends = [*([fields["valid_until"]] if "valid_until" in fields else []), *revoked]
    row = {
        "from": fields.get("covers_from", fields["happened_at"]),
        **{name: fields[name] for name in _OF_GRANT if name in fields},
        "party": party, "entry": known.position, "kind": "grant",
        "subject": fields.get("subject", fields.get("group", "")),
    }  # fmt: skip
    return {**row, "until": min(ends, key=lambda end: Moment.parse(end).earliest)} if ends else row
