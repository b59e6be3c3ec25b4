"""A portal served for real, as `make run` serves it, and a real Chromium that walks it with axe-core at every page."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests import machinery, servers

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "tests" / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]


@pytest.fixture(scope="session")
def portal_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the demonstration, served by `portal run` with a database of its own."""
    with servers.the_portal(tmp_path_factory.mktemp("demonstration"), PORTAL_DEMONSTRATION="yes") as portal:
        yield portal.address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=machinery.chromium(), args=QUIET)
        yield browser
        browser.close()


class Walk:
    """One person's browser. Every page it comes to is held to axe-core, to the width and to a silent console."""

    def __init__(self, browser: Any, address: str, *, width: int, javascript: bool) -> None:
        self.address = address
        self.width = width
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=True, reduced_motion="reduce", base_url=address
        )
        if not javascript:
            # Scripts of ours stay out while axe-core may still look: the page is what a browser without script shows.
            self.context.route(re.compile(r".*\.js(\?.*)?$"), lambda route: route.abort())
        self.page = self.context.new_page()
        self.javascript = javascript
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._heard(message))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        folder = os.environ.get("PORTAL_TEST_SCREENSHOTS")
        self.screenshots = Path(folder) if folder else None

    def _heard(self, message: Any) -> None:
        expected = "Failed to load resource" in message.text  # a page that refuses answers 4xx; blocked scripts of ours
        if message.type == "error" and not expected:
            self.complaints.append(message.text)

    def sign_in(self, words: str) -> None:
        """One press on the demonstration's page: the featured person whose line holds these words."""
        self.open("/demonstration")
        self.page.locator("form", has_text=words).get_by_role("button").first.click()
        self.look()

    def open(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.address + path)
        self.look()

    def click(self, words: str, *, exact: bool = False) -> None:
        self._follow(self.page.get_by_role("link", name=words, exact=exact))

    def press(self, words: str, *, exact: bool = True) -> None:
        self._follow(self.page.get_by_role("button", name=words, exact=exact))

    def _follow(self, way: Any) -> None:
        """Without script every link and button leads to a page; that one is looked at, not the one that is left."""
        with nullcontext() if self.javascript else self.page.expect_navigation():
            way.first.click()
        self.look()

    def look(self, name: str | None = None) -> None:
        """Hold the page at hand to the house's promises; keep a screenshot where PORTAL_TEST_SCREENSHOTS asks for one."""
        # Without script nothing comes after the page itself.
        self.page.wait_for_load_state("networkidle" if self.javascript else "load")
        title = self.page.title()
        assert self.complaints == [], f"{self.page.url} ({title}): {self.complaints}"
        seen = self.page.evaluate(AXE + "\n;axe.run(document, {resultTypes: ['violations']})")
        faults = [
            f"{one['id']}: {one['help']} ({', '.join(' '.join(map(str, node['target'])) for node in one['nodes'][:3])})"
            for one in seen["violations"]
        ]
        assert faults == [], f"{self.page.url} ({title}): {faults}"
        too_wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, f"{self.page.url} ({title}): {too_wide} px wider than {self.width}"
        if self.screenshots:
            self.screenshots.mkdir(parents=True, exist_ok=True)
            path = re.sub(r"[^a-z0-9]+", "-", (name or self.page.url.removeprefix(self.address)).lower()).strip("-") or "front"
            self.page.screenshot(path=self.screenshots / f"{path[:80]}-{self.width}.png", full_page=True)

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()


@pytest.fixture
def walk(chromium: Any, portal_at: str) -> Iterator[Any]:
    """`walk(width=320, javascript=False)` begins a walk of its own through the served demonstration."""
    walks: list[Walk] = []

    def begin(*, width: int = 1280, javascript: bool = True) -> Walk:
        walks.append(Walk(chromium, portal_at, width=width, javascript=javascript))
        return walks[-1]

    yield begin
    for one in walks:
        one.context.close()
