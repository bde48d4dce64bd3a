"""Who may use what, and how much it was used. Uses are counted and forgotten: memory does not grow with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from ledger.clock import Moment
from projections.obligations.statements import acting
from projections.projection import Fact
from projections.registers.register import Row
from projections.uses import FIELDS, Uses, moments_of, use_of

Grant = dict[str, Any]
GRANTED, REVOKED, USED = "access-granted", "access-revoked", "access-used"
_OF_GRANT = (
    "protocol", "grant", "application", "subject", "group", "acting_for", "function_profile", "recipient_category",
    "origins", "datasets",
)  # fmt: skip


class Use(NamedTuple):
    """All uses of one application by one actor: how many, how many of them not `ok`, the first and the last."""

    uses: int
    failed: int
    first: str
    last: str


@dataclass(slots=True)
class State:
    """`grants` in order of entry; `revoked` by party and grant; `uses` by protocol, author, actor and application."""

    grants: list[Grant] = field(default_factory=list)
    revoked: dict[tuple[str, str, str], tuple[str, int]] = field(default_factory=dict)
    uses: dict[tuple[str, str, str, str], Use] = field(default_factory=dict)


class AccessRegister:
    """Projection `access`: one row a grant, and one for each actor who used an application."""

    name = "access"
    version = 1
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
        return stream.endswith(("/access", "/usage"))

    def empty(self) -> State:
        return State()

    def apply(self, state: State, fact: Fact) -> State:
        kind, fields = fact.known.type, fact.known.fields
        if kind == USED:
            return self.count(state, use_of(fact.position, fact.entry.event))
        if kind == GRANTED:
            state.grants += [_grant(fields, party, fact.position) for party in acting(fields)]
        elif kind == REVOKED:
            for party in acting(fields):
                revoked = (fields["protocol"], party, fields["grant"])
                state.revoked.setdefault(revoked, (fields["happened_at"], fact.position))
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
        return len(state.grants) + len(state.uses)

    def dump(self, state: State) -> Any:
        return {
            "grants": state.grants,
            "revoked": [[*key, *value] for key, value in sorted(state.revoked.items())],
            "uses": [[*key, *use] for key, use in sorted(state.uses.items())],
        }

    def load(self, dumped: Any) -> State:
        return State(
            list(dumped["grants"]),
            {tuple(row[:3]): (row[3], row[4]) for row in dumped["revoked"]},
            {tuple(row[:4]): Use(*row[4:]) for row in dumped["uses"]},
        )

    def rows(self, state: State, as_of: datetime) -> Sequence[Row]:
        """Grants that had begun by `as_of`, with their end; then the uses, as far as they are counted."""
        grants = [_grant_row(state, grant, as_of) for grant in state.grants if _begun(grant, as_of)]
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


def _grant(fields: Mapping[str, Any], party: str, position: int) -> Grant:
    known = {name: fields[name] for name in _OF_GRANT if name in fields}
    for name, stated in (("from", "covers_from"), ("until", "valid_until")):
        if stated in fields:
            known[name] = fields[stated]
    return {"from": fields["happened_at"], **known, "party": party, "entry": position}


def _begun(grant: Grant, as_of: datetime) -> bool:
    return Moment.parse(grant["from"]).earliest <= as_of


def _grant_row(state: State, grant: Grant, as_of: datetime) -> Row:
    revoked = state.revoked.get((grant["protocol"], grant["party"], grant["grant"]))
    ends = [grant["until"]] if "until" in grant else []
    if revoked and Moment.parse(revoked[0]).earliest <= as_of:
        ends.append(revoked[0])
    row = {**grant, "kind": "grant", "subject": grant.get("subject", grant.get("group", ""))}
    return {**row, "until": min(ends, key=lambda end: Moment.parse(end).earliest)} if ends else row
