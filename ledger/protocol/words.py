"""Clauses in words: what a pattern, a condition or a party form says, for a person who reads no YAML.

`Told` may know what a selector stands for in one case (`case`, `bearer`, `unit.copy`, `trigger.origin`); where it does,
the value takes the place of the selector.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ledger.protocol import definitions as d
from ledger.protocol import expressions as e
from ledger.protocol import patterns as p
from ledger.protocol.moment_words import MOMENTS
from ledger.protocol.terms import Calendar, EffectTime, OpenTerm, Rolling, Span, Term

PARTY_WORDS = {
    e.PartyWord.ALL: "all parties",
    e.PartyWord.OTHERS: "the other parties",
    e.PartyWord.PEERS: "the parties it exchanges data with",
    e.PartyWord.BEARER: "the bearer",
    e.PartyWord.COUNTERPARTY: "whom it is owed to",
    e.PartyWord.UNIT: "that one",
    e.PartyWord.PUBLIC: "the public",
    e.PartyWord.DATA_SUBJECTS: "the data subjects",
}
TERM_WORDS = {
    OpenTerm.IMMEDIATELY: "immediately",
    OpenTerm.WITHOUT_UNDUE_DELAY: "without undue delay",
    OpenTerm.REASONABLE: "within a reasonable term",
    OpenTerm.ON_REQUEST: "on request",
    OpenTerm.NONE_STATED: "within no stated term",
}
MOMENT_WORDS = {
    e.MomentKind.SIGNED: "the last signature",
    e.MomentKind.IN_FORCE: "the entry into force",
    e.MomentKind.ACCEDED: "an accession",
    e.MomentKind.LEFT: "an exit",
    e.MomentKind.ENDED: "the end",
    e.MomentKind.AMENDED: "an amendment",
    e.MomentKind.SUSPENDED: "a suspension",
    e.MomentKind.RESUMED: "a resumption",
}


@dataclass(frozen=True)
class Told:
    """Turns forms into words. `known` has the values of selectors and of `case`, `bearer`, `unit`, `counterparty`."""

    known: Mapping[str, str] = field(default_factory=dict)

    # --- parties, values, events ---------------------------------------------------------------------------------

    def parties(self, of: e.Parties) -> str:
        if isinstance(of, e.Named):
            return of.party
        if isinstance(of, e.Those):
            return self.known.get(of.word.value, PARTY_WORDS[of.word])
        if isinstance(of, e.Together):
            return _and(self.parties(each) for each in of.members)
        if isinstance(of, e.But):
            return f"{self.parties(of.of)} but {self.parties(of.but)}"
        if isinstance(of, e.ClassOf):
            return f"every member of {of.name}"
        if isinstance(of, e.AuthorityOf):
            return f"the supervisor of {self.parties(of.parties)}"
        return self.selector(of)

    def selector(self, of: e.Selector) -> str:
        return self.known.get(str(of)) or MOMENTS.get(of.field) or f"the {of.root}'s {_plain(of.field)}"

    def value(self, of: e.Value) -> str:
        """What a field is to be; reads on from `FIELD is`."""
        if isinstance(of, e.Constant):
            return {True: "true", False: "false"}.get(of.value, "") if isinstance(of.value, bool) else str(of.value)
        if isinstance(of, e.Case):
            return self.known.get("case", "that of this case")
        if isinstance(of, e.AnyValue):
            return _or(self.value(each) for each in of.values)
        if isinstance(of, e.EveryValue):
            return f"each of {_and(self.value(each) for each in of.values)}"
        if isinstance(of, e.NotValue):
            return f"not {self.value(of.value)}"
        if isinstance(of, e.Missing):
            return "absent" if of.missing else "given"
        if isinstance(of, e.ListItems):
            return f"on the list {of.name}" + (f" of {self.parties(of.of)}" if of.of else "")
        if isinstance(of, e.Outside):
            return f"not all {'of ' if isinstance(of.of, e.AnyValue) else ''}{self.value(of.of)}"
        return self.parties(of)

    def where(self, tests: e.Where) -> str:
        said = [f"{_plain(test.field)} is {self.value(test.value)}" for test in tests]
        return f" where {_and(said)}" if said else ""

    def event(self, of: e.EventMatch) -> str:
        at = "" if of.at == "happened_at" else f", counted from {MOMENTS.get(of.at) or _plain(of.at)}"
        return f"{_or(of.types)}{self.where(of.where)}{at}"

    def trigger(self, of: e.Trigger) -> str:
        if isinstance(of, e.EventMatch):
            return self.event(of)
        if isinstance(of, e.MomentMatch):
            return f"{MOMENT_WORDS[of.moment]}{self.where(of.where)}"
        return _or(self.trigger(each) for each in of.triggers)

    def units(self, of: e.Units) -> str:
        if isinstance(of, e.Holdings):
            return f"each holding{self.where(of.where)}"
        if isinstance(of, e.EachParty):
            once = f", once there was {_or(self.event(each) for each in of.once)}" if of.once else ""
            return f"each of {self.parties(of.parties)}{once}"
        if isinstance(of, e.EachFact):
            return f"each {self.event(of.event)}, while it holds"
        if isinstance(of, e.EachItem):
            return f"each item of the list {of.name}"
        return f"each of {_and(of.names)}"

    # --- conditions ----------------------------------------------------------------------------------------------

    def condition(self, of: e.Condition) -> str:
        if isinstance(of, e.EventMatch):
            return self.event(of)
        if isinstance(of, e.AnyOf):
            return "either " + "; or ".join(self.condition(each) for each in of.conditions)
        if isinstance(of, e.AllOf):
            return "; and ".join(self.condition(each) for each in of.conditions)
        if isinstance(of, e.NoneOf):
            return "none of: " + "; ".join(self.condition(each) for each in of.conditions)
        if isinstance(of, e.Each):
            return f"for {self.units(of.units)}: {self.condition(of.has)}"
        return self._state(of)

    def must(self, of: e.Condition) -> str:
        """What a bearer must do; reads on from `must`."""
        return f"state {self.event(of)}" if isinstance(of, e.EventMatch) else f"see to it that {self.condition(of)}"

    def _state(self, of: e.CopyIs | e.Bound | e.FlowExists | e.RetentionAgreed) -> str:
        if isinstance(of, e.CopyIs):
            how = "retrieval still possible" if of.state is e.CopyState.DELETED else "nothing left to retrieve"
            return f"the copy is {of.state} ({how})"
        if isinstance(of, e.Bound):
            return f"{_and(self.parties(each) for each in of.parties)} bound by the protocol then"
        if isinstance(of, e.FlowExists):
            return f"the protocol provides for data from {self.parties(of.source)} to {self.parties(of.target)}"
        covering = " covers it" if of.covering_unit else " holds"
        first, second = (self.parties(each) for each in of.between)
        return f"an agreement between {first} and {second} to keep the data{covering}"

    # --- terms ---------------------------------------------------------------------------------------------------

    def term(self, of: Term) -> str:
        length = TERM_WORDS[of.length] if isinstance(of.length, OpenTerm) else f"within {_span(of.length)}"
        start = f" from {self.selector(of.start)}" if of.start else ""
        return length + start + (f", to the {_plain(of.edge)}" if of.edge else "")

    def effect_time(self, of: EffectTime) -> str:
        after = f"{_span(of.after)} after " if of.after else "at "
        return f"{after}{self.selector(of.start)}" + (f", to the {_plain(of.edge)}" if of.edge else "")

    # --- patterns ------------------------------------------------------------------------------------------------

    def body(self, of: p.Pattern | d.Definition) -> str:
        """The pattern or definition as a sentence."""
        for kind, told in _SENTENCES.items():
            if isinstance(of, kind):
                return " ".join(getattr(self, told)(of).split())
        raise TypeError(f"no words for {type(of).__name__}")

    def _response(self, of: p.Response) -> str:
        until = f" It also reaches what comes to exist later, until {self.trigger(of.until)}." if of.until else ""
        early = " What was done before counts too." if of.early else ""
        restarts = " The last trigger of a case starts the clock." if of.restarts else ""
        return (
            f"Upon {self.trigger(of.when)}: {self.parties(of.bearer)} must {self.must(of.must)}, owed to "
            f"{self.parties(of.towards)}{self._for(of.for_each)}, {self.term(of.term)}."
            f"{self._unless('Waived while', of.unless)}{until}{early}{restarts}"
        )

    def _precedence(self, of: p.Precedence) -> str:
        return (
            f"{_big(self.event(of.act))} is allowed only once there is {self.condition(of.needs)}"
            f"{self._for(of.for_each)}. Owed by {self.parties(of.bearer)} to {self.parties(of.towards)}."
        )

    def _prohibition(self, of: p.Prohibition) -> str:
        return (
            f"{_big(self.event(of.act))} is a violation by {self.parties(of.bearer)} towards "
            f"{self.parties(of.towards)}.{self._unless('Allowed if', of.unless)}"
        )

    def _limit(self, of: p.Limit) -> str:
        per = f", counted apart for each {_and(_plain(each.field) for each in of.per)}" if of.per else ""
        each = f", in each {_plain(of.each)}" if of.each else ""
        return f"At most {of.at_most} of {self.event(of.act)}{per}{each}."

    def _standing(self, of: p.Standing) -> str:
        return (
            f"At every moment {self.parties(of.bearer)} must have {self.condition(of.has)}{self._for(of.for_each)}, "
            f"owed to {self.parties(of.towards)}.{self._unless('Nothing is asked while', of.unless)}"
        )

    def _recurrence(self, of: p.Recurrence) -> str:
        every = f"at least every {_span(of.every.span)}" if isinstance(of.every, Rolling) else _each_period(of.every)
        return (
            f"{_big(self.parties(of.bearer))} must {self.must(of.must)} again {every}{self._for(of.for_each)}, "
            f"owed to {self.parties(of.towards)}.{self._unless('That period is waived by', of.unless)}"
        )

    def _power(self, of: p.Power) -> str:
        when = (
            f"Upon {self.trigger(of.when)}" + (f", and {_span(of.after)} later" if of.after else "")
            if of.when
            else "At any time"
        )
        jointly = ", together," if of.jointly else ""
        given = f", given {self.condition(of.given)}" if of.given else ""
        return (
            f"{when}, {self.parties(of.holder)}{jointly} may state {self.event(of.act)}{given}. Its effect "
            f"for {self.parties(of.effect.parties)}: {of.effect.makes}, {self.effect_time(of.effect.at)}."
            f"{self._unless('Cured by', of.unless)}"
        )

    def _for(self, units: e.Units | None) -> str:
        return f", for {self.units(units)}" if units is not None else ""

    def _unless(self, word: str, condition: e.Condition | None) -> str:
        return f" {word} {self.condition(condition)}." if condition is not None else ""

    # --- definitions ---------------------------------------------------------------------------------------------

    def _in_force(self, of: d.InForce) -> str:
        return f"The protocol is in force from {_plain(of.at)} on."

    def _end(self, of: d.End) -> str:
        upon = self.trigger(of.upon) if isinstance(of.upon, e.EventMatch) else _day(of.upon)
        return f"Upon {upon} it ends for {self.parties(of.parties)} (as {_and(of.gives)})."

    def _mandate(self, of: d.Mandate) -> str:
        acts = _or(of.acts) if of.acts is not None else "any act"
        return f"{of.holder} may state {acts} for {of.giver}."

    def _flows(self, of: d.Flows) -> str:
        flows = [f"from {self.parties(each.source)} to {self.parties(each.target)}"
                 + (f" ({', '.join(each.datasets)})" if each.datasets else "") for each in of.flows]  # fmt: skip
        return f"Data goes {_and(flows)}."

    def _list(self, of: d.NamedList) -> str:
        rows = [", ".join(f"{key} {value}" for key, value in row.items()) for row in of.rows]
        parties = [f"{party}: {', '.join(names)}" for party, names in (of.by_party or {}).items()]
        kind = "The open list" if of.open else "The list"
        return f"{kind} {of.name}: {'; '.join([*of.names, *rows, *parties])}."

    def _contact(self, of: d.Contact) -> str:
        return f"{_and(of.of)} is reached at {of.address}."

    def _replaces(self, of: d.Replaces) -> str:
        return f"It replaces {of.agreement} of {of.signed_on} between {_and(of.parties)}."

    def _forum(self, of: d.Forum) -> str:
        return f"Governed by {of.law}; disputes: {of.procedure}."

    def _statement(self, of: d.Statement) -> str:
        see = f" See {_and(of.see)}." if of.see else ""
        return f"{_big(of.role)}: it binds nobody by itself.{see}"


_SENTENCES: Mapping[type, str] = {
    p.Response: "_response",
    p.Precedence: "_precedence",
    p.Prohibition: "_prohibition",
    p.Limit: "_limit",
    p.Standing: "_standing",
    p.Recurrence: "_recurrence",
    p.Power: "_power",
    d.InForce: "_in_force",
    d.End: "_end",
    d.Mandate: "_mandate",
    d.Flows: "_flows",
    d.NamedList: "_list",
    d.Contact: "_contact",
    d.Replaces: "_replaces",
    d.Forum: "_forum",
    d.Statement: "_statement",
}


def _span(of: Span) -> str:
    return str(of).replace("-", " ")


def _each_period(of: Calendar) -> str:
    return f"in each {_plain(of.period)}"


def _day(of: object) -> str:
    return f"the end date of {of.name}" if isinstance(of, d.External) else str(of)


def _plain(word: object) -> str:
    """A word of the language as one of English: `received_at` -> `received at`."""
    return str(word).replace("_", " ").replace("-", " ") if not str(word)[:1].isdigit() else str(word)


def _and(words: Iterable[object]) -> str:
    return _joined([str(word) for word in words], "and")


def _or(words: Iterable[object]) -> str:
    return _joined([str(word) for word in words], "or")


def _joined(words: list[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else "nothing"


def _big(text: str) -> str:
    return text[:1].upper() + text[1:]
