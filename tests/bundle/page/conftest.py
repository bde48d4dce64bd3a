"""One browser for the tests of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.bundle.page.browser import Tab, chromium, opened


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def tab(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A tab with the page, for the tests of one module: nothing stays from one check to the next."""
    with opened(browser, tmp_path_factory.mktemp("page")) as found:
        yield found
