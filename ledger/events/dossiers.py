"""Register `<protocol>/dossiers`: the life of files about one matter, where duties hang on it.

`dossier` is an id of this ledger, or a keyed digest of the dossier's own number; holdings carry it as `records`.
"""

from __future__ import annotations

from typing import ClassVar

from ledger.events.acts import Act
from ledger.events.fields import ABSENT, Absent, Id, Name


class DossierClosed(Act, frozen=True, kw_only=True, tag="dossier-closed/1"):
    """A party closed a dossier. Reopening it ends that."""

    register: ClassVar[str] = "dossiers"
    key_fields: ClassVar[tuple[str, ...]] = ("dossier",)
    ended_by: ClassVar[tuple[str, ...]] = ("dossier-reopened",)
    example: ClassVar = {"dossier": "DS-77"}

    dossier: Id
    dataset: Name | Absent = ABSENT


class DossierReopened(Act, frozen=True, kw_only=True, tag="dossier-reopened/1"):
    """A party opened a closed dossier again. Closing it ends that."""

    register: ClassVar[str] = "dossiers"
    key_fields: ClassVar[tuple[str, ...]] = ("dossier",)
    ended_by: ClassVar[tuple[str, ...]] = ("dossier-closed",)
    example: ClassVar = {"dossier": "DS-77"}

    dossier: Id


class DossierConfidentialityFlagged(Act, frozen=True, kw_only=True, tag="dossier-confidentiality-flagged/1"):
    """A party marked a dossier as falling under a duty of confidentiality of its own, by the law in `reference`."""

    register: ClassVar[str] = "dossiers"
    example: ClassVar = {"dossier": "DS-77", "reference": "decreet-2001-12-21:41ter-10"}

    dossier: Id
    reference: Name
