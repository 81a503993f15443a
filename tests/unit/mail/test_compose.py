"""Mails, parsed back as a mail program would."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from PIL import Image

from sidecar.mail import compose

AT = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
OFFICE = compose.Office("jember", "KPU Kabupaten Jember", "Asia/Jakarta", "Tayang <tayang@kpu.test>")
RINA = compose.Recipient("Rina Wulandari, S.H.", "rina@kpu.test", "id")
TURN = compose.Turn(
    case_id="0b6f",
    title="Rapat Pleno “Terbuka” – Daftar Pemilih <b>2026</b>",
    procedure="Pemberitaan dan Dokumentasi Kegiatan",
    no=7,
    steps=10,
    attempt=1,
    step="Memeriksa draft",
    role="Kasubbag/Subkoordinator",
    minutes=5,
    entered_at=AT,
    due_at=AT + timedelta(minutes=5),
    screen_url="https://kpu.test/wp-admin/post.php?post=12&action=edit",
    approval_url="https://tayang.test/a/abc.def",
    code="012345",
    handed_by="Siti Rahmawati",
    note="Mohon dicek <i>nama</i>\nnarasumber.",
)


def picture() -> compose.Picture:
    data = io.BytesIO()
    Image.new("RGB", (240, 160), "red").save(data, "JPEG")
    return compose.Picture(data.getvalue(), "image/jpeg", "Foto rapat", 240, 160)


def parsed(message: EmailMessage) -> EmailMessage:
    found = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def turn_mail(turn: compose.Turn = TURN, recipient: compose.Recipient = RINA, key: str = "7") -> EmailMessage:
    return compose.turn_mail(OFFICE, recipient, turn, key, AT)


def test_both_parts_say_everything_in_indonesian() -> None:
    mail = parsed(turn_mail())
    text, html = body(mail, "plain"), body(mail, "html")
    for part in (text, html):
        for words in (
            *("Rina Wulandari, S.H.", "Langkah 7 dari 10", "Memeriksa draft", "Kasubbag/Subkoordinator"),
            *("Siti Rahmawati", "5 menit", "Senin, 23 November 2026 13.10 WIB", "012345"),
            *("https://tayang.test/a/abc.def", "sekarang giliran Anda", "narasumber."),
        ):
            assert words in part
    assert TURN.title in text and "&lt;b&gt;2026" in html and "<b>2026" not in html and "<i>nama" not in html
    assert re.search(r"^https://tayang.test/a/abc.def$", text, re.MULTILINE)
    assert str(mail["Subject"]).startswith("[Tayang] Giliran Anda: Rapat Pleno “Terbuka”")


def test_english_by_person() -> None:
    mail = parsed(turn_mail(recipient=replace(RINA, language="en")))
    assert str(mail["Subject"]).startswith("[Tayang] Your turn: ")
    for part in (body(mail, "plain"), body(mail, "html")):
        assert "it is your turn" in part and "Monday, 23 November 2026 13:10 WIB" in part and "5 minutes" in part
    assert mail["Content-Language"] == "en"


def test_headers_make_one_thread_per_case() -> None:
    first, second = parsed(turn_mail(key="7")), parsed(turn_mail(replace(TURN, no=8), key="8"))
    assert first["Message-ID"] != second["Message-ID"]
    assert first["References"] == second["References"] == first["In-Reply-To"] == "<case.0b6f@kpu.test>"
    assert first["Auto-Submitted"] == "auto-generated" and "jember.tayang" in str(first["List-Id"])
    assert str(first["To"]) == '"Rina Wulandari, S.H." <rina@kpu.test>'


def test_composed_again_it_is_the_same_mail() -> None:
    turn = replace(TURN, pictures=(picture(), picture()))
    assert turn_mail(turn).as_bytes() == turn_mail(turn).as_bytes()


def test_the_wire_form_is_plain_ascii_in_short_lines() -> None:
    lines = turn_mail(replace(TURN, pictures=(picture(),))).as_bytes().split(b"\n")
    assert all(line.isascii() and len(line) <= 998 for line in lines)


def test_pictures_lie_in_the_mail_itself() -> None:
    mail = parsed(turn_mail(replace(TURN, pictures=(picture(),) * 5)))
    html = body(mail, "html")
    images = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    assert len(images) == compose.MAX_PICTURES
    for image in images:
        cid = str(image["Content-ID"]).strip("<>")
        assert f'src="cid:{cid}"' in html and image.get_content_disposition() == "inline"
    assert "http" not in " ".join(re.findall(r'src="([^"]*)"', html))


def test_a_step_of_work_leads_to_wordpress_and_carries_no_code() -> None:
    mail = parsed(turn_mail(replace(TURN, approval_url="", code="", returned=True)))
    text, html = body(mail, "plain"), body(mail, "html")
    assert TURN.screen_url in text and "post=12&amp;action=edit" in html
    for part in (text, html):
        assert "Kode" not in part and "/a/" not in part and "dikembalikan kepada Anda" in part


@pytest.mark.parametrize("name", ["", "x\r\nBcc: evil@kpu.test", "Ünï “Cödé”", '"', "a" * 300])
@pytest.mark.parametrize("title", ["a\nb\r\nSubject: evil", "🎉" * 200, ""])
def test_no_header_can_be_slipped_in(name: str, title: str) -> None:
    mail = parsed(turn_mail(replace(TURN, title=title), replace(RINA, name=name)))
    assert mail["Bcc"] is None and len(mail.get_all("Subject", [])) == 1
    assert "rina@kpu.test" in str(mail["To"])


def test_an_address_that_is_none_does_not_break_composing() -> None:
    assert "not an address" in str(turn_mail(recipient=replace(RINA, email="not an address"))["To"])


def test_published_names_every_place() -> None:
    links = (compose.Link("Situs web", "https://kpu.test/rapat/"), compose.Link("Bluesky", "https://bsky.test/p/3k"))
    publication = compose.Publication("0b6f", "Rapat Pleno", "Pemberitaan", AT, links)
    mail = parsed(compose.published_mail(OFFICE, RINA, publication, "9", AT))
    for part in (body(mail, "plain"), body(mail, "html")):
        assert all(link.url in part and link.label in part for link in links)
        assert "sudah tayang" in part and "Senin, 23 November 2026 13.05 WIB" in part
    assert mail["References"] == "<case.0b6f@kpu.test>"


def test_a_correction_and_social_media_only_are_said() -> None:
    mail = turn_mail(replace(TURN, corrects="Rapat <Pleno>", social_only=True))
    assert "Ini koreksi atas tulisan yang sudah tayang: “Rapat <Pleno>”." in body(mail, "plain")
    assert "Ini koreksi atas tulisan yang sudah tayang: “Rapat &lt;Pleno&gt;”." in body(mail, "html")
    for part in ("plain", "html"):
        assert "Hanya untuk media sosial" in body(mail, part)
        assert "koreksi atas" not in body(turn_mail(), part) and "Hanya untuk" not in body(turn_mail(), part)
    publication = compose.Publication("0b6f", "Rapat Pleno", "Pemberitaan", AT, (), correction=True)
    mail = compose.published_mail(OFFICE, RINA, publication, "9", AT)
    assert "koreksi ini sudah tayang" in body(mail, "plain") and "koreksi ini sudah tayang" in body(mail, "html")
