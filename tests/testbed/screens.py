"""The office's people at their screens: Debian's Chromium, driven by Playwright. Shared by the browser tests and
scripts/screenshots.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect, sync_playwright

from tests.testbed.office import Office

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


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def visitor(browser: Browser, size: dict[str, int]) -> Page:
    """A page of a new, separate visitor with an Indonesian computer. Only this machine is let through."""
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        locale="id-ID",
        timezone_id="Asia/Jakarta",
        is_mobile=size == PHONE,
        has_touch=size == PHONE,
    )
    context.set_default_timeout(TIMEOUT_MS)
    context.route(lambda url: "127.0.0.1" not in url and not url.startswith(("data:", "blob:")), _refuse)
    return context.new_page()


def _refuse(route: Route) -> None:
    route.abort()


def log_in(page: Page, office: Office, login: str) -> None:
    """With the cookies of the person, who has logged in by WordPress's form once; a browser would take seconds."""
    session = office.person(login).session
    page.context.add_cookies(
        [{"name": c.name, "value": c.value or "", "url": office.wordpress} for c in session.cookies]
    )


def log_in_by_hand(page: Page, office: Office, login: str) -> None:
    page.goto(f"{office.wordpress}/wp-login.php")
    page.fill("#user_login", login)
    page.fill("#user_pass", office.credentials["users"][login]["password"])
    page.click("#wp-submit")
    page.wait_for_url("**/wp-admin/**")


def complaints(page: Page) -> list[str]:
    """A list that fills with what goes wrong in the page's own scripts from now on."""
    found: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        address = message.location.get("url", "")
        if message.type == "error" and "tayang" in f"{address} {message.text}".lower():
            found.append(f"{message.text} ({address})")

    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", on_console)
    return found


# What WCAG 2.2 AA asks for, as far as a program can tell.
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@cache
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def accessibility_faults(page: Page, selector: str) -> list[str]:
    """What axe finds against WCAG 2.2 AA in the elements of `selector`: a line for each, with the element and why."""
    expect(page.locator(selector).first).to_be_visible()
    # Half faded in, a text has no contrast.
    page.evaluate("() => Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    page.evaluate(_axe())
    found = page.evaluate(
        "([selector, tags]) => axe.run({include: [[selector]]}, {runOnly: {type: 'tag', values: tags}})",
        [selector, AXE_RULES],
    )
    if not found["passes"] and not found["violations"]:
        raise AssertionError(f"axe looked at nothing in {selector}")
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:200]} -- {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def assert_accessible(page: Page, selector: str) -> None:
    """The elements of `selector`, as they are on the screen now, keep the rules of WCAG 2.2 AA that axe can check."""
    faults = accessibility_faults(page, selector)
    assert not faults, "\n".join(faults)


def assert_fits(page: Page) -> None:
    """The page does not scroll sideways."""
    width = int(page.evaluate("document.documentElement.scrollWidth"))
    assert page.viewport_size and width <= page.viewport_size["width"], f"the page is {width} px wide"


def open_editor(page: Page, office: Office, post: int) -> None:
    """The block editor of a post, with the sidebar of the post shown. Waits on the data store, not on pixels."""
    page.goto(f"{office.wordpress}/wp-admin/post.php?post={post}&action=edit")
    page.wait_for_function(
        "() => window.wp && wp.data && wp.data.select('core/editor')"
        " && wp.data.select('core/editor').getCurrentPostId()"
    )
    page.evaluate(
        """() => {
            const store = wp.data.dispatch('core/edit-post');
            (store.openGeneralSidebar || (() => {}))('edit-post/document');
            wp.data.dispatch('core/preferences').set('core/edit-post', 'welcomeGuide', false);
        }"""
    )


def type_into_editor(page: Page, fields: dict[str, Any]) -> None:
    """Title, content (block markup), excerpt, featured_media: put into the editor, not saved."""
    page.evaluate(
        """(fields) => {
            const { content, ...others } = fields;
            wp.data.dispatch('core/editor').editPost(others);
            if (content !== undefined) {
                wp.data.dispatch('core/block-editor').resetBlocks(wp.blocks.parse(content));
            }
        }""",
        fields,
    )


def open_case(page: Page, office: Office, post: int) -> None:
    page.goto(f"{office.wordpress}/wp-admin/admin.php?page=tayang-case&post={post}")
    expect(page.locator(".tayang-panel[data-revision]")).to_be_visible()


def press(page: Page, command: str, note: str = "", to: int = 0) -> None:
    """Presses a button of the panel, with a note and a person where they are wanted; waits for the answer."""
    panel = page.locator(".tayang-panel[data-revision]")
    expect(panel).to_be_visible()
    revision = panel.get_attribute("data-revision")
    decide = panel.locator(".tayang-decide")
    if to:
        decide.locator("select").select_option(str(to))
    if note:
        decide.locator("textarea").fill(note)
    panel.locator(f"[data-command={command}]").click()
    page.wait_for_function(
        "(old) => { const panel = document.querySelector('.tayang-panel[data-revision]');"
        " return panel && panel.dataset.revision !== old || document.querySelector('.tayang-error'); }",
        arg=revision,
        timeout=TIMEOUT_MS,
    )
    expect(panel.locator(".tayang-error")).to_have_count(0)


def fill_captions(page: Page, captions: dict[str, str]) -> None:
    """Ticks the channels in the panel, in the office's order, and writes their captions."""
    for row, (_, caption) in zip(page.locator(".tayang-channel").all(), captions.items(), strict=True):
        row.get_by_role("checkbox").check()
        row.locator("textarea").fill(caption)


def fill_card(page: Page, card: dict[str, Any]) -> None:
    """Chooses the design and fills its fields."""
    box = page.locator(".tayang-card")
    box.locator("select").select_option(card["template"])
    for key, value in card["fields"].items():
        box.locator(f"[data-field={key}]").fill(str(value))
