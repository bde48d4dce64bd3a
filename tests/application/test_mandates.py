"""Who may act for whom, at the door: while a mandate stands, and after its corrections and retractions."""

from __future__ import annotations

import pytest

from tests.application.at_the_door import (
    ATTESTED,
    MANDATE,
    PROOF,
    enrolment,
    new_key,
    open_to_cities,
    refused,
)
from tests.worlds import V, World


def test_a_mandate_lets_another_state_acts_until_it_is_withdrawn(world: World):
    fio = new_key(world, "FIO")
    world.record(enrolment(world, "OPERATOR", fio))
    with refused(world, "authority.no-mandate"):
        world.record(world.signed("VLAIO", on_behalf_of=["FIO"], **ATTESTED))
    world.record(world.signed(fio, **MANDATE))
    world.record(world.signed("VLAIO", on_behalf_of=["FIO"], **ATTESTED))
    with refused(world, "authority.no-mandate"):
        world.record(world.signed("TBT", on_behalf_of=["FIO"], **ATTESTED))
    with refused(world, "authority.no-mandate"):
        world.record(world.signed("VLAIO", on_behalf_of=["FIO"], type_name="access-revoked", grant="G-1"))
    world.record(world.signed(fio, "mandate-withdrawn", mandate="M-1"))
    with refused(world, "authority.no-mandate"):
        world.record(world.signed("VLAIO", on_behalf_of=["FIO"], **{**ATTESTED, "measure": "logging"}))


def test_a_mandate_covers_what_happened_while_it_says_to_hold(world: World):
    """What lies outside would be recorded and have no effect; a later mandate may cover it."""
    world.record(world.signed("TBT", covers_from="2022-01-01", valid_until="2022-03-31", **MANDATE))
    for day, holds in (("2021-12-31", False), ("2022-01-01", True), ("2022-03-31", True), ("2022-04-01", False)):
        act = world.signed("VLAIO", on_behalf_of=["TBT"], **{**ATTESTED, "happened_at": day, "measure": day})
        if holds:
            assert world.record(act)[0].new
        else:
            with refused(world, "authority.mandate-ended", line=1, field="$.happened_at"):
                world.record(act)
    world.record(world.signed("TBT", covers_from="2022-04-01", **{**MANDATE, "mandate": "M-2"}))
    world.record(act)


def test_a_mandate_that_names_no_beginning_covers_what_happened_since_it_was_given(world: World):
    world.record(world.signed("TBT", **{**MANDATE, "happened_at": "2022-03-01"}))
    early, on_it = (
        world.signed("VLAIO", on_behalf_of=["TBT"], **{**ATTESTED, "happened_at": day, "measure": day})
        for day in ("2022-02-28", "2022-03-01")
    )
    with refused(world, "authority.mandate-ended", line=1, field="$.happened_at"):
        world.record(early)
    assert world.record(on_it)[0].new


def test_a_mandate_that_was_never_given_is_not_taken_back(world: World):
    """A slip in its name would leave the mandate standing, and its giver would believe that it ended."""
    world.record(world.signed("TBT", **MANDATE))
    for by, name, holding in (("TBT", "M-01", "mandate M-1 of TBT"), ("VLAIO", "M-1", "none")):
        with refused(world, "mandate.unknown", line=1, field="$.mandate") as error:
            world.record(world.signed(by, "mandate-withdrawn", mandate=name))
        assert error.value.hint == f"mandates that hold: {holding}"
    first = world.signed("TBT", "mandate-withdrawn", mandate="M-1")
    world.record(first)
    earlier = {"mandate": "M-1", "happened_at": "2022-06-30"}
    with refused(world, "mandate.unknown", line=1, field="$.mandate"):
        world.record(world.signed("TBT", "mandate-withdrawn", **earlier))
    world.record(world.signed("TBT", "mandate-withdrawn", corrects=first.event.id, **earlier))


def test_a_mandate_that_was_retracted_lets_nobody_act_until_that_is_retracted_too(world: World):
    """What is stated under it has no effect, so it is refused; then it holds again, as in the projections."""
    given = world.signed("TBT", **MANDATE)
    taken = world.signed("TBT", "event-retracted", retracts=given.event.id)
    act = world.signed("VLAIO", on_behalf_of=["TBT"], **ATTESTED)
    world.record(given, world.signed("VLAIO", "event-retracted", retracts=given.event.id))
    world.record(act)
    world.record(taken)
    later = world.signed("VLAIO", on_behalf_of=["TBT"], **{**ATTESTED, "measure": "logging"})
    with refused(world, "authority.no-mandate", line=1):
        world.record(later)
    with refused(world, "mandate.unknown", line=1):
        world.record(world.signed("TBT", "mandate-withdrawn", mandate="M-1"))
    world.record(world.signed("TBT", "event-retracted", retracts=taken.event.id), later)


