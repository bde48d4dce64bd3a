"""The signed text beside the clauses that quote it: what no clause quotes, and what is quoted otherwise than signed.

Compared without line breaks, bullets and page numbers; everything else counts, slips of the pen included.
"""

from __future__ import annotations

import re

from ledger.protocol.model import Layer, ProtocolVersion

_BULLET = re.compile(r"^(?:[\uf000-\uf0ff•-]|o|[A-Z]\.?(?=\s+[A-Z]))\s+")
"""Marks of items, and the letters of recitals."""
_HEADING = re.compile(r"^(Artikel [0-9]+\s*[:.]|Bijlage [0-9]+\s*(:|---)|WORDT OVEREENGEKOMEN)")
_SIGNED = re.compile(r"_{5,}.*?(?=\n\s*Bijlage [0-9]|\Z)", re.DOTALL)
_STAMP = re.compile(r"^\t.*$", re.MULTILINE)
"""The lines of an electronic signature are set in by tabs."""
_PAGE = re.compile(r"^[0-9]$")
_HYPHEN = re.compile(r"(?<=\w)-\n(?=[a-z])")
_BODY = re.compile(r"NA TE HEBBEN UITEENGEZET(.*)", re.DOTALL)
_LETTER = re.compile(r"\w")


def normalised(text: str) -> str:
    """One line: white space single, bullets and page numbers gone, a word broken at its hyphen joined."""
    lines = [_BULLET.sub("", line.strip()) for line in text.replace("\f", "\n").split("\n")]
    kept = "\n".join(line for line in lines if not _PAGE.match(line))
    return " ".join(_HYPHEN.sub("-", kept).split())


def misquoted(version: ProtocolVersion, signed: str) -> list[str]:
    """The addresses of clauses whose text does not stand in the signed text, letter by letter."""
    whole = normalised(signed)
    return [
        clause.address
        for clause in version.clauses
        if clause.layer is Layer.TEXT and normalised(clause.text) not in whole
    ]


def unquoted(version: ProtocolVersion, signed: str) -> list[str]:
    """The stretches of the signed text, after its preamble, without headings and signatures, that no clause quotes."""
    found = _BODY.search(signed)
    body = _SIGNED.sub("", found[1] if found else signed)
    text = normalised(_without_headings(_STAMP.sub("", body)))
    quoted = [False] * len(text)
    for quote in {normalised(clause.text) for clause in version.clauses if clause.text}:
        start = text.find(quote)
        while start >= 0:
            quoted[start : start + len(quote)] = [True] * len(quote)
            start = text.find(quote, start + 1)
    return _stretches(text, quoted)


def _without_headings(text: str) -> str:
    """Without the lines of each `Artikel N: …`, up to the blank line that ends it."""
    kept, heading = [], False
    for line in text.replace("\f", "\n").split("\n"):
        heading = bool(_HEADING.match(line.strip())) or (heading and bool(line.strip()))
        if not heading:
            kept.append(line)
    return "\n".join(kept)


def _stretches(text: str, quoted: list[bool]) -> list[str]:
    found, start = [], 0
    for end in range(len(text) + 1):
        if end == len(text) or quoted[end]:
            stretch = text[start:end].strip()
            if _LETTER.search(stretch):
                found.append(stretch)
            start = end + 1
    return found
