"""A verification says what it did not check, and only what applies; each verdict by itself."""

from __future__ import annotations

import json

import pytest

from cli.main import run
from ledger.canonical import decode, encode
from ledger.chain.hashing import leaf_hash
from ledger.chain.merkle import merkle_root
from ledger.chain.policy import Policy
from ledger.errors import NotFound
from ledger.keys.keyring import possession
from ledger.keys.keystore import KeyPair, KeyStore
from ledger.storage.opening import create
from ledger.verification.run import Asked, verify
from tests.verification.conftest import ingest, use
from tests.verification.forging import Forged, at, codes, private, report_of, sql
from tests.worlds import World


def _said(world: World, **asked: object) -> str:
    return "\n".join(report_of(world, **asked).not_checked)


def test_only_what_applies_is_said_not_to_be_checked(damaged: World, world: World) -> None:
    assert "10 uses" in _said(damaged)
    assert "uses" not in _said(damaged, deep=True)
    assert "uses" not in _said(world), "the demo has no uses"
    assert "sealed texts" in _said(damaged)
    last = max(at for at, item in enumerate(Forged.of(damaged.place.url).items, 1) if item.stream == "ledger/seals")
    assert f"after {last}, the last signed checkpoint" in _said(damaged)
    assert "last signed checkpoint" not in _said(world), "the demo ends with a checkpoint"
    assert "--since" not in _said(damaged)
    assert "--policy" in _said(damaged)


def test_without_a_mark_it_says_that_nothing_tells_of_a_later_end(world: World) -> None:
    assert "high-water" not in _said(world)
    world.place.head.rename(world.place.head.with_name("elsewhere"))
    assert "no high-water mark" in _said(world)
    world.place.head.with_name("elsewhere").rename(world.place.head)


def test_a_ledger_without_anything_sealed_says_nothing_of_sealed_texts(tmp_path: object) -> None:
    with create(f"{tmp_path}/empty.db") as store:
        report = verify(store, f"{tmp_path}/empty.db", Asked())
    assert [fault.code for fault in report.faults] == ["key.no-opening"]
    assert not any("sealed" in line for line in report.not_checked)
    assert report.verdicts["completeness"] == "not-checked"


def test_a_mark_that_cannot_be_read_is_a_fault_and_not_the_end(damaged: World) -> None:
    damaged.place.head.write_bytes(b"ledger/head/v1\n12\n")
    report = report_of(damaged)
    assert codes(report) == {"highwater.malformed"}
    assert report.counts["entries"] == report.size


def _policy(world: World, **pins: str) -> Policy:
    key = world.key("OPERATOR", "log")
    lines = [f"log {key.vkey}", "quorum none", *(f"party {party} {vkey}" for party, vkey in pins.items())]
    return Policy.parse(("\n".join(lines) + "\n").encode())


def test_a_pinned_key_is_the_partys_and_no_longer_the_operators_word(damaged: World) -> None:
    policy = _policy(damaged, TBT=str(damaged.key("TBT").vkey))
    report = report_of(damaged, policy=policy)
    assert report.faults == ()
    (line,) = [line for line in report.not_checked if "the operator says so" in line]
    assert "OPGROEIEN, SERV, VLAIO" in line


def test_a_key_that_is_not_the_pinned_one_is_a_fault(damaged: World) -> None:
    policy = _policy(damaged, TBT=str(damaged.key("SERV").vkey))
    report = report_of(damaged, policy=policy)
    assert codes(report) == {"policy.other-key"}
    assert "TBT" in report.faults[0].detail


def test_an_operator_that_the_policy_does_not_pin_is_its_own_word(damaged: World) -> None:
    def said(**pins: str) -> str:
        report = report_of(damaged, policy=_policy(damaged, **pins))
        return next(line for line in report.not_checked if "the operator says so" in line)

    assert "the keys of OPERATOR, OPGROEIEN," in said()
    assert "the keys of OPGROEIEN," in said(OPERATOR=str(damaged.key("OPERATOR").vkey))


def _next_key(world: World, by: KeyPair) -> KeyPair:
    """Another key of TBT, enrolled by this one."""
    key = KeyStore(world.place.keys).create_in_clear("TBT", "events", another=True)
    proof = {"public_key": key.public.hex(), "possession": possession(key, world.origin)}
    world.record(world.signed(by, "key-enrolled", None, party="TBT", use="events", **proof))
    return key


def test_a_key_that_the_operator_puts_in_place_of_the_pinned_one_is_a_fault_where_it_signs(damaged: World) -> None:
    """It can revoke a party's key as lost, and vouch for another: whoever holds the party's own key is not deceived."""
    own = damaged.key("TBT")
    policy = _policy(damaged, TBT=str(own.vkey))
    damaged.record(damaged.signed("OPERATOR", "key-revoked", None, party="TBT", revoked=own.key_id, cause="lost"))
    other = _next_key(damaged, damaged.key("OPERATOR"))
    assert report_of(damaged, policy=policy).faults == (), "nothing is stated with it yet"
    position = damaged.record(damaged.signed(other, "access-revoked", grant="G-1"))[0].position
    (fault,) = report_of(damaged, policy=policy).faults
    assert (fault.code, fault.position) == ("signature.not-pinned", position)
    assert report_of(damaged).faults == ()


def test_a_key_that_the_pinned_one_enrolled_is_the_partys(damaged: World) -> None:
    policy = _policy(damaged, TBT=str(damaged.key("TBT").vkey))
    other = _next_key(damaged, damaged.key("TBT"))
    damaged.record(damaged.signed(other, "access-revoked", grant="G-1"))
    assert report_of(damaged, policy=policy).faults == ()


