"""Register `<protocol>/rights`: what persons' rights did to data that others have too (AVG 16, 17(1), 18 and 19).

`change` is one id for one matter, chosen by who changed the data; every later event of the matter carries it. It is
about the parties' own records: what goes out of this ledger's vault is told by `subject-erased`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from ledger.events.acts import Act, check_not_to_itself, check_order
from ledger.events.fields import ABSENT, Absent, Channel, Count, Id, MomentText, Names, Parties, Sealed, Tokens


class SubjectDataChanged(Act, frozen=True, kw_only=True, tag="subject-data-changed/1"):
    """A party rectified, erased or restricted data of persons, by their right (AVG 16, 17(1), 18).

    `subjects` are the persons, as tokens, where they have one; `datasets` where their data stood. Everybody to whom
    the party had disclosed those is to be told (AVG 19).
    """

    register: ClassVar[str] = "rights"
    example: ClassVar = {"change": "R-2022-3", "kind": "rectification", "datasets": ["contacts"]}

    change: Id
    kind: Literal["rectification", "erasure", "restriction"]
    datasets: Names
    subjects: Tokens | Absent = ABSENT
    persons: Count | Absent = ABSENT
    description: Sealed | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        if "all" in self.datasets:
            # Who had which data is asked by name: `all` would be nobody's.
            raise ValueError("each dataset is named, so none is called all")


class _ToRecipients(Act, frozen=True, kw_only=True):
    """`to` are parties; `recipients` others, by the name that the disclosure to them has."""

    change: Id
    to: Parties | Absent = ABSENT
    recipients: Names | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.to is ABSENT and self.recipients is ABSENT:
            raise ValueError("it names parties or other recipients")
        check_not_to_itself(self, () if isinstance(self.to, Absent) else self.to)


class RecipientNotified(_ToRecipients, frozen=True, kw_only=True, tag="recipient-notified/1"):
    """A party told those to whom it had disclosed data that they were rectified, erased or restricted (AVG 19)."""

    register: ClassVar[str] = "rights"
    example: ClassVar = {"change": "R-2022-3", "to": ["VLAIO", "FIO"], "recipients": ["KULeuven"], "channel": "dpo"}

    channel: Channel | Absent = ABSENT
    received_at: MomentText | Absent = ABSENT
    notice: Sealed | Absent = ABSENT

    def __post_init__(self) -> None:
        super().__post_init__()
        check_order(self.happened_at, self.received_at, "received before it was sent")


class RecipientNoticeOmitted(_ToRecipients, frozen=True, kw_only=True, tag="recipient-notice-omitted/1"):
    """A party found that a recipient cannot be told, or only with disproportionate effort (AVG 19)."""

    register: ClassVar[str] = "rights"
    example: ClassVar = {"change": "R-2022-3", "recipients": ["KULeuven"], "obstacle": "impossible"}

    obstacle: Literal["impossible", "disproportionate-effort"]
    grounds: Sealed | Absent = ABSENT
