"""`ledger key`: a key's life from one to the next."""

from __future__ import annotations

import json

from tests.cli.commands import ledger
from tests.worlds import World

WORDS = {"LEDGER_PASSPHRASE": "a passphrase of the test"}
REVIEW = b'{"type":"policy-reviewed","protocol":"vlaio-fio-tbt-2021","document":"policy","for":["TBT"]}\n'


def test_a_rotated_key_signs_from_then_on_and_what_the_old_one_signed_stands(world: World):
    before = world.size()
    said = ledger("key", "rotate", "--party", "TBT", world=world, **WORDS)
    assert said.exit == 0, said.err
    assert f"position {before + 1}" in said.out
    listed = ledger("key", "list", world=world).out
    assert sum(line.startswith("TBT") for line in listed.splitlines()) == 2
    recorded = ledger("record", "-", "--as", "TBT", stdin=REVIEW, world=world, **WORDS)
    assert (recorded.exit, "policy-reviewed" in recorded.out) == (0, True), recorded.err
    world.check()


def test_the_passphrase_of_a_new_key_is_asked_before_anything_is_recorded(world: World):
    before = world.size()
    said = ledger("key", "rotate", "--party", "TBT", world=world)
    assert said.exit == 8
    assert world.size() == before


def test_a_rotation_is_done_once_until_something_else_is_recorded(world: World):
    first, again = (ledger("key", "rotate", "--party", "TBT", world=world, **WORDS) for _ in range(2))
    assert (again.exit, again.out) == (0, first.out)
    assert "done already" in again.err
    other = ledger("key", "rotate", "--party", "VLAIO", world=world, **WORDS)
    assert (other.exit, other.out.count(f"position {world.size()}")) == (0, 1), other.err
    assert ledger("checkpoint", "sign", world=world, **WORDS).exit == 0
    once_more = ledger("key", "rotate", "--party", "TBT", world=world, **WORDS)
    assert once_more.exit == 0
    assert once_more.out != first.out


def test_a_key_that_is_enrolled_is_told_as_that_and_nothing_is_recorded(world: World):
    assert ledger("key", "create", "--party", "TBT", "--use", "imports", world=world, **WORDS).exit == 0
    first = ledger("key", "enrol", "--party", "TBT", "--use", "imports", world=world, **WORDS)
    assert (first.exit, f"at position {world.size()}" in first.out) == (0, True), first.err
    size = world.size()
    again = ledger("key", "enrol", "--party", "TBT", "--use", "imports", world=world)
    assert (again.exit, again.out) == (0, f"already enrolled: imports key of TBT at position {size}\n")
    assert world.size() == size


def test_a_revoked_key_is_not_enrolled_again_and_why_is_told(world: World):
    for words in (("create",), ("enrol",)):
        assert ledger("key", *words, "--party", "TBT", "--use", "imports", world=world, **WORDS).exit == 0
    listed = ledger("key", "list", "--json", world=world).out
    (made,) = [each["key"] for each in json.loads(listed) if (each["party"], each["use"]) == ("TBT", "imports")]
    assert ledger("key", "revoke", "--party", "TBT", made, "--cause", "retired", world=world, **WORDS).exit == 0
    size = world.size()
    said = ledger("key", "enrol", "--party", "TBT", "--use", "imports", world=world, **WORDS)
    assert (said.exit, f"revoked at position {size}" in said.err, "key create" in said.err) == (5, True, True), said.err


def test_a_key_that_another_has_enrolled_is_refused_without_a_line_that_nobody_wrote(world: World):
    keys = world.place.keys
    assert ledger("key", "create", "--party", "TBT", "--use", "imports", world=world, **WORDS).exit == 0
    assert ledger("key", "enrol", "--party", "TBT", "--use", "imports", world=world, **WORDS).exit == 0
    (keys / "FIO.imports.pem").write_bytes((keys / "TBT.imports.pem").read_bytes())
    (keys / "FIO.imports.pem").chmod(0o600)
    said = ledger("key", "enrol", "--party", "FIO", "--use", "imports", world=world, **WORDS)
    assert (said.exit, "enrolled already, for TBT and imports" in said.err, "line 1" in said.err) == (5, True, False)
