"""Where the time stamps over a checkpoint are kept: beside the ledger, `NAME.stamps/<size>.tsr` and its renewals."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

from cli.output import say, say_next
from ledger.drafts import draft
from ledger.errors import Conflict
from ledger.place import Place

SOON = timedelta(days=60)
"""How long before a certificate ends it is time to renew: an authority's answer may take an office its weeks."""


@dataclass(frozen=True)
class StampFiles:
    """The stamps over the checkpoint of one size."""

    place: Place
    size: int

    def path(self, renewal: int = 0) -> Path:
        """The file of the stamp itself (0), or of a renewal, from 1."""
        name = f"{self.size}.{renewal}.tsr" if renewal else f"{self.size}.tsr"
        return self.place.beside(".stamps") / name

    def tokens(self) -> tuple[bytes, ...]:
        """The stamp and its renewals, oldest first; nothing where there is no stamp."""
        found: list[bytes] = []
        for number in count():
            path = self.path(number)
            if not path.is_file():
                return tuple(found)
            found.append(path.read_bytes())
        raise AssertionError("unreachable")

    def add(self, token: bytes, renewal: int) -> Path:
        """Keep a response; the file appears complete or not at all. Raises Conflict where there is one by now."""
        path = self.path(renewal)
        path.parent.mkdir(exist_ok=True)
        try:
            with draft(path) as made:
                made.write_bytes(token)
                # A link refuses a name that exists, where a rename would replace it.
                os.link(made, path)
        except FileExistsError as error:
            raise Conflict(
                f"checkpoint {self.size} was stamped by somebody else in the meantime; that stamp is kept",
                hint="see: ledger checkpoint show", code="stamp.exists",
            ) from error  # fmt: skip
        return path


def warn_of_stamps(place: Place) -> None:
    """Tell which newest stamps end soon, or have ended. What they say of themselves: nothing is checked here."""
    from ledger.chain.timestamp import MalformedStamp, StampsUnsupported, unchecked_stamp
    from ledger.clock import now, spell

    for files in stamped(place):
        try:
            ends = unchecked_stamp(files.tokens()[-1]).ends
        except StampsUnsupported:
            return
        except MalformedStamp as error:
            say(f"what lies beside the ledger as the time stamp of checkpoint {files.size:,}: {error.message}")
            continue
        if ends < now() + SOON:
            word = "ended" if ends < now() else "ends"
            say(f"the time stamp over checkpoint {files.size:,} rests on a certificate that {word} at {spell(ends)}")
            if word == "ends":
                renew = f"ledger checkpoint stamp --renew --size {files.size} --url URL --tsa-roots PEM"
                say_next("Renew it before", renew)


def told_of_stamps(place: Place) -> str:
    """What the newest checkpoint's stamp says, and that it was not checked; or that no third party stamped any.

    Whom a reader trusts to say what time it is, only the reader knows: `ledger evidence verify --tsa-roots`.
    """
    from ledger.chain.timestamp import MalformedStamp, StampsUnsupported, unchecked_stamp
    from ledger.clock import spell

    for files in reversed(stamped(place)):
        try:
            found = unchecked_stamp(files.tokens()[0])
        except MalformedStamp:
            continue
        except StampsUnsupported:
            return f"; checkpoint {files.size:,} has a time stamp, and what it says cannot be read here (extra tsa)"
        return (
            f"; that checkpoint {files.size:,} was there at {spell(found.at)}, the time stamp beside it says, of "
            f"{found.authority}: it was not checked (ledger evidence verify --tsa-roots)"
        )
    return ", no third party has stamped it"


def stamped(place: Place) -> list[StampFiles]:
    """Every checkpoint that has a stamp, by size."""
    folder = place.beside(".stamps")
    sizes = {int(path.name.partition(".")[0]) for path in folder.glob("[1-9]*.tsr") if path.stem.isdigit()}
    return [StampFiles(place, size) for size in sorted(sizes)]
