"""Penugasan baru: faults named at each field, filled in from the address, given once however often it is pressed."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.testbed import screens
from tests.testbed.office import Office
from tests.testbed.screens import DESK, PHONE

pytestmark = [pytest.mark.real, pytest.mark.browser]

Open = Callable[[dict[str, int]], Page]
LogIn = Callable[[Page, str], None]
Shot = Callable[[Page, str], None]


def go(page: Page, office: Office, query: str = "") -> None:
    page.goto(f"{office.wordpress}/wp-admin/admin.php?page=tayang-assignment{query}")
    expect(page.locator("#tayang-assignment")).to_be_visible()


def test_what_is_missing_is_said_at_the_field(office: Office, open_context: Open, log_in: LogIn, shot: Shot) -> None:
    page = open_context(DESK)
    complaints = screens.complaints(page)
    log_in(page, "sekretaris")
    go(page, office)
    page.locator("#tayang-division").select_option(label="Lainnya …")
    page.get_by_role("button", name="Beri penugasan").click()
    activity = page.locator("#tayang-activity")
    expect(activity).to_be_focused()
    expect(activity).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#tayang-activity-error")).to_be_visible()
    expect(page.locator("#tayang-division-error")).to_be_visible()
    screens.assert_accessible(page, "#wpbody-content")
    shot(page, "assignment-faults")
    activity.fill("Rapat")
    expect(page.locator("#tayang-activity-error")).to_be_hidden()
    page.on("dialog", lambda dialog: dialog.accept())
    assert not complaints


def test_given_once_however_often_it_is_pressed(office: Office, open_context: Open, log_in: LogIn, tag: str) -> None:
    page = open_context(DESK)
    log_in(page, "sekretaris")
    query = f"&activity={quote(f'Bimtek {tag}')}&place=Silo&division={quote('Divisi Baru')}&activity_date=2026-12-01"
    go(page, office, query)
    expect(page.locator("#tayang-activity")).to_have_value(f"Bimtek {tag}")
    expect(page.locator("#tayang-division_other")).to_have_value("Divisi Baru")
    page.locator("#tayang-title").fill(f"KPU Jember gelar bimtek {tag}")
    page.locator("#tayang-assignee").select_option(str(office.id_of("kasubbag")))
    page.get_by_role("button", name="Beri penugasan").dblclick()
    page.wait_for_url("**page=tayang-case&post=*")
    expect(page.locator(".tayang-panel[data-revision]")).to_be_visible()
    post = int(page.url.rpartition("post=")[2])
    view = office.person("kasubbag").wait_for_turn(post, 2)
    assert view["title"] == f"KPU Jember gelar bimtek {tag}"
    assert view["disposition"]["division"] == "Divisi Baru"
    assert view["disposition"]["activity_date"] == "2026-12-01"
    found = office.person("kasubbag").rest("GET", "tayang/v1/board", params={"procedure": "pemberitaan", "search": tag})
    assert sum(column["count"] for column in found["columns"]) == 1


def test_a_refusal_of_the_server_keeps_what_was_typed(
    office: Office, open_context: Open, log_in: LogIn, tag: str
) -> None:
    page = open_context(DESK)
    log_in(page, "sekretaris")
    go(page, office)
    page.locator("#tayang-activity").fill(f"Ditolak {tag}")
    page.locator("#tayang-procedure").evaluate("select => { select.options[0].value = 'ucapan'; }")
    page.evaluate("window.tayangAssignment.procedures.ucapan = window.tayangAssignment.procedures.pemberitaan")
    page.get_by_role("button", name="Beri penugasan").click()
    alert = page.locator(".tayang-form-error")
    expect(alert).to_contain_text("tidak membuka prosedur")
    expect(alert).to_be_focused()
    expect(page.locator("#tayang-activity")).to_have_value(f"Ditolak {tag}")


def test_on_a_phone(office: Office, open_context: Open, log_in: LogIn, shot: Shot) -> None:
    phone = open_context(PHONE)
    log_in(phone, "pembina")
    go(phone, office)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], "the page is wider than the phone"
    expect(phone.get_by_label(re.compile("^Peringatan"))).to_be_visible()
    screens.assert_accessible(phone, "#wpbody-content")
    shot(phone, "assignment-phone")
