"""The letter to a person who asks what became of their data: plain text, in Dutch or English."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from cli.language import Language
from cli.letter_texts import TEXTS, text

WIDTH = 78


def letter(export: Mapping[str, Any], language: Language, day: str) -> str:
    """The same facts as the JSON export, for a reader. Ends with a line feed."""
    return "\n".join(_paragraphs(export, language, day)) + "\n"


def _paragraphs(export: Mapping[str, Any], language: Language, day: str) -> Iterator[str]:
    yield text("heading", language)
    yield ""
    yield from _filled(text("made", language, day=day, size=export["size"], origin=export["origin"]))
    yield from _filled(text("right", language))
    yield ""
    yield text("known", language, protocol=export["protocol"])
    for identifier in export["identifiers"]:
        yield f"  - {identifier['raw']}"
    yield from _filled(text("token", language, token=export["token"]))
    yield ""
    yield from _filled(text("by-dataset" if export["disclosures"] else "none", language))
    for disclosure in export["disclosures"]:
        yield ""
        yield from _delivery(disclosure, language)
    if export["texts"]:
        yield ""
        yield text("texts", language)
        for said in export["texts"]:
            yield from _filled(f"{said['value']}", "  - ")
    if export["uses"]["count"]:
        yield ""
        yield from _filled(text("uses", language, **export["uses"]))
    yield ""
    yield from _filled(text("rights", language))


def _delivery(disclosure: Mapping[str, Any], language: Language) -> Iterator[str]:
    to = ", ".join(disclosure["to"]) or text("public", language)
    mark = " *" if disclosure["names_person"] else ""
    held = disclosure["type"] == "holding-registered"
    line = text(
        "held" if held else "line", language, at=disclosure["happened_at"][:10], sender=disclosure["sender"], to=to
    )
    yield from _filled(line + mark, "  ")
    if disclosure["datasets"]:
        yield from _filled(text("datasets", language, what=", ".join(disclosure["datasets"])), "    ")
    if disclosure["purpose"]:
        yield from _filled(text("purpose", language, what=disclosure["purpose"]), "    ")
    if held:
        return
    basis = disclosure["basis"]
    words = text(basis, language) if basis in TEXTS else basis
    yield from _filled(text("basis", language, what=words) if basis else text("no-basis", language), "    ")


def _filled(words: str, indent: str = "") -> list[str]:
    hanging = " " * len(indent)
    return textwrap.wrap(words, WIDTH, initial_indent=indent, subsequent_indent=hanging, break_on_hyphens=False)
