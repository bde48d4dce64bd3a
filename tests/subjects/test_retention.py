"""Retention of the ledger's own personal data: staff in logs, and the keys of log records."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ledger.chain.hashing import sha256
from ledger.errors import UsageProblem
from ledger.protocol.shipped import shipped
from ledger.protocol.terms import Span, TimeUnit
from ledger.retention import before, expired, stated
from ledger.retention import span as term
from tests.subjects.persons import AN
from tests.worlds import V, World, import_log, log_file


@pytest.mark.parametrize(
    ("span", "day"),
    [("90d", "2023-12-01"), ("1m", "2024-01-29"), ("12m", "2023-02-28"), ("1y", "2023-02-28"), ("10y", "2014-02-28")],
)
def test_a_term_is_counted_back_in_days_months_or_years(span: str, day: str):
    assert before(term(span), datetime(2024, 2, 29, tzinfo=UTC)) == date.fromisoformat(day)


def test_weeks_are_counted_too_where_a_file_says_so():
    assert before(Span(2, TimeUnit.WEEKS), datetime(2024, 2, 29, tzinfo=UTC)) == date(2024, 2, 15)


def test_the_term_is_that_of_the_newest_version_of_the_protocols_file(world: World):
    with world.open() as ledger:
        kept = stated(ledger.store, V)
    assert kept is not None
    assert (str(kept.keep), kept.by) == ("10 years", None)
    newer = shipped()[V].replace(b"{keep: 10 years}", b"{keep: 18 months, by: 'art. 4, sentence 1'}").replace(
        b'version: "1"', b'version: "2"\namends: "1"')  # fmt: skip
    digest = sha256(newer).hex()
    line = world.signed("OPERATOR", "protocol-version-registered", version="2", digest=digest, amends="1")
    with world.open() as ledger:
        ledger.record([line], {digest: newer})
        kept = stated(ledger.store, V)
    assert kept is not None
    assert str(kept) == "18 months (art. 4, sentence 1)"


def test_a_protocol_without_a_version_states_no_term(world: World):
    with world.open() as ledger:
        assert stated(ledger.store, "elsewhere") is None


@pytest.mark.parametrize("span", ["", "10", "0y", "-1y", "1w", "1Y", "9999y", "1y6m"])
def test_what_is_no_term_is_refused(span: str):
    with pytest.raises(UsageProblem):
        before(term(span), datetime(2024, 2, 29, tzinfo=UTC))


def found(world: World, uses: str | None, keys: str | None = None):
    with world.open() as ledger:
        days = (date.fromisoformat(day) if day else None for day in (uses, keys))
        return expired(ledger.store, ledger.vault, V, *days)


def test_staff_are_over_their_term_when_their_last_use_is(imported: World):
    assert found(imported, "2000-01-01").tokens == ()
    with imported.open() as ledger:
        people = sorted(ledger.vault.known(V, [AN, "jan.voorbeeld@fictief.example"]).values())
    assert found(imported, "2030-01-01") == (tuple(people), (), ())


def test_whom_a_register_names_is_kept_and_said_to_be(imported: World):
    with imported.open() as ledger:
        (token,) = ledger.vault.known(V, [AN]).values()
    imported.record(imported.signed("VLAIO", "employment-ended", subject=token))
    over = found(imported, "2030-01-01")
    assert (len(over.tokens), over.kept) == (1, (token,))


def test_record_keys_are_over_when_their_year_is(imported: World):
    with imported.open() as ledger:
        (year,) = {each[-4:] for each in ledger.vault.record_purposes() if each[-4:].isdigit()}
    assert found(imported, None, f"{int(year) + 1}-01-01").purposes == (f"import/{V}/m365-audit/{year}",)
    assert found(imported, None, f"{year}-12-31").purposes == ()


def test_without_its_record_key_a_log_is_new_again(imported: World, tmp_path):
    """Which is why the keys go only when no source has those records any more."""
    assert import_log(imported, log_file(tmp_path)) == 0
    with imported.open() as ledger:
        keys = [each for each in ledger.vault.record_purposes() if each[-4:].isdigit()]
        assert ledger.vault.drop_record_keys(keys) == 1
    assert import_log(imported, log_file(tmp_path)) == 40
