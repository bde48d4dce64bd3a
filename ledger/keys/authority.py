"""Who may state what.

- The signing key is the author's own: an `events` key; for batches and log files read an `imports` key will do.
- A type says whose word it takes (`stated_by`): the operator's, any enrolled party's, or that of the party whose act
  it is. That party is the type's own `party`, else `on_behalf_of`, else the author; for several it is an act of each.
- Another may state a party's act under a mandate that covers the type. Without one, only *report* it: while that party
  has no valid events key, and with evidence. It counts, and is shown as reported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

from ledger.clock import Moment
from ledger.errors import InputRejected
from ledger.events.acts import acting
from ledger.events.base import Event, MemberEvent, ProtocolEvent, SignedEvent
from ledger.events.governance import PartyAcceded
from ledger.events.imports import OF_IMPORTS
from ledger.keys.keyring import Keyring

How = Literal["own", "mandated", "reported"]


class NotAuthorised(InputRejected):
    """A statement that its author may not make. `code` says which rule."""

    code = "authority.refused"


class MandateEnded(InputRejected):
    """An act under a mandate that says not to hold when it happened: it would be recorded and have no effect."""

    code = "authority.mandate-ended"


class MandateGrant(NamedTuple):
    """`to_party` may state acts of `from_party`: of these types (names without version), or of any where None.

    `source` says where it stands: the recorded mandate, or the clause of the protocol file that defines it. `start` and
    `until` are moments of a recorded one: it holds from when it was given, if it does not say since when.
    """

    from_party: str
    to_party: str
    acts: frozenset[str] | None
    source: str = ""
    start: str = ""
    until: str = ""

    def covers(self, from_party: str, to_party: str, type_name: str) -> bool:
        return (from_party, to_party) == (self.from_party, self.to_party) and (
            self.acts is None or type_name in self.acts
        )

    def holds_at(self, moment: Moment) -> bool:
        """Whether what happened then may lie within the time that it names."""
        begun = not self.start or not moment.is_before(Moment.parse(self.start))
        return begun and (not self.until or moment.earliest < Moment.parse(self.until).latest)


class Act(NamedTuple):
    """For one party, how the statement of its act counts; `mandate` where it is mandated."""

    party: str
    how: How
    mandate: MandateGrant | None = None


class Standing(NamedTuple):
    """How an event counts: for each party whose act it is, and whether its key is only *vouched* for by the operator.

    `acts` is empty for what the operator, or anyone, states as itself.
    """

    acts: tuple[Act, ...]
    vouched: bool

    @property
    def how(self) -> How:
        """The weakest of its acts."""
        found = {act.how for act in self.acts}
        return "reported" if "reported" in found else "mandated" if "mandated" in found else "own"


def name_of(event: Event) -> str:
    """The type's name without version."""
    return event.type.partition("/")[0]


def check_authority(
    event: SignedEvent,
    keyring: Keyring,
    position: int,
    *,
    parties: Collection[str] = (),
    mandates: Iterable[MandateGrant] = (),
) -> Standing:
    """How this statement counts at this position, by the keys and mandates that hold before it.

    `parties` are those of the event's protocol; `mandates` those recorded or defined for it. Raises NotAuthorised with
    who may state it, UnknownKey, RevokedKey.
    """
    _check_key(event, keyring, position)
    vouched = keyring.vouched(event.key)
    if event.stated_by == "operator" and event.author != keyring.operator:
        raise NotAuthorised(
            f"{name_of(event)} is stated by the operator, {keyring.operator}, and not by {event.author}",
            code="authority.operator-only", field="$.author", hint=f"ask {keyring.operator} to record it",
        )  # fmt: skip
    stated_for = _stated_for(event)
    if isinstance(event, ProtocolEvent):
        _check_known(event, stated_for, parties, keyring.operator)
    grants = tuple(mandates)
    return Standing(tuple(_act(event, party, keyring, position, grants) for party in stated_for), vouched)


