"""Was the protocol published by each party, as signed? And every publication on the basis of received data."""

from __future__ import annotations

from collections.abc import Iterable

from projections.obligations.facts import Fact
from projections.registers.reading import FactsRegister, View, in_order, late_days, text, texts
from projections.registers.register import Row

TYPES = ("publication-submitted", "publication-approved", "publication-refused", "publication-consents-recorded",
         "publication-made")  # fmt: skip


class PublicationsRegister(FactsRegister):
    """Projection `publications`: a row for the protocol itself and each party; then one a publication.

    `as_signed` compares the digest of the published file with the digest that the signatures name.
    """

    name = "publications"
    version = 1
    columns: tuple[str, ...] = (
        "protocol", "what", "party", "state", "at", "url", "as_signed", "detail", "violations", "entry", "late_days",
    )  # fmt: skip

    def rows_of(self, view: View) -> Iterable[Row]:
        yield from (_of_the_protocol(view, party) for party in view.world.life.version_at(view.as_of).version.party_ids)
        matters: dict[str, list[Fact]] = {}
        for fact in in_order(view.facts.of(*TYPES)):
            matters.setdefault(text(fact, "publication"), []).append(fact)
        yield from (_of_results(view, name, facts) for name, facts in matters.items())


def _of_the_protocol(view: View, party: str) -> Row:
    """The last publication by that party."""
    version = view.world.life.version_at(view.as_of).version.version
    row: Row = {"protocol": view.protocol, "what": f"protocol, version {version}", "party": party}
    made = [fact for fact in in_order(view.facts.of("protocol-published")) if party in fact.parties
            and fact.fields.get("version", version) == version]  # fmt: skip
    if not made:
        return {**row, "state": "not published"}
    last = made[-1]
    return {
        **row, "state": "published", "at": last.happened.text, "url": text(last, "url"),
        "as_signed": _as_signed(view, last, version), "detail": ["reported"] if last.reported else [],
        "entry": last.position, "late_days": late_days(last),
    }  # fmt: skip


def _as_signed(view: View, published: Fact, version: str) -> str:
    """Byte for byte the signed file: yes, no, or unknown while a digest is missing."""
    signed = {text(fact, "document") for fact in view.facts.of("protocol-signed")
              if fact.fields["version"] == version and "document" in fact.fields}  # fmt: skip
    if "document" not in published.fields or not signed:
        return "unknown"
    return "yes" if signed == {text(published, "document")} else "no"


def _of_results(view: View, name: str, facts: list[Fact]) -> Row:
    made = [fact for fact in facts if fact.type == "publication-made"]
    last = (made or facts)[-1]
    return {
        "protocol": view.protocol, "what": name, "party": ", ".join(_publisher(facts).parties),
        "state": "published" if made else "not published", "at": last.happened.text if made else "",
        "url": text(last, "url"),
        "detail": [_step(fact) for fact in facts if fact.type != "publication-made"],
        "violations": view.violations(*made), "entry": last.position, "late_days": late_days(last),
    }  # fmt: skip


def _publisher(facts: list[Fact]) -> Fact:
    """Who made it, else who submitted it, else who first spoke of it."""
    for kind in ("publication-made", "publication-submitted"):
        for fact in facts:
            if fact.type == kind:
                return fact
    return facts[0]


def _step(fact: Fact) -> str:
    """`submitted to FIO on 2022-01-10`, `approved by FIO on …`, `consents 11 of 12`."""
    word, day = fact.type.removeprefix("publication-"), fact.happened.day.isoformat()
    if word == "consents-recorded":
        return f"consents {fact.fields['consents']} of {fact.fields['persons']} on {day}"
    if word == "submitted":
        return f"submitted to {', '.join(texts(fact, 'to'))} on {day}"
    return f"{word} by {', '.join(fact.parties)} on {day}"
