"""The walk behind scripts/screenshots: two cases through the screens, as the office's people; pictures on the way.

Pictures are reduced to a palette, as pages have few colours: the whole set stays small enough for the repository.
"""

from __future__ import annotations

import argparse
import io
import sys
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.testbed import screens, story  # noqa: E402
from tests.testbed.office import PHOTOS, Office, OfficeError, View, wait_until  # noqa: E402
from tests.testbed.screens import DESK, PHONE, press  # noqa: E402

LARGEST_BYTES = 250_000
PHONE_PX = 1200  # a phone's page from its top, at most this high
CHOSEN = ("procedure", "occasion", "division")  # fields of Penugasan baru that are lists
PALETTES = (256, 160, 96, 64)  # colours, tried until the file is small enough
# Pictures that the help tabs of the plugin show too, smaller.
HELP = ROOT / "wp-plugin" / "assets" / "help"
IN_HELP = frozenset(
    {"board", "calendar", "tasks", "new-assignment", "case-page", "editor-panel", "posts-list", "settings", "profile"}
)
HELP_PX = 760


class Camera:
    """Takes pictures into one folder, and says so."""

    def __init__(self, folder: Path, help_folder: Path | None = None) -> None:
        self.folder, self.help_folder = folder, help_folder
        for one in filter(None, (folder, help_folder)):
            one.mkdir(parents=True, exist_ok=True)

    def take(self, page: Page, name: str, top: int = 0) -> None:
        """The window as it is; on a phone the page, from `top` on."""
        window = page.viewport_size or DESK
        page.mouse.move(window["width"] // 2, window["height"] - 2)  # nothing there shows a hint
        if page.viewport_size and page.viewport_size == PHONE:
            height = min(int(page.evaluate("document.documentElement.scrollHeight")) - top, PHONE_PX)
            clip = {"x": 0, "y": top, "width": PHONE["width"], "height": height}
            shot = page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
        else:
            shot = page.screenshot()
        self.keep(Image.open(io.BytesIO(shot)), name)

    def take_part(self, page: Page, selector: str, name: str) -> None:
        """One element of the page."""
        self.keep(Image.open(io.BytesIO(page.locator(selector).screenshot())), name)

    def keep(self, picture: Image.Image, name: str) -> None:
        self._write(picture, self.folder / f"{name}.png")
        if self.help_folder and name in IN_HELP:
            small = picture.resize((HELP_PX, round(HELP_PX * picture.height / picture.width)), Image.Resampling.LANCZOS)
            self._write(small, self.help_folder / f"{name}.png")

    def _write(self, picture: Image.Image, path: Path) -> None:
        picture = picture.convert("RGB")
        for colours in PALETTES:
            data = io.BytesIO()
            picture.quantize(colours, dither=Image.Dither.NONE if colours > 64 else Image.Dither.FLOYDSTEINBERG).save(
                data, "PNG", optimize=True
            )
            if len(data.getvalue()) <= LARGEST_BYTES:
                break
        path.write_bytes(data.getvalue())
        print(f"  {path.name:<28}{picture.width} x {picture.height}, {len(data.getvalue()) // 1000} kB", flush=True)


class Walk:
    """Everybody at their own screen, logged in once; every wait has a deadline."""

    def __init__(self, office: Office, browser: Browser, camera: Camera) -> None:
        self.office, self.browser, self.camera = office, browser, camera
        self._desks: dict[str, Page] = {}
        self.complaints: dict[str, list[str]] = {}
        for login in office.credentials["users"]:
            office.person(login).forget_mails()

    def desk(self, login: str) -> Page:
        if login not in self._desks:
            page = self._desks[login] = screens.visitor(self.browser, DESK)
            self.complaints[login] = screens.complaints(page)
            screens.log_in(page, self.office, login)
        return self._desks[login]

    def take_on_phone(self, login: str, address: str, selector: str, name: str) -> None:
        """The same screen on a phone; it must not be wider than that."""
        phone = screens.visitor(self.browser, PHONE)
        screens.log_in(phone, self.office, login)
        phone.goto(f"{self.office.wordpress}/wp-admin/{address}", wait_until="networkidle")
        expect(phone.locator(selector).first).to_be_visible()
        part = phone.locator(selector).first
        top = int(part.evaluate("part => part.getBoundingClientRect().top + scrollY - 60")) if "#" in address else 0
        self.camera.take(phone, f"{name}-phone", top)
        phone.context.close()

    def turn(self, login: str, post: int, no: int) -> View:
        return self.office.person(login).wait_for_turn(post, no)

    def case(self, login: str, post: int, no: int) -> Page:
        """The case page of somebody whose turn it is at step `no`."""
        self.turn(login, post, no)
        screens.open_case(self.desk(login), self.office, post)
        return self.desk(login)

    def editor(self, login: str, post: int, no: int) -> Page:
        self.turn(login, post, no)
        screens.open_editor(self.desk(login), self.office, post)
        expect(self.desk(login).locator(".tayang-panel[data-revision]")).to_be_visible()
        return self.desk(login)

    def assign(self, login: str, fields: dict[str, str], to: str, picture: str = "") -> int:
        """Fills in Penugasan baru; returns the post's id."""
        page = self.desk(login)
        page.goto(f"{self.office.wordpress}/wp-admin/admin.php?page=tayang-assignment")
        for name in CHOSEN:
            if name in fields:
                page.locator(f"#tayang-{name}").select_option(fields[name])
        for name, value in fields.items():
            if name not in CHOSEN:
                page.fill(f"#tayang-{name}", value)
        page.locator("#tayang-assignee").select_option(str(self.office.id_of(to)))
        if picture:
            self.camera.take(page, picture)
        page.locator("#tayang-assignment [type=submit]").click()
        page.wait_for_url("**page=tayang-case&post=*")
        expect(page.locator(".tayang-panel[data-revision]")).to_be_visible()
        return int(page.url.rpartition("post=")[2])

    def by_phone(
        self, login: str, title: str, decision: str, note: str = "", pictures: str = "", with_mail: bool = False
    ) -> None:
        """Opens the mail's link on a phone and decides there; `pictures`: the name to take pictures under."""
        mail = self.office.person(login).mail_for(title)
        phone = screens.visitor(self.browser, PHONE)
        if with_mail:
            letter = screens.visitor(self.browser, DESK)
            letter.goto(f"{self.office.addresses['mail']}/mail/{mail.id}", wait_until="networkidle")
            self.camera.take(letter, "mail")
            letter.context.close()
        phone.goto(mail.link, wait_until="networkidle")
        wide = phone.evaluate("document.documentElement.scrollWidth")
        if wide > PHONE["width"]:
            raise OfficeError(f"the approval page is {wide} px wide on a phone of {PHONE['width']}")
        if pictures:
            self.camera.take(phone, pictures)
        phone.fill("#code", mail.code)
        phone.fill("#note", note)
        if with_mail:
            self.camera.take_part(phone, "#decide", f"{pictures}-decision")
        phone.locator(f"button[value={decision}]").click()
        expect(phone.locator("button[value=approve]")).to_have_count(0)
        if with_mail:
            self.camera.take(phone, f"{pictures}-done")
        phone.context.close()

    def out(self, login: str, post: int) -> View:
        """Waits until the case is published and every delivery is proven."""

        def look() -> View | None:
            view = self.office.person(login).view(post)
            if bad := [d for d in view["deliveries"] if d["state"] in ("failed", "unconfirmed")]:
                raise OfficeError(f"not delivered: {bad}")
            done = view["state"] == "published" and all(d["state"] == "proven" for d in view["deliveries"])
            return view if done else None

        return wait_until(f"the publication of post {post}", look, 120)


def news(walk: Walk) -> View:
    """A news item: returned once from a phone, approved on the case page and on phones, published by a button."""
    office, now = walk.office, datetime.now(story.ZONE)
    title = story.NEWS_TITLE
    post = walk.assign(
        "sekretaris",
        {
            "procedure": "pemberitaan",
            "activity": title,
            "activity_date": now.date().isoformat(),
            "place": "Kecamatan Silo, Jember",
            "division": "Divisi Perencanaan, Data, dan Informasi",
            "number": f"118/ORT.06/3509/{now:%Y}",
            "note": "Mohon diliput lengkap dengan foto jalur.",
        },
        "kasubbag",
        "new-assignment",
    )
    press(walk.case("kasubbag", post, 2), "assign", to=office.id_of("penyusun"))
    penyusun = office.person("penyusun")
    photos = [penyusun.upload(PHOTOS / name, alt) for name, alt in story.NEWS_PHOTOS]
    page = walk.editor("penyusun", post, 3)
    text = story.paragraphs(story.NEWS_PARAGRAPHS[:1])
    screens.type_into_editor(page, {"content": text, "featured_media": photos[0]})
    press(page, "submit")
    walk.by_phone("kasubbag", title, "return", "Mohon lengkapi dengan hasil pemetaan dan foto jalur.")
    page = walk.editor("penyusun", post, 3)
    text = story.paragraphs(story.NEWS_PARAGRAPHS[:2]) + story.images(penyusun, photos[1:])
    screens.type_into_editor(page, {"content": text})
    press(page, "submit", "Sudah dilengkapi.")
    press(walk.case("kasubbag", post, 4), "approve")
    press(walk.case("penyusun", post, 5), "hand_over", "Bahan dan foto lengkap.", office.id_of("humas"))

    page = walk.editor("humas", post, 6)
    text = story.paragraphs(story.NEWS_PARAGRAPHS) + story.images(penyusun, photos[1:])
    screens.type_into_editor(page, {"content": text, "excerpt": story.NEWS_EXCERPT})
    screens.fill_captions(page, dict.fromkeys(office.channels, story.NEWS_CAPTION))
    show(page, ".tayang-setting-panel", "start")
    walk.camera.take(page, "editor-panel")
    show(page, ".tayang-plan", "start")
    walk.camera.take(page, "editor-plan")
    previews(walk, page)
    press(page, "submit")
    page = walk.case("kasubbag", post, 7)
    walk.camera.take(page, "case-page")
    walk.take_on_phone(
        "kasubbag", f"admin.php?page=tayang-case&post={post}", ".tayang-panel[data-revision]", "case-page"
    )
    press(page, "approve")
    walk.turn("pengampu", post, 8)
    walk.by_phone("pengampu", title, "approve", pictures="approval-phone", with_mail=True)
    walk.turn("pembina", post, 9)
    walk.by_phone("pembina", title, "approve")
    page = walk.case("humas", post, 10)
    press(page, "publish")
    view = walk.out("humas", post)
    screens.open_case(page, office, post)
    walk.camera.take(page, "case-published")
    return view


def greeting(walk: Walk) -> View:
    """A greeting with a card: approved from phones, published by itself. The tasks are shown on the way."""
    office, now = walk.office, datetime.now(story.ZONE)
    title = story.GREETING_TITLE
    post = walk.assign(
        "pembina",
        {
            "procedure": "ucapan",
            "occasion": "hari_keagamaan",
            "activity": title,
            "activity_date": (now + timedelta(days=14)).date().isoformat(),
            "note": "Gunakan foto yang teduh.",
        },
        "sekretaris",
    )
    press(walk.case("sekretaris", post, 2), "assign", to=office.id_of("kasubbag"))
    press(walk.case("kasubbag", post, 3), "assign", to=office.id_of("desain"))
    photo = office.person("desain").upload(PHOTOS / story.GREETING_PHOTO[0], story.GREETING_PHOTO[1])
    page = walk.editor("desain", post, 4)
    screens.type_into_editor(page, {"featured_media": photo})
    screens.fill_captions(page, dict.fromkeys(office.channels, story.GREETING_CAPTION))
    card = story.card("Selamat Hari Raya Nyepi Tahun Baru Saka 1949", photo)
    screens.fill_card(page, card)
    show(page, ".tayang-card", "center")
    walk.camera.take(page, "editor-card")
    press(page, "submit")
    walk.turn("kasubbag", post, 5)
    tasks(walk)
    page = walk.case("kasubbag", post, 5)
    expect(page.locator(".tayang-card-pictures img").first).to_be_visible()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.tayang-card-pictures img')].every(i => i.naturalWidth)"
    )
    walk.camera.take(page, "case-greeting")
    press(page, "approve")
    walk.turn("pembina", post, 6)
    walk.by_phone("pembina", title, "approve", pictures="approval-greeting-phone")
    return walk.out("pembina", post)


