"""The protocol files that come with the package."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files


def shipped() -> Mapping[str, bytes]:
    """The bytes of each packaged file by its protocol's id, which is the file's name without `.yaml`."""
    found = sorted(files("protocols").iterdir(), key=lambda each: each.name)
    return {each.name.removesuffix(".yaml"): each.read_bytes() for each in found if each.name.endswith(".yaml")}


def skeleton() -> bytes:
    """A protocol of the Flemish template to be filled in; what is empty in it is a fault until it is."""
    return files("ledger.protocol").joinpath("skeleton.yaml").read_bytes()
