"""Papan Kerja: cases by step, filters in the address, one stop of the Tab key, quiet renewal, plain words when down."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.testbed import instance, screens, story
from tests.testbed.office import Office
from tests.testbed.screens import DESK, PHONE

pytestmark = [pytest.mark.real, pytest.mark.browser]

Open = Callable[[dict[str, int]], Page]
LogIn = Callable[[Page, str], None]
Shot = Callable[[Page, str], None]


def assignments(office: Office, tag: str, number: int = 1, **more: str) -> list[int]:
    """News items that wait at step 2 for the Kasubbag."""
    who, to = office.person("sekretaris"), office.id_of("kasubbag")
    titles = [f"Rapat koordinasi {no} {tag}" for no in range(1, number + 1)]
    return [who.new_assignment("pemberitaan", one, activity=one, assignee=to, **more)[0] for one in titles]


def go(page: Page, office: Office, query: str = "") -> None:
    page.goto(f"{office.wordpress}/wp-admin/admin.php?page=tayang-board{query}")
    expect(page.locator(".tayang-board-state")).to_contain_text("kasus berjalan")


def column(page: Page, key: str) -> Locator:
    return page.locator(f".tayang-column[data-column='{key}']")


def card(page: Page, title: str) -> Locator:
    return page.locator(".tayang-kcard", has_text=title)


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_cards_stand_at_their_step_with_person_time_and_marks(
    office: Office, open_context: Open, log_in: LogIn, shot: Shot, tag: str
) -> None:
    back = story.news_at(office, 4, f"Dikembalikan {tag}")
    office.person("kasubbag").command(back, "return", note="Mohon lengkapi.")
    assignments(office, tag, division="Divisi Hukum dan Pengawasan")
    desk = open_context(DESK)
    complaints = screens.complaints(desk)
    log_in(desk, "kasubbag")
    go(desk, office, f"&s={tag.replace('#', '%23')}")
    waiting = column(desk, "2").locator(".tayang-kcard")
    expect(waiting).to_have_count(1)
    for words in (f"Rapat koordinasi 1 {tag}", "Divisi Hukum dan Pengawasan", "Rina Kusumawati", "Giliran Anda"):
        expect(waiting).to_contain_text(words)
    expect(waiting.locator(".tayang-left")).to_have_text(re.compile(r"Sisa|Terlambat"))
    expect(column(desk, "3").locator(".tayang-kcard")).to_contain_text("Percobaan ke-2")
    expect(column(desk, "3").locator(".tayang-kcard")).to_contain_text("Dimas Prasetyo")
    expect(column(desk, "4").get_by_role("button", expanded=False)).to_be_visible()
    screens.assert_accessible(desk, "#wpbody-content")
    go(desk, office)
    shot(desk, "board")
    assert not complaints


def test_filters_are_the_address_and_the_back_button_works(
    office: Office, open_context: Open, log_in: LogIn, tag: str
) -> None:
    assignments(office, tag)
    page = open_context(DESK)
    log_in(page, "humas")
    go(page, office, f"&s={tag.replace('#', '%23')}")
    expect(card(page, tag)).to_have_count(1)
    page.get_by_label("Menunggu saya").check()
    expect(page.locator(".tayang-empty")).to_be_visible()
    assert query(page)["mine"] == ["1"] and query(page)["s"] == [tag]
    page.go_back()
    expect(card(page, tag)).to_have_count(1)
    expect(page.get_by_label("Menunggu saya")).not_to_be_checked()
    page.get_by_label("Peran").select_option("kasubbag")
    page.get_by_label("Orang").select_option(label="Rina Kusumawati")
    expect(card(page, tag)).to_have_count(1)
    shared = open_context(DESK)
    log_in(shared, "penyusun")
    shared.goto(page.url)
    expect(shared.get_by_label("Orang")).to_have_value(str(office.id_of("kasubbag")))
    expect(card(shared, tag)).to_have_count(1)
    page.get_by_role("button", name="Hapus filter").click()
    expect(page.get_by_label("Orang")).to_have_value("")
    assert "s" not in query(page)
    page.get_by_role("link", name="Ucapan Selamat").click()
    expect(page.locator(".nav-tab-active")).to_have_text("Ucapan Selamat")
    assert query(page)["procedure"] == ["ucapan"]


def test_typing_in_the_search_narrows_the_board_and_keeps_the_focus(
    office: Office, open_context: Open, log_in: LogIn, tag: str
) -> None:
    assignments(office, tag, 2)
    page = open_context(DESK)
    log_in(page, "humas")
    go(page, office)
    search = page.get_by_label("Cari judul")
    search.press_sequentially(f"koordinasi 2 {tag}")
    expect(card(page, tag)).to_have_count(1)
    expect(search).to_be_focused()


def test_arrows_move_between_cards_and_columns_and_enter_opens(
    office: Office, open_context: Open, log_in: LogIn, tag: str
) -> None:
    posts = assignments(office, tag, 2)
    story.news_at(office, 3, f"Rapat koordinasi 3 {tag}")
    page = open_context(DESK)
    log_in(page, "kasubbag")
    go(page, office, f"&s={tag.replace('#', '%23')}")
    expect(card(page, tag)).to_have_count(3)
    assert page.locator(".tayang-board [tabindex='0']").count() == 1, "the board is one stop of the Tab key"
    page.get_by_role("button", name="Segarkan").focus()
    page.keyboard.press("Tab")
    first, second = column(page, "2").locator(".tayang-kcard a").all()
    expect(first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(column(page, "3").locator(".tayang-kcard a")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(column(page, "3").get_by_role("button").first).to_be_focused()
    page.keyboard.press("Home")
    expect(column(page, "1").get_by_role("button").first).to_be_focused()
    page.keyboard.press("End")
    expect(column(page, "published").get_by_role("button").first).to_be_focused()
    first.focus()
    page.keyboard.press("Tab")
    assert not page.evaluate("document.querySelector('.tayang-board').contains(document.activeElement)")
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"page=tayang-case&post=({posts[0]}|{posts[1]})"))


def test_a_column_is_loaded_page_by_page(office: Office, open_context: Open, log_in: LogIn, tag: str) -> None:
    assignments(office, tag, 23)
    page = open_context(DESK)
    log_in(page, "kasubbag")
    go(page, office, f"&s={tag.replace('#', '%23')}")
    cards = column(page, "2").locator(".tayang-kcard")
    expect(cards).to_have_count(20)
    expect(column(page, "2").locator(".tayang-column-count")).to_have_text("23")
    column(page, "2").get_by_role("button", name="Tampilkan lagi (3)").click()
    expect(cards).to_have_count(23)
    expect(cards.nth(20).locator("a")).to_be_focused()
    expect(page.locator(".tayang-more")).to_have_count(0)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_load_state("networkidle")
    expect(cards).to_have_count(23)


def test_it_renews_itself_without_moving_the_focus(office: Office, open_context: Open, log_in: LogIn, tag: str) -> None:
    stays, goes = assignments(office, tag, 2)
    page = open_context(DESK)
    log_in(page, "kasubbag")
    go(page, office, f"&s={tag.replace('#', '%23')}")
    card(page, f"2 {tag}").locator("a").focus()
    office.person("kasubbag").command(stays, "assign", assignee=office.id_of("penyusun"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(column(page, "3").locator(".tayang-kcard")).to_have_count(1)
    expect(card(page, f"2 {tag}").locator("a")).to_be_focused()
    office.person("kasubbag").command(goes, "assign", assignee=office.id_of("penyusun"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(column(page, "3").locator(".tayang-kcard")).to_have_count(2)
    # The focused case has left its column: the keyboard stays where the eyes are.
    expect(column(page, "2").get_by_role("button").first).to_be_focused()


def test_on_a_phone_columns_open_one_below_the_other(
    office: Office, open_context: Open, log_in: LogIn, shot: Shot, tag: str
) -> None:
    assignments(office, tag)
    phone = open_context(PHONE)
    log_in(phone, "kasubbag")
    go(phone, office)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], "the page is wider than the phone"
    expect(column(phone, "2").locator(".tayang-kcard").first).to_be_visible()
    shot(phone, "board-phone")
    column(phone, "2").get_by_role("button").first.click()
    expect(column(phone, "2").locator(".tayang-kcard").first).to_be_hidden()
    expect(phone.get_by_label("Peran")).to_be_hidden()
    phone.get_by_role("button", name="Filter").click()
    expect(phone.get_by_label("Peran")).to_be_visible()
    screens.assert_accessible(phone, "#wpbody-content")


def test_a_server_that_is_down_is_said_with_a_way_to_try_again(
    office: Office, open_context: Open, log_in: LogIn, tag: str
) -> None:
    assignments(office, tag)
    page = open_context(DESK)
    log_in(page, "kasubbag")
    instance.stop(office, "sidecar")
    try:
        page.goto(f"{office.wordpress}/wp-admin/admin.php?page=tayang-board&s={tag.replace('#', '%23')}")
        alert = page.locator(".tayang-board-page [role=alert]")
        expect(alert).to_contain_text("Server Tayang tidak menjawab")
    finally:
        instance.bring_back(office)
    alert.get_by_role("button", name="Coba lagi").click()
    expect(card(page, tag)).to_have_count(1)
    expect(alert).to_have_count(0)
