"""`ledger obligations` on a large ledger: from the last answer, and the same as without it."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.commands import Said, here
from tests.worlds import V, World

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def large(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A ledger that counts as large, so that answers are kept."""
    monkeypatch.setattr("cli.session.WORTH_A_SNAPSHOT", 1)
    return world


def without_kept(capfd: Capture, world: World, *words: str) -> Said:
    for ending in ("", "-wal", "-shm"):
        world.place.views.with_name(world.place.views.name + ending).unlink(missing_ok=True)
    return here(capfd, *words, world=world)


def document(said: Said) -> dict[str, object]:
    assert said.exit == 0, said.err
    found: dict[str, object] = json.loads(said.out)
    assert found.pop("as_of")
    return found


@pytest.mark.parametrize("more", [(), ("--clause", "art. 4"), ("--protocol", "vlaio-fio-tbt-2021"), ("--party", "TBT")])
def test_the_present_is_the_same_with_and_without_what_was_kept(more: tuple[str, ...], large: World, capfd: Capture):
    words = ("obligations", "--json", *more)
    first = document(without_kept(capfd, large, *words))
    assert document(here(capfd, *words, world=large)) == first
    large.record(large.signed("TBT", "access-revoked", grant="G-1"))
    renewed = document(here(capfd, *words, world=large))
    assert renewed == document(without_kept(capfd, large, *words))


def test_a_past_moment_is_never_answered_from_the_present(large: World, capfd: Capture):
    assert here(capfd, "obligations", world=large).exit == 0
    words = ("obligations", "--as-of", "2022-06-15", "--json")
    assert document(here(capfd, *words, world=large)) == document(without_kept(capfd, large, *words))


def test_overdue_ones_give_exit_code_4_from_what_was_kept_too(large: World, capfd: Capture):
    words = ("obligations", "--fail-overdue")
    codes = [here(capfd, *words, world=large).exit for _ in range(2)]
    assert codes == [4, 4]


def test_beyond_so_many_lines_what_is_not_open_is_counted(
    large: World, capfd: Capture, monkeypatch: pytest.MonkeyPatch
):
    every = here(capfd, "obligations", world=large)
    monkeypatch.setattr("cli.show_obligations.LINES", 3)
    counted = here(capfd, "obligations", world=large)
    assert here(capfd, "obligations", "--all", world=large).out.splitlines()[1:] == every.out.splitlines()[1:]
    assert "What is only counted is listed by --all" in " ".join(counted.out.split())
    for said in (every, counted):
        assert f"To be done: {len(open_items(large, capfd))}" in said.out
    assert len(counted.out) < len(every.out)
    closed = every.out.partition("Done, waived or void: ")[2].split()[0]
    assert f"Done, waived or void: {closed}" in counted.out


def open_items(world: World, capfd: Capture) -> list[str]:
    found = json.loads(here(capfd, "obligations", "--json", world=world).out)["items"]
    closed = ("fulfilled", "fulfilled-late", "waived", "void", "lapsed")
    return [each["id"] for each in found if each["status"] not in closed]


def test_why_explains_the_same_with_and_without_what_was_kept(large: World, capfd: Capture):
    (first, *_) = open_items(large, capfd)
    said = document(here(capfd, "why", first, "--json", world=large))
    assert said == document(without_kept(capfd, large, "why", first, "--json"))


@pytest.mark.parametrize("words", [("obligations", "--as-of", "2022-06-15"), ("obligations",), ("protocol", "show", V)])
@pytest.mark.parametrize(("asked", "numbers"), [("art. 1", {"1"}), ("art. 13", {"13"}), ("art", None), ("art. ", None)])
def test_an_article_is_not_cut_from_the_number_of_another(
    asked: str, numbers: set[str] | None, words: tuple[str, ...], large: World, capfd: Capture
):
    said = here(capfd, *words, "--clause", asked, "--json", world=large)
    assert said.exit == 0, said.err
    found = json.loads(said.out)
    items = found["items"] + found["violations"] + found["powers"] if isinstance(found, dict) else found
    shown = {re.split("[ ,/]", each["clause"])[1] for each in items}
    assert shown <= numbers if numbers is not None else {"4", "5"} <= shown
