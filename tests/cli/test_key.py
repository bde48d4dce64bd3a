"""`ledger key`: a key's life from one to the next."""

from __future__ import annotations

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
