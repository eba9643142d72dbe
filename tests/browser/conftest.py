"""A real Chromium for each test, fresh, with a window as wide as the test wants."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from page_in_browser import Page
from running_service import RunningService
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
OpenBrowser = Callable[..., webdriver.Chrome]


def _program(*names: str) -> str:
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        raise RuntimeError(f"{names[0]} is not installed; on Debian: apt-get install chromium chromium-driver")
    return found


@pytest.fixture
def open_browser(tmp_path: Path) -> Iterator[OpenBrowser]:
    """Opens Chromium; `width` of the window in CSS pixels."""
    opened: list[webdriver.Chrome] = []

    def start(width: int = 1280, height: int = 900) -> webdriver.Chrome:
        options = webdriver.ChromeOptions()
        options.binary_location = _program("chromium", "chromium-browser", "google-chrome")
        for flag in (
            *FLAGS,
            f"--user-data-dir={tmp_path / f'profile{len(opened)}'}",
            f"--window-size={width},{height}",
        ):
            options.add_argument(flag)
        options.accept_insecure_certs = True
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        browser = webdriver.Chrome(options=options, service=Service(_program("chromedriver")))
        opened.append(browser)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        return browser

    yield start
    for browser in opened:
        browser.quit()


@pytest.fixture
def page(open_browser: OpenBrowser, service: RunningService) -> Page:
    """The page of the service without keys."""
    return Page(open_browser(), service.url)


@pytest.fixture
def guarded_page(open_browser: OpenBrowser, guarded_service: RunningService) -> Page:
    """The page of the service that asks for keys."""
    return Page(open_browser(), guarded_service.url)
