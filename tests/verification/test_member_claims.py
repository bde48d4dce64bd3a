"""Members that name another author, protocol or party are told from those that do not, wherever the names stand."""

from __future__ import annotations

from ledger.canonical import encode
from ledger.verification.member_claims import others, pieces


def use(author: str, protocol: str = "p-2021", **more: object) -> bytes:
    return encode({"author": author, "protocol": protocol, "type": "access-used/1", **more})


SAID = pieces(("ANN", "p-2021", ()))


def test_members_that_say_the_same_need_no_reading() -> None:
    assert others([use("ANN", offset=10**n, action="x" * n) for n in range(9)], SAID) == []


def test_members_that_say_otherwise_are_named() -> None:
    events = [
        use("ANN"), use("BOB"), use("ANN", action="longer"), use("ANN", "q-2021"), use("ANNE"), use("ANN", "p-202"),
        encode({"protocol": "p-2021", "type": "access-used/1"}), b"",
    ]  # fmt: skip
    assert others(events, SAID) == [1, 3, 4, 5, 6, 7]
    assert others(events[1:], SAID) == [0, 2, 3, 4, 5, 6]


def test_members_on_anothers_behalf_are_named_unless_all_say_so() -> None:
    behalf = [use("ANN", on_behalf_of=names) for names in (["BOB"], ["BOB", "CAT"], ["CAT"])]
    assert others([use("ANN"), *behalf, use("ANN")], SAID) == [1, 2, 3]
    said = pieces(("ANN", "p-2021", ("BOB", "CAT")))
    assert others([behalf[1], behalf[1], behalf[0], use("ANN"), behalf[2]], said) == [2, 3, 4]
    assert others([use("ANN", says='"on_behalf_of":["BOB"],')], SAID) == [], "what a text says is no field"
