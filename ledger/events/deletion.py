"""Register `<protocol>/deletion`: which copies of received data exist, and how they came to their end.

A holding is holder x origin x dataset x copy (x exchange, x records). The holder is the party whose act the event is;
the origin is who first collected the data, whoever sent them. Where a list names `all`, it covers every dataset, or
every copy, that the holder has of that origin, registered or not; an event that names no exchange covers every one.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from ledger.events.acts import Act, Lasting
from ledger.events.fields import ABSENT, Absent, Count, Hash, Id, MomentText, Name, Names, Parties, Party


class HoldingRegistered(Act, frozen=True, kw_only=True, tag="holding-registered/1"):
    """A party holds a copy of data that another party first collected.

    Gives the holding: it is held from `covers_from` (the happening, where absent) on, however late that is stated.
    `sender` is who passed it on, where not the origin; `kept_by` who keeps it, where not the holder; `records` the
    set or dossier that it is of, where not the whole dataset; `rows` how many; `obtained_under` the agreement under
    which it came, where not this protocol.
    """

    register: ClassVar[str] = "deletion"
    example: ClassVar = {
        "origin": "VLAIO", "dataset": "contacts", "copy": "kris-backup", "kept_by": "Net-IT", "app": "KRIS",
        "location": "BE", "covers_from": "2021-10-12",
    }  # fmt: skip

    origin: Party
    dataset: Name
    copy: Name
    covers_from: MomentText | Absent = ABSENT
    exchange: Id | Absent = ABSENT
    sender: Party | Absent = ABSENT
    kept_by: Name | Absent = ABSENT
    app: Name | Absent = ABSENT
    location: Name | Absent = ABSENT
    records: Id | Absent = ABSENT
    rows: Count | Absent = ABSENT
    obtained_under: Name | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        if "all" in (self.dataset, self.copy):
            raise ValueError("a holding is one copy of one dataset, so neither is called all")


class HoldingsDeclared(Act, frozen=True, kw_only=True, tag="holdings-declared/1"):
    """A party declared that the holdings it registered of these origins are all that it has.

    Gives and ends no holding. Where none is registered, it says that the party holds nothing of that origin.
    """

    register: ClassVar[str] = "deletion"
    example: ClassVar = {"origins": ["VLAIO", "FIO"]}

    origins: Parties
    exchange: Id | Absent = ABSENT


class DeletionPerformed(Act, frozen=True, kw_only=True, tag="deletion-performed/1"):
    """A party deleted copies of received data, so that they are out of use but could still be retrieved.

    The holdings named become *deleted* (dpv:Erase is more: see `destruction-performed`).
    """

    register: ClassVar[str] = "deletion"
    example: ClassVar = {
        "origin": "VLAIO", "datasets": ["contacts"], "copy": ["kris", "sharepoint"], "method": "soft-delete",
    }  # fmt: skip

    origin: Party
    datasets: Names
    copy: Names
    method: Literal["soft-delete", "hard-delete", "access-removed", "other"]
    exchange: Id | Absent = ABSENT
    records: Id | Absent = ABSENT
    processor: Name | Absent = ABSENT
    rows: Count | Absent = ABSENT


class DestructionPerformed(Act, frozen=True, kw_only=True, tag="destruction-performed/1"):
    """A party destroyed copies of received data: nothing can be retrieved (dpv:Destruct).

    The holdings named become *destroyed*, which is also deleted. A soft delete is never a method of destruction.
    """

    register: ClassVar[str] = "deletion"
    example: ClassVar = {"origin": "VLAIO", "datasets": ["all"], "copy": ["all"], "method": "overwritten"}

    origin: Party
    datasets: Names
    copy: Names
    method: Literal["hard-delete", "overwritten", "key-destroyed", "medium-destroyed", "aged-out", "other"]
    exchange: Id | Absent = ABSENT
    records: Id | Absent = ABSENT
    processor: Name | Absent = ABSENT
    rows: Count | Absent = ABSENT
    certificate: Hash | Absent = ABSENT


class ProcessorDeletionConfirmed(Act, frozen=True, kw_only=True, tag="processor-deletion-confirmed/1"):
    """A processor confirmed to a party that copies it kept are deleted or destroyed.

    Proof only: the holdings change by the party's own `deletion-performed` or `destruction-performed`.
    """

    register: ClassVar[str] = "deletion"
    example: ClassVar = {
        "processor": "Net-IT", "origin": "VLAIO", "datasets": ["contacts"], "copy": ["kris-backup"],
        "outcome": "destroyed", "certificate": "b2" * 32,
    }  # fmt: skip

    processor: Name
    origin: Party
    datasets: Names
    copy: Names
    outcome: Literal["deleted", "destroyed"]
    exchange: Id | Absent = ABSENT
    certificate: Hash | Absent = ABSENT


class BackupExpiryRecorded(Act, frozen=True, kw_only=True, tag="backup-expiry-recorded/1"):
    """A party recorded when a backup that still holds received data will age out.

    The holdings stay what they are, and what is owed on them is shown as deferred until `expires_at`. The next one on
    the same copy takes its place; `backup-expired` ends it.
    """

    register: ClassVar[str] = "deletion"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "origin", "copy")
    ended_by: ClassVar[tuple[str, ...]] = ("backup-expired",)
    supersedes: ClassVar[bool] = True
    example: ClassVar = {
        "origin": "VLAIO", "datasets": ["contacts"], "copy": "kris-backup", "expires_at": "2022-08-31",
    }  # fmt: skip

    origin: Party
    datasets: Names
    copy: Name
    expires_at: MomentText
    exchange: Id | Absent = ABSENT


class BackupExpired(Act, frozen=True, kw_only=True, tag="backup-expired/1"):
    """A backup that held received data aged out: the holdings named become *destroyed*."""

    register: ClassVar[str] = "deletion"
    example: ClassVar = {"origin": "VLAIO", "datasets": ["contacts"], "copy": "kris-backup"}

    origin: Party
    datasets: Names
    copy: Name
    exchange: Id | Absent = ABSENT


class RestorePerformed(Act, frozen=True, kw_only=True, tag="restore-performed/1"):
    """A party restored copies of received data: the holdings named are *held* again, or come to exist.

    `restored_from` is the copy that the data came from.
    """

    register: ClassVar[str] = "deletion"
    example: ClassVar = {
        "origin": "VLAIO", "datasets": ["contacts"], "copy": ["kris"], "restored_from": "kris-backup",
    }  # fmt: skip

    origin: Party
    datasets: Names
    copy: Names
    restored_from: Name | Absent = ABSENT
    exchange: Id | Absent = ABSENT


class DeletionVerified(Act, frozen=True, kw_only=True, tag="deletion-verified/1"):
    """A party looked again whether copies are gone. Proof only: no holding changes by it."""

    register: ClassVar[str] = "deletion"
    example: ClassVar = {
        "origin": "VLAIO", "datasets": ["contacts"], "copy": ["kris"], "verified_how": "queried-again",
        "outcome": "absent",
    }  # fmt: skip

    origin: Party
    datasets: Names
    copy: Names
    verified_how: Literal["queried-again", "log-checked", "sampled", "audited"]
    outcome: Literal["absent", "still-there"]
    exchange: Id | Absent = ABSENT


class LegalHoldPlaced(Lasting, frozen=True, kw_only=True, tag="legal-hold-placed/1"):
    """A party must keep copies for a time, by law or for a claim. Shown beside what is owed; it waives nothing."""

    register: ClassVar[str] = "deletion"
    key_fields: ClassVar[tuple[str, ...]] = ("party", "hold")
    ended_by: ClassVar[tuple[str, ...]] = ("legal-hold-released",)
    example: ClassVar = {
        "hold": "H-1", "origin": "VLAIO", "datasets": ["contacts"], "copy": ["all"], "ground": "pending-claim",
    }  # fmt: skip

    hold: Id
    origin: Party
    datasets: Names
    copy: Names
    ground: Name
    exchange: Id | Absent = ABSENT


class LegalHoldReleased(Act, frozen=True, kw_only=True, tag="legal-hold-released/1"):
    """A legal hold came to its end."""

    register: ClassVar[str] = "deletion"
    example: ClassVar = {"hold": "H-1"}

    hold: Id