def show(page: Page, selector: str, where: str) -> None:
    """Brings a part of the sidebar into view, below the sidebar's tabs, with every text from its first line."""
    page.locator(selector).first.evaluate(
        """(part, where) => {
            document.activeElement.blur();
            document.querySelectorAll('.tayang-panel textarea, .tayang-panel input').forEach((field) => {
                field.scrollTop = field.scrollLeft = 0;
            });
            part.style.scrollMarginTop = '48px';
            part.scrollIntoView({block: where});
        }""",
        where,
    )


def tasks(walk: Walk) -> None:
    """What the Kasubbag sees after two other assignments came in."""
    for title, place in (
        ("Sosialisasi Pendidikan Pemilih di SMA Negeri 1 Kalisat", "Kalisat"),
        ("Rapat Koordinasi Pemutakhiran Data Pemilih", "Kantor KPU Jember"),
    ):
        walk.office.person("sekretaris").new_assignment(
            "pemberitaan", title, activity=title, place=place, assignee=walk.office.id_of("kasubbag")
        )
    page = walk.desk("kasubbag")
    page.goto(f"{walk.office.wordpress}/wp-admin/admin.php?page=tayang")
    expect(page.locator(".tayang-table tbody tr").nth(2)).to_be_visible()


def office_life(walk: Walk) -> None:
    """The screens on which an office looks at all its work, with some of it on them."""
    office = walk.office
    for no, title in enumerate(story.OFFICE_TITLES, start=3):
        story.news_at(office, no, title)
    plan_tomorrow(walk)
    hand_over(walk, "pengampu", "sekretaris", "Dinas luar ke KPU Provinsi")
    office.person("admin").rest("POST", "wp/v2/users/me", json={"locale": "id_ID"})
    pages = (
        ("kasubbag", "admin.php?page=tayang-board", ".tayang-column", "board"),
        ("humas", "admin.php?page=tayang-calendar", ".tayang-calendar-bar", "calendar"),
        ("kasubbag", "admin.php?page=tayang", ".tayang-table tbody tr", "tasks"),
        ("kasubbag", "edit.php", "#the-list tr", "posts-list"),
        ("kasubbag", "index.php", ".tayang-dashboard", "dashboard"),
        ("pengampu", "profile.php#tayang", "#tayang", "profile"),
        ("admin", "options-general.php?page=tayang-settings", ".wrap h2", "settings"),
    )
    for login, address, selector, name in pages:
        page = walk.desk(login)
        page.goto(f"{office.wordpress}/wp-admin/{address}", wait_until="networkidle")
        expect(page.locator(selector).first).to_be_visible()
        if "#" in address:
            show(page, selector, "start")
        walk.camera.take(page, name)
        walk.take_on_phone(login, address, selector, name)
    walk.take_on_phone("sekretaris", "admin.php?page=tayang-assignment", "#tayang-assignment", "new-assignment")