def test_a_mandate_whose_withdrawal_was_retracted_holds_and_can_be_withdrawn(world: World):
    withdrawal = world.signed("TBT", "mandate-withdrawn", mandate="M-1")
    world.record(world.signed("TBT", **MANDATE), withdrawal)
    act = world.signed("VLAIO", on_behalf_of=["TBT"], **ATTESTED)
    with refused(world, "authority.no-mandate", line=1):
        world.record(act)
    world.record(world.signed("TBT", "event-retracted", retracts=withdrawal.event.id), act)
    world.record(world.signed("TBT", "mandate-withdrawn", mandate="M-1", happened_at="2022-06-30"))
    with refused(world, "authority.no-mandate", line=1):
        world.record(world.signed("VLAIO", on_behalf_of=["TBT"], **{**ATTESTED, "measure": "logging"}))


def test_a_mandate_holds_as_its_giver_corrected_it(world: World):
    given = world.signed("TBT", **MANDATE)
    narrower = {**MANDATE, "acts": ["access-revoked"], "corrects": given.event.id}
    corrected = world.signed("TBT", **narrower)
    world.record(given, world.signed("VLAIO", on_behalf_of=["TBT"], **ATTESTED))
    world.record(corrected, world.signed("VLAIO", "access-revoked", on_behalf_of=["TBT"], grant="G-1"))
    later = world.signed("VLAIO", on_behalf_of=["TBT"], **{**ATTESTED, "measure": "logging"})
    with refused(world, "authority.no-mandate", line=1):
        world.record(later)
    world.record(world.signed("TBT", "event-retracted", retracts=corrected.event.id), later)


def test_a_correction_of_a_withdrawal_gives_back_the_mandate_that_it_no_longer_names(world: World):
    withdrawal = world.signed("TBT", "mandate-withdrawn", mandate="M-1")
    other = {**MANDATE, "mandate": "M-2", "acts": ["access-revoked"]}
    world.record(world.signed("TBT", **MANDATE), world.signed("TBT", **other), withdrawal)
    world.record(world.signed("TBT", "mandate-withdrawn", mandate="M-2", corrects=withdrawal.event.id))
    world.record(world.signed("VLAIO", on_behalf_of=["TBT"], **ATTESTED))
    with refused(world, "authority.no-mandate", line=1):
        world.record(world.signed("VLAIO", "access-revoked", on_behalf_of=["TBT"], grant="G-1"))


def test_a_body_whose_accession_was_retracted_is_no_party_but_can_take_that_back(world: World):
    key, city = open_to_cities(world), "stad-netwerk-2024"
    joined = world.signed(key, "party-acceded", city, party="GENT", **{"class": "GEMEENTE"})
    left = world.signed(key, "event-retracted", city, retracts=joined.event.id)
    act = world.signed(key, "access-revoked", city, grant="G-1")
    world.record(joined, left)
    with refused(world, "authority.unknown-party", line=1):
        world.record(act)
    world.record(world.signed(key, "event-retracted", city, retracts=left.event.id), act)


@pytest.mark.parametrize("act", ["measure-atested", "measure-attested/1", "alles"])
def test_a_mandate_names_types_of_the_catalogue(world: World, act: str):
    """Another word would give nothing, and its giver would believe that it did."""
    with refused(world, "mandate.unknown-act", line=1, field="$.acts"):
        world.record(world.signed("TBT", **{**MANDATE, "acts": ["protocol-signed", act]}))
    world.record(world.signed("TBT", **{**MANDATE, "acts": ["any"]}))


def test_the_mandate_of_a_party_without_a_key_is_itself_reported(world: World):
    with refused(world, "authority.no-evidence"):
        world.record(world.signed("VLAIO", party="FIO", **MANDATE))
    world.record(world.signed("VLAIO", party="FIO", evidence=PROOF, **MANDATE))
    world.record(world.signed("VLAIO", on_behalf_of=["FIO"], **ATTESTED))


def test_a_mandate_of_several_givers_holds_for_each(world: World):
    both = {"on_behalf_of": ["TBT", "FIO"], "evidence": PROOF}
    with refused(world, "authority.no-mandate", field="$.on_behalf_of"):
        world.record(world.signed("TBT", **both, **MANDATE))
    to_give = {**MANDATE, "mandate": "M-0", "to": "TBT", "acts": ["mandate-recorded"]}
    world.record(world.signed("TBT", party="FIO", evidence=PROOF, **to_give))
    world.record(world.signed("TBT", **both, **MANDATE))
    with world.open() as ledger:
        given = [each.from_party for each in ledger.door.protocols[V].mandates if "M-1" in each.source]
    assert given == ["TBT", "FIO"]
