"""Joins the page: modules in the order that their imports ask for, the style, the catalogue and the texts.

The page may load nothing and run nothing else: its policy (CSP) names the one script and the one style by their hash,
and forbids the rest. The bytes follow from the files of this package alone, so two who write it can compare digests.
"""

from __future__ import annotations

import base64
import json
import re
from importlib.resources import files
from typing import Any

from ledger.bundle.page.catalogue import catalogue
from ledger.chain.hashing import sha256

LANGUAGES = ("nl", "en")
FIRST = "main"

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./([a-z0-9]+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_SOURCES = files("ledger.bundle.page")


def joined() -> bytes:
    """The whole page."""
    script, style = f"\n{program()}start({_data(catalogue())}, {_data(_texts())});\n", f"\n{_read('style.css')}"
    html = _read("page.html")
    for name, text in {
        "POLICY": _policy(script, style), "STYLE": style, "SCRIPT": script,
    }.items():  # fmt: skip
        html = html.replace(f"<!--{name}-->", text)
    return html.encode()


def program(first: str = FIRST) -> str:
    """The modules as one script that starts nothing: each a function's scope, after those that it imports."""
    modules = "".join(_module(name) for name in _ordered(first, {}))
    return f'"use strict";\n{modules}\nconst {{ {", ".join(_exports(first))} }} = ${first};\n'


def _module(name: str) -> str:
    body = _EXPORT.sub(r"\1", _IMPORT.sub(r"const \1 = $\2;", _source(name)))
    return f"\nconst ${name} = (() => {{\n{body}return {{ {', '.join(_exports(name))} }};\n}})();\n"


def _exports(name: str) -> list[str]:
    return [found for _, found in _EXPORT.findall(_source(name))]


def _ordered(name: str, found: dict[str, None]) -> dict[str, None]:
    for _, needed in _IMPORT.findall(_source(name)):
        if needed not in found:
            _ordered(needed, found)
    found[name] = None
    return found


def _source(module: str) -> str:
    return _read(f"{module}.js")


def _read(name: str) -> str:
    return _SOURCES.joinpath(name).read_text(encoding="utf-8")


def _texts() -> dict[str, Any]:
    return {language: json.loads(_read(f"{language}.json")) for language in LANGUAGES}


def _data(value: Any) -> str:
    """JSON that can stand in a script: nothing in it ends the element."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True).replace("<", "\\u003c")


def _policy(script: str, style: str) -> str:
    allowed = {name: base64.b64encode(sha256(text.encode())).decode() for name, text in
               (("script-src", script), ("style-src", style))}  # fmt: skip
    sources = "; ".join(f"{name} 'sha256-{digest}'" for name, digest in allowed.items())
    return (
        f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
