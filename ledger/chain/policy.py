"""The trust policy: whose signatures the reader believes. C2SP tlog-policy, and one line of our own.

    log <vkey> [url]
    witness <name> <vkey> [url]
    group <name> <k|any|all> <member...>
    quorum <name|none>                      exactly once
    party <id> <vkey>                       ours: pins a party's events key

- Names are defined before they are used; witnesses and groups share them; a name is a member once, so that no
  witness counts twice. For the same reason, and because uses are kept apart, a public key stands on one line only.
- Lines end in LF; spaces and tabs part the words; a line that begins with `#` is a comment, one that ends in it is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, Self

import msgspec

from ledger.chain.checkpoint import Checkpoint, WrongOrigin
from ledger.chain.note import COSIGNATURE, ED25519, Note, VerifierKey
from ledger.chain.spelling import parse_decimal
from ledger.errors import KeyProblem, NotChecked
from ledger.ids import PartyId, is_party

NO_QUORUM = "none"

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_GAP = re.compile(r"[ \t]+")


class Fault(NamedTuple):
    """What is wrong in one line (from 1) of a policy."""

    line: int
    message: str


class UnusablePolicy(KeyProblem):
    """A trust policy with faults, all of which it names."""

    code = "policy.unusable"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        message = "; ".join(f"line {fault.line}: {fault.message}" for fault in self.faults)
        super().__init__(f"trust policy cannot be used: {message}", hint="mend these lines; nothing was checked")


class QuorumMissing(NotChecked):
    """Too few of the policy's witnesses cosigned; nothing is proven wrong."""

    code = "policy.quorum-missing"


class Log(msgspec.Struct, frozen=True):
    """A log whose checkpoints are believed; its origin is the name of its key."""

    key: VerifierKey
    url: str = ""

    def __str__(self) -> str:
        return f"log {self.key} {self.url}".rstrip()


class Witness(msgspec.Struct, frozen=True):
    """A cosigner, under the name that this policy gives it."""

    name: str
    key: VerifierKey
    url: str = ""

    def __str__(self) -> str:
        return f"witness {self.name} {self.key} {self.url}".rstrip()


class Group(msgspec.Struct, frozen=True):
    """Witnesses or earlier groups, of which `threshold` make the group."""

    name: str
    threshold: int
    members: tuple[str, ...]

    def __str__(self) -> str:
        return f"group {self.name} {self.threshold} {' '.join(self.members)}"


class Pin(msgspec.Struct, frozen=True):
    """A party's events key that the reader knows to be that party's. A party may have several, one after the other."""

    party: PartyId
    key: VerifierKey

    def __str__(self) -> str:
        return f"party {self.party} {self.key}"


class Opened(NamedTuple):
    """A checkpoint that the policy accepts: whose it is, and when (POSIX seconds) each named witness cosigned it."""

    checkpoint: Checkpoint
    log: VerifierKey
    cosigned: dict[str, int]