def plan_tomorrow(walk: Walk) -> None:
    """One item of the office is approved and waits for tomorrow morning."""
    humas = walk.office.person("humas")
    post = story.news_at(walk.office, 10, "Pengumuman Hasil Seleksi Tenaga Pendukung")
    at = (datetime.now(story.ZONE) + timedelta(days=1)).replace(hour=7, minute=0, second=0, microsecond=0)
    humas.command(post, "plan_publication", publish_at=at.isoformat())
    humas.command(post, "publish")


def hand_over(walk: Walk, login: str, to: str, reason: str) -> None:
    """Somebody is away for three days from today on, and says on the profile who acts."""
    page, today = walk.desk(login), datetime.now(story.ZONE).date()
    page.goto(f"{walk.office.wordpress}/wp-admin/profile.php")
    page.locator("#tayang-to").select_option(str(walk.office.id_of(to)))
    page.fill("#tayang-from_day", today.isoformat())
    page.fill("#tayang-to_day", (today + timedelta(days=2)).isoformat())
    page.fill("#tayang-reason", reason)
    page.locator(".tayang-delegate button").click()
    expect(page.locator(".tayang-in-force")).to_be_visible()


def previews(walk: Walk, page: Page) -> None:
    """The writer looks at the item as each network will show it."""
    page.locator(".tayang-preview-open").click()
    expect(page.locator(".tayang-modal")).to_be_visible()
    page.locator(".tayang-modal").get_by_role("tab").nth(1).click()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.tayang-modal img')].every((one) => one.complete && one.naturalWidth)"
    )
    walk.camera.take(page, "preview")
    page.keyboard.press("Escape")
    expect(page.locator(".tayang-modal")).to_have_count(0)


