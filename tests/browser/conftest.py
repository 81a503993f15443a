"""Debian's Chromium, driven by Playwright; pictures go to .run/shots (or TAYANG_SHOTS)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.testbed.office import Office

SHOTS = Path(os.environ.get("TAYANG_SHOTS") or Path(__file__).resolve().parents[2] / ".run" / "shots")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT_MS = 45_000
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1360, "height": 950}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_context(browser: Browser, office: Office) -> Iterator[Callable[[dict[str, int]], Page]]:
    """`open_context(size)` gives a page of a new, separate visitor. Only this machine is let through."""
    contexts: list[BrowserContext] = []

    def open_one(size: dict[str, int]) -> Page:
        context = browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            is_mobile=size == PHONE,
            has_touch=size == PHONE,
        )
        context.set_default_timeout(TIMEOUT_MS)
        context.route(
            lambda url: "127.0.0.1" not in url and not url.startswith(("data:", "blob:")), lambda route: route.abort()
        )
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """`shot(page, name)`: a picture of the page as it is now."""
    SHOTS.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=page.viewport_size == PHONE)

    return take


@pytest.fixture
def log_in(office: Office) -> Callable[[Page, str], None]:
    def log(page: Page, login: str) -> None:
        page.goto(f"{office.wordpress}/wp-login.php")
        page.fill("#user_login", login)
        page.fill("#user_pass", office.credentials["users"][login]["password"])
        page.click("#wp-submit")
        page.wait_for_url("**/wp-admin/**")

    return log
