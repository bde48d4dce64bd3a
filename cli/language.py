"""The languages in which texts for people are kept, each text in all of them."""

from __future__ import annotations

from typing import Literal

Language = Literal["nl", "en"]
Text = dict[Language, str]
"""One text in each language; data come in by name."""
