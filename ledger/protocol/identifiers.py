"""Numbers of bodies in the Belgian registers."""

from __future__ import annotations

import re

from stdnum.be import vat
from stdnum.exceptions import ValidationError

_ESTABLISHMENT = re.compile(r"[2-8][0-9]{9}", re.ASCII)


def kbo(written: str) -> str:
    """The 10 digits of an enterprise number (`0316.380.841`). Raises ValueError; a valid number may be shared."""
    try:
        return str(vat.validate(written))
    except ValidationError as error:
        raise ValueError(f"{written!r} is not an enterprise number") from error


def establishment(written: str) -> str:
    """The 10 digits of an establishment number (`2.199.302.180`): (first eight + last two) mod 97 = 0.

    Raises ValueError. The rule holds for every published number seen; no library has it.
    """
    digits = written.replace(".", "").replace(" ", "")
    if not _ESTABLISHMENT.fullmatch(digits) or (int(digits[:8]) + int(digits[8:])) % 97:
        raise ValueError(f"{written!r} is not an establishment number")
    return digits
