"""Debian's Chromium on a running service: pages as people see them, on a desk and on a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.acceptance.commandline import REPOSITORY
from tests.acceptance.office import PASSWORD

CHROMIUM = "/usr/bin/chromium"
AXE = Path(__file__).parent / "clients" / "node_modules" / "axe-core" / "axe.min.js"
SCREENS = REPOSITORY / "docs" / "screens"
_TALLEST, _COLOURS = 1_800, 256
DESK, PHONE = (1280, 900), (360, 740)
PAPER = (680, 960)  # what is left of a sheet of A4 within its margins
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
# WCAG 2.2, levels A and AA, and what axe calls good practice.
_RUN_AXE = """() => axe
  .run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
  .then(found => found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.html).join(" | ")}`))"""
_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--lang=vi",
)  # fmt: skip


def require_browser() -> None:
    """Skip where there is no Chromium or axe; CLIENTS=all makes that a failure."""
    missing = [str(path) for path in (Path(CHROMIUM), AXE) if not path.exists()]
    if not missing:
        return
    reason = f"{', '.join(missing)} is not there: apt-get install chromium; npm ci --prefix tests/acceptance/clients"
    if os.environ.get("CLIENTS") == "all":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def launch_browser() -> Iterator[Browser]:
    require_browser()
    with sync_playwright() as playwright:
        # Its own parts, as the picker of a date, speak the language of the desktop.
        spoken: dict[str, str | float | bool] = {**os.environ, "LANGUAGE": "vi", "LANG": "vi_VN.UTF-8"}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS), env=spoken)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Person:
    """Somebody at a screen; whatever the browser complains of (a refused style or script, say) is kept."""

    context: BrowserContext
    page: Page
    url: str
    width: int
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> int:
        """Open a page; return its status."""
        answer = self.page.goto(self.url + path)
        assert answer is not None
        return answer.status

    def sign_in(self, name: str = "lan", password: str = PASSWORD) -> None:
        self.open("/admin/dang-nhap")
        self.page.fill("#ten", name)
        self.page.fill("#mat-khau", password)
        self.page.click("form button")
        self.page.wait_for_load_state()

    def see(self) -> str:
        """Return the text of the page's main part."""
        return self.page.inner_text("main")

    def find_faults(self) -> list[str]:
        """Return what axe finds, and whether the page is wider than the screen."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[str] = self.page.evaluate(_RUN_AXE)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > self.width:
            found.append(f"the page is {wide} wide")
        return found

    def look_closely(self, name: str) -> None:
        """Hold the page as it is now against axe and the screen's width, and keep its picture; at both sizes."""
        own = self.width
        for width, height in (DESK, PHONE):
            self.width = width
            self.page.set_viewport_size({"width": width, "height": height})
            assert self.find_faults() == [], name
            self.keep_screen(name)
        self.width = own
        self.page.set_viewport_size({"width": own, "height": dict((DESK, PHONE))[own]})

    def unfold(self) -> None:
        """Open everything that can be unfolded."""
        self.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")

    def keep_screen(self, name: str) -> None:
        """Write the screen to docs/screens, where SCREENS=write asks for it."""
        if os.environ.get("SCREENS") != "write":
            return
        SCREENS.mkdir(exist_ok=True)
        path = SCREENS / f"{name}-{self.width}.png"
        if self.page.locator("iframe").count():
            # Of a page longer than the screen, what stands in a frame is not painted.
            self.page.set_viewport_size({"width": self.width, "height": _TALLEST})
            self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.page.screenshot(path=path, full_page=True, scale="css")
        with Image.open(path) as image:
            # A long list is known by its beginning.
            shown = image.convert("RGB").crop((0, 0, image.width, min(image.height, _TALLEST)))
            _reduce_colours(shown).save(path, optimize=True)


def _reduce_colours(image: Image.Image) -> Image.Image:
    """Keep the colours that fill most of it exactly, so that no ground is tinted; each other becomes the nearest."""
    counted = sorted(image.getcolors(image.width * image.height) or (), reverse=True)
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in counted[:_COLOURS] for part in _list_parts(colour)])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def _list_parts(colour: object) -> tuple[int, ...]:
    assert isinstance(colour, tuple)
    return colour


@contextmanager
def sit_down(browser: Browser, url: str, size: tuple[int, int] = DESK, *, scripts: bool = True) -> Iterator[Person]:
    """Yield a person with a fresh browser."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        java_script_enabled=scripts,
        accept_downloads=True,
    )
    context.set_default_timeout(20_000)
    person = Person(context, context.new_page(), url, size[0])

    def note(message: ConsoleMessage) -> None:
        # A page that answers 403 or 404, as a test wants it to, is no complaint.
        if message.type in ("error", "warning") and "the server responded with a status of" not in message.text:
            person.complaints.append(message.text)

    person.page.on("console", note)
    try:
        yield person
    finally:
        context.close()
