"""The fields of a unified audit record that are looked at, taken out of the object that it came as.

Keys count without case. A log has few sets of keys and many records: where each field stands in a set of keys, and
what the set is in lower case, is found out once and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, Self

from ledger.importers.fields import content_of
from ledger.importers.importer import Unreadable

NEEDED = ("id", "creationtime", "operation")
"""Without these there is no record. Where another key is there and empty, that is what the log says."""
_MOST_KEYS = 200
"""A set of more is not kept: what is kept has to be little, whatever a file holds."""


class Said(NamedTuple):
    """One record's fields, by their keys in lower case; None for what is absent or null."""

    id: Any = None
    creationtime: Any = None
    operation: Any = None
    message: Any = None
    workload: Any = None
    recordtype: Any = None
    itemtype: Any = None
    resultstatus: Any = None
    issuccess: Any = None
    errornumber: Any = None
    logonerror: Any = None
    userid: Any = None
    usertype: Any = None
    operationcount: Any = None
    affecteditems: Any = None
    folders: Any = None
    queryresults: Any = None
    siteurl: Any = None
    entityname: Any = None
    workspacename: Any = None
    teamname: Any = None
    mailboxownerupn: Any = None
    targetuserorgroupname: Any = None
    sharinginformation: Any = None
    clientip: Any = None
    clientipaddress: Any = None
    actoripaddress: Any = None
    auditdata: Any = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """The fields of an object whose keys are in lower case already."""
        return cls._make(map(data.get, cls._fields))


class Shape(NamedTuple):
    """A set of keys, and where in it each field stands; `spelled` and `in_order` are of all its keys, sorted."""

    keys: frozenset[str]
    picked: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    spelled: bytes
    in_order: Callable[[tuple[Any, ...]], tuple[Any, ...]]


class AuditObject:
    """One object of the log. Raises Unreadable if it is none, or if two of its keys become one in lower case."""

    __slots__ = ("_shape", "_value", "_values", "said")

    def __init__(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise Unreadable("not-an-object", "JSON, but not an object")
        keys = tuple(value)
        self._shape = _shape(keys) if len(keys) <= _MOST_KEYS else _shape.__wrapped__(keys)
        self._value = value
        self._values = (*value.values(), None)
        self.said = Said._make(self._shape.picked(self._values))

    def beside(self, others: Mapping[str, Any]) -> AuditObject:
        """The same, with what stands beside it for the keys that it lacks, or that a record needs and are empty."""
        empty = {key for key in NEEDED if getattr(self.said, key) in ("", None)}
        lacking = {key: value for key, value in others.items() if key in empty or key not in self._shape.keys}
        if not lacking:
            return self
        return AuditObject({key: value for key, value in self._value.items() if key.lower() not in lacking} | lacking)

    @property
    def whole(self) -> bool:
        """Whether it says what a record needs."""
        said = self.said
        return bool(said.id and said.creationtime and said.operation)

    @property
    def keys(self) -> frozenset[str]:
        return self._shape.keys

    def content(self) -> bytes:
        """What spells everything in it, the same for the same values in any order. Raises Unreadable."""
        return self._shape.spelled + content_of(self._shape.in_order(self._values))


@lru_cache(maxsize=1024)
def _shape(keys: tuple[str, ...]) -> Shape:
    lower = [each.lower() for each in keys]
    at = {name: index for index, name in enumerate(lower)}
    if len(at) != len(keys):
        raise Unreadable("ambiguous", "one key in two spellings")
    absent = len(keys)  # where a None stands behind the values
    names = sorted(lower)
    return Shape(
        frozenset(lower),
        itemgetter(*(at.get(name, absent) for name in Said._fields)),
        content_of(names),
        itemgetter(*(at[name] for name in names), absent, absent),  # of one place it would give no tuple
    )
