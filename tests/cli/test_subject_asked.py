"""What is asked about a person names a protocol and a request that are there."""

from __future__ import annotations

import pytest

from tests.cli.commands import here
from tests.subjects.persons import AN, known
from tests.worlds import V, World

Capture = pytest.CaptureFixture[str]
WHY = ["--ground", "request", "--decided-by", "VLAIO"]


def test_a_person_is_looked_for_in_one_protocol_only_where_that_is_asked(world: World, capfd: Capture):
    token = known(world)
    assert here(capfd, "subject", "find", AN, "--protocol", V, world=world).out.split() == [token, V]
    elsewhere = here(capfd, "subject", "find", AN, "--protocol", "opgroeien-serv-2021", world=world)
    assert (elsewhere.exit, elsewhere.out) == (6, "")
    misspelt = here(capfd, "subject", "find", AN, "--protocol", "vlaio-fio-tbt", world=world)
    assert (misspelt.exit, V in misspelt.err) == (6, True)


@pytest.mark.parametrize("request_id", ["ab" * 16, "R-2026-01"])
def test_an_erasure_names_no_request_that_is_not_there(world: World, capfd: Capture, request_id: str):
    token, before = known(world), world.size()
    arguments = ("subject", "erase", token, *WHY, "--confirm", token, "--request")
    refused = here(capfd, *arguments, request_id, world=world)
    assert (refused.exit, world.size()) == (6, before)
    assert "no entry of this ledger has the event id" in refused.err
    assert "leave --request out" in refused.err
    (recorded,) = world.record(world.signed("VLAIO", "policy-reviewed", document="policy", **{"for": ["TBT"]}))
    assert here(capfd, *arguments, recorded.id, world=world).exit == 0
