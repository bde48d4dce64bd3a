"""The catalogue: what must hold of every type there is, and of every type there will be."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from ledger.events.base import LedgerEvent, MemberEvent, ProtocolEvent, stream_of
from ledger.events.catalogue import REGISTERS, by_tag, types
from ledger.events.codec import built, decoded, decoded_fast, encoded, tag_of
from ledger.events.fields import ABSENT
from tests.events.examples import ENVELOPE, NAMES, example

KINDS = {
    "moment", "party", "protocol", "name", "id", "token", "digest", "number", "boolean", "url", "sealed", "list",
}  # fmt: skip
TYPES_WITH_BYTES = {"ledger-opened", "key-enrolled", "log-batch-ingested", "log-read", "usage-summarised"}
"""Keys, signatures, batch roots, sums and runs of numbers: no clause reads them."""

WANTED = """
protocol-version-registered dpo-advice-given protocol-signed protocol-published protocol-amended
protocol-end-date-recorded protocol-ended prior-agreement-terminated mandate-recorded party-acceded
interpretation-chosen party-withdrew legal-ground-ceased protocol-breach-suspected notice-of-default-sent
notice-of-default-received breach-remedied protocol-dissolution-declared protocol-terminated-unilaterally
standing-exchange-opened standing-exchange-closed data-communicated data-received data-retransmitted
onward-disclosure-notified onward-disclosure-made processing-purpose-recorded purpose-deviation-detected
special-category-detected access-granted access-reviewed access-revoked access-used employment-ended
log-batch-ingested measure-attested policy-reviewed evidence-requested evidence-provided
confidentiality-level-declared confidentiality-undertaking-signed processor-engaged processor-disengaged
processing-agreement-signed confidentiality-agreement-signed processor-overview-shared data-error-found
data-error-reported data-error-report-received correction-investigated correction-instructed correction-applied
correction-outcome-notified reasonable-term-agreed publication-submitted publication-approved publication-refused
publication-made consent-evidence-requested consent-evidence-provided direct-marketing-announced
direct-marketing-reviewed direct-marketing-sent incident-detected breach-assessed breach-notified incident-notified
joint-consultation-held breach-remediation-taken authority-notified retention-agreement-made
retention-agreement-ended deletion-performed destruction-performed processor-deletion-confirmed
backup-expiry-recorded backup-expired restore-performed deletion-verified legal-hold-placed legal-hold-released
contact-point-changed application-registered data-category-registered dispute-opened dispute-closed
linked-protocol-concluded legislative-change-notified security-information-shared pseudonymisation-applied
dossier-confidentiality-flagged holding-registered holdings-declared event-retracted receipt-confirmed
measure-lapsed agreement-ended function-profile-recorded function-changed dossier-closed dossier-reopened
publication-consents-recorded onward-consent-given onward-consent-withdrawn information-judged-useful
legislative-change-found termination-notice-given ledger-opened key-enrolled key-revoked streams-sealed
subject-erased subject-data-changed recipient-notified recipient-notice-omitted
""".split()  # noqa: SIM905 - a list to read


def test_every_type_that_the_protocols_need_is_there() -> None:
    assert set(WANTED) <= set(types())


def test_every_register_has_a_type() -> None:
    assert {about.register for about in types().values()} == set(REGISTERS)


@pytest.mark.parametrize("name", NAMES)
def test_a_type_says_what_it_is(name: str) -> None:
    about = types()[name]
    doc = about.cls.__doc__ or ""
    assert re.fullmatch(r"[A-Z][^\n]*\.", about.summary), "the first line is a sentence"
    assert "Parameters" not in doc
    words = "".join(part.capitalize() for part in name.split("-"))
    assert about.cls.__name__ == words
    assert about.tag == f"{name}/{about.version}"
    assert about.cls.__module__ == f"ledger.events.{about.register}"


@pytest.mark.parametrize("name", NAMES)
def test_an_example_reads_back_as_it_was_written(name: str) -> None:
    event = built(example(name))
    raw = encoded(event)
    assert decoded(raw) == event
    assert decoded_fast(raw) == event
    assert encoded(decoded(raw)) == raw


@pytest.mark.parametrize("name", NAMES)
def test_an_example_has_only_the_types_own_fields(name: str) -> None:
    about = types()[name]
    assert set(about.cls.example) - {"batch"} <= set(about.fields) - ENVELOPE
    needed = {field for field, kind in about.fields.items() if kind.required} - ENVELOPE
    assert needed <= set(about.cls.example)


@pytest.mark.parametrize("name", NAMES)
def test_no_field_has_a_default_but_absence(name: str) -> None:
    for field in msgspec.structs.fields(types()[name].cls):
        assert field.required or field.default is ABSENT, field.name
        assert field.default_factory is msgspec.NODEFAULT, field.name


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_of_a_known_kind(name: str) -> None:
    about = types()[name]
    known = {field: kind for field, kind in about.fields.items() if field not in ENVELOPE}
    if name in TYPES_WITH_BYTES:
        known = {field: kind for field, kind in known.items() if "structure" not in kind[:2]}
    for field, kind in known.items():
        assert kind.kind in KINDS, field
        assert (kind.element in KINDS - {"list"}) if kind.kind == "list" else not kind.element, field
        assert "null" not in kind.words
        assert "float" not in str(about.cls.__annotations__.get(field, "")), field


@pytest.mark.parametrize("name", NAMES)
def test_what_ends_a_fact_is_there_and_has_its_key(name: str) -> None:
    about = types()[name]
    assert set(about.cls.key_fields) <= set(about.fields)
    assert bool(about.cls.key_fields) == bool(about.cls.ended_by or about.cls.supersedes)
    for ending in about.cls.ended_by:
        assert set(about.cls.key_fields) <= set(types()[ending].fields), ending


@pytest.mark.parametrize("name", NAMES)
def test_a_keys_fields_have_one_value(name: str) -> None:
    about = types()[name]
    assert not [field for field in about.cls.key_fields if about.fields[field].kind == "list"]


MOMENTS = {"first", "last", "as_of", "covers_from", "valid_until", "compromised_since", "drawn_up_on", "signed_on"}


@pytest.mark.parametrize("name", NAMES)
def test_a_field_that_is_a_moment_is_called_so(name: str) -> None:
    for field, about in types()[name].fields.items():
        if field != "from":  # a party of an exchange, and the moment from which a reading counts
            assert (field.endswith("_at") or field in MOMENTS) == (about.kind == "moment"), field


@pytest.mark.parametrize("name", NAMES)
def test_the_stream_follows_from_type_and_protocol(name: str) -> None:
    event = built(example(name))
    inside = isinstance(event, ProtocolEvent | MemberEvent)
    assert inside != isinstance(event, LedgerEvent)
    assert stream_of(event) == f"{'vlaio-fio-tbt-2021' if inside else 'ledger'}/{event.register}"


@pytest.mark.parametrize("name", NAMES)
def test_every_moment_is_one_that_a_calendar_has(name: str) -> None:
    for field, about in types()[name].fields.items():
        if about.kind == "moment":
            with pytest.raises(Exception, match="day is out of range"):
                built(example(name, **{field: "2022-02-30"}))


def test_a_type_is_found_by_its_name_and_by_its_tag() -> None:
    assert tag_of("party-withdrew") == tag_of("party-withdrew/1") == "party-withdrew/1"
    assert by_tag()["party-withdrew/1"] is types()["party-withdrew"].cls


def test_the_clause_language_sees_words_and_elements() -> None:
    fields: dict[str, Any] = dict(types()["data-communicated"].fields)
    assert fields["from"].kind == "party"
    assert (fields["to"].kind, fields["to"].element) == ("list", "party")
    assert "email" in fields["channel"].words
    assert fields["received_at"] == ("moment", "", False, ())
