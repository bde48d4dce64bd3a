"""Stories told in real events: each statement is encoded, put in an entry, and folded by the real projection."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.chain.entry import Entry
from ledger.chain.hashing import NO_LEAF, sha256
from ledger.clock import BRUSSELS
from ledger.events.base import stream_of
from ledger.events.codec import built, encoded, tag_of
from projections.obligations.answer import Answer, Obligation
from projections.obligations.engine import evaluate
from projections.obligations.projection import ObligationsProjection, State
from projections.projection import Fact


def local(text: str) -> datetime:
    """A moment in Brussels: a date is its first instant."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS).astimezone(UTC)


@dataclass
class Story:
    """A ledger in the making. Entries are recorded when they happen, unless `recorded` says later."""

    protocol: str
    version: str
    text: bytes
    entries: list[Entry] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    begins: str = "2021-10-01"

    @classmethod
    def of(cls, protocol: str, text: str | bytes, begins: str = "2021-10-01") -> Story:
        version, operator = "1", "OPERATOR"
        story = cls(protocol, version, text if isinstance(text, bytes) else text.encode(), begins=begins)
        story.files = {sha256(story.text).hex(): story.text}
        digest = next(iter(story.files))
        story.tell("protocol-version-registered", operator, story.begins, version=version, digest=digest)
        return story

    def amend(self, text: str, version: str, at: str = "2021-10-01") -> str:
        """Register a later version of the file."""
        data = text.encode()
        digest = sha256(data).hex()
        self.files[digest] = data
        return self.tell("protocol-version-registered", "OPERATOR", at, version=version, digest=digest,
                         amends=self.version)  # fmt: skip

    def tell(self, tag: str, author: str, at: str, /, *, recorded: str | None = None, **fields: Any) -> str:
        """State one event and give its id. Fields that are words of Python end in _ (`from_`, `for_`)."""
        position = len(self.entries) + 1
        identifier = sha256(f"{self.protocol} {position}".encode()).hex()[:32]
        values = {
            "author": author,
            "happened_at": at,
            "id": identifier,
            "key": "ab" * 32,
            "protocol": self.protocol,
            "stated_at": "2021-10-01T00:00:00Z",
            "type": tag_of(tag),
            **{name.rstrip("_"): value for name, value in fields.items()},
        }
        event = built(values)
        when = self._recorded_at(at, recorded)
        raw = encoded(event)
        self.entries.append(Entry(raw, position, NO_LEAF, when, "ed25519:", stream_of(event), position, raw))
        return identifier

    def use(self, author: str, at: str, *, recorded: str | None = None, **fields: Any) -> str:
        """One use of an application, by a person and with success unless `fields` says otherwise."""
        position = len(self.entries) + 1
        identifier = sha256(f"{self.protocol} {position}".encode()).hex()[:32]
        values = {
            "action": "consult", "actor_class": "person", "application": "KRIS", "author": author, "happened_at": at,
            "id": identifier, "line": "9d" * 32, "offset": position, "operation": "Read", "outcome": "ok",
            "protocol": self.protocol, "record": "8c" * 32, "type": tag_of("access-used"), **fields,
        }  # fmt: skip
        event = built({name: value for name, value in values.items() if value is not None})
        raw, when = encoded(event), self._recorded_at(at, recorded)
        self.entries.append(Entry(raw, position, NO_LEAF, when, "batch:1", stream_of(event), position, raw))
        return identifier

    def enrol(self, party: str) -> None:
        """Give a party a key of its own: from then on nobody reports its acts."""
        position = len(self.entries) + 1
        event = built(
            {
                "author": party, "happened_at": "2021-10-01", "id": sha256(f"key {position}".encode()).hex()[:32],
                "key": "ab" * 32, "stated_at": "2021-10-01T00:00:00Z", "type": tag_of("key-enrolled"), "party": party,
                "use": "events", "public_key": "cd" * 32, "possession": "ef" * 64,
            }
        )  # fmt: skip
        raw, when = encoded(event), self._recorded_at("2021-10-01", None)
        self.entries.append(Entry(raw, position, NO_LEAF, when, "ed25519:", stream_of(event), position, raw))

    def _recorded_at(self, at: str, recorded: str | None) -> datetime:
        text = recorded or at
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        moment = moment.replace(tzinfo=BRUSSELS) + timedelta(hours=12) if len(text) == 10 else moment
        last = self.entries[-1].recorded_at if self.entries else datetime.min.replace(tzinfo=UTC)
        return max(moment.astimezone(UTC), last)

    def projection(self) -> ObligationsProjection:
        return ObligationsProjection(self.files.__getitem__)

    def state(self, known_at: datetime | None = None) -> State:
        projection = self.projection()
        state = projection.empty()
        for entry in self.entries:
            if known_at is None or entry.recorded_at <= known_at:
                state = projection.apply(state, Fact(entry))
        return state

    def ask(self, as_of: str, known_at: str | None = None) -> Answer:
        known = local(known_at) if known_at is not None else None
        return evaluate(self.state(known), local(as_of))


def under(answer: Answer, clause: str, **wanted: Any) -> list[Obligation]:
    """The obligations under one clause, of this bearer, unit or status."""
    found = [each for each in answer.obligations if each.clause == clause]
    for name, value in wanted.items():
        found = [each for each in found if str(getattr(each, name)) == value]
    return found


def the(answer: Answer, clause: str, **wanted: Any) -> Obligation:
    """The only such obligation."""
    (found,) = under(answer, clause, **wanted)
    return found


def signed_vlaio(story: Story) -> Story:
    """The signatures of October 2021: VLAIO's office for FIO too, TBT three days later."""
    story.tell("protocol-signed", "VLAIO", "2021-10-08T18:53:08Z", version="1", office="administrateur-generaal",
               on_behalf_of=["VLAIO", "FIO"])  # fmt: skip
    story.tell("protocol-signed", "TBT", "2021-10-11T17:34:13Z", version="1", office="algemeen-directeur")
    return story


def holding(
    story: Story, holder: str, origin: str, dataset: str, copy: str, at: str = "2021-11-02", **more: Any
) -> str:
    return story.tell("holding-registered", holder, at, origin=origin, dataset=dataset, copy=copy, **more)


def deleted(story: Story, holder: str, origin: str, copy: str, at: str, dataset: str = "all", **more: Any) -> str:
    return story.tell("deletion-performed", holder, at, origin=origin, datasets=[dataset], copy=[copy],
                      method="hard-delete", **more)  # fmt: skip


def destroyed(story: Story, holder: str, origin: str, copy: str, at: str, dataset: str = "all", **more: Any) -> str:
    return story.tell("destruction-performed", holder, at, origin=origin, datasets=[dataset], copy=[copy],
                      method="overwritten", **more)  # fmt: skip


def signed_serv(story: Story) -> Story:
    """The signatures of March 2021."""
    office = "administrateur-generaal"
    story.tell("protocol-signed", "OPGROEIEN", "2021-03-16T17:37:02Z", version="1", office=office)
    story.tell("protocol-signed", "SERV", "2021-03-18T16:14:22Z", version="1", office=office)
    return story