def public(walk: Walk, item: View, card: View) -> None:
    """What the public sees of both."""
    reader = screens.visitor(walk.browser, DESK)
    reader.goto(item["url"], wait_until="networkidle")
    walk.camera.take(reader, "website-post")
    reader.goto(f"{walk.office.addresses['social']}/", wait_until="networkidle")
    walk.camera.take(reader, "feed")
    reader.goto(card["deliveries"][0]["url"], wait_until="networkidle")
    picture = reader.locator("article img").first.get_attribute("src")
    answer = reader.request.get(f"{walk.office.addresses['social']}{picture}")
    whole = Image.open(io.BytesIO(answer.body()))
    walk.camera.keep(whole.resize((480, round(480 * whole.height / whole.width)), Image.Resampling.LANCZOS), "card")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/screenshots")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--help-pictures", dest="help", type=Path, default=HELP)
    parser.add_argument("--run", type=Path, required=True)
    options = parser.parse_args()
    office = Office(options.run)
    try:
        with screens.chromium() as browser:
            walk = Walk(office, browser, Camera(options.out, options.help))
            item = news(walk)
            card = greeting(walk)
            public(walk, item, card)
            office_life(walk)
    except OfficeError as error:
        print(f"The walk failed: {error}\nLogs: {options.run}/logs", file=sys.stderr)
        return 1
    wrong = [f"{login}: {line}" for login, lines in walk.complaints.items() for line in lines]
    for line in wrong:
        print(f"The browser of {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
