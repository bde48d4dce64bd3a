"""What persons and bodies are known by: typed, brought to one spelling, and checked by their check digits.

- A value that fails its check is kept, with the finding beside it: a wrong number is an error in data that somebody
  should mend (a data-quality finding), and no reason to lose it.
- The spelling is what a token stands for. An e-mail address or account is spelled as logs give it, in small letters;
  every other kind has its name in front, so that a staff number is never taken for an enterprise number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self, get_args

from stdnum.be import ssn, vat
from stdnum.exceptions import ValidationError

from ledger.errors import InputRejected

Kind = Literal["account", "enterprise", "establishment", "national", "staff"]
"""An account is an e-mail address, a UPN, a SID; enterprise is a KBO number, establishment a vestigingsnummer, national
an INSZ (national or BIS number)."""

KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST = 320
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SEPARATORS = re.compile(r"[\s.\-/]")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]+")
_SID = re.compile(r"s-1-[0-9-]+")


class NotAnIdentifier(InputRejected):
    """Text that cannot name anybody."""

    code = "vault.identifier"


@dataclass(frozen=True, slots=True)
class Identifier:
    """`raw` is as it was given, `value` in one spelling; `finding` says what is wrong with it, or is empty."""

    kind: Kind
    raw: str
    value: str
    finding: str = ""

    @classmethod
    def parse(cls, kind: Kind, raw: str) -> Self:
        """Raises NotAnIdentifier for what is empty, too long or not text; the message never repeats it."""
        text = _text(raw)
        value, finding = _SPELLINGS[kind](text)
        if not value:
            raise NotAnIdentifier("an identifier without letter or digit", hint=_HINT)
        return cls(kind, raw, value, finding)

    @classmethod
    def guessed(cls, raw: str) -> Self:
        """Of the kind whose check it passes; `KIND:VALUE` names the kind; an account otherwise."""
        before, colon, after = raw.partition(":")
        named = next((kind for kind in KINDS if colon and kind == before.strip().lower()), None)
        if named:
            return cls.parse(named, after)
        if "@" not in raw:
            for kind in ("national", "enterprise", "establishment"):
                found = cls.parse(kind, raw) if _text(raw) else None
                if found and not found.finding:
                    return found
        return cls.parse("account", raw)

    def __str__(self) -> str:
        """The spelling that is looked up."""
        return self.value if self.kind == "account" else f"{self.kind}:{self.value}"


def of_spelling(text: str) -> Identifier:
    """The identifier that is spelled so in a vault."""
    kind, colon, value = text.partition(":")
    found = next((each for each in KINDS if each == kind and each != "account"), None)
    if not colon or found is None:
        return Identifier("account", text, text, _account(text)[1])
    return Identifier(found, value, value, _SPELLINGS[found](value)[1])


def _text(raw: str) -> str:
    text = raw.strip()
    if not text or len(text) > LONGEST or _CONTROL.search(text):
        raise NotAnIdentifier("empty, too long, or not plain text", hint=_HINT)
    return unicodedata.normalize("NFC", text)


def _account(text: str) -> tuple[str, str]:
    value = text.lower()
    good = _EMAIL.fullmatch(value) or _SID.fullmatch(value) or "\\" in value or "@" not in value
    return value, "" if good else "not an e-mail address or account name"


def _enterprise(text: str) -> tuple[str, str]:
    value = _digits(text.upper().removeprefix("BE"))
    value = value.zfill(10) if len(value) == 9 else value
    return value, _finding(vat.validate, value)


def _establishment(text: str) -> tuple[str, str]:
    """Ten digits, the first 2 to 8; the first eight and the last two make a multiple of 97."""
    value = _digits(text)
    if not re.fullmatch(r"[0-9]{10}", value):
        return value, "not ten digits"
    if value[0] not in "2345678":
        return value, "first digit not 2 to 8"
    return value, "" if (int(value[:8]) + int(value[8:])) % 97 == 0 else "check digits"


def _national(text: str) -> tuple[str, str]:
    value = _digits(text)
    # stdnum lets this one through: its check digits are right, and it is nobody's.
    return value, "not a number" if value == "00000000097" else _finding(ssn.validate, value)


def _staff(text: str) -> tuple[str, str]:
    """`BODY/NUMBER`: a staff number is only one within the body that gave it."""
    value = re.sub(r"\s", "", text).upper()
    return value, "" if re.fullmatch(r"[A-Z][A-Z0-9_-]*/[A-Z0-9.-]+", value) else "not BODY/NUMBER"


def _digits(text: str) -> str:
    return _SEPARATORS.sub("", text)


def _finding(validate: Callable[[str], str], value: str) -> str:
    try:
        validate(value)
    except ValidationError as error:
        return _WORDS.get(type(error).__name__, "not a number")
    return ""


_WORDS = {"InvalidLength": "length", "InvalidChecksum": "check digits", "InvalidFormat": "not a number"}
_SPELLINGS: dict[Kind, Callable[[str], tuple[str, str]]] = {
    "account": _account, "enterprise": _enterprise, "establishment": _establishment, "national": _national,
    "staff": _staff,
}  # fmt: skip
_HINT = "give an e-mail address, an account, or KIND:VALUE with a kind of: " + ", ".join(KINDS)