def check_in_time(event: SignedEvent, standing: Standing, mandates: Iterable[MandateGrant]) -> None:
    """Raise MandateEnded where an act is mandated, and by no mandate that holds when it happened.

    Asked only before it is recorded: what was is judged where its effect is worked out.
    """
    happened, grants = Moment.parse(event.happened_at), tuple(mandates)
    for act in standing.acts:
        covering = [each for each in grants if each.covers(act.party, event.author, name_of(event))]
        if act.how == "mandated" and not any(each.holds_at(happened) for each in covering):
            raise MandateEnded(
                f"no mandate of {act.party} to {event.author} for {name_of(event)} holds on {event.happened_at}",
                field="$.happened_at", hint=f"say when it was; or {act.party} records a mandate that holds then",
            )  # fmt: skip


def check_member(member: MemberEvent, opener: ProtocolEvent) -> None:
    """Raise NotAuthorised unless a batch's member is stated by its opener's author, about the same protocol, as such.

    The opener's signature and standing are then those of its members.
    """
    for name in ("author", "protocol", "on_behalf_of"):
        if getattr(member, name) != getattr(opener, name):
            raise NotAuthorised(
                f"a member of a batch has the {name} of its opener", code="authority.member", field=f"$.{name}",
                hint=f"put what has another {name} into a batch of its own",
            )  # fmt: skip


def _check_key(event: SignedEvent, keyring: Keyring, position: int) -> None:
    key = keyring.valid(event.key, position)
    if key.party != event.author:
        raise NotAuthorised(
            f"the key is that of {key.party}, the author says to be {event.author}", code="authority.key-of-other",
            field="$.key", hint=f"sign as {key.party}, or with a key of {event.author}",
        )  # fmt: skip
    if key.use != "events" and not (key.use == "imports" and name_of(event) in OF_IMPORTS):
        raise NotAuthorised(
            f"a key for {key.use} does not sign {name_of(event)}", code="authority.key-use", field="$.key",
            hint=f"sign with an events key of {event.author}",
        )  # fmt: skip


def _stated_for(event: SignedEvent) -> tuple[str, ...]:
    """Whose word it takes: where anyone may speak, only theirs on whose behalf it is said to be."""
    named = event.on_behalf_of if isinstance(event.on_behalf_of, tuple) else ()
    acts_of = acting(event) if event.stated_by == "party" else ()
    return tuple(dict.fromkeys([*acts_of, *named]))


def _check_known(event: ProtocolEvent, stated_for: tuple[str, ...], parties: Collection[str], operator: str) -> None:
    known = set(parties)
    for party in (*stated_for, *(() if event.author == operator else (event.author,))):
        if party not in known:
            joins = "a body joins as a member of a `class` of the protocol, or by a version that names it: protocol add"
            there = f"its parties are {', '.join(sorted(known)) or 'not known yet: ledger protocol add'}"
            raise NotAuthorised(
                f"{party} is no party to {event.protocol}", code="authority.unknown-party",
                field="$.author" if party == event.author else "$.party",
                hint=joins if isinstance(event, PartyAcceded) else there,
            )  # fmt: skip


def _act(
    event: SignedEvent, party: str, keyring: Keyring, position: int, mandates: tuple[MandateGrant, ...]
) -> Act:  # fmt: skip
    if party == event.author:
        return Act(party, "own")
    name = name_of(event)
    for mandate in mandates:
        if mandate.covers(party, event.author, name):
            return Act(party, "mandated", mandate)
    if keyring.has_key(party, "events", position):
        raise NotAuthorised(
            f"{event.author} may not state {name} for {party}, which has a key of its own",
            code="authority.no-mandate", field="$.author",
            hint=f"{party} signs it, or a mandate from {party} to {event.author} that covers {name} is recorded first",
        )  # fmt: skip
    if isinstance(event.on_behalf_of, tuple) and party in event.on_behalf_of:
        # Who says "on behalf of" claims a mandate; without one the act would be recorded and have no effect.
        raise NotAuthorised(
            f"{event.author} has no mandate from {party} that covers {name}",
            code="authority.no-mandate", field="$.on_behalf_of",
            hint=f"record the mandate first; or report the act: name {party} in `party`, with evidence",
        )  # fmt: skip
    if not isinstance(event.evidence, tuple) or not event.evidence:
        raise NotAuthorised(
            f"{event.author} reports {name} of {party}, which has no key, without evidence",
            code="authority.no-evidence", field="$.evidence",
            hint=f"add evidence, or record first a mandate from {party} to {event.author} that covers {name}",
        )  # fmt: skip
    return Act(party, "reported")
