"""What the screens of WordPress itself offer beside the panel: refused with a sentence, or harmless."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.testbed import screens, story
from tests.testbed.office import PHOTOS, Office
from tests.testbed.screens import DESK

pytestmark = [pytest.mark.real, pytest.mark.browser]

Open = Callable[[dict[str, int]], Page]
LogIn = Callable[[Page, str], None]


def quick_edit(office: Office, page: Page, post: int) -> None:
    """The list of posts, with the small form that WordPress itself offers there."""
    page.goto(f"{office.wordpress}/wp-admin/edit.php")
    page.locator(f"#post-{post}").hover()
    page.locator(f"#post-{post} .editinline").click()


def test_a_quick_edit_of_the_title_keeps_the_step(office: Office, open_context: Open, log_in: LogIn, tag: str) -> None:
    """Core's form knows no steps and would ask for "Published"."""
    post = story.news_at(office, 3, f"Sunting cepat {tag}")
    page = open_context(DESK)
    log_in(page, "penyusun")
    quick_edit(office, page, post)
    page.locator(f"#edit-{post} input[name=post_title]").fill(f"Judul baru {tag}")
    page.locator(f"#edit-{post} .save").click()
    expect(page.locator(f"#post-{post} .row-title")).to_have_text(f"Judul baru {tag}")
    expect(page.locator(".tayang-notice")).to_have_count(0)
    assert office.person("penyusun").post(post)["status"] == "tyg_pemberitaan_3"


def test_a_publication_through_quick_edit_is_refused_in_the_list(
    office: Office, open_context: Open, log_in: LogIn, tag: str
) -> None:
    post = story.news_at(office, 3, f"Sunting cepat {tag}")
    page = open_context(DESK)
    log_in(page, "penyusun")
    quick_edit(office, page, post)
    page.locator(f"#edit-{post} select[name=_status]").evaluate(
        "select => { select.add(new Option('x', 'publish')); select.value = 'publish'; }"
    )
    page.locator(f"#edit-{post} .save").click()
    expect(page.locator(".tayang-notice")).to_contain_text("Dimas Prasetyo")
    assert office.person("penyusun").post(post)["status"] == "tyg_pemberitaan_3"


def test_the_block_editors_own_publication_is_refused_with_a_sentence(
    office: Office, open_context: Open, log_in: LogIn, tag: str
) -> None:
    post = story.news_at(office, 3, f"Jalan pintas {tag}")
    page = open_context(DESK)
    log_in(page, "penyusun")
    screens.open_editor(page, office, post)
    expect(page.locator(".tayang-panel[data-revision]")).to_be_visible()
    page.evaluate(
        "() => { wp.data.dispatch('core/editor').editPost({status: 'publish'});"
        " return wp.data.dispatch('core/editor').savePost(); }"
    )
    expect(page.locator(".components-notice.is-error")).to_contain_text("langkah 3")
    assert office.person("penyusun").post(post)["status"] == "tyg_pemberitaan_3"


def test_the_writer_reads_at_once_why_it_came_back(office: Office, open_context: Open, log_in: LogIn, tag: str) -> None:
    post = story.news_at(office, 4, f"Dikembalikan {tag}")
    office.person("kasubbag").command(post, "return", note="Mohon lengkapi nama narasumber.")
    office.person("penyusun").wait_for_turn(post, 3)
    page = open_context(DESK)
    log_in(page, "penyusun")
    screens.open_editor(page, office, post)
    expect(page.locator(".tayang-now .tayang-note")).to_contain_text("Mohon lengkapi nama narasumber.")
    expect(page.locator(".tayang-now .tayang-note")).to_contain_text("Rina Kusumawati")


def test_a_planned_time_set_in_the_panel_is_kept_and_shown(
    office: Office, open_context: Open, log_in: LogIn, tag: str
) -> None:
    post = story.news_at(office, 10, f"Waktu tayang {tag}")
    at = (datetime.now(story.ZONE) + timedelta(days=1)).replace(hour=6, minute=0)
    page = open_context(DESK)
    complaints = screens.complaints(page)
    log_in(page, "humas")
    screens.open_case(page, office, post)
    page.fill("#tayang-when", f"{at:%Y-%m-%dT%H:%M}")
    page.locator(".tayang-when button").first.click()
    expect(page.locator(".tayang-said")).to_contain_text("06.00 WIB")
    screens.press(page, "publish")
    expect(page.locator(".tayang-now")).to_contain_text("06.00 WIB")
    view = office.person("humas").view(post)
    assert view["state"] == "publishing" and datetime.fromisoformat(view["publish_at"]) == at.replace(
        second=0, microsecond=0
    )
    assert not complaints


def test_who_decides_in_wordpress_sees_the_painted_card(
    office: Office, open_context: Open, log_in: LogIn, tag: str
) -> None:
    who = office.person
    post, _ = who("pembina").new_assignment(
        "ucapan", f"Kartu {tag}", activity="Nyepi", occasion="hari_keagamaan", assignee=office.id_of("sekretaris")
    )
    for no, login, to in ((2, "sekretaris", "kasubbag"), (3, "kasubbag", "desain")):
        who(login).wait_for_turn(post, no)
        who(login).command(post, "assign", assignee=office.id_of(to))
    who("desain").wait_for_turn(post, 4)
    photo = who("desain").upload(PHOTOS / story.GREETING_PHOTO[0], story.GREETING_PHOTO[1])
    who("desain").plan(post, dict.fromkeys(office.channels, tag), story.card(f"Selamat {tag}", photo))
    who("desain").command(post, "submit")
    who("kasubbag").wait_for_turn(post, 5)
    page = open_context(DESK)
    log_in(page, "kasubbag")
    screens.open_case(page, office, post)
    picture = page.locator(".tayang-card-pictures img").first
    expect(picture).to_have_attribute("alt", re.compile(f"Selamat {tag}"), timeout=30_000)
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 500
