"""An explanation, for a person and for a program."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cli import obligation_words as words
from cli.event_fields import command_line, placeholder, undecided
from cli.json_obligations import item
from cli.moments import at_minute, here
from cli.output import answer, answer_command, answer_filled
from ledger.clock import spell
from ledger.events.catalogue import Field, types
from projections.explanation import Discharge, Explanation
from projections.obligations.answer import Obligation, Violation
from projections.obligations.facts import Fact

INDENT = " " * 12


def show_why(found: Explanation) -> None:
    """The sentence, what opened it, the clock, the reading, what would discharge it, what closed it."""
    subject, clause = found.subject, found.clause
    layer = "" if clause.layer == "text" else ", from outside the text"
    answer(f"{subject.id}  {_status(subject)}")
    answer(f"{subject.protocol} {subject.version}, {clause.address}{layer}: {clause.title.en}\n")
    if clause.text:
        answer_filled(f"“{' '.join(clause.text.split())}”", "  ", "  ")
        answer("")
    answer_filled(found.says, "  ", "  ")
    answer("")
    _line("who", _who(subject))
    if isinstance(subject, Obligation):
        _of_obligation(found, subject)
    else:
        _of_violation(found, subject)


def _of_obligation(found: Explanation, subject: Obligation) -> None:
    _line("opened", f"{at_minute(subject.opened_at)}{_opened_by(found, subject)}")
    _line("clock", words.clock(subject.clock))
    _readings(found)
    _line("asked", found.must)
    _line("waived by", _told(found.waived_by))
    _line("unless", found.unless)
    for each in subject.missing:
        _line("missing", words.named(here(each)))
    for each in subject.notes:
        _line("beside it", words.note(each))
    if subject.closed_at is not None:
        _line("closed", f"{at_minute(subject.closed_at)}{_by(found.closed_by)}")
    elif subject.is_open:
        for discharge in found.discharges:
            answer_command(command(discharge, subject.bearer), _head("do"), INDENT + " ")
            for name, field in _undecided(discharge, subject.bearer).items():
                _line("", f"{placeholder(name, field)} is one of: {', '.join(field.words)}" if field.words else "")
    _line("proof", ", ".join(found.clause.proof))


def _of_violation(found: Explanation, subject: Violation) -> None:
    _line("act", f"{at_minute(subject.at)}{_by(found.opened_by)}")
    _line("why", words.why(subject.why))
    _readings(found)
    _line("needed", found.must)
    _line("allowed if", found.unless)
    for each in subject.missing:
        _line("missing", words.named(here(each)))


def _readings(found: Explanation) -> None:
    for each in found.readings:
        by = f"chosen by entry {each.chosen_by.position}" if each.chosen_by else "the default"
        _line("reading", f"{each.interpretation.id}, {each.option} ({by}): {each.interpretation.asks}")


def _line(name: str, text: str) -> None:
    if text:
        answer_filled(text, _head(name), INDENT + " ")


def _head(name: str) -> str:
    return f"  {name}".ljust(len(INDENT)) + " "


def _status(subject: Obligation | Violation) -> str:
    if isinstance(subject, Violation):
        return "violation" if subject.certain else "undetermined"
    return f"{subject.status}{f' {words.OVERDUE_BY[subject.overdue_by]}' if subject.overdue_by else ''}"


def _who(subject: Obligation | Violation) -> str:
    unit = f", for {subject.unit}" if subject.unit else ""
    return f"{subject.bearer} to {', '.join(subject.counterparty) or 'whom is not known'}{unit}"


def _opened_by(found: Explanation, subject: Obligation) -> str:
    """What opened it: an entry, or a date that an entry had named."""
    if found.opened_by is None or subject.opened_by.position:
        return _by(found.opened_by)
    until = here(found.opened_by.fields["valid_until"])
    return f", as that came to its date, {until}: {_told(found.opened_by)}"


def _by(fact: Fact | None) -> str:
    return f", {_told(fact)}" if fact is not None else ""


def _told(fact: Fact | None) -> str:
    """`entry 117: party-withdrew of TBT, stated by TBT, happened 2022-05-30 10:15, recorded 2022-05-30 11:00`."""
    if fact is None:
        return ""
    stated = f", stated by {fact.fields['author']}" if fact.fields.get("author") not in (None, *fact.parties) else ""
    reported = ", reported" if fact.reported else ""
    happened = f"happened {here(fact.happened.text)}, recorded {at_minute(fact.recorded_at)}"
    return f"entry {fact.position}: {fact.type} of {', '.join(fact.parties)}{stated}{reported}, {happened}"


def command(discharge: Discharge, bearer: str) -> str:
    """The command that the bearer would give, with `<field>` for what only the bearer can say."""
    open_ones = {name: placeholder(name, field) for name, field in _undecided(discharge, bearer).items()}
    line = command_line(discharge.type, {**_known(discharge, bearer), **open_ones})
    return f"{line} --as {bearer}" if line else f"record {discharge.type}"


def _known(discharge: Discharge, bearer: str) -> dict[str, Any]:
    """A type that asks whose act it is means the bearer."""
    party = types()[discharge.type].fields.get("party")
    return {**({"party": bearer} if party is not None and party.required else {}), **discharge.fields}


def _undecided(discharge: Discharge, bearer: str) -> dict[str, Field]:
    return undecided(discharge.type, _known(discharge, bearer))


def why_json(found: Explanation, as_of: datetime, known_at: datetime | None) -> dict[str, Any]:
    """The whole explanation; new fields may appear."""
    subject, clause = found.subject, found.clause
    return {
        "as_of": spell(as_of),
        "known_at": spell(known_at) if known_at else None,
        "obligation": item(subject) if isinstance(subject, Obligation) else None,
        "violation": _violation(subject) if isinstance(subject, Violation) else None,
        "clause": {
            "protocol": found.version.id, "version": found.version.version, "clause": clause.address,
            "layer": str(clause.layer), "text": clause.text, "title": {"nl": clause.title.nl, "en": clause.title.en},
            "says": found.says, "proof": list(clause.proof),
        },
        "opened_by": _fact(found.opened_by), "closed_by": _fact(found.closed_by), "waived_by": _fact(found.waived_by),
        "must": found.must, "unless": found.unless,
        "would_discharge": [
            {"type": each.type, "fields": dict(each.fields), "command": command(each, subject.bearer)}
            for each in found.discharges
        ],
        "readings": [
            {"id": each.interpretation.id, "asks": each.interpretation.asks, "option": each.option,
             "chosen_by": each.chosen_by._asdict() if each.chosen_by else None}
            for each in found.readings
        ],
    }  # fmt: skip


def _violation(each: Violation) -> dict[str, Any]:
    return {
        "id": each.id, "protocol": each.protocol, "version": each.version, "clause": each.clause,
        "pattern": each.pattern, "bearer": each.bearer, "counterparty": list(each.counterparty),
        "act": each.act._asdict(), "at": spell(each.at), "why": each.why, "certain": each.certain,
        "missing": list(each.missing),
    }  # fmt: skip


def _fact(fact: Fact | None) -> dict[str, Any] | None:
    if fact is None:
        return None
    return {
        "position": fact.position, "type": fact.type, "parties": list(fact.parties), "reported": fact.reported,
        "recorded_at": spell(fact.recorded_at), "event": dict(fact.fields),
    }  # fmt: skip
