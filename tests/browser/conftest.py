"""Debian's Chromium, driven by Playwright; pictures go to .run/shots (or TAYANG_SHOTS)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.testbed import screens
from tests.testbed.office import Office
from tests.testbed.screens import PHONE

SHOTS = Path(os.environ.get("TAYANG_SHOTS") or Path(__file__).resolve().parents[2] / ".run" / "shots")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with screens.chromium() as browser:
        yield browser


@pytest.fixture
def open_context(browser: Browser) -> Iterator[Callable[[dict[str, int]], Page]]:
    """`open_context(size)` gives a page of a new, separate visitor."""
    pages: list[Page] = []

    def open_one(size: dict[str, int]) -> Page:
        pages.append(screens.visitor(browser, size))
        return pages[-1]

    yield open_one
    for page in pages:
        page.context.close()


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
        screens.log_in(page, office, login)

    return log
