"""The page in a real browser: one Chromium for all tests, and a tab of its own for each module."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ledger.bundle.page.join import joined

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome")


class Tab:
    """The page, opened from a file as an auditor does. `noise` is what the browser complained of."""

    def __init__(self, tab: Any) -> None:
        self.tab = tab
        self.noise: list[str] = []
        self.requests: list[str] = []
        tab.on("console", lambda message: self.noise.append(message.text))
        tab.on("pageerror", lambda error: self.noise.append(str(error)))
        tab.on("request", lambda request: self.requests.append(request.url))

    def check(self, bundle: Path, policy: Path | None) -> dict[str, Any]:
        """Choose the files, press the button, and give the report."""
        self.tab.set_input_files("#bundle", bundle)
        self.tab.set_input_files("#policy", [policy] if policy else [])
        self.tab.evaluate("document.getElementById('result').replaceChildren()")
        self.tab.click("#check")
        text = self.tab.wait_for_selector("#report", state="attached").text_content()
        found: dict[str, Any] = json.loads(text)
        return found


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser of this machine, with a new and empty profile; skips where there is none."""
    reason = "the page verify.html is NOT TESTED: install the extra browser (playwright)"
    playwright = pytest.importorskip("playwright.sync_api", reason=reason)
    program = os.environ.get("LEDGER_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("the page verify.html is NOT TESTED: install Chromium, or name it in LEDGER_CHROMIUM")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, headless=True, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Any, folder: Path, before: str = "") -> Iterator[Tab]:
    """A tab with the page. `before` is script that runs first: for a browser that lacks something."""
    page = folder / "verify.html"
    page.write_bytes(joined())
    context = browser.new_context(locale="en-GB")
    try:
        tab = context.new_page()
        if before:
            tab.add_init_script(before)
        found = Tab(tab)
        tab.goto(page.as_uri())
        yield found
    finally:
        context.close()
