"""The files around the code: what is pinned, and what is packed."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.docs.blocks import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _asked() -> list[str]:
    extras = PROJECT["optional-dependencies"].values()
    return [*PROJECT["dependencies"], *(each for extra in extras for each in extra)]


PINNED = {
    canonicalize_name(requirement.name): str(requirement.specifier).removeprefix("==")
    for requirement in (Requirement(line) for line in LOCK.splitlines() if re.match(r"[a-z]", line))
}


@pytest.mark.parametrize("asked", _asked())
def test_every_dependency_is_pinned_to_a_version_that_it_allows(asked: str) -> None:
    requirement = Requirement(asked)
    assert requirement.specifier.contains(PINNED[canonicalize_name(requirement.name)])


def test_the_lock_names_no_host_and_no_folder() -> None:
    assert not re.search(r"://|--|@|^/", LOCK, re.MULTILINE)


def test_every_package_of_the_project_is_packed_and_held_by_the_walls() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages == set(settings["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert packages == set(settings["importlinter"]["root_packages"])
