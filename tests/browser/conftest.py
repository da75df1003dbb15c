"""A real Chromium: Debian's, through Playwright. Tests that need it are skipped where it is not found."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.ledgers import attacking_ledger, usual_ledger

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def chromium() -> str | None:
    """Its path: RTLGLOT_CHROMIUM, or what is on the PATH."""
    named = os.environ.get("RTLGLOT_CHROMIUM")
    return named or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The browser, for one module: while Playwright is open its event loop runs, and no other test's can."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = chromium()
    if path is None:
        pytest.skip("no Chromium is found: apt-get install chromium, or set RTLGLOT_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


class Sight:
    """A page as a test sees it: what it said on the console, what it asked the network for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda m: self.errors.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, path: Path, address: str = "") -> Any:
        """Open a file from disk and wait until its rows are there."""
        self.page.goto(path.as_uri() + address)
        self.page.wait_for_function("document.documentElement.dataset.ready", timeout=30_000)
        return self.page

    def assert_quiet(self) -> None:
        """No error, no warning, nothing asked of a network."""
        assert self.errors == []
        assert [url for url in self.requests if not url.startswith(("file:", "data:"))] == []


@pytest.fixture
def sight(browser: Any) -> Iterator[Sight]:
    """A fresh page of 1440 x 900."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield Sight(context.new_page())
    context.close()


@pytest.fixture(scope="session")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run with every kind of end, 60 rows."""
    from rtlglot.reports import write_report

    folder = tmp_path_factory.mktemp("usual")
    return write_report(usual_ledger(folder), folder / "report.html").path


@pytest.fixture(scope="session")
def attack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a dataset that attacks the page."""
    from rtlglot.reports import write_report

    folder = tmp_path_factory.mktemp("attack")
    return write_report(attacking_ledger(folder), folder / "report.html").path
