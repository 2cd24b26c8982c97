"""Somebody who looks at the desk in Chromium: how they see it, what they do, and what the browser complained of."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, StorageState

from tests.support.waiting import eventually

SCREENSHOTS = Path(__file__).parents[2] / "test-output" / "desk"
WAIT = 15_000
"""Milliseconds for anything to appear."""

HURRY = """
const set = window.setInterval;
window.setInterval = (refresh, every, ...rest) => set(refresh, every / 10, ...rest);
"""
"""The desk asks for news every five seconds, which tests/admin/test_live.py sees to; here nobody waits so long."""


class Look(Enum):
    """Options of a browser context. Phones are dark, so that both of it are seen in one go."""

    LIGHT = {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}}  # noqa: RUF012 - never changed
    DARK = {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}}  # noqa: RUF012
    PHONE = {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}, "has_touch": True}  # noqa: RUF012
    PLAIN = {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}, "java_script_enabled": False}  # noqa: RUF012


ALL_LOOKS = [pytest.param(look, id=look.name.lower()) for look in Look]
LOOKS = [pytest.param(look, id=look.name.lower()) for look in Look if look is not Look.DARK]
"""For all that is done step by step: on a dark phone it is seen in the dark as well."""


class Visitor:
    """`page` is Playwright's own; paths are the desk's."""

    def __init__(self, browser: Browser, url: str, look: Look, session: StorageState | None = None) -> None:
        """With a `session` of somebody who has signed in, it is that operator."""
        options: dict[str, Any] = look.value | {"storage_state": session}
        self.look = look
        self._context = browser.new_context(**options)
        self._context.set_default_timeout(WAIT)
        self._context.add_init_script(HURRY)
        self.page: Page = self._context.new_page()
        self.url = f"{url}/desk"
        self.complaints: list[str] = []
        self.expected: set[int] = set()
        self.page.on("console", self._heed)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))

    def go(self, path: str) -> Visitor:
        self.page.goto(self.url + path)
        return self

    def sign_in(self, name: str, password: str) -> StorageState:
        """Gives the session for others to begin with."""
        self.go("/sign-in")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.get_by_role("button", name="Sign out", exact=True).wait_for()
        return self._context.storage_state()

    def press(self, button: str, said: str, *, within: Locator | None = None) -> None:
        """A button, by what it says, and wait until the next page says that."""
        (within or self.page.locator("main")).get_by_role("button", name=button).click()
        self.page.locator(".said").get_by_text(said).wait_for()

    def hold_still(self) -> None:
        """What the page shows now stays, whatever others do, until another one is loaded."""
        if self.look is not Look.PLAIN:
            self.page.get_by_role("button", name="Pause", exact=True).click()

    def until(self, button: str) -> Locator:
        """A button that appears by itself or, without a script, when the page is loaded again."""
        found = self.page.get_by_role("button", name=button)
        self.until_shown(found)
        return found

    def until_text(self, text: str) -> None:
        """The same for some text."""
        self.until_shown(self.page.get_by_text(text))

    def reload_until(self, text: str) -> None:
        """Load the page again until it says this."""
        self._reload_until(self.page.get_by_text(text))

    def until_shown(self, wanted: Locator) -> None:
        """The same for anything."""
        if self.look is Look.PLAIN:
            self._reload_until(wanted)
        else:
            wanted.first.wait_for(timeout=2 * WAIT)

    def _reload_until(self, wanted: Locator) -> None:
        def is_there() -> bool:
            self.page.reload()
            return wanted.count() > 0

        eventually(is_there, within=2 * WAIT / 1000, every=0.3, what=f"{self.page.url} shows {wanted}")

    def keep(self, name: str) -> Path:
        """A screenshot of the whole page, named by what it shows and how it is looked at."""
        path = SCREENSHOTS / f"{name}-{self.look.name.lower()}.png"
        self.page.screenshot(path=path, full_page=True)
        return path

    def look_over(self, name: str) -> None:
        """Keep how the page looks, and see that nothing on it stands in anybody's way."""
        self.keep(name)
        assert self.page.locator("h1").count() == 1, name
        assert not self.scrolls_sideways(), name
        if self.look is not Look.PLAIN:  # axe is a script
            assert (name, self.barriers()) == (name, [])

    def barriers(self) -> list[str]:
        """What axe finds on the page: each rule that is broken, and where (WCAG 2.2 A and AA, and best practices)."""
        found = Axe().run(self.page).response["violations"]
        return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]

    def scrolls_sideways(self) -> bool:
        """Whether the page as a whole is wider than the window; tables may scroll within their own frames."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))

    def close(self) -> None:
        self._context.close()

    def _heed(self, message: ConsoleMessage) -> None:
        """Refusals that a test provokes are told as errors too: those of `expected` statuses are no complaint."""
        if message.type in {"error", "warning"} and not any(
            f"status of {code}" in message.text for code in self.expected
        ):
            self.complaints.append(f"{self.page.url}: {message.text}")
