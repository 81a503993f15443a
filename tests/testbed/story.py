"""Two cases as the office would run them: a news item through all its steps, a greeting through all of its own.

Each function works as the seven people, one after the other, and calls `tell(view)` after every step. Both contain one
return for correction and decisions from the e-mailed link.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.testbed.office import PHOTOS, Office, OfficeError, Person, View, wait_until

Tell = Callable[[View], None]
ZONE = ZoneInfo("Asia/Jakarta")

NEWS_TITLE = "KPU Jember Petakan Jalur Distribusi Logistik ke TPS Terpencil"
# From the first text to the final approval: step, who, and what they press.
NEWS_STEPS = (
    (3, "penyusun", "submit"),
    (4, "kasubbag", "approve"),
    (5, "penyusun", "hand_over"),
    (6, "humas", "submit"),
    (7, "kasubbag", "approve"),
    (8, "pengampu", "approve"),
    (9, "pembina", "approve"),
)
NEWS_PHOTOS = [
    ("picosdeeuropa_by_Aitzol_Berasategi.jpg", "Jalan setapak menuju dusun di lereng pegunungan"),
    ("life_by_Aitzol_Berasategi.jpg", "Sungai berbatu yang harus dilintasi petugas pengantar logistik"),
    ("aitzgorri_by_Aitzol_Berasategi.jpg", "Padang rumput di kaki gunung, lokasi titik kumpul logistik"),
]
NEWS_PARAGRAPHS = [
    "Jember, kpu-jember.go.id - KPU Kabupaten Jember memetakan jalur distribusi logistik ke tempat pemungutan suara"
    " (TPS) yang sulit dijangkau kendaraan, Senin pagi.",
    "Tim menyusuri jalan setapak di lereng pegunungan, mencatat waktu tempuh, titik rawan longsor, dan jembatan yang"
    " hanya dapat dilalui dengan berjalan kaki.",
    "Hasil pemetaan menjadi dasar jadwal pengiriman agar seluruh logistik tiba paling lambat satu hari sebelum"
    " pemungutan suara.",
]
NEWS_EXCERPT = (
    "Tim mencatat waktu tempuh, titik rawan longsor, dan jembatan yang hanya dapat dilalui dengan berjalan kaki."
)
NEWS_CAPTION = (
    "KPU Jember memetakan jalur distribusi logistik ke TPS terpencil: waktu tempuh, titik rawan, dan jembatan yang"
    " hanya bisa dilalui dengan berjalan kaki. #KPUJember"
)
# What else an office has at work, one item at each step from the third on.
OFFICE_TITLES = [
    "Sosialisasi Pendidikan Pemilih di SMA Negeri 2 Jember",
    "Rapat Koordinasi Pemutakhiran Data Pemilih Triwulan IV",
    "Bimbingan Teknis Pengelolaan Logistik bagi PPK",
    "Kunjungan Kerja KPU Provinsi Jawa Timur",
    "Evaluasi Layanan Informasi Publik Tahun 2026",
    "Audiensi Komunitas Difabel tentang Aksesibilitas TPS",
    "Penandatanganan Pakta Integritas Jajaran Sekretariat",
    "Simulasi Pemungutan Suara di Kecamatan Ambulu",
]
GREETING_TITLE = "Selamat Hari Raya Nyepi Tahun Baru Saka 1949"
GREETING_PHOTO = ("sunset_by_Aitzol_Berasategi.jpg", "Matahari terbit di atas perbukitan")
GREETING_CAPTION = (
    "Keluarga besar KPU Kabupaten Jember mengucapkan Selamat Hari Raya Nyepi Tahun Baru Saka 1949. Semoga damai dan"
    " kesucian menyertai kita semua. #HariRayaNyepi"
)


def news(office: Office, tell: Tell, tag: str = "") -> View:
    """All ten steps; one return at step 4 (by e-mail), steps 8 and 9 decided by e-mail. Returns the last view.

    `tag` tells this item from another one on the same instance.
    """
    title = f"{NEWS_TITLE} {tag}".strip()
    who = office.person
    now = datetime.now(ZONE)
    post, view = who("sekretaris").new_assignment(
        "pemberitaan",
        title,
        activity="Pemetaan jalur distribusi logistik",
        activity_date=now.date().isoformat(),
        place="Kecamatan Silo, Jember",
        division="Divisi Perencanaan, Data, dan Informasi",
        number=f"{now:%H%M%S}/ORT.06/3509/{now:%Y}",
        note="Mohon diliput lengkap dengan foto jalur.",
        assignee=office.id_of("kasubbag"),
    )
    tell(view)
    who("kasubbag").wait_for_turn(post, 2)
    tell(who("kasubbag").command(post, "assign", assignee=office.id_of("penyusun")))

    penyusun = who("penyusun")
    penyusun.wait_for_turn(post, 3)
    pictures = [penyusun.upload(PHOTOS / name, alt) for name, alt in NEWS_PHOTOS]
    penyusun.write(post, content=paragraphs(NEWS_PARAGRAPHS[:1]), featured_media=pictures[0])
    tell(penyusun.command(post, "submit"))
    _by_mail(office, "kasubbag", title, "return", "Mohon lengkapi dengan hasil pemetaan dan foto jalur.")
    view = penyusun.wait_for_turn(post, 3)
    tell(view)
    penyusun.write(post, content=paragraphs(NEWS_PARAGRAPHS[:2]) + images(penyusun, pictures[1:]))
    tell(penyusun.command(post, "submit", note="Sudah dilengkapi."))

    kasubbag = who("kasubbag")
    view = kasubbag.wait_for_turn(post, 4)
    tell(kasubbag.command(post, "approve", content_sha256=view["content_sha256"]))
    penyusun.wait_for_turn(post, 5)
    tell(penyusun.command(post, "hand_over", assignee=office.id_of("humas"), note="Bahan dan foto lengkap."))

    humas = who("humas")
    humas.wait_for_turn(post, 6)
    humas.write(
        post,
        title=title,
        content=paragraphs(NEWS_PARAGRAPHS) + images(humas, pictures[1:]),
        excerpt=NEWS_CAPTION,
    )
    humas.plan(post, dict.fromkeys(office.channels, f"{NEWS_CAPTION} {tag}".strip()))
    tell(humas.command(post, "submit"))
    view = kasubbag.wait_for_turn(post, 7)
    tell(kasubbag.command(post, "approve", content_sha256=view["content_sha256"]))
    for no, login in ((8, "pengampu"), (9, "pembina")):
        who(login).wait_for_turn(post, no)
        _by_mail(office, login, title, "approve")
        tell(who(login).view(post))
    return publish(office, post, tell)


def greeting(office: Office, tell: Tell, tag: str = "") -> View:
    """All seven steps; one return at step 5, its second attempt and step 6 decided by e-mail. Returns the last view."""
    title = f"{GREETING_TITLE} {tag}".strip()
    who = office.person
    now = datetime.now(ZONE)
    post, view = who("pembina").new_assignment(
        "ucapan",
        title,
        activity="Hari Raya Nyepi",
        activity_date=(now + timedelta(days=14)).date().isoformat(),
        occasion="hari_keagamaan",
        note="Gunakan foto yang teduh.",
        assignee=office.id_of("sekretaris"),
    )
    tell(view)
    for no, login, to in ((2, "sekretaris", "kasubbag"), (3, "kasubbag", "desain")):
        who(login).wait_for_turn(post, no)
        tell(who(login).command(post, "assign", assignee=office.id_of(to)))

    desain = who("desain")
    desain.wait_for_turn(post, 4)
    photo = desain.upload(PHOTOS / GREETING_PHOTO[0], GREETING_PHOTO[1])
    captions = dict.fromkeys(office.channels, f"{GREETING_CAPTION} {tag}".strip())
    desain.plan(post, captions, card("Selamat Hari Raya Nyepi", photo))
    tell(desain.command(post, "submit"))
    kasubbag = who("kasubbag")
    kasubbag.wait_for_turn(post, 5)
    tell(kasubbag.command(post, "return", note="Cantumkan tahun Saka pada judul kartu."))
    desain.wait_for_turn(post, 4)
    desain.plan(post, captions, card("Selamat Hari Raya Nyepi Tahun Baru Saka 1949", photo))
    tell(desain.command(post, "submit"))
    _by_mail(office, "kasubbag", title, "approve")
    pembina = who("pembina")
    tell(pembina.wait_for_turn(post, 6))
    _by_mail(office, "pembina", title, "approve")
    tell(pembina.view(post))
    return wait_until_out(who("humas"), post, tell)  # the SOP lets step 7 begin by itself


def news_at(office: Office, no: int, title: str) -> int:
    """The shortest way to step `no` (3 to 10), all in WordPress, with one photograph; returns the post's id."""
    who = office.person
    post, _ = who("sekretaris").new_assignment("pemberitaan", title, activity=title, assignee=office.id_of("kasubbag"))
    who("kasubbag").wait_for_turn(post, 2)
    who("kasubbag").command(post, "assign", assignee=office.id_of("penyusun"))
    for step, login, command in NEWS_STEPS:
        person = who(login)
        view = person.wait_for_turn(post, step)
        if step == no:
            return post
        fields: dict[str, object] = {}
        if step == 3:
            photo = person.upload(PHOTOS / NEWS_PHOTOS[0][0], NEWS_PHOTOS[0][1])
            person.write(post, content=paragraphs(NEWS_PARAGRAPHS), featured_media=photo)
        if step == 6:
            person.plan(post, dict.fromkeys(office.channels, f"{NEWS_CAPTION} {title}"))
        if command == "approve":
            fields["content_sha256"] = view["content_sha256"]
        if command == "hand_over":
            fields["assignee"] = office.id_of("humas")
        person.command(post, command, **fields)
    return post


