"""Kalender: a month by its address, every kind told apart without colour, from an observance to a greeting."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.testbed import screens, story
from tests.testbed.office import Office
from tests.testbed.screens import DESK, PHONE

pytestmark = [pytest.mark.real, pytest.mark.browser]

Open = Callable[[dict[str, int]], Page]
LogIn = Callable[[Page, str], None]
Shot = Callable[[Page, str], None]

MONTHS = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]


def go(page: Page, office: Office, query: str = "") -> None:
    page.goto(f"{office.wordpress}/wp-admin/admin.php?page=tayang-calendar{query}")
    expect(page.locator(".tayang-calendar-state")).to_contain_text("entri")


def test_an_activity_and_a_plan_stand_on_their_days(
    office: Office, open_context: Open, log_in: LogIn, shot: Shot, tag: str
) -> None:
    today = datetime.now(story.ZONE).date()
    post = story.news_at(office, 10, f"Rencana {tag}")
    at = datetime.combine(today + timedelta(days=1), datetime.min.time(), story.ZONE).replace(hour=6)
    humas = office.person("humas")
    humas.command(post, "plan_publication", publish_at=at.isoformat())
    office.person("sekretaris").new_assignment(
        "pemberitaan", f"Kegiatan {tag}", activity=f"Kegiatan {tag}", activity_date=today.isoformat()
    )
    page = open_context(DESK)
    complaints = screens.complaints(page)
    log_in(page, "humas")
    go(page, office, f"&month={at:%Y-%m}")
    planned = page.locator(f"td[data-date='{at:%Y-%m-%d}'] .is-planned", has_text=tag)
    expect(planned).to_contain_text("06.00")
    expect(planned).to_contain_text("Direncanakan:")
    expect(planned.locator("a")).to_have_attribute("href", re.compile(rf"tayang-case&post={post}$"))
    go(page, office)
    details = page.locator(f"td[data-date='{today}'] details")
    if details.count():
        details.locator("summary").click()
    expect(page.locator(f"td[data-date='{today}'] .is-activity", has_text=tag)).to_be_visible()
    expect(page.locator("td.is-today")).to_have_attribute("data-date", today.isoformat())
    screens.assert_accessible(page, "#wpbody-content")
    shot(page, "calendar")
    assert not complaints


def test_months_are_walked_by_address_and_named_in_the_readers_language(
    office: Office, open_context: Open, log_in: LogIn
) -> None:
    page = open_context(DESK)
    log_in(page, "kasubbag")
    go(page, office, "&month=2027-01")
    expect(page.locator("#tayang-month")).to_have_text("Januari 2027")
    expect(page.locator(".tayang-month th").first).to_have_text("Sen")
    page.locator(".tayang-previous").click()
    expect(page.locator("#tayang-month")).to_have_text("Desember 2026")
    assert "month=2026-12" in page.url
    page.go_back()
    expect(page.locator("#tayang-month")).to_have_text("Januari 2027")
    page.locator(".tayang-today").click()
    today = datetime.now(story.ZONE).date()
    expect(page.locator("#tayang-month")).to_have_text(f"{MONTHS[today.month - 1]} {today.year}")


def test_an_observance_leads_who_may_open_one_to_a_greeting(
    office: Office, open_context: Open, log_in: LogIn, shot: Shot
) -> None:
    page = open_context(DESK)
    log_in(page, "pembina")
    go(page, office, "&month=2027-03")
    feast = page.locator(".tayang-month .is-observance", has_text="Idul Fitri").first
    expect(feast).to_contain_text("(perkiraan)")
    expect(feast).to_contain_text("Hari besar:")
    shot(page, "calendar-observances")
    day = feast.locator("xpath=ancestor::td").get_attribute("data-date")
    feast.get_by_role("link", name=re.compile("Ucapan baru")).click()
    page.wait_for_url("**page=tayang-assignment**")
    expect(page.get_by_label(re.compile("^Prosedur"))).to_have_value("ucapan")
    expect(page.get_by_label(re.compile("^Kegiatan"))).to_have_value(re.compile("Idul Fitri"))
    assert day and page.locator("#tayang-activity_date").input_value() == day
    expect(page.locator("#tayang-occasion")).to_be_visible()
    expect(page.locator("#tayang-occasion")).to_have_value("")
    other = open_context(DESK)
    log_in(other, "penyusun")
    go(other, office, "&month=2027-03")
    expect(other.locator(".tayang-month .is-observance").first).to_be_visible()
    expect(other.locator(".tayang-greet")).to_have_count(0)


def test_arrow_keys_walk_from_entry_to_entry(office: Office, open_context: Open, log_in: LogIn) -> None:
    page = open_context(DESK)
    log_in(page, "pembina")
    go(page, office, "&month=2027-03")
    focused = "document.activeElement.closest('td').dataset.date"
    page.locator("td[data-date='2027-03-10'] [data-stop]").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == "2027-03-11"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(focused) == "2027-03-10"
    page.locator("td[data-date='2027-03-26'] [data-stop]").first.focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "2027-03-26", "no entry on a Friday after it"


def test_on_a_phone_the_month_is_a_list(office: Office, open_context: Open, log_in: LogIn, shot: Shot) -> None:
    phone = open_context(PHONE)
    log_in(phone, "pembina")
    go(phone, office, "&month=2027-03")
    expect(phone.locator(".tayang-month")).to_be_hidden()
    nyepi = phone.locator(".tayang-agenda-day", has_text="Nyepi")
    expect(nyepi.get_by_role("heading")).to_have_text("Senin, 8 Maret")
    expect(nyepi.locator(".tayang-entry-kind")).to_have_text("Hari besar")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], "the page is wider than the phone"
    screens.assert_accessible(phone, "#wpbody-content")
    shot(phone, "calendar-phone")


def test_the_list_is_there_on_a_desktop_too(office: Office, open_context: Open, log_in: LogIn) -> None:
    page = open_context(DESK)
    log_in(page, "kasubbag")
    go(page, office, "&month=2027-03")
    page.get_by_role("link", name="Daftar", exact=True).click()
    expect(page.locator(".tayang-agenda-day").first).to_be_visible()
    expect(page.locator(".tayang-month")).to_be_hidden()
    days = page.locator(".tayang-agenda-day h3").all_inner_texts()
    assert days and date(2027, 3, 8).strftime("%-d") in days[0]
    page.locator(".tayang-next").click()
    assert "view=list" in page.url
