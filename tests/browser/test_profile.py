"""The profile: roles and division of a person, and acting officers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.testbed import screens, story
from tests.testbed.office import Office
from tests.testbed.screens import DESK, PHONE

pytestmark = [pytest.mark.real, pytest.mark.browser]

Open = Callable[[dict[str, int]], Page]
LogIn = Callable[[Page, str], None]
Shot = Callable[[Page, str], None]

SECTION = "#tayang-delegations"


def day(days: int) -> str:
    return (datetime.now(story.ZONE) + timedelta(days=days)).date().isoformat()


def hand_over(page: Page, to: str, first: str, last: str, reason: str = "") -> None:
    page.locator("#tayang-to").select_option(label=to)
    page.fill("#tayang-from_day", first)
    page.fill("#tayang-to_day", last)
    page.fill("#tayang-reason", reason)
    page.locator(".tayang-delegate button").click()
    page.wait_for_load_state()


def end_all(page: Page, office: Office) -> None:
    page.goto(f"{office.wordpress}/wp-admin/profile.php")
    while page.locator(f"{SECTION} td button").count():
        page.locator(f"{SECTION} td button").first.click()
        page.wait_for_load_state()


@pytest.fixture
def profile(office: Office, open_context: Open, log_in: LogIn) -> Iterator[Page]:
    """The profile of the Kasubbag, who is back in charge afterwards."""
    page = open_context(DESK)
    log_in(page, "kasubbag")
    end_all(page, office)  # what another run may have left
    yield page
    end_all(page, office)


def test_who_is_away_hands_over_and_takes_back(office: Office, profile: Page, shot: Shot) -> None:
    hand_over(profile, "Dimas Prasetyo", day(0), day(3), "Dinas luar")
    expect(profile.locator(f"{SECTION} [role=status]")).to_be_visible()
    expect(profile.locator(".tayang-in-force")).to_contain_text("Dimas Prasetyo bertindak untuk Anda")
    hand_over(profile, "Fajar Nugroho", day(10), day(12))
    expect(profile.locator(f"{SECTION} tbody tr")).to_have_count(2)
    expect(profile.locator(".tayang-in-force")).to_have_count(1)
    screens.assert_accessible(profile, SECTION)
    profile.locator(SECTION).scroll_into_view_if_needed()
    shot(profile, "profile-delegation")

    profile.locator(f"{SECTION} td button").first.click()
    expect(profile.locator(".tayang-in-force")).to_have_count(0)
    expect(profile.locator(f"{SECTION} tbody tr")).to_have_count(1)


def test_what_cannot_be_is_said_and_the_form_keeps_what_was_typed(office: Office, profile: Page) -> None:
    hand_over(profile, "Dimas Prasetyo", day(4), day(2), "Cuti")
    expect(profile.locator(f"{SECTION} [role=alert]")).to_be_visible()
    expect(profile.locator("#tayang-reason")).to_have_value("Cuti")
    expect(profile.locator("#tayang-to_day")).to_have_value(day(2))
    hand_over(profile, "Dimas Prasetyo", day(2), day(4), "Cuti")
    hand_over(profile, "Fajar Nugroho", day(4), day(6))
    expect(profile.locator(f"{SECTION} [role=alert]")).to_contain_text("Dimas Prasetyo")
    expect(profile.locator(f"{SECTION} tbody tr")).to_have_count(1)


def test_on_a_phone(office: Office, open_context: Open, log_in: LogIn, shot: Shot, profile: Page) -> None:
    hand_over(profile, "Dimas Prasetyo", day(0), day(1))
    page = open_context(PHONE)
    log_in(page, "penyusun")
    page.goto(f"{office.wordpress}/wp-admin/profile.php")
    expect(page.locator(".tayang-in-force")).to_contain_text("Anda bertindak untuk Rina Kusumawati")
    screens.assert_accessible(page, SECTION)
    screens.assert_fits(page)
    shot(page, "profile-phone")


def test_who_manages_users_sees_and_gives_it_all(
    office: Office, open_context: Open, log_in: LogIn, shot: Shot, profile: Page
) -> None:
    hand_over(profile, "Dimas Prasetyo", day(0), day(1))
    page = open_context(DESK)
    log_in(page, "admin")
    page.goto(f"{office.wordpress}/wp-admin/users.php")
    row = page.locator(f"#user-{office.id_of('kasubbag')}")
    expect(row.locator(".tayang_roles")).to_contain_text("Dimas Prasetyo")
    shot(page, "users")
    page.goto(f"{office.wordpress}/wp-admin/user-edit.php?user_id={office.id_of('author')}")
    page.check("input[name='tayang_roles[]'][value=desain]")
    page.select_option("#tayang-division", index=2)
    page.click("#submit")
    expect(page.locator("input[name='tayang_roles[]'][value=desain]")).to_be_checked()
    assert page.locator("#tayang-division").input_value().startswith("Divisi")
    page.uncheck("input[name='tayang_roles[]'][value=desain]")
    page.select_option("#tayang-division", index=0)
    page.click("#submit")
    expect(page.locator("input[name='tayang_roles[]'][value=desain]")).not_to_be_checked()


def test_nobody_gives_roles_to_themselves(office: Office, profile: Page) -> None:
    expect(profile.locator("input[name='tayang_roles[]']").first).to_be_disabled()
    expect(profile.locator("#tayang-division")).to_be_disabled()
