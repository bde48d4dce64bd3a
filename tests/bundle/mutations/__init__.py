"""Every way to spoil a bundle that a test knows, by what it may touch. Importing a module registers its mutations."""

from __future__ import annotations

from tests.bundle.mutations import (
    attached,
    checkpoint,
    container,
    entries,
    forgeries,
    manifest,
    proofs,
    sealed,
    unentitled,
)
from tests.bundle.mutations.manifest import with_manifest
from tests.bundle.mutations.mutation import MUTATIONS

__all__ = [
    "MUTATIONS", "attached", "checkpoint", "container", "entries", "forgeries", "manifest", "proofs", "sealed",
    "unentitled", "with_manifest",
]  # fmt: skip
