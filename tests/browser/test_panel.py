"""The panel where editors write: plan of publication, unsaved words before a command, differences, the sidecar away.
In the block editor, the classic editor and on the case page; at a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from tests.testbed import instance, screens, story
from tests.testbed.office import PHOTOS, Office, wait_until
from tests.testbed.screens import DESK, PHONE, assert_accessible, assert_fits

pytestmark = [pytest.mark.real, pytest.mark.browser]

Open = Callable[[dict[str, int]], Page]
LogIn = Callable[[Page, str], None]
Shot = Callable[[Page, str], None]

# The editor of an office that has switched the block editor off, for visitors with this cookie.
CLASSIC = "tayang_test_classic"
MU_PLUGIN = f"<?php add_filter('use_block_editor_for_post', fn($use) => $use && !isset($_COOKIE['{CLASSIC}']));\n"
SAVED = re.compile(r"Tersimpan")


@pytest.fixture(scope="module")
def classic(office: Office) -> Iterator[Callable[[Page], None]]:
    """`classic(page)`: this visitor gets the classic editor."""
    file = office.run / "wp" / "wp-content" / "mu-plugins" / "classic-for-tests.php"
    file.write_text(MU_PLUGIN)

    def wanted(page: Page) -> None:
        page.context.add_cookies([{"name": CLASSIC, "value": "1", "url": office.wordpress}])

    yield wanted
    file.unlink()


def three_photos(office: Office, post: int) -> list[int]:
    """Puts three photographs into the post, the second without alternative text; the first is the featured image."""
    humas = office.person("humas")
    (first, alt), (second, _), (third, alt_of_third) = story.NEWS_PHOTOS
    ids = [
        humas.upload(PHOTOS / first, alt),
        humas.upload(PHOTOS / second, ""),
        humas.upload(PHOTOS / third, alt_of_third),
    ]
    text = story.paragraphs(story.NEWS_PARAGRAPHS) + story.images(humas, ids[1:])
    humas.write(post, content=text, featured_media=ids[0])
    humas.plan(post, {})
    return ids


def open_classic(page: Page, office: Office, post: int) -> None:
    page.goto(f"{office.wordpress}/wp-admin/post.php?post={post}&action=edit")
    expect(page.locator("#titlewrap #title")).to_be_visible()
    expect(page.locator("#tayang-panel .tayang-panel[data-revision]")).to_be_visible()


def stored(office: Office, login: str, post: int) -> dict[str, Any]:
    found: dict[str, Any] = office.person(login).rest("GET", f"tayang/v1/posts/{post}/panel")
    return found


def photo_ids(panel: Locator) -> list[int]:
    return [int(row.get_attribute("data-photo") or 0) for row in panel.locator(".tayang-photo").all()]


def channel(panel: Locator, kind: str) -> Locator:
    return panel.locator(f".tayang-channel[data-channel={kind}]")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_plan_of_publication_in_the_block_editor(
    office: Office, open_context: Open, log_in: LogIn, shot: Shot, tag: str, size: dict[str, int]
) -> None:
    name = "phone" if size == PHONE else "desk"
    post = story.news_at(office, 6, f"Rencana {tag}")
    page = open_context(size)
    complaints = screens.complaints(page)
    log_in(page, "humas")
    three = three_photos(office, post)
    screens.open_editor(page, office, post)
    panel = page.locator(".tayang-panel[data-revision]")
    expect(panel).to_be_visible()
    expect(panel.locator(".tayang-photo")).to_have_count(3)

    # Captions, counted as each network counts.
    channel(panel, "bluesky").get_by_role("checkbox").check()
    channel(panel, "bluesky").locator("textarea").fill("👨‍👩‍👧‍👦" * 10 + " #KPUJember")
    expect(channel(panel, "bluesky").locator(".tayang-count").first).to_have_text("21 dari 268 karakter")
    channel(panel, "mastodon").get_by_role("checkbox").check()
    channel(panel, "mastodon").locator("textarea").fill("Baca https://kab-jember.kpu.go.id/berita/baca/sangat-panjang")
    expect(channel(panel, "mastodon").locator(".tayang-count").first).to_have_text("28 dari 475 karakter")
    channel(panel, "instagram").get_by_role("checkbox").check()
    channel(panel, "instagram").locator("textarea").fill("#a " * 31 + "x" * 2200)
    expect(channel(panel, "instagram").locator(".tayang-count.is-late")).to_have_text(
        [re.compile("kelebihan 93"), re.compile("31 dari 30 tagar")]
    )
    checks = panel.locator(".tayang-checks")
    expect(checks).to_contain_text("Instagram: teksnya 2293 karakter, batasnya 2200.")
    expect(checks).to_contain_text("Instagram: ada 31 tagar, batasnya 30.")
    channel(panel, "instagram").locator("textarea").fill(story.NEWS_CAPTION)
    expect(checks).to_contain_text("1 foto belum punya teks alternatif.")
    expect(checks).not_to_contain_text("Instagram")

    # Photos: order by keyboard, one left out, described, its middle chosen by click and by arrow keys.
    assert photo_ids(panel) == three
    down = panel.get_by_role("button", name="Turunkan foto 1")
    down.focus()
    page.keyboard.press("Enter")
    expect(panel.locator(".tayang-photo").nth(1)).to_have_attribute("data-photo", str(three[0]))
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Turunkan foto 2", (
        "the focus goes along"
    )
    panel.locator(f".tayang-photo[data-photo='{three[2]}']").get_by_role(
        "button", name=re.compile("^Keluarkan")
    ).click()
    expect(panel.locator(".tayang-photo")).to_have_count(2)
    row = panel.locator(f".tayang-photo[data-photo='{three[1]}']")
    row.locator(".tayang-photo-edit").click()
    row.locator(".tayang-alt-field textarea").fill("Sungai berbatu")
    picture = row.locator(".tayang-focal-picture")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box
    picture.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.8})
    expect(picture).to_have_attribute("aria-label", re.compile(r"2[456]% dari kiri, (79|80|81)% dari atas"))
    row.locator(".tayang-focal-numbers input").first.fill("30")
    picture.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    expect(picture).to_have_attribute("aria-label", re.compile(r"31% dari kiri, (69|70|71)% dari atas"))
    expect(checks).to_have_count(0)
    expect(panel.locator(".tayang-saving")).to_have_text(SAVED)
    assert_accessible(page, ".tayang-panel")
    if size == PHONE:
        assert_fits(page)
    shot(page, f"panel-plan-{name}")

    told = stored(office, "humas", post)
    assert told["plan"]["photos"] == [three[1], three[0]]
    described = next(one for one in told["pictures"] if one["id"] == three[1])
    assert described["alt"] == "Sungai berbatu" and described["focal"][0] == 31
    assert [one["channel"] for one in told["plan"]["channels"]] == ["bluesky", "instagram", "mastodon"]

    # The preview cuts around that very point: in the end the picture shows the left part of the river.
    panel.locator(".tayang-preview-open").click()
    preview = page.get_by_role("dialog")
    expect(preview.locator(".tayang-post.is-website")).to_contain_text(f"Rencana {tag}")
    preview.get_by_role("tab", name="Instagram").click()
    for _ in range(photo_ids(panel).index(three[1])):
        preview.get_by_role("button", name="Berikutnya").click()
    cut = preview.locator(".tayang-carousel img")
    expect(cut).to_have_attribute("alt", "Sungai berbatu")
    shape = cut.evaluate("i => [i.clientWidth / i.clientHeight, parseFloat(getComputedStyle(i).objectPosition)]")
    assert shape[0] == pytest.approx(1080 / 1350, abs=0.01)
    assert 0 < shape[1] < 31
    assert_accessible(page, ".tayang-modal")
    if size == PHONE:
        assert_fits(page)
    shot(page, f"panel-preview-{name}")
    preview.get_by_role("tab", name="Mastodon").click()
    expect(preview.locator(".tayang-post.is-mastodon .tayang-grid > div")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(preview).to_have_count(0)

    # Nowhere is no plan; social media only is one.
    panel.get_by_role("checkbox", name=re.compile("Situs web")).uncheck()
    expect(channel(panel, "mastodon")).not_to_contain_text("Tautan ke artikel")
    expect(channel(panel, "mastodon").locator(".tayang-count").first).to_have_text("28 dari 500 karakter")
    for kind in ("bluesky", "mastodon", "instagram"):
        channel(panel, kind).get_by_role("checkbox").uncheck()
    expect(checks).to_contain_text("Tidak tayang di mana pun")
    assert not complaints


def test_a_photo_from_the_media_library_and_a_caption_typed_just_before_leaving(
    office: Office, open_context: Open, log_in: LogIn, tag: str
) -> None:
    post = story.news_at(office, 6, f"Pustaka {tag}")
    humas = office.person("humas")
    found = humas.upload(PHOTOS / story.NEWS_PHOTOS[2][0], "")  # belongs to no post
    page = open_context(DESK)
    log_in(page, "humas")
    screens.open_editor(page, office, post)
    panel = page.locator(".tayang-panel[data-revision]")
    expect(panel.locator(".tayang-photo")).to_have_count(1)
    panel.locator(".tayang-photos-pick").click()
    library = page.locator(".media-modal:visible")
    library.get_by_role("tab", name=re.compile("Pustaka|Library")).click()
    library.locator(f"li.attachment[data-id='{found}']").click()
    library.locator(".media-button-select").click()
    row = panel.locator(f".tayang-photo[data-photo='{found}']")
    row.locator(".tayang-photo-edit").click()
    row.locator(".tayang-alt-field textarea").fill("Padang rumput")
    expect(panel.locator(".tayang-saving")).to_have_text(SAVED)
    told = stored(office, "humas", post)
    assert told["plan"]["photos"][-1] == found
    assert next(one for one in told["pictures"] if one["id"] == found)["alt"] == "Padang rumput"

    channel(panel, "mastodon").get_by_role("checkbox").check()
    channel(panel, "mastodon").locator("textarea").fill(f"Saat terakhir {tag}")
    page.goto("about:blank")
    wait_until(
        "the caption typed last",
        lambda: (
            stored(office, "humas", post)["plan"]["channels"]
            == [{"channel": "mastodon", "caption": f"Saat terakhir {tag}"}]
        ),
        20,
    )


def test_unsaved_words_and_captions_go_along_with_a_command_in_the_block_editor(
    office: Office, open_context: Open, log_in: LogIn, tag: str
) -> None:
    post = story.news_at(office, 6, f"Belum disimpan {tag}")
    page = open_context(DESK)
    log_in(page, "humas")
    screens.open_editor(page, office, post)
    panel = page.locator(".tayang-panel[data-revision]")
    expect(panel).to_be_visible()
    screens.type_into_editor(
        page, {"content": story.paragraphs([f"Naskah terakhir {tag}."]), "title": f"Judul terakhir {tag}"}
    )
    channel(panel, "bluesky").get_by_role("checkbox").check()
    channel(panel, "bluesky").locator("textarea").fill(f"Teks terakhir {tag}")
    screens.press(page, "submit")  # at once: nothing has saved itself yet
    expect(panel.locator(".tayang-said")).to_be_visible()
    kasubbag = office.person("kasubbag")
    kasubbag.wait_for_turn(post, 7)
    assert f"Naskah terakhir {tag}" in kasubbag.post(post)["content"]["raw"]
    assert kasubbag.post(post)["title"]["raw"] == f"Judul terakhir {tag}"
    assert stored(office, "kasubbag", post)["plan"]["channels"] == [
        {"channel": "bluesky", "caption": f"Teks terakhir {tag}"}
    ]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_classic_editor_saves_its_form_before_a_command(
    office: Office,
    open_context: Open,
    log_in: LogIn,
    shot: Shot,
    tag: str,
    classic: Callable[[Page], None],
    size: dict[str, int],
) -> None:
    post = story.news_at(office, 6, f"Klasik {tag}")
    three_photos(office, post)
    page = open_context(size)
    complaints = screens.complaints(page)
    log_in(page, "humas")
    classic(page)
    open_classic(page, office, post)
    panel = page.locator("#tayang-panel .tayang-panel")
    expect(panel.locator(".tayang-photo")).to_have_count(3)
    panel.locator(".tayang-photo").nth(1).locator(".tayang-photo-edit").click()
    channel(panel, "mastodon").get_by_role("checkbox").check()
    channel(panel, "mastodon").locator("textarea").fill(f"Klasik {tag}")
    expect(panel.locator(".tayang-saving")).to_have_text(SAVED)
    assert_accessible(page, "#tayang-panel")
    # Core's own page is 10 px too wide on a phone; the panel keeps within the screen.
    edge = "panel => Math.max(...[...panel.querySelectorAll('*')].map(part => part.getBoundingClientRect().right))"
    assert panel.evaluate(edge) <= size["width"]
    panel.evaluate("panel => panel.scrollIntoView()")
    shot(page, f"panel-classic-{'phone' if size == PHONE else 'desk'}")

    here = page.url
    page.fill("#title", f"Judul klasik {tag}")
    page.evaluate(
        """(text) => {
            const rich = window.tinymce && tinymce.get('content');
            if (rich && !rich.isHidden()) {
                rich.setContent(text);
            } else {
                document.getElementById('content').value = text;
            }
        }""",
        f"<p>Naskah klasik {tag}.</p>",
    )
    screens.press(page, "submit")
    expect(panel.locator(".tayang-said")).to_be_visible()
    assert page.url == here, "the page stays"
    kasubbag = office.person("kasubbag")
    kasubbag.wait_for_turn(post, 7)
    assert f"Naskah klasik {tag}" in kasubbag.post(post)["content"]["raw"]
    assert kasubbag.post(post)["title"]["raw"] == f"Judul klasik {tag}"
    # All is saved: leaving asks nothing.
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.goto(f"{office.wordpress}/wp-admin/edit.php")
    assert not asked and not complaints


def test_what_changed_since_the_last_look_is_shown_to_who_decides(
    office: Office, open_context: Open, log_in: LogIn, shot: Shot, tag: str
) -> None:
    post = story.news_at(office, 4, f"Perubahan {tag}")
    kasubbag, penyusun = office.person("kasubbag"), office.person("penyusun")
    kasubbag.command(post, "return", note="Sidangnya tertutup, bukan terbuka.")
    penyusun.wait_for_turn(post, 3)
    penyusun.write(post, content=story.paragraphs([*story.NEWS_PARAGRAPHS[:2], f"Sidang {tag} berlangsung tertutup."]))
    penyusun.command(post, "submit", note="Sudah diperbaiki.")
    kasubbag.wait_for_turn(post, 4)
    page = open_context(DESK)
    log_in(page, "kasubbag")
    screens.open_case(page, office, post)
    text = page.locator(".tayang-change[data-part=content]")
    expect(text.locator("ins")).to_contain_text([f"Sidang {tag} berlangsung tertutup"])
    expect(text.locator("del")).to_contain_text(["jadwal pengiriman"])
    # Not by colour alone, and said to who cannot see it.
    assert text.locator("del").first.evaluate("e => getComputedStyle(e).textDecorationLine") == "line-through"
    assert text.locator("ins").first.evaluate("e => getComputedStyle(e).textDecorationLine") == "underline"
    expect(text.locator("ins .screen-reader-text").first).to_have_text("[ditambahkan: ")
    assert_accessible(page, ".tayang-panel")
    text.evaluate("part => part.scrollIntoView({block: 'center'})")
    shot(page, "panel-changes")
    older = page.get_by_label("Dari", exact=True)
    older.select_option("2")
    expect(page.locator(".tayang-changes")).to_contain_text("Kedua versi ini sama.")
    older.select_option("1")
    expect(text).to_be_visible()

    phone = open_context(PHONE)
    log_in(phone, "kasubbag")
    screens.open_case(phone, office, post)
    expect(phone.locator(".tayang-change[data-part=content] ins").first).to_be_visible()
    expect(phone.locator("[data-tayang-previews] .tayang-post.is-website")).to_contain_text(f"Perubahan {tag}")
    assert_fits(phone)
    assert_accessible(phone, "[data-tayang-previews]")
    shot(phone, "panel-case-phone")


def test_without_the_sidecar_nothing_typed_is_lost_and_the_same_button_works_again(
    office: Office, open_context: Open, log_in: LogIn, shot: Shot, tag: str
) -> None:
    post = story.news_at(office, 3, f"Server mati {tag}")
    penyusun = office.person("penyusun")
    penyusun.write(post, content=story.paragraphs(story.NEWS_PARAGRAPHS))
    page = open_context(DESK)
    log_in(page, "penyusun")
    screens.open_editor(page, office, post)
    panel = page.locator(".tayang-panel[data-revision]")
    expect(panel).to_be_visible()
    instance.stop(office, "sidecar")
    try:
        screens.type_into_editor(page, {"content": story.paragraphs([f"Tetap tersimpan {tag}."])})
        note = panel.locator(".tayang-decide textarea")
        note.fill("Catatan yang tidak boleh hilang.")
        panel.locator("[data-command=submit]").click()
        error = panel.locator(".tayang-error")
        expect(error).to_contain_text("Server Tayang tidak menjawab")
        expect(error.get_by_role("button", name="Coba lagi")).to_be_visible()
        expect(note).to_have_value("Catatan yang tidak boleh hilang.")
        assert_accessible(page, ".tayang-panel")
        shot(page, "panel-unreachable")
        assert f"Tetap tersimpan {tag}" in penyusun.post(post)["content"]["raw"], "the text is saved all the same"
        page.reload()
        away = page.locator(".tayang-unreachable")
        expect(away).to_contain_text("Server Tayang tidak menjawab")
        expect(away).to_contain_text("langkah 3")
    finally:
        instance.bring_back(office)
    away.get_by_role("button", name="Coba lagi").click()
    expect(panel).to_be_visible()
    panel.locator(".tayang-decide textarea").fill("Sekarang bisa.")
    screens.press(page, "submit")
    assert office.person("kasubbag").wait_for_turn(post, 4)["history"][-1]["note"] == "Sekarang bisa."


def test_a_published_post_is_corrected_from_its_case_page(
    office: Office, open_context: Open, log_in: LogIn, shot: Shot, tag: str
) -> None:
    post = story.news_at(office, 10, f"Koreksi {tag}")
    view = story.publish(office, post, lambda view: None)
    page = open_context(DESK)
    complaints = screens.complaints(page)
    log_in(page, "sekretaris")
    screens.open_case(page, office, post)
    correct = page.locator(".tayang-correct")
    correct.locator("summary").click()
    button = correct.locator("[data-command=correct]")
    button.click()
    expect(correct.locator(".tayang-field-error")).to_be_visible()
    correct.locator("textarea").fill("Nama kecamatan keliru.")
    assert_accessible(page, ".tayang-correct")
    correct.evaluate("part => part.scrollIntoView({block: 'center'})")
    shot(page, "panel-correct")
    button.click()
    page.wait_for_function("() => document.querySelector('.tayang-correction')")
    expect(page.locator(".tayang-correction")).to_contain_text("sudah tayang")
    corrected = office.person("sekretaris").view(post)
    assert corrected["corrects"] == view["case_id"] and corrected["state"] == "open"
    assert f"Koreksi {tag}" in office.anonymous(view["url"]).text, "the public post stays"
    assert not complaints