class Policy(msgspec.Struct, frozen=True):
    """What the reader trusts. Read by `parse`; one put together by hand is only as good as what `parse(str())` says."""

    logs: tuple[Log, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: str
    pins: tuple[Pin, ...]

    def __str__(self) -> str:
        """The policy without comments: its logs, witnesses, groups, quorum and parties, a line each."""
        lines = [*self.logs, *self.witnesses, *self.groups, f"quorum {self.quorum}", *self.pins]
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """The policy in these bytes; UnusablePolicy with every fault and its line otherwise."""
        draft = _Draft()
        for number, line in _lines(raw):
            draft.add(number, line)
        if not draft.quorum and not draft.faults:
            draft.faults.append(
                Fault(raw.count(b"\n") + 1, "no quorum line; write `quorum none` to ask for no witness")
            )
        if draft.faults:
            raise UnusablePolicy(draft.faults)
        return cls(tuple(draft.logs), tuple(draft.witnesses), tuple(draft.groups), draft.quorum, tuple(draft.pins))

    def keys_of(self, party: str) -> tuple[VerifierKey, ...]:
        """The events keys pinned for a party; none if the policy does not know it."""
        return tuple(pin.key for pin in self.pins if pin.party == party)

    def satisfied(self, cosigners: Iterable[str]) -> bool:
        """Whether these witnesses, by their names in this policy, make the quorum."""
        if self.quorum == NO_QUORUM:
            return True
        reached = {witness.name for witness in self.witnesses} & set(cosigners)
        for group in self.groups:
            if sum(member in reached for member in group.members) >= group.threshold:
                reached.add(group.name)
        return self.quorum in reached

    def opened(self, raw: bytes) -> Opened:
        """The checkpoint in this signed note, once a log of the policy signed it and the quorum cosigned it.

        Raises QuorumMissing if the quorum alone is wanting, and what `checkpoint.opened` raises.
        """
        note = Note.parse(raw)
        checkpoint = Checkpoint.parse(note.text)
        logs = {log.key for log in self.logs}
        names = {witness.key: witness.name for witness in self.witnesses}
        verified = note.verified([*logs, *names])
        log = next((key for key, _ in verified if key in logs and key.name == checkpoint.origin), None)
        if log is None:
            raise WrongOrigin(f"no log of the policy signed this checkpoint as {checkpoint.origin}")
        cosigned = {names[key]: time for key, time in verified if key in names and time is not None}
        if not self.satisfied(cosigned):
            raise QuorumMissing(
                f"the checkpoint of size {checkpoint.size} has not the cosignatures that quorum {self.quorum} asks for",
                hint="ask the witnesses for their cosignatures, then check again",
            )
        return Opened(checkpoint, log, cosigned)


class _Draft:
    """A policy while its lines are read, and the faults found so far."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.logs: list[Log] = []
        self.witnesses: list[Witness] = []
        self.groups: list[Group] = []
        self.pins: list[Pin] = []
        self.quorum = ""
        self._names: set[str] = set()
        self._members: set[str] = set()
        self._keys: set[bytes] = set()

    def add(self, number: int, line: str) -> None:
        kinds: dict[str, Callable[[list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
            "party": self._party,
        }
        if _CONTROL.search(line):
            self.faults.append(Fault(number, "holds a control character; lines end in LF only"))
            return
        word, *rest = _GAP.split(line.strip(" \t"))
        if not word or word.startswith("#"):
            return
        try:
            if word not in kinds:
                raise ValueError(f"{word[:40]!r} is not log, witness, group, quorum or party")
            kinds[word](rest)
        except (ValueError, KeyProblem) as error:
            self.faults.append(Fault(number, str(error)))

    def _log(self, words: list[str]) -> None:
        key, url = _words(words, "log <vkey> [url]", 1)
        self.logs.append(Log(self._key(key, ED25519), url))

    def _witness(self, words: list[str]) -> None:
        name, key, url = _words(words, "witness <name> <vkey> [url]", 2)
        self._names.add(self._new(name))  # even if its key is at fault: one fault is told once
        self.witnesses.append(Witness(name, self._key(key, COSIGNATURE), url))

    def _group(self, words: list[str]) -> None:
        if len(words) < 3:
            raise ValueError("a group reads: group <name> <k|any|all> <member...>")
        name, count, *members = words
        self._new(name)
        try:
            self._check_members(members)
        finally:
            self._names.add(name)  # whatever its fault: one fault is told once
        threshold = {"any": 1, "all": len(members)}.get(count) or parse_decimal(count)
        if not 1 <= threshold <= len(members):
            raise ValueError(f"a group of {len(members)} cannot ask for {threshold}")
        self._members.update(members)
        self.groups.append(Group(name, threshold, tuple(members)))

    def _check_members(self, members: list[str]) -> None:
        for member in members:
            self._defined(member)
            if member in self._members or members.count(member) > 1:
                raise ValueError(f"{member!r} is a member of a group already")

    def _quorum(self, words: list[str]) -> None:
        if len(words) != 1:
            raise ValueError("the quorum reads: quorum <name|none>")
        if self.quorum:
            raise ValueError("a second quorum")
        if words[0] != NO_QUORUM:
            self._defined(words[0])
        self.quorum = words[0]

    def _party(self, words: list[str]) -> None:
        party, key, extra = _words(words, "party <id> <vkey>", 2)
        if extra or not is_party(party):
            raise ValueError("a party reads: party <id> <vkey>")
        self.pins.append(Pin(PartyId(party), self._key(key, ED25519)))

    def _new(self, name: str) -> str:
        if name == NO_QUORUM or name in self._names:
            raise ValueError(f"the name {name!r} is taken")
        return name

    def _defined(self, name: str) -> None:
        if name not in self._names or name == NO_QUORUM:
            raise ValueError(f"{name!r} is not a witness or group of an earlier line")

    def _key(self, text: str, kind: int) -> VerifierKey:
        key = VerifierKey.parse(text)
        if key.kind != kind:
            raise ValueError(f"key {key.name} is of type {key.kind:02x}, not {kind:02x}")
        if key.public in self._keys:
            raise ValueError(f"the public key of {key.name} stands on an earlier line")
        self._keys.add(key.public)
        return key


def _words(words: list[str], form: str, least: int) -> tuple[str, ...]:
    """The `least` words and the optional one after them, empty if absent; ValueError for any other number."""
    if not least <= len(words) <= least + 1:
        raise ValueError(f"a line of this kind reads: {form}")
    return (*words, *[""] * (least + 1 - len(words)))


def _lines(raw: bytes) -> Iterable[tuple[int, str]]:
    """Each line with its number, without its LF; UnusablePolicy for bytes that are not lines of text."""
    try:
        *lines, end = raw.decode().split("\n")
    except UnicodeDecodeError as error:
        raise UnusablePolicy([Fault(raw.count(b"\n", 0, error.start) + 1, "is not UTF-8")]) from error
    if end:
        raise UnusablePolicy([Fault(len(lines) + 1, "does not end in LF; the policy may be cut short")])
    return enumerate(lines, start=1)
