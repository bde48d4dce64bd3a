"""The story made into events: read, expanded, signed by the demo's fixed keys, and recorded at its own moments."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, NamedTuple

from ledger.application import Application
from ledger.chain.hashing import keyed, sha256
from ledger.keys.keyring import possession
from ledger.keys.keystore import KeyPair, KeyStore
from ledger.keys.passphrase import no_passphrase
from ledger.keys.signing import Draft, sign
from ledger.opening import Opening, open_ledger
from ledger.place import Place
from ledger.protocol.load import load
from ledger.protocol.shipped import shipped

ORIGIN = "ledger.invalid/demo"
OPERATOR = "OPERATOR"
PARTIES = ("VLAIO", "TBT", "OPGROEIEN", "SERV")
"""Who signs for itself. FIO has no staff of its own, and no key: others report its acts."""

OPENED = datetime.fromisoformat("2021-03-01T08:00:00+00:00")
REGISTERED = {
    "opgroeien-serv-2021": datetime.fromisoformat("2021-03-10T09:00:00+00:00"),
    "vlaio-fio-tbt-2021": datetime.fromisoformat("2021-10-08T08:00:00+00:00"),
}
SEALED = datetime.fromisoformat("2022-06-10T16:00:00+00:00")


class Step(NamedTuple):
    """One event of the story, or several alike, or a log. `tells` is its line, empty where another line says enough."""

    chapter: int
    at: datetime
    by: str
    tells: str
    protocol: str
    drafts: tuple[dict[str, Any], ...]
    log: dict[str, str] | None = None


class Chapter(NamedTuple):
    """`after_seal`: it is told once the first checkpoint is signed."""

    title: str
    steps: tuple[Step, ...]
    after_seal: bool = False


def seed(name: str) -> bytes:
    """The demo's key seeds: anybody can compute them, so they prove nothing to anybody."""
    return sha256(b"ledger demo, a key that everybody knows: " + name.encode())


@dataclass
class Demo:
    """Time and chance of the demo, both fixed: the same story gives the same bytes."""

    moment: datetime = OPENED
    drawn: int = 0

    def clock(self) -> datetime:
        return self.moment

    def random(self, size: int) -> bytes:
        self.drawn += 1
        blocks = (keyed(seed("chance"), b"%d %d" % (self.drawn, block)) for block in range(size // 32 + 1))
        return b"".join(blocks)[:size]

    def identifier(self) -> str:
        return self.random(16).hex()


def chapters() -> list[Chapter]:
    """The story as it stands in its file."""
    from ruamel.yaml import YAML

    told = YAML(typ="safe").load(files("cli.demo").joinpath("story.yaml").read_text("utf-8"))
    found = []
    for number, chapter in enumerate(told):
        steps = (_step(number, chapter["protocol"], each) for each in chapter["steps"])
        in_time = tuple(sorted(steps, key=lambda step: step.at))
        found.append(Chapter(chapter["chapter"], in_time, chapter.get("after_seal", False)))
    return found


def build(place: Place) -> int:
    """Record the story in a new ledger at `place`; give the number of entries. Raises Conflict if there is one."""
    demo = Demo()
    seeds = (seed(f"{OPERATOR} events"), seed(f"{OPERATOR} log"))
    open_ledger(place, Opening(OPERATOR, ORIGIN, no_passphrase, seeds, demo.clock, demo.identifier, demo.random))
    with Application.open(place, clock=demo.clock, ids=demo.identifier, random=demo.random) as ledger:
        keys = _enrolled(ledger, place, demo)
        told = (step for chapter in chapters() if not chapter.after_seal for step in chapter.steps)
        steps = sorted(told, key=lambda step: step.at)
        waiting = dict(REGISTERED)
        for step in steps:
            for protocol in [each for each, at in waiting.items() if at <= step.at]:
                demo.moment = waiting.pop(protocol)
                _register(ledger, keys[OPERATOR], protocol, demo)
            demo.moment = step.at
            tell_step(ledger, step, keys[step.by], demo)
        demo.moment = SEALED
        store = KeyStore(place.keys)
        ledger.sign_checkpoint(store.newest(OPERATOR, "log").opened(no_passphrase), keys[OPERATOR])
        return ledger.store.size()


def tell_step(ledger: Application, step: Step, key: KeyPair, demo: Demo) -> None:
    """Record the events of a step."""
    drafts = [Draft.parse(_with_tokens(ledger, step.protocol, draft)) for draft in step.drafts]
    ledger.record([sign(draft, key, ORIGIN, demo.clock, id_key=seed("ids"), random=demo.random) for draft in drafts])


def _enrolled(ledger: Application, place: Place, demo: Demo) -> dict[str, KeyPair]:
    store = KeyStore(place.keys)
    operator = store.newest(OPERATOR, "events").opened(no_passphrase)
    keys = {OPERATOR: operator}
    for party in PARTIES:
        key = keys[party] = store.create_in_clear(party, "events", seed=seed(f"{party} events"))
        value = {
            "type": "key-enrolled", "party": party, "use": "events", "public_key": key.public.hex(),
            "possession": possession(key, ORIGIN),
        }  # fmt: skip
        line = sign(Draft.parse(value), operator, ORIGIN, demo.clock, id_key=seed("ids"), random=demo.random)
        ledger.record([line])
    return keys


def _register(ledger: Application, key: KeyPair, protocol: str, demo: Demo) -> None:
    data = shipped()[protocol]
    version, digest = load(data, protocol), sha256(data).hex()
    value = {
        "type": "protocol-version-registered", "protocol": protocol, "version": version.version, "digest": digest,
        "drawn_up_on": version.drawn_up.isoformat() if version.drawn_up else "",
    }  # fmt: skip
    line = sign(Draft.parse(value), key, ORIGIN, demo.clock, id_key=seed("ids"), random=demo.random)
    ledger.record([line], {digest: data})


def _step(chapter: int, protocol: str, told: dict[str, Any]) -> Step:
    at = datetime.fromisoformat(str(told["at"]).replace(" ", "T").removesuffix("+00:00") + "+00:00")
    events = _expanded(told["event"], told.get("each", {})) if "event" in told else ()
    drafts = tuple({"protocol": protocol, **draft} for draft in events)
    return Step(chapter, at, told["by"], told.get("tells", ""), protocol, drafts, told.get("log"))


def _expanded(event: dict[str, Any], each: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """One draft for every combination of the values in `each`; `{field}` in a text becomes that field's value."""
    for values in itertools.product(*each.values()):
        chosen = dict(zip(each, values, strict=True))
        yield {**{name: _filled(value, chosen) for name, value in event.items()}, **chosen}


def _filled(value: Any, chosen: dict[str, Any]) -> Any:
    if isinstance(value, str) and "{" in value:
        return value.format(**chosen)
    if isinstance(value, dict) and "otherwise" in value:
        return next((value[each] for each in chosen.values() if each in value), value["otherwise"])
    return value


def _with_tokens(ledger: Application, protocol: str, draft: dict[str, Any]) -> dict[str, Any]:
    return {
        name: ledger.vault.token(protocol, f"{value['person']}@demo.invalid")
        if isinstance(value, dict) and "person" in value
        else value
        for name, value in draft.items()
    }
