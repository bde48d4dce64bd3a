"""The cases of this folder's files, told as stories."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ledger.chain.entry import Entry
from ledger.chain.hashing import NO_LEAF
from ledger.events.base import stream_of
from ledger.events.codec import built, encoded, tag_of
from ledger.events.usage import AccessUsed
from ledger.protocol.shipped import shipped
from projections.obligations.answer import Answer, Status
from tests.projections.obligations.stories import Story, signed_serv, signed_vlaio

FOLDER = Path(__file__).parent
VLAIO, SERV = "vlaio-fio-tbt-2021", "opgroeien-serv-2021"
STEPS_FROM = {VLAIO: datetime(2022, 1, 10, 9, tzinfo=UTC), SERV: datetime(2021, 4, 10, 9, tzinfo=UTC)}
ASKED = {VLAIO: "2022-03-01", SERV: "2021-06-01"}
BEGINS = {VLAIO: "2021-10-01", SERV: "2021-03-01"}
Case = dict[str, Any]


@cache
def cases(protocol: str) -> dict[str, Case]:
    """Every case of a protocol by its clause."""
    read = YAML(typ="safe").load((FOLDER / f"{protocol}.yaml").read_text("utf-8"))
    return {case["clause"]: _plain(case) for case in read}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else value


def broken(protocol: str, case: Case) -> Answer:
    return asked(protocol, case, [], case["broken"])


def kept(protocol: str, case: Case) -> Answer:
    if "kept" in case:
        return asked(protocol, case, [], case["kept"])
    return asked(protocol, case, case.get("before", []), [*case["broken"], *case.get("then", [])])


def asked(protocol: str, case: Case, before: list[dict[str, Any]], steps: list[dict[str, Any]]) -> Answer:
    """The story of these steps, on the signed protocol, and what is due after it."""
    story = Story.of(protocol, shipped()[protocol], begins=BEGINS[protocol])
    start = STEPS_FROM[protocol]
    early = [each for each in before if "at" in each]
    for step in early:
        told(story, step, start)
    (signed_vlaio if protocol == VLAIO else signed_serv)(story)
    for interpretation, option in case.get("readings", {}).items():
        story.tell("interpretation-chosen", "OPERATOR", BEGINS[protocol], interpretation=interpretation, option=option)
    late = [each for each in before if each not in early]
    for index, step in enumerate([*late, *steps]):
        told(story, step, start + timedelta(days=index - len(late)))
    return story.ask(case.get("asked", ASKED[protocol]))


def told(story: Story, step: dict[str, Any], at: datetime) -> None:
    """Tell one step of a case; without an `at` it is at that moment."""
    fields = dict(step)
    (who, kind) = next(iter((key, value) for key, value in fields.items() if key.isupper()))
    del fields[who]
    moment = fields.pop("at", at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    fields = {key: moment if value == "now" else value for key, value in fields.items()}
    if kind == "access-used":
        _use(story, who, moment, fields)
    else:
        story.tell(kind, who, moment, **fields)


def _use(story: Story, author: str, moment: str, fields: dict[str, Any]) -> None:
    """A use, as a member of a batch: it has no key and no time of stating of its own."""
    position = len(story.entries) + 1
    values = {**AccessUsed.example, "author": author, "happened_at": moment, "id": f"{position:032x}",
              "protocol": story.protocol, "type": tag_of("access-used"), **fields}  # fmt: skip
    event = built(values)
    raw, recorded_at = encoded(event), datetime.fromisoformat(moment)
    story.entries.append(Entry(raw, position, NO_LEAF, recorded_at, "batch:1", stream_of(event), position, raw))


def owes(answer: Answer, case: Case) -> bool:
    """Whether the bearer is in debt or in breach under the clause.

    `power`: whether its act was void; `finding`: whether what is off an open list was noted; `renewed`: whether what
    comes back every year is overdue.
    """
    clause, bearer = case["clause"], case["bearer"]
    if case.get("power"):
        return any(act.party == bearer and act.type == _act(case) for act in answer.void_acts)
    if case.get("finding"):
        return any(finding.clause == clause for finding in answer.findings)
    owed = {Status.OVERDUE} if case.get("renewed") else {Status.OPEN, Status.OVERDUE, Status.DEFERRED}
    debts = [each.status in owed for each in answer.obligations if (each.clause, each.bearer) == (clause, bearer)]
    breaches = [each.certain for each in answer.violations if (each.clause, each.bearer) == (clause, bearer)]
    return any([*debts, *breaches])


def _act(case: Case) -> str:
    return str(next(value for key, value in case["broken"][-1].items() if key.isupper()))
