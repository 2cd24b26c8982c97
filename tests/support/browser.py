"""A real browser for tests of what pages do with their script, and a server for it to visit."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from wsgiref.types import WSGIApplication

import pytest
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def installed() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a Chromium these tests are skipped, and said to be; where CI is set that would be a hidden failure."""
    ours = [item for item in items if "chromium" in getattr(item, "fixturenames", ())]
    if not ours or installed():
        return
    if os.environ.get("CI"):  # noqa: TID251 - a setting of the tests alone
        raise pytest.UsageError("There is no Chromium, and CI must have one: apt-get install chromium")
    for item in ours:
        item.add_marker(pytest.mark.skip(reason="NO CHROMIUM: the desk was not tried in a browser. Install chromium."))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one that is installed; none is downloaded."""
    found = installed()
    assert found is not None  # or the test would have been skipped
    from playwright.sync_api import sync_playwright  # every test run loads this module, few need a browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def serving(application: WSGIApplication) -> Iterator[str]:
    """Its address, on a free port of this host, as long as the block lasts."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
