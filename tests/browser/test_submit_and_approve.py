"""The writer sees the panel beside the text and submits; the approver decides on a phone, from the mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.testbed import story
from tests.testbed.office import PHOTOS, Office
from tests.testbed.screens import DESK, PHONE, open_editor

pytestmark = [pytest.mark.real, pytest.mark.browser]

Open = Callable[[dict[str, int]], Page]
LogIn = Callable[[Page, str], None]
Shot = Callable[[Page, str], None]


def test_writer_submits_in_the_editor_and_the_kasubbag_approves_on_a_phone(
    office: Office,
    open_context: Open,
    log_in: LogIn,
    shot: Shot,
    tag: str,
) -> None:
    title = f"{story.NEWS_TITLE} {tag}"
    post = story.news_at(office, 3, title)
    penyusun = office.person("penyusun")
    photo = penyusun.upload(PHOTOS / story.NEWS_PHOTOS[0][0], story.NEWS_PHOTOS[0][1])
    penyusun.write(post, content=story.paragraphs(story.NEWS_PARAGRAPHS), featured_media=photo)

    desk = open_context(DESK)
    errors: list[str] = []
    desk.on("pageerror", lambda error: errors.append(str(error)))
    log_in(desk, "penyusun")
    open_editor(desk, office, post)
    panel = desk.locator(".tayang-panel[data-revision]")
    expect(panel).to_be_visible()
    expect(panel).to_contain_text("Dimas Prasetyo")
    panel.evaluate("panel => panel.scrollIntoView({block: 'start'})")
    shot(desk, "editor-panel")
    submit = label(office, "penyusun", post, "submit")
    panel.get_by_role("button", name=submit, exact=True).click()
    expect(panel.locator(".tayang-said")).to_contain_text("Dimas Prasetyo")
    assert panel.get_by_role("button", name=submit, exact=True).count() == 0
    shot(desk, "editor-submitted")

    mail = office.person("kasubbag").mail_for(title)
    phone = open_context(PHONE)
    phone.goto(mail.link)
    expect(phone.get_by_role("heading", name=title)).to_be_visible()
    expect(phone.locator(".article")).to_contain_text("memetakan jalur distribusi")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], "the page is wider than the phone"
    shot(phone, "approval-phone")
    phone.locator("#code").fill(mail.code)
    phone.locator("button[value=approve]").click()
    expect(phone.locator("button[value=approve]")).to_have_count(0)
    shot(phone, "approval-done-phone")
    assert penyusun.wait_for_turn(post, 5)["steps"][3]["state"] == "done"

    phone.goto(mail.link)
    expect(phone.locator("button[value=approve]")).to_have_count(0)
    shot(phone, "approval-used-phone")
    assert not errors, errors


def test_approver_decides_on_the_case_page(
    office: Office,
    open_context: Open,
    log_in: LogIn,
    shot: Shot,
    tag: str,
) -> None:
    post = story.news_at(office, 8, f"{story.NEWS_TITLE} {tag}")
    desk = open_context(DESK)
    log_in(desk, "pengampu")
    desk.goto(f"{office.wordpress}/wp-admin/admin.php?page=tayang-case&post={post}")
    panel = desk.locator(".tayang-panel[data-revision]")
    expect(panel).to_contain_text("Siti Rahmawati")
    shot(desk, "case-page")
    panel.get_by_role("button", name=label(office, "pengampu", post, "approve"), exact=True).click()
    expect(panel.locator(".tayang-said")).to_contain_text("Siti Rahmawati")
    assert office.person("pembina").wait_for_turn(post, 9)


def test_secretary_finds_the_new_assignment_page(office: Office, open_context: Open, log_in: LogIn, shot: Shot) -> None:
    desk = open_context(DESK)
    log_in(desk, "sekretaris")
    desk.goto(f"{office.wordpress}/wp-admin/admin.php?page=tayang-assignment")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Penugasan baru")
    shot(desk, "new-assignment")
    desk.goto(f"{office.wordpress}/wp-admin/admin.php?page=tayang")
    expect(desk.get_by_role("heading", level=1)).to_be_visible()
    shot(desk, "my-tasks")


def label(office: Office, login: str, post: int, command: str) -> str:
    """What the button says: the server's own word."""
    options: list[dict[str, Any]] = office.person(login).view(post)["options"]
    return next(str(option["label"]) for option in options if option["command"] == command)
