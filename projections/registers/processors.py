"""Every processor: whether both agreements were signed before it had data, who was told of it, and who agreed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from projections.obligations.facts import Fact, parsed
from projections.obligations.validity import end
from projections.registers.reading import FactsRegister, View, before, both, in_order, late_days, text, texts
from projections.registers.register import Row

PROCESSING, CONFIDENTIALITY = "processing-agreement-signed", "confidentiality-agreement-signed"
APPROVED, REFUSED = "processor-approved", "processor-refused"
GUARANTEES = {"True": "assessed", "False": "not sufficient"}


class ProcessorsRegister(FactsRegister):
    """Projection `processors`: one row each time that a party engaged one.

    `*_before` says whether that agreement was signed before the first access, and held then: yes, no or unknown;
    `*_now` whether there is one now, while the processor is there. `approved_by` are the parties whose last word on
    that processor is their approval, `refused_by` those who refused it last; `approved_before` those whose approval
    held for certain when it began.
    """

    name = "processors"
    version = 1
    registers: ClassVar[frozenset[str]] = frozenset({"governance", "evidence", "processors"})
    columns: tuple[str, ...] = (
        "protocol", "party", "processor", "sub_processor_of", "from", "until", "guarantees", "processing_agreement",
        "processing_before", "confidentiality_agreement", "confidentiality_before", "both_before", "listed_to",
        "applications", "entry", "late_days", "processing_now", "confidentiality_now",
        "approved_by", "approved_before", "refused_by",
    )  # fmt: skip

    def rows_of(self, view: View) -> Iterable[Row]:
        return [
            _row(view, fact, party) for fact in in_order(view.facts.of("processor-engaged")) for party in fact.parties
        ]


def _row(view: View, fact: Fact, party: str) -> Row:
    processing, processing_before = _agreement(view, fact, party, PROCESSING)
    confidentiality, confidentiality_before = _agreement(view, fact, party, CONFIDENTIALITY)
    ended = end(view.facts, fact)
    return {
        "protocol": view.protocol, "party": party, "processor": text(fact, "processor"),
        "sub_processor_of": text(fact, "sub_processor_of"), "from": _started(fact),
        "until": ended.by.happened.text if ended and ended.by else "",
        "guarantees": GUARANTEES.get(text(fact, "guarantees_assessed"), "not stated"),
        "processing_agreement": processing, "processing_before": processing_before,
        "confidentiality_agreement": confidentiality, "confidentiality_before": confidentiality_before,
        "both_before": both(processing_before, confidentiality_before),
        "listed_to": _listed_to(view, fact, party), "applications": texts(fact, "applications"),
        "entry": fact.position, "late_days": late_days(fact),
        "processing_now": _now(view, fact, party, PROCESSING),
        "confidentiality_now": _now(view, fact, party, CONFIDENTIALITY),
        "approved_by": _last_said(view, fact, APPROVED), "approved_before": _approved_before(view, fact),
        "refused_by": _last_said(view, fact, REFUSED),
    }  # fmt: skip


def _started(fact: Fact) -> str:
    return text(fact, "started_at") or fact.happened.text


def _agreement(view: View, engaged: Fact, party: str, kind: str) -> tuple[str, str]:
    """The best agreement of this kind with that processor, and whether it was there at the first access."""
    started = parsed(_started(engaged))
    judged = [(_held(view, each, engaged), text(each, "agreement")) for each in _signed(view, engaged, party, kind)]
    for word in ("yes", "unknown", "no"):
        named = [name for verdict, name in judged if verdict == word]
        if named:
            return named[0], word
    return "", "no" if started.earliest <= view.as_of else "unknown"


def _signed(view: View, engaged: Fact, party: str, kind: str) -> list[Fact]:
    """Every agreement of this kind between the party and that processor."""
    found = view.facts.having(kind, "processor", engaged.values("processor"))
    return [each for each in found if each.stands and party in each.parties]


def _now(view: View, engaged: Fact, party: str, kind: str) -> str:
    """Whether one holds at this moment; empty before the processor began and once it is gone."""
    gone = end(view.facts, engaged)
    began = parsed(_started(engaged)).earliest <= view.as_of
    if not began or (gone is not None and gone.certain <= view.as_of):
        return ""
    ends = [end(view.facts, each) for each in _signed(view, engaged, party, kind)]
    return "yes" if any(each is None or each.certain > view.as_of for each in ends) else "no"


def _held(view: View, agreement: Fact, engaged: Fact) -> str:
    """Signed, or agreed to, before the first access, and not ended by then."""
    started = parsed(_started(engaged))
    signed = parsed(text(agreement, "covers_from")) if "covers_from" in agreement.fields else agreement.happened
    ended = end(view.facts, agreement)
    if ended is not None and ended.certain <= started.earliest:
        return "no"
    at_once = signed.text == started.text and not signed.is_day
    return "yes" if at_once else before(signed, started)


def _last_said(view: View, engaged: Fact, kind: str) -> list[str]:
    """The parties whose last word on that processor is of this kind."""
    ends = [(each, end(view.facts, each)) for each in _words(view, engaged, kind)]
    return _by([each for each, ended in ends if ended is None or ended.certain > view.as_of])


def _approved_before(view: View, engaged: Fact) -> list[str]:
    """The parties whose approval held for certain when that processor began."""
    return _by([each for each in _words(view, engaged, APPROVED) if _held(view, each, engaged) == "yes"])


def _words(view: View, engaged: Fact, kind: str) -> list[Fact]:
    found = view.facts.having(kind, "processor", engaged.values("processor"))
    return [each for each in found if each.stands and each.happened.earliest <= view.as_of]


def _by(facts: Iterable[Fact]) -> list[str]:
    return sorted({party for each in facts for party in each.parties})


def _listed_to(view: View, engaged: Fact, party: str) -> list[str]:
    """The parties whose last overview from this party names the processor."""
    last: dict[str, Fact] = {}
    for shared in in_order(view.facts.of("processor-overview-shared")):
        if party in shared.parties:
            last |= {to: shared for to in texts(shared, "to")}
    return [to for to, shared in sorted(last.items()) if text(engaged, "processor") in shared.values("processors")]
