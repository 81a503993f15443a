"""Tugas saya: the list, the admin bar's count, the dashboard's widget; and what stays when the server is down."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.testbed import instance, screens, story
from tests.testbed.office import Office, wait_until
from tests.testbed.screens import DESK, PHONE

pytestmark = [pytest.mark.real, pytest.mark.browser]

Open = Callable[[dict[str, int]], Page]
LogIn = Callable[[Page, str], None]
Shot = Callable[[Page, str], None]


def go(page: Page, office: Office, path: str = "admin.php?page=tayang") -> None:
    page.goto(f"{office.wordpress}/wp-admin/{path}")


def page_with(office: Office, login: str, post: int) -> str:
    """The page of the reader's list on which the post stands; tests before this one have left tasks, too."""
    no = 1
    while True:
        found = office.person(login).rest("GET", "tayang/v1/tasks", params={"page": no})
        if any(case["post_id"] == post for case in found["cases"]):
            return f"admin.php?page=tayang&paged={no}"
        assert found["cases"], f"post {post} is no task of {login}"
        no += 1


def count(page: Page) -> int:
    return int(re.match(r"\d+", page.locator("#wp-admin-bar-tayang-tasks .ab-label").inner_text())[0])  # type: ignore[index]


def test_a_task_says_what_is_expected_and_leads_there(
    office: Office, open_context: Open, log_in: LogIn, shot: Shot, tag: str
) -> None:
    post = story.news_at(office, 3, f"Tugas {tag}")
    page = open_context(DESK)
    complaints = screens.complaints(page)
    log_in(page, "penyusun")
    go(page, office, page_with(office, "penyusun", post))
    row = page.locator(".tayang-table tbody tr", has_text=tag)
    expect(row).to_contain_text("Susun dan ajukan")
    expect(row).to_contain_text("Langkah 3 dari 10")
    expect(row.locator(".tayang-left")).to_have_text(re.compile("Sisa|Terlambat"))
    screens.assert_accessible(page, "#wpbody-content")
    shot(page, "my-tasks")
    row.get_by_role("link", name=re.compile("^Tulis")).click()
    page.wait_for_url(re.compile(rf"post\.php\?post={post}&action=edit"))
    assert not complaints


def test_the_bar_counts_on_every_page_and_follows_the_case(
    office: Office, open_context: Open, log_in: LogIn, tag: str
) -> None:
    page = open_context(DESK)
    log_in(page, "penyusun")
    go(page, office, "index.php")
    before = count(page)
    post = story.news_at(office, 3, f"Tugas {tag}")
    penyusun = office.person("penyusun")
    wait_until("the mirror", lambda: penyusun.post(post)["status"] == "tyg_pemberitaan_3")
    page.reload()
    assert count(page) == before + 1
    expect(page.locator("#toplevel_page_tayang .pending-count").first).to_have_text(str(before + 1))
    bar = page.locator("#wp-admin-bar-tayang-tasks")
    bar.hover()
    expect(page.locator("#wp-admin-bar-tayang-all-tasks")).to_be_visible()
    assert page.locator("#wp-admin-bar-tayang-tasks li").count() <= 6
    screens.assert_accessible(page, "#wp-admin-bar-tayang-tasks")
    page.goto(office.wordpress)
    assert count(page) == before + 1, "on the website too"
    penyusun.command(post, "submit")
    go(page, office, "index.php")
    assert count(page) == before


def test_the_widget_shows_tasks_at_once_and_publications_after(
    office: Office, open_context: Open, log_in: LogIn, shot: Shot, tag: str
) -> None:
    story.news_at(office, 3, f"Tugas {tag}")
    page = open_context(DESK)
    complaints = screens.complaints(page)
    log_in(page, "penyusun")
    go(page, office, "index.php")
    widget = page.locator("#tayang_dashboard")
    expect(widget.locator(".tayang-dash-list li").first).to_be_visible()
    for part in ("next", "recent"):
        expect(widget.locator(f"[data-tayang-publications={part}]")).not_to_contain_text("Menghubungi")
    screens.assert_accessible(page, "#tayang_dashboard")
    shot(page, "dashboard")
    assert not complaints


def test_on_a_phone_tasks_are_read_without_scrolling_sideways(
    office: Office, open_context: Open, log_in: LogIn, shot: Shot, tag: str
) -> None:
    story.news_at(office, 3, f"Tugas {tag}")
    phone = open_context(PHONE)
    log_in(phone, "penyusun")
    go(phone, office)
    expect(phone.locator(".tayang-table tbody tr").first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], "the page is wider than the phone"
    screens.assert_accessible(phone, "#wpbody-content")
    shot(phone, "my-tasks-phone")


def test_without_the_server_the_last_known_list_stays(
    office: Office, open_context: Open, log_in: LogIn, tag: str
) -> None:
    post = story.news_at(office, 3, f"Tugas {tag}")
    wait_until("the mirror", lambda: office.person("penyusun").post(post)["status"] == "tyg_pemberitaan_3")
    page = open_context(DESK)
    log_in(page, "penyusun")
    instance.stop(office, "sidecar")
    try:
        go(page, office)
        expect(page.locator(".notice-warning")).to_contain_text("Server Tayang tidak menjawab")
        expect(page.locator(".notice-warning")).to_contain_text("terakhir yang diketahui WordPress")
        expect(page.locator(".tayang-table")).to_be_visible()
    finally:
        instance.bring_back(office)
    page.get_by_role("link", name="Coba lagi").click()
    expect(page.locator(".tayang-tasks-page .notice-warning")).to_have_count(0)


def test_the_page_works_without_scripts(office: Office, open_context: Open, log_in: LogIn, tag: str) -> None:
    post = story.news_at(office, 3, f"Tugas {tag}")
    page = open_context(DESK)
    log_in(page, "penyusun")
    page.route("**/*.js*", lambda route: route.abort())
    go(page, office, page_with(office, "penyusun", post))
    expect(page.locator(".tayang-table tbody tr", has_text=tag)).to_contain_text("Susun dan ajukan")
