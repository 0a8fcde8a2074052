"""Opens pages in Debian's Chromium and writes down what they should not do: ask the network, complain, run over."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

import pytest

WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
SCREENSHOTS = Path(__file__).parent.parent / "build" / "screenshots"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@contextlib.contextmanager
def launch_chromium():
    """Start the browser; the tests are skipped without one, but fail where .ci/run has promised it."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None:
        (pytest.fail if os.environ.get("REQUIRE_CHROMIUM") else pytest.skip)("needs Chromium and Playwright")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visit:
    """One page in a window of its own; ``page`` is Playwright's."""

    def __init__(self, context, path):
        self.tried, self.sent, self.complaints = [], [], []
        self.page = context.new_page()
        self.page.on("request", lambda request: self.tried.append(request.url))
        self.page.route("**/*", self._intercept)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        self.url = Path(path).as_uri()
        self.page.goto(self.url)

    def _intercept(self, route):
        self.sent.append(route.request.url)
        if route.request.url.startswith("file:"):
            route.continue_()
        else:
            route.abort()

    def assert_quiet(self):
        assert self.complaints == []
        assert {url.split("#")[0] for url in [*self.tried, *self.sent]} == {self.url}

    def assert_fits(self):
        """Nothing is wider than the window, nor than its half of it."""
        too_wide = self.page.evaluate(
            """() => [document.documentElement, ...document.querySelectorAll(".pane")]
                 .filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.className || e.tagName)"""
        )
        assert too_wide == []

    def violations(self):
        """Give what axe-core calls serious or critical, as text."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [
            f"{v['id']}: {node['html'][:120]} {node.get('failureSummary', '')}"
            for v in found
            if v["impact"] in ("serious", "critical")
            for node in v["nodes"][:3]
        ]

    def wait_until(self, expression):
        """Wait for a JavaScript expression; Playwright's own waiting evaluates text, which the policy forbids."""
        for _ in range(100):
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never true: {expression}")

    def screenshot(self, name):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    def in_view(self, selector):
        """Tell whether an element is where the reader sees it."""
        return self.page.locator(selector).evaluate(
            """(e) => { const box = e.getBoundingClientRect(), x = box.left + Math.min(box.width, 20) / 2, y = box.top + 8;
                 const seen = document.elementFromPoint(x, y); return Boolean(seen) && (e.contains(seen) || seen.contains(e)); }"""
        )


@contextlib.contextmanager
def visit(browser, path, *, width=1280, scheme="light", **options):
    """Open a page, and see afterwards that it was quiet."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce", **options
    )
    opened = Visit(context, path)
    yield opened
    opened.assert_quiet()
    context.close()
