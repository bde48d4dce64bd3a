"""The second line: no clear string of an event holds what is plainly a person's number or address.

The first line is the types: a clear field is an id, a number, a moment, a digest or a word of a list, and text is
sealed. This one looks for what would still pass as an id or a word: national numbers, account numbers, e-mail
addresses, telephone numbers. There is no way around it: a false find can be sealed, or spelled another way.

It cannot see: names of persons, initials, a KBO number that is a person's own business, birth dates, a number that is
encoded (in hex, in base64, cut in two fields) or that has wrong check digits, a telephone number that passes for a KBO
number. Enterprise and establishment numbers are those of bodies and may stand in clear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import msgspec
from stdnum import iban
from stdnum.be import vat

from ledger.errors import InputRejected
from ledger.events.catalogue import types

_RANDOM = re.compile(
    r"^([0-9a-f]{32}|[0-9a-f]{64}|[0-9a-f]{128})$(?!\n)|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
)
"""Ids, tokens and digests of ours, whole; GUIDs anywhere. Their digits mean nothing."""
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+Z)?")
_EMAIL = re.compile(r"[^\s@/:;,<>()]+@[^\s@/:;,<>()]+\.[^\W\d_]{2,}")
_NATIONAL = re.compile(
    r"(?<![0-9A-Za-z])[A-Za-z]{0,6}(\d{2})[ ./_-]?(\d{2})[ ./_-]?(\d{2})[ ./_-]?(\d{3})[ ./_-]?(\d{2})(?![0-9A-Za-z])"
)
"""Also with letters before it, as in INSZ85...: its check digits tell it from another number."""
_IBAN = re.compile(
    r"(?<![0-9A-Za-z])[A-Za-z]{2}[ ._-]?\d{2}(?:[ ._-]?[0-9A-Za-z]{4}){2,7}(?:[ ._-]?[0-9A-Za-z]{1,3})?(?![0-9A-Za-z])"
)
_LENGTHS = range(15, 35)
"""Of an account number, which may have something behind it."""
_ABROAD = re.compile(r"(?<![0-9A-Za-z])(?:\+|00)[1-9](?:[ ./_-]?\(?\d\)?){7,14}(?![0-9A-Za-z])")
_FIXED = re.compile(r"0[1-9][ ./_-]?\d{3}([ ._-]?\d{2}){2}|0[1-9]\d[ ./_-]?\d{2}([ ._-]?\d{2}){2}")
_MOBILE = re.compile(r"04[ ./_-]?[5-9]\d([ ./_-]?\d{2}){3}|04[5-9]\d[ ./_-]?\d{3}[ ._-]?\d{3}")
_AT_HOME = re.compile(rf"(?<![0-9A-Za-z])({_FIXED.pattern}|{_MOBILE.pattern})(?![0-9A-Za-z])")
_PLAIN_KBO = re.compile(r"[01]\d{9}|[01]\d{3}\.\d{3}\.\d{3}")
_FEWEST = 6
"""No number of a person has fewer characters."""


class InClear(InputRejected):
    """Personal data where only an id, a number or a word may stand."""

    code = "guard.personal-data"


def check_clear(event: Mapping[str, Any]) -> None:
    """Raise InClear, with the field, where an event (or a draft) as JSON holds personal data in clear.

    Sealed parts are commitments, and what a draft would seal is left out of what is looked at.
    """
    for path, text in _strings("$", event):
        if found := found_in(text):
            raise InClear(f"{found} stands in clear", field=path, hint=_hint(event))


class _Member(msgspec.Struct):
    """The clear strings of a use that are no id, digest or moment, and that its importer chose."""

    application: str
    operation: str
    action: str
    author: str
    dataset: str = ""
    object_class: str = ""
    acting_for: str = ""
    function: str = ""


_member = msgspec.json.Decoder(_Member).decode


def check_members(members: Sequence[bytes]) -> None:
    """`check_clear` for the members of a batch, as event bytes: they are many, and alike. Raises InClear."""
    seen: set[tuple[str, ...]] = set()
    for index, raw in enumerate(members):
        member = _member(raw)
        texts = (
            member.application, member.operation, member.dataset, member.object_class, member.acting_for,
            member.function,
        )  # fmt: skip
        if texts in seen:
            continue
        seen.add(texts)
        for name, text in zip(
            ("application", "operation", "dataset", "object_class", "acting_for", "function"), texts, strict=True
        ):
            if found := found_in(text):
                raise InClear(
                    f"{found} stands in clear", field=f"$[{index}].{name}", hint="a log is read by words of a list only"
                )


@lru_cache(maxsize=16_384)
def found_in(text: str) -> str:
    """What kind of personal data a string holds, in words; empty where none is seen."""
    if len(text) < _FEWEST:
        return ""
    text = _MOMENT.sub(" ", _RANDOM.sub(" ", unquote(text) if "%" in text else text))
    if _EMAIL.search(text):
        return "what looks like an e-mail address"
    if not any(char.isdigit() for char in text):
        return ""
    if any(_is_national("".join(found.groups())) for found in _NATIONAL.finditer(text)):
        return "what looks like a national number"
    if any(_is_account(found[0]) for found in _IBAN.finditer(text)):
        return "what looks like an account number"
    if _ABROAD.search(text) or any(not _is_enterprise(found[0]) for found in _AT_HOME.finditer(text)):
        return "what looks like a telephone number"
    return ""


def _is_national(digits: str) -> bool:
    """Month (also of a BIS number) and check digits, of either century; wide rather than narrow."""
    month, number, check = int(digits[2:4]) % 20, digits[:9], int(digits[9:])
    return month <= 12 and any(check == 97 - int(century + number) % 97 for century in ("", "2"))


def _is_account(text: str) -> bool:
    plain = re.sub("[ ._-]", "", text)
    return any(iban.is_valid(plain[:length], check_country=False) for length in _LENGTHS if length <= len(plain))


def _is_enterprise(text: str) -> bool:
    return bool(_PLAIN_KBO.fullmatch(text)) and bool(vat.is_valid(text))


def _strings(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _strings(f"{path}.{name}", item)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _strings(f"{path}[{index}]", item)


def _hint(event: Mapping[str, Any]) -> str:
    about = types().get(str(event.get("type", "")).partition("/")[0])
    sealed = [name for name, field in about.fields.items() if field.kind == "sealed"] if about else []
    tokens = [name for name, field in about.fields.items() if "token" in (field.kind, field.element)] if about else []
    ways = [f"say it in {sealed[0]}, which is sealed"] if sealed else []
    ways += [f"name the person as a token in {tokens[0]}: ledger subject add"] if tokens else []
    return "; or ".join(ways) or "use an id that says nothing about a person; this type has no sealed part"
