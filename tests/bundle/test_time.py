"""Since when: a real authority's token over the checkpoint."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.bundle.manifest import STAMP
from ledger.bundle.report import Findings, Report, Verdict
from ledger.bundle.stamps import AskedTime, check_carried
from ledger.bundle.verify import verify
from ledger.chain.note import Note
from ledger.chain.timestamp import BadStamp, MalformedStamp, Stamp, renewed_text, stamped, unchecked_stamp
from ledger.clock import now
from ledger.errors import KeyProblem
from tests.bundle.authority import Authority, authority
from tests.bundle.forge import POLICY, honest, members, rewritten, unsealed
from tests.keys.people import VLAIO


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("tsa") / "own")


def stamped_bundle(folder: Path, tsa: Authority, text: bytes = b"") -> Path:
    forge = honest()
    return forge.bundle(folder / "b.zip", stamps=(tsa.stamp(text or Note.parse(forge.note).text.encode()),))


def check(path: Path, tsa: Authority, **asked: object) -> Report:
    return verify(path, POLICY, AskedTime(tsa.roots, now=now(), **asked))  # type: ignore[arg-type]


def codes(report: Report) -> set[str]:
    return {fault.code for fault in report.faults}


def test_a_checkpoint_is_shown_to_have_been_there(tmp_path: Path, tsa: Authority) -> None:
    report = check(stamped_bundle(tmp_path, tsa), tsa, max_age=timedelta(hours=1))
    assert report.faults == ()
    assert report.verdicts["time"] is Verdict.OK
    assert report.stamped_at is not None
    assert timedelta(0) <= now() - report.stamped_at <= timedelta(hours=1)
    assert report.cosigned == {"tbt": 1653912000}
    assert report.exit == 0


def test_cosignatures_that_come_later_leave_the_stamp_as_it_is(tmp_path: Path, tsa: Authority) -> None:
    forge = honest()
    stamp = tsa.stamp(Note.parse(forge.note).text.encode())
    forge.sign(witnesses=())
    assert check(forge.bundle(tmp_path / "b.zip", stamps=(stamp,)), tsa).verdicts["time"] is Verdict.OK


def test_a_stamp_over_something_else_is_a_fault(tmp_path: Path, tsa: Authority) -> None:
    report = check(stamped_bundle(tmp_path, tsa, b"something else"), tsa)
    assert codes(report) == {"time.stamp"}
    assert report.verdicts["time"] is Verdict.FAILED
    assert report.verdicts["integrity"] is Verdict.OK


def test_a_stamp_by_an_authority_that_the_reader_does_not_trust_is_a_fault(tmp_path: Path, tsa: Authority) -> None:
    other = authority(tmp_path / "other", "Other")
    assert codes(check(stamped_bundle(tmp_path, other), tsa)) == {"time.stamp"}


def test_a_flipped_bit_in_the_token_is_a_fault(tmp_path: Path, tsa: Authority) -> None:
    path = stamped_bundle(tmp_path, tsa)
    parts = members(path)
    raw = parts[STAMP]
    parts[STAMP] = raw[:-5] + bytes([raw[-5] ^ 1]) + raw[-4:]
    assert codes(check(rewritten(path, parts), tsa)) == {"time.stamp"}


def test_an_entry_that_says_to_be_recorded_after_its_stamp_is_a_fault(tmp_path: Path, tsa: Authority) -> None:
    forge = unsealed()
    event = forge.state(VLAIO, "measure-attested/1", measure="tomorrow")
    forge.append(event, VLAIO, recorded="2999-01-01T00:00:00.000000Z")
    forge.seal(recorded="2999-01-01T00:00:00.000001Z")
    forge.sign()
    path = forge.bundle(tmp_path / "b.zip", stamps=(tsa.stamp(Note.parse(forge.note).text.encode()),))
    assert codes(check(path, tsa)) == {"time.after-stamp"}


def test_without_roots_a_stamp_is_not_checked(tmp_path: Path, tsa: Authority) -> None:
    assert verify(stamped_bundle(tmp_path, tsa), POLICY).stamped_at is None
    path = stamped_bundle(tmp_path, tsa)
    assert verify(path, POLICY).verdicts["time"] is Verdict.NOT_CHECKED
    assert verify(path, POLICY).exit == 0
    assert verify(path, POLICY, AskedTime(b"", timedelta(days=1), now())).exit == 9


def test_a_stamp_that_is_asked_for_and_absent_could_not_be_checked(tmp_path: Path, tsa: Authority) -> None:
    report = check(honest().bundle(tmp_path / "b.zip"), tsa, max_age=timedelta(days=1))
    assert report.exit == 9
    assert report.verdicts["time"] is Verdict.NOT_CHECKED


def test_a_stamp_that_is_too_old_could_not_be_checked(tmp_path: Path, tsa: Authority) -> None:
    path = stamped_bundle(tmp_path, tsa)
    late = AskedTime(tsa.roots, timedelta(days=1), now() + timedelta(days=2))
    assert verify(path, POLICY, late).exit == 9


@pytest.mark.parametrize("token", [b"", b"not a token", bytes(70_000)])
def test_bytes_that_are_no_token_are_rejected(token: bytes, tsa: Authority) -> None:
    with pytest.raises(MalformedStamp):
        stamped(token, b"text\n", tsa.roots)


def test_roots_are_certificates(tsa: Authority) -> None:
    with pytest.raises(KeyProblem):
        stamped(tsa.stamp(b"text\n"), b"text\n", b"-----BEGIN NOTHING-----\n")


def test_one_authority_does_not_pass_for_another(tmp_path: Path, tsa: Authority) -> None:
    other = authority(tmp_path / "other", "Other")
    with pytest.raises(BadStamp):
        stamped(other.stamp(b"text\n"), b"text\n", tsa.roots)
    assert stamped(other.stamp(b"text\n"), b"text\n", tsa.roots + other.roots).serial


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("tsa") / "lasting", "Lasting", days=400)


def renewed_bundle(folder: Path, tsa: Authority, lasting: Authority, over: bytes = b"") -> Path:
    forge = honest()
    text = Note.parse(forge.note).text.encode()
    first = tsa.stamp(text)
    second = lasting.stamp(over or renewed_text(text, first))
    third = lasting.stamp(renewed_text(text, second))
    return forge.bundle(folder / "b.zip", stamps=(first, second, third))


def test_a_stamp_whose_certificate_ended_is_not_checked(tmp_path: Path, tsa: Authority) -> None:
    late = AskedTime(tsa.roots, now=now() + timedelta(days=21))
    report = verify(stamped_bundle(tmp_path, tsa), POLICY, late)
    assert (report.exit, report.verdicts["time"], report.faults) == (9, Verdict.NOT_CHECKED, ())
    assert any("its certificate ended" in each for each in report.not_checked)


def test_a_renewed_stamp_outlives_its_certificate(tmp_path: Path, tsa: Authority, lasting: Authority) -> None:
    path = renewed_bundle(tmp_path, tsa, lasting)
    roots = tsa.roots + lasting.roots
    for days, expected in ((0, 0), (21, 0), (401, 9)):
        report = verify(path, POLICY, AskedTime(roots, now=now() + timedelta(days=days)))
        assert (report.exit, report.faults) == (expected, ())


def test_every_stamp_of_the_chain_must_hold(tmp_path: Path, tsa: Authority, lasting: Authority) -> None:
    path = renewed_bundle(tmp_path, tsa, lasting)
    assert codes(check(path, tsa)) == {"time.stamp"}
    (fault,) = verify(path, POLICY, AskedTime(lasting.roots, now=now())).faults
    assert "checkpoint.tsr" in fault.detail


def test_a_renewal_over_something_else_is_a_fault(tmp_path: Path, tsa: Authority, lasting: Authority) -> None:
    path = renewed_bundle(tmp_path, tsa, lasting, over=b"something else")
    (fault,) = verify(path, POLICY, AskedTime(tsa.roots + lasting.roots, now=now())).faults
    assert fault.code == "time.stamp"
    assert "renewal/1.tsr" in fault.detail


def test_a_chain_out_of_order_is_a_fault(tmp_path: Path, tsa: Authority, lasting: Authority) -> None:
    path = renewed_bundle(tmp_path, tsa, lasting)
    parts = members(path)
    parts["renewal/1.tsr"], parts["renewal/2.tsr"] = parts["renewal/2.tsr"], parts["renewal/1.tsr"]
    report = verify(rewritten(path, parts), POLICY, AskedTime(tsa.roots + lasting.roots, now=now()))
    assert codes(report) == {"time.stamp"}


@pytest.mark.parametrize(("day", "faults"), [(0, set()), (4, set()), (5, {"time.renewal"}), (-1, {"time.renewal"})])
def test_a_stamp_is_renewed_while_its_certificate_lasts(day: int, faults: set[str]) -> None:
    start, findings = datetime(2026, 1, 1, tzinfo=UTC), Findings()
    first = Stamp(start, 1, start + timedelta(days=4), "CN=One")
    second = Stamp(start + timedelta(days=day), 2, start + timedelta(days=99), "CN=Two")
    check_carried([first, second], AskedTime(b"", None, start), findings)
    assert {fault.code for fault in findings.faults} == faults


def test_a_stamp_lasts_as_long_as_the_first_certificate_that_ends(tmp_path: Path, tsa: Authority) -> None:
    token = tsa.stamp(b"text\n")
    found = stamped(token, b"text\n", tsa.roots)
    assert timedelta(days=19) < found.ends - found.at < timedelta(days=21)
    assert unchecked_stamp(token) == found
    with pytest.raises(MalformedStamp):
        unchecked_stamp(token[:-20])