def test_a_log_that_the_policy_does_not_know_is_a_fault(damaged: World) -> None:
    text = f"log {damaged.key('OPERATOR').vkey}\nquorum none\n"
    assert codes(report_of(damaged, policy=Policy.parse(text.encode()))) == {"policy.other-log"}


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("at_member", [1, 2, 5])
@pytest.mark.parametrize("other", [{"author": "TBT"}, {"protocol": "another-protocol-2020"}, {"on_behalf_of": ["FIO"]}])
def test_a_use_of_another_author_protocol_or_party_than_its_batch_is_found(
    damaged: World, at_member: int, other: dict[str, object], deep: bool
) -> None:
    """Its author signed the batch's root, so links, roots and signatures are right."""
    forged = Forged.of(damaged.place.url)
    opener = forged.first("log-batch-ingested")
    forged[opener + at_member].event = encode({**decode(use(999)), **other})
    root = merkle_root([leaf_hash(item.event) for item in forged.items[opener : opener + 5]]).hex()
    forged[opener].sign(private("VLAIO events"), batch={"count": 5, "root": root})
    forged.write(operator=True, mark=None)
    damaged.place.head.unlink()
    assert "batch.other-author" in codes(report_of(damaged, deep=deep))


def test_a_use_told_twice_is_found_when_uses_are_read(damaged: World) -> None:
    with damaged.open() as ledger:
        again = ingest(damaged, ledger, range(100, 101)) + 1
    assert report_of(damaged).faults == ()
    report = report_of(damaged, deep=True)
    assert {fault.code for fault in report.faults} == {"event.id-twice"}
    assert report.faults[0].position == again
    assert "entry 127" in report.faults[0].detail


def test_a_use_that_is_no_event_is_found_when_uses_are_read(damaged: World) -> None:
    forged = Forged.of(damaged.place.url)
    opener = forged.first("log-batch-ingested")
    forged[opener + 2].event = use(999).replace(b'"outcome":"ok"', b'"outcome":"fine"')
    root = merkle_root([leaf_hash(item.event) for item in forged.items[opener : opener + 5]]).hex()
    forged[opener].sign(private("VLAIO events"), batch={"count": 5, "root": root})
    forged.write(operator=True)
    assert "event.malformed" not in codes(report_of(damaged))
    assert "event.malformed" in at(report_of(damaged, deep=True), opener + 2)


@pytest.mark.parametrize("since", [1, 256, 257, 300, 512, 513, 700, 1043, 1051])
def test_reading_from_a_position_on_finds_what_is_behind_it_and_says_what_it_left_out(grown: World, since: int) -> None:
    report = report_of(grown, since=since)
    begun = (since - 1) // 256 * 256
    assert report.faults == ()
    assert report.root == report_of(grown).root
    assert report.counts["entries"] == report.size - begun
    assert any(f"entries 1 to {begun:,}: not read" in line for line in report.not_checked) == bool(begun)
    assert report.verdicts["completeness"] == ("not-checked" if begun else "ok")
    sql(grown.place.url, "UPDATE entry SET raw = CAST(raw || ' ' AS BLOB) WHERE position = 1051")
    assert "entry.malformed" in at(report_of(grown, since=since), 1051)


def test_reading_from_a_position_on_does_not_see_what_lies_before_but_does_not_lie_about_it(grown: World) -> None:
    sql(grown.place.url, "UPDATE entry SET raw = CAST(raw || ' ' AS BLOB) WHERE position = 100")
    assert report_of(grown).failed
    report = report_of(grown, since=600)
    assert not report.failed
    assert "entries 1 to 512: not read" in "\n".join(report.not_checked)


def test_stored_nodes_that_are_not_what_was_signed_are_found_from_any_position(grown: World) -> None:
    sql(grown.place.url, "UPDATE node SET hash = zeroblob(32) WHERE level = 9 AND idx = 0")
    assert "checkpoint.other-root" in codes(report_of(grown, since=600))
    sql(grown.place.url, "DELETE FROM node WHERE level = 9")
    report = report_of(grown, since=600)
    assert "tree.node" in codes(report)
    assert report.counts["entries"] == report.size, "what cannot be built upon is read"


def test_there_is_nothing_to_read_from_behind_the_end(damaged: World) -> None:
    with pytest.raises(NotFound, match="there is no entry 9999"):
        report_of(damaged, since=9999)


def test_exit_codes_and_json_say_the_same(damaged: World, capsys: pytest.CaptureFixture[str]) -> None:
    named = ["--ledger", damaged.place.url, "verify"]
    assert run([*named, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdicts"].items() >= {"integrity": "ok", "completeness": "ok", "freshness": "not-checked"}.items()
    assert told["faults"] == []
    assert run([*named, "--max-age", "30d"]) == 9
    assert "could not check a time stamp" in capsys.readouterr().err
    assert run([*named, "--since", "9999"]) == 6
    sql(damaged.place.url, "UPDATE entry SET type = 'breach-notified/1' WHERE position = 40")
    capsys.readouterr()
    assert run([*named, "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert {"code", "position", "detail"} == set(told["faults"][0])
    assert told["faults"][0]["position"] == 40
    assert run(named) == 3
    out = capsys.readouterr()
    assert "first at entry 40" in out.err
    assert all(len(line) <= 80 for line in out.out.splitlines())


def test_the_policy_beside_the_ledger_is_taken_where_none_is_named(
    damaged: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--ledger", damaged.place.url, "verify"]) == 0
    other = damaged.key("SERV").vkey
    damaged.place.policy.write_text(f"log {damaged.key('OPERATOR', 'log').vkey}\nquorum none\nparty OPERATOR {other}\n")
    assert run(["--ledger", damaged.place.url, "verify"]) == 3
    assert "policy.other-key" in capsys.readouterr().out