def publish(office: Office, post: int, tell: Tell, seconds: float = 120.0) -> View:
    """Tim Humas presses the publish button, where the SOP wants one."""
    humas = office.person("humas")
    humas.wait_for_turn(post, 10)
    tell(humas.command(post, "publish"))
    return wait_until_out(humas, post, tell, seconds)


def wait_until_out(humas: Person, post: int, tell: Tell, seconds: float = 120.0) -> View:
    """Waits until the case is published and every channel is proven. Raises OfficeError for a failed delivery."""

    def out() -> View | None:
        view = humas.view(post)
        failed = [d for d in view["deliveries"] if d["state"] in ("failed", "unconfirmed")]
        if failed:
            raise OfficeError(f"not delivered: {failed}")
        proven = all(d["state"] == "proven" for d in view["deliveries"])
        return view if view["state"] == "published" and proven else None

    view = wait_until(f"the publication of post {post}", out, seconds)
    tell(view)
    return view


def _by_mail(office: Office, login: str, title: str, decision: str, note: str = "") -> None:
    person = office.person(login)
    person.decide_by_mail(person.mail_for(title), decision, note)


def paragraphs(texts: list[str]) -> str:
    """Post content as the block editor writes it."""
    return "\n\n".join(f"<!-- wp:paragraph -->\n<p>{text}</p>\n<!-- /wp:paragraph -->" for text in texts)


def images(person: Person, ids: list[int]) -> str:
    blocks = []
    for media_id in ids:
        media = person.rest("GET", f"wp/v2/media/{media_id}")
        large = media["media_details"]["sizes"].get("large", media)
        blocks.append(
            f'\n\n<!-- wp:image {{"id":{media_id},"sizeSlug":"large","linkDestination":"none"}} -->\n'
            f'<figure class="wp-block-image size-large"><img src="{large["source_url"]}" alt="{media["alt_text"]}"'
            f' class="wp-image-{media_id}"/></figure>\n<!-- /wp:image -->'
        )
    return "".join(blocks)


def card(headline: str, photo: int) -> dict[str, object]:
    """The card of a religious day, filled in."""
    fields = {
        "date": "8 Maret 2027",
        "headline": headline,
        "body": "Semoga damai dan kesucian menyertai kita semua.",
        "names": "Ketua, Anggota, Sekretaris, dan seluruh jajaran",
    }
    return {"template": "kawung", "fields": fields, "photo": photo}
