"""The engine: what is due under every clause, at one moment, by what is known (section 5 of the clause language)."""

from __future__ import annotations

