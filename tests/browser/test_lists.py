"""WordPress's own lists of posts: the column, the filter and the view of what waits for the reader."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.testbed import screens, story
from tests.testbed.office import Office, wait_until
from tests.testbed.screens import DESK, PHONE

pytestmark = [pytest.mark.real, pytest.mark.browser]

Open = Callable[[dict[str, int]], Page]
LogIn = Callable[[Page, str], None]
Shot = Callable[[Page, str], None]


def mirrored(office: Office, login: str, post: int, no: int) -> None:
    status = f"tyg_pemberitaan_{no}"
    wait_until("the mirror", lambda: office.person(login).post(post)["status"] == status)


def test_the_list_says_step_person_and_time(
    office: Office, open_context: Open, log_in: LogIn, shot: Shot, tag: str
) -> None:
    post = story.news_at(office, 4, f"Daftar {tag}")
    mirrored(office, "kasubbag", post, 4)
    page = open_context(DESK)
    log_in(page, "kasubbag")
    page.goto(f"{office.wordpress}/wp-admin/edit.php")
    cell = page.locator(f"#post-{post} td.column-tayang")
    for words in ("Langkah 4 dari 10", "Giliran Anda", "Rina Kusumawati"):
        expect(cell).to_contain_text(words)
    expect(cell.locator(".tayang-left")).to_have_text(re.compile("Sisa|Terlambat"))
    screens.assert_accessible(page, f"#post-{post} td.column-tayang")
    screens.assert_accessible(page, "#tayang-filter")
    shot(page, "posts-list")
    phone = open_context(PHONE)
    log_in(phone, "kasubbag")
    phone.goto(f"{office.wordpress}/wp-admin/edit.php")
    phone.locator(f"#post-{post} .toggle-row").click()
    expect(phone.locator(f"#post-{post} td.column-tayang")).to_contain_text("Giliran Anda")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], "the page is wider than the phone"


def test_filter_and_view_show_what_waits_for_the_reader(
    office: Office, open_context: Open, log_in: LogIn, tag: str
) -> None:
    mine = story.news_at(office, 4, f"Milik saya {tag}")
    others = story.news_at(office, 3, f"Milik orang lain {tag}")
    mirrored(office, "kasubbag", mine, 4)
    mirrored(office, "kasubbag", others, 3)
    page = open_context(DESK)
    log_in(page, "kasubbag")
    page.goto(f"{office.wordpress}/wp-admin/edit.php")
    page.locator(".subsubsub").get_by_role("link", name=re.compile("Menunggu saya")).click()
    expect(page.locator(f"#post-{mine}")).to_be_visible()
    expect(page.locator(f"#post-{others}")).to_have_count(0)
    expect(page.locator(".subsubsub [aria-current=page]")).to_contain_text("Menunggu saya")
    page.locator("#tayang-filter").select_option("tyg_pemberitaan_3")
    page.locator("#post-query-submit").click()
    expect(page.locator(f"#post-{others}")).to_be_visible()
    expect(page.locator(f"#post-{mine}")).to_have_count(0)
    expect(page.locator("#tayang-filter")).to_have_value("tyg_pemberitaan_3")


def test_greetings_have_the_column_too(office: Office, open_context: Open, log_in: LogIn, tag: str) -> None:
    post, _ = office.person("pembina").new_assignment(
        "ucapan",
        f"Ucapan {tag}",
        activity="Nyepi",
        occasion="hari_keagamaan",
        assignee=office.id_of("sekretaris"),
    )
    page = open_context(DESK)
    log_in(page, "sekretaris")
    page.goto(f"{office.wordpress}/wp-admin/edit.php?post_type=tayang_greeting&tayang=mine")
    expect(page.locator(f"#post-{post} td.column-tayang")).to_contain_text("Langkah 2 dari 7")
