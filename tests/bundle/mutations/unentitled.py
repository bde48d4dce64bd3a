"""What an operator can write past its own door: acts that their authors might not state."""

from __future__ import annotations

from typing import Any

import msgspec

from ledger.chain.hashing import sha256
from tests.bundle.forge import FILE, Forge, unsealed
from tests.bundle.mutations.mutation import ledger
from tests.keys.people import FIO, OPERATOR, TBT, VLAIO, Person, enrolment

EVIDENCE = [{"strength": "statement"}]


def _sealed(forge: Forge) -> Forge:
    forge.seal()
    forge.sign()
    return forge


def _attested(forge: Forge, author: Person, **fields: Any) -> Forge:
    forge.append(forge.state(author, "measure-attested/1", measure="said-for-another", **fields), author)
    return forge


@ledger("authority.no-mandate")
def act_of_a_party_with_a_key_stated_by_another() -> Forge:
    return _sealed(_attested(unsealed(), VLAIO, party="TBT", evidence=EVIDENCE))


@ledger("authority.no-mandate")
def act_on_behalf_of_one_who_gave_no_mandate() -> Forge:
    return _sealed(_attested(unsealed(until="leave"), TBT, on_behalf_of=["FIO"], evidence=EVIDENCE))


@ledger("authority.no-mandate")
def act_under_a_mandate_that_was_withdrawn() -> Forge:
    forge = unsealed()
    forge.append(msgspec.structs.replace(enrolment(OPERATOR, FIO), id="9e" * 16), OPERATOR)
    mandate = {"mandate": "M-1", "to": "VLAIO"}
    forge.append(forge.state(FIO, "mandate-recorded/1", acts=["measure-attested"], **mandate), FIO)
    _attested(forge, VLAIO, on_behalf_of=["FIO"])
    forge.append(forge.state(FIO, "mandate-withdrawn/1", mandate="M-1"), FIO)
    return _sealed(_attested(forge, VLAIO, on_behalf_of=["FIO"]))


def _mandated(forge: Forge) -> str:
    """FIO has a key, and gave a mandate: its id."""
    forge.append(msgspec.structs.replace(enrolment(OPERATOR, FIO), id="9e" * 16), OPERATOR)
    given = forge.state(FIO, "mandate-recorded/1", acts=["measure-attested"], mandate="M-1", to="VLAIO")
    forge.append(given, FIO)
    return given.id


def _retracted(forge: Forge, event: str, author: Person = FIO) -> Forge:
    forge.append(forge.state(author, "event-retracted/1", retracts=event), author)
    return forge


def _withdrawn(forge: Forge, **fields: Any) -> str:
    withdrawal = forge.state(FIO, "mandate-withdrawn/1", mandate="M-1", **fields)
    forge.append(withdrawal, FIO)
    return withdrawal.id


@ledger("", exit=0)
def act_under_a_mandate_whose_withdrawal_was_retracted() -> Forge:
    forge = unsealed()
    _mandated(forge)
    return _sealed(_attested(_retracted(forge, _withdrawn(forge)), VLAIO, on_behalf_of=["FIO"]))


@ledger("authority.no-mandate")
def act_under_a_mandate_whose_withdrawal_another_retracted() -> Forge:
    forge = unsealed()
    _mandated(forge)
    return _sealed(_attested(_retracted(forge, _withdrawn(forge), VLAIO), VLAIO, on_behalf_of=["FIO"]))


@ledger("authority.no-mandate")
def act_under_a_mandate_whose_withdrawal_was_retracted_in_vain() -> Forge:
    forge = unsealed()
    _mandated(forge)
    withdrawal = _withdrawn(forge)
    retraction = forge.state(FIO, "event-retracted/1", retracts=withdrawal)
    forge.append(retraction, FIO)
    return _sealed(_attested(_retracted(forge, retraction.id), VLAIO, on_behalf_of=["FIO"]))


@ledger("", exit=0)
def act_under_a_mandate_that_was_retracted() -> Forge:
    forge = unsealed()
    return _sealed(_attested(_retracted(forge, _mandated(forge)), VLAIO, on_behalf_of=["FIO"]))


@ledger("authority.no-evidence")
def act_reported_without_evidence() -> Forge:
    return _sealed(_attested(unsealed(), VLAIO, party="FIO"))


@ledger("authority.unknown-party")
def act_of_one_who_is_no_party() -> Forge:
    forge, stranger = unsealed(), Person("SERV", 45)
    forge.append(msgspec.structs.replace(enrolment(OPERATOR, stranger), id="9e" * 16), OPERATOR)
    return _sealed(_attested(forge, stranger))


@ledger("authority.unknown-party")
def accession_to_a_class_that_the_protocol_has_not() -> Forge:
    forge, stranger = unsealed(), Person("SERV", 45)
    forge.append(msgspec.structs.replace(enrolment(OPERATOR, stranger), id="9e" * 16), OPERATOR)
    accession = forge.state(stranger, "party-acceded/1", party="SERV", **{"class": "RAAD"})
    forge.append(accession, stranger)
    return _sealed(forge)


@ledger("protocol.other-file")
def protocol_file_registered_as_another_version() -> Forge:
    forge = unsealed(until="protocol")
    digest = sha256(FILE).hex()
    forge.append(forge.state(OPERATOR, "protocol-version-registered/1", version="2", digest=digest), OPERATOR)
    return _sealed(forge)
