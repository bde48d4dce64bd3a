"""What a use means here: the application and dataset of the protocol, with whom it was shared, what is bulk.

    applications: {sharepoint: Office-365, dynamics: KRIS}     # our word for a product: the protocol's application
    datasets:                                                  # the first rule that fits a use counts
      - {place: fictief.sharepoint.com/sites/vragen, dataset: vraagtraject}
      - {application: KRIS, object_class: contact, dataset: contacten}
    sharing: {parties: [vlaio.example, tbt.example]}           # domains of the parties' own addresses
    thresholds: {bulk_items: 500, unusual_least: 40, unusual_times: 5}

A place is a site, list, library, container, table, entity, workspace or folder, as the log names it: a rule fits that
place and all below it, without regard to case or `https://`. In the mapping of a table these stand beside its columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ledger.chain.hashing import sha256
from ledger.errors import InputRejected, NotFound
from ledger.events.usage import SharedWith
from ledger.importers.mapping_faults import MappingRejected
from ledger.protocol.document import Tree, parse
from ledger.protocol.faults import Abandoned, FaultList
from ledger.protocol.reading import Context, Fields, many, mapping, name, number, text

KEYS = ("applications", "datasets", "sharing", "thresholds")


class Rule(NamedTuple):
    """Uses that fit all that is said have this dataset. `application` is the protocol's word or ours, in lower case."""

    dataset: str
    place: str | None
    application: str | None
    object_class: str | None

    def fits(self, place: str, applications: tuple[str, str], object_class: str) -> bool:
        return (
            (self.place is None or place == self.place or place.startswith(f"{self.place}/"))
            and (self.application is None or self.application in applications)
            and (self.object_class is None or self.object_class == object_class)
        )


class Thresholds(NamedTuple):
    """From how many items a day of one actor is bulk; from how many uses, and times their own median, unusual."""

    bulk_items: int | None = None
    unusual_least: int | None = None
    unusual_times: int | None = None

    @property
    def stated(self) -> dict[str, int]:
        """As the opener of a batch has them."""
        return {field: value for field, value in self._asdict().items() if value is not None}


class Meaning(NamedTuple):
    """The rules of one mapping file."""

    applications: Mapping[str, str]
    rules: tuple[Rule, ...]
    domains: frozenset[str]
    thresholds: Thresholds
    digest: bytes = b""

    def application(self, found: str) -> str:
        return self.applications.get(found.lower(), found)

    def dataset(self, place: str | None, application: str, object_class: str | None) -> str | None:
        """The dataset of the first rule that fits; None where none does."""
        return _dataset(self.rules, place or "", (application.lower(), self.application(application).lower()),
                        object_class or "")  # fmt: skip

    def shared_with(self, target: str | None) -> SharedWith:
        """Whether the target is of a party, by the domain of its address; `unknown` where no domains are given.

        Of several, one a line, the one that is farthest from the parties counts.
        """
        found = {self._of_one(each) for each in (target or "").split("\n")}
        return next(each for each in _FARTHEST_FIRST if each in found)

    def _of_one(self, address: str) -> SharedWith:
        domain = _domain(address)
        if not domain or not self.domains:
            return "unknown"
        inside = any(domain == each or domain.endswith(f".{each}") for each in self.domains)
        return "parties" if inside else "outside"


_FARTHEST_FIRST: tuple[SharedWith, ...] = ("outside", "unknown", "parties")
NOTHING = Meaning({}, (), frozenset(), Thresholds())


@lru_cache(maxsize=65_536)
def _dataset(rules: tuple[Rule, ...], place: str, applications: tuple[str, str], object_class: str) -> str | None:
    plain = _plain(place)
    return next((rule.dataset for rule in rules if rule.fits(plain, applications, object_class)), None)


def _plain(place: str) -> str:
    return place.strip().lower().removeprefix("https://").removeprefix("http://").strip("/")


def _domain(address: str) -> str:
    """The domain of an address; of a guest's account the one of their own address."""
    address = address.strip().lower()
    if "#ext#" in address:
        return address.partition("#ext#")[0].rpartition("_")[2]
    return address.rpartition("@")[2] if "@" in address else ""


def load_meaning(path: Path) -> Meaning:
    """Read a mapping file that has no columns. Raises NotFound, InputRejected, MappingRejected with every fault."""
    data = read_file(path)
    faults = FaultList()
    found = None
    with suppress(Abandoned):
        fields = Fields(parse(data, faults), Context(faults), "a mapping")
        found = fields.whole(read_meaning(fields))
    if faults.found or found is None:
        raise MappingRejected(str(path), faults.found)
    return found._replace(digest=sha256(data))


def read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound("no such file", file=str(path), hint="check the path", code="import.not-found") from error
    except OSError as error:
        raise InputRejected("cannot be read", file=str(path), hint="check the file and its permissions") from error


def read_meaning(fields: Fields) -> Meaning:
    """The keys of KEYS in the map of a mapping file."""
    return Meaning(
        applications=fields.may("applications", _applications, {}),
        rules=fields.may("datasets", many(_rule), ()),
        domains=fields.may("sharing", _domains, frozenset()),
        thresholds=fields.may("thresholds", _thresholds, Thresholds()),
    )


def _applications(node: Tree, context: Context) -> dict[str, str]:
    found = mapping(node, context, "our words and the protocol's applications")
    return {key.lower(): name(value, context) for key, value in found.items.items()}


def _rule(node: Tree, context: Context) -> Rule:
    fields = Fields(node, context, "a rule for a dataset")
    found = Rule(
        dataset=fields.need("dataset", name),
        place=fields.opt("place", _place),
        application=fields.opt("application", lambda node, context: name(node, context).lower()),
        object_class=fields.opt("object_class", name),
    )
    if not (fields.has("place") or fields.has("application") or fields.has("object_class")):
        fields.fail(fields.mark, "missing-key", "a rule for a dataset needs place, application or object_class")
    return fields.whole(found)


def _place(node: Tree, context: Context) -> str:
    found = _plain(text(node, context))
    if not found:
        raise context.refuse(node, "empty", "a place is more than slashes")
    return found


def _domains(node: Tree, context: Context) -> frozenset[str]:
    fields = Fields(node, context, "sharing")
    found = fields.need("parties", many(_domain_name))
    return fields.whole(frozenset(found or ()))


def _domain_name(node: Tree, context: Context) -> str:
    found = text(node, context).lower().lstrip("@.")
    if "@" in found or "." not in found:
        raise context.refuse(node, "word", "here stands the domain of a party's addresses: vlaio.example")
    return found


def _thresholds(node: Tree, context: Context) -> Thresholds:
    fields = Fields(node, context, "thresholds")
    found = Thresholds(*(fields.opt(each, _positive) for each in Thresholds._fields))
    if fields.has("unusual_least") != fields.has("unusual_times"):
        fields.fail(fields.mark, "missing-key", "unusual_least and unusual_times stand together")
    return fields.whole(found)


def _positive(node: Tree, context: Context) -> int:
    found = number(node, context)
    if not found:
        raise context.refuse(node, "type", "a threshold is at least 1")
    return found
