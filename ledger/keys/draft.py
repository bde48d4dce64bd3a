"""Drafts: what happened, before anybody has signed it.

    {"type": "party-withdrew", "protocol": "vlaio-fio-tbt-2021", "party": "TBT", "reason": "Brief, 30 mei 2022"}

- The type's fields, and those of the envelope that the author chooses; a type without version is its newest.
- Author, key, `stated_at` and, where absent, id and `happened_at` are put in on signing.
- Text of a sealed field is given in clear, or as {"value": ..., "about": [token, ...]}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from ledger.canonical import encode
from ledger.chain.hashing import keyed
from ledger.errors import InputRejected
from ledger.events.base import SignedEvent
from ledger.events.catalogue import by_tag, types
from ledger.events.codec import built, encoded, tag_of
from ledger.subjects.guard import check_clear

_FILLED_IN = ("key", "stated_at")


class BadDraft(InputRejected):
    """A draft that cannot become an event."""

    code = "draft.refused"


class Text(NamedTuple):
    """What a sealed part is to say, and the persons (tokens) it speaks of."""

    value: Any
    about: tuple[str, ...]

    def sealed(self, commitment: str) -> dict[str, Any]:
        return {"sealed": commitment, **({"about": list(self.about)} if self.about else {})}


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that nobody signed yet. `clear` holds its fields but the sealed ones, `type` with version among them."""

    clear: Mapping[str, Any]
    texts: Mapping[str, Text]

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Read a draft from its JSON value. Raises BadDraft or UnknownType with the field's path.

        Whether its fields are those of the type shows on signing: some rules ask who the author is.
        """
        if not isinstance(value, dict) or not isinstance(value.get("type"), str):
            raise BadDraft("a draft is an object with a type", field="$.type", hint="see: ledger events list")
        tag = tag_of(value["type"])
        if not issubclass(by_tag()[tag], SignedEvent):
            raise BadDraft(
                f"{tag} is only ever a member of a batch", code="draft.batch-only", field="$.type",
                hint="import it: ledger import",
            )  # fmt: skip
        for name in _FILLED_IN:
            if name in value:
                raise BadDraft(f"{name} is put in on signing", field=f"$.{name}", hint=f"leave {name} out")
        sealed = [name for name, about in types()[tag.partition("/")[0]].fields.items() if about.kind == "sealed"]
        texts = {name: _text(name, value[name]) for name in sealed if name in value}
        clear = {name: item for name, item in value.items() if name not in texts}
        # Asked here too, on the author's own machine: what is refused at the door has been signed by then.
        check_clear(clear)
        return cls({**clear, "type": tag}, texts)

    def id_under(self, key: bytes, author: str) -> str:
        """The id that this draft of this author always gets under a vault's record key. Raises NotCanonical."""
        texts = {name: {"value": text.value, "about": list(text.about)} for name, text in self.texts.items()}
        content = [encode(dict(self.clear)), encode(texts)]
        return keyed(key, b"\n".join([b"ledger/draft/v1", author.encode(), *content])).hex()[:32]

    def event(
        self, author: str, key: str, event_id: str, stated_at: str, commitments: Mapping[str, str]
    ) -> SignedEvent:
        """The event, with what is put in on signing. Raises MalformedEvent; what the draft itself says goes first."""
        sealed = {name: text.sealed(commitments[name]) for name, text in self.texts.items()}
        filled = {"author": author, "happened_at": stated_at, "id": event_id, **self.clear, **sealed}
        event = built({**filled, "key": key, "stated_at": stated_at})
        encoded(event)
        if not isinstance(event, SignedEvent):
            raise TypeError("parse lets only signed types through")
        return event


def _text(field: str, given: Any) -> Text:
    if isinstance(given, str):
        return Text(given, ())
    if isinstance(given, dict) and "value" in given and given.keys() <= {"value", "about"}:
        about = given.get("about", [])
        if isinstance(about, list) and all(isinstance(token, str) for token in about):
            return Text(given["value"], tuple(about))
    raise BadDraft(
        f"{field} is a sealed part: text, or an object with value and about", field=f"$.{field}",
        hint='write its text, or {"value": "...", "about": ["<token>"]}',
    )  # fmt: skip
