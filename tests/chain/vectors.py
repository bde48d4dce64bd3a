"""Vectors: our own, always there, and the published ones, in the folder that LEDGER_VECTORS names."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

OWN = Path(__file__).parent.parent / "vectors" / "chain"


def own(name: str) -> Any:
    return json.loads((OWN / name).read_text(encoding="utf-8"))


def published(name: str) -> Any:
    folder = os.environ.get("LEDGER_VECTORS")
    if not folder:
        pytest.skip(f"LEDGER_VECTORS is not set: published vectors of {name} NOT tried")
    return json.loads((Path(folder) / name).read_text(encoding="utf-8"))


def unbase64(text: str | None) -> bytes:
    return base64.b64decode(text or "")
