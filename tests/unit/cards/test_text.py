"""Words into lines and boxes."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from workers.cards import CardError
from workers.cards import fonts as fonts_module
from workers.cards.fonts import FONTS, font_path, has_glyph, load_font, require_raqm
from workers.cards.text import balance, bind_titles, largest, split_emoji, width_em, wrap


def test_every_font_is_found_by_name() -> None:
    for name, (file, _) in FONTS.items():
        assert font_path(name).name == file


def test_a_missing_font_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FONTS, "gone", ("Gone-Regular.ttf", "fonts-gone"))
    with pytest.raises(CardError) as refused:
        font_path("gone")
    assert refused.value.code == "font_missing" and "fonts-gone" in refused.value.sentence("id")


def test_without_raqm_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts_module.features, "check", lambda feature: False)
    with pytest.raises(CardError) as refused:
        require_raqm()
    assert refused.value.code == "no_raqm" and "libfribidi0" in refused.value.sentence("id")


def test_lines_are_not_wider_than_asked_and_lose_no_word() -> None:
    text = "Selamat dan sukses atas pelantikan Bupati dan Wakil Bupati Jember masa jabatan 2026–2031"
    for limit in (8.0, 12.0, 20.0):
        for lines in (wrap("sans", text, limit), balance("sans", text, limit)):
            assert lines is not None and " ".join(line.text for line in lines).split() == text.split()
            assert all(line.width <= limit for line in lines)


def test_balanced_lines_are_as_few_but_more_equal() -> None:
    text = "Selamat Tahun Baru Islam 1448 Hijriah untuk semua warga"
    greedy, balanced = wrap("display_bold", text, 24), balance("display_bold", text, 24)
    assert greedy is not None and balanced is not None and len(greedy) == len(balanced)
    assert max(line.width for line in balanced) <= max(line.width for line in greedy)
    assert min(line.width for line in balanced) > min(line.width for line in greedy)


def test_a_word_wider_than_the_box_is_not_cut() -> None:
    assert wrap("sans", "Pertanggungjawaban", 4.0) is None
    assert wrap("sans", "a Pertanggungjawaban", 4.0) is None


def test_line_breaks_of_the_editor_are_kept() -> None:
    lines = wrap("sans", "satu\ndua tiga", 50)
    assert lines is not None and [line.text for line in lines] == ["satu", "dua tiga"]


def test_titles_stay_with_their_name() -> None:
    assert bind_titles("Prof. Dr. H. Ahmad dan Dra. Hj. Siti") == (
        "Prof.\u00a0Dr.\u00a0H.\u00a0Ahmad dan Dra.\u00a0Hj.\u00a0Siti"
    )


@pytest.mark.parametrize(
    ("text", "emoji"),
    [
        ("Merdeka 🇮🇩!", ["🇮🇩"]),
        ("👍🏽👩‍👩‍👧 ya", ["👍🏽", "👩‍👩‍👧"]),
        ("❤️ dan ✨", ["❤️", "✨"]),
        ("1 Muharam, 17-8-45", []),
    ],
)
def test_emoji_are_whole(text: str, emoji: list[str]) -> None:
    pieces = split_emoji(text)
    assert [piece.text for piece in pieces if piece.emoji] == emoji
    assert "".join(piece.text for piece in pieces) == text


def test_the_largest_size_is_found() -> None:
    assert largest(lambda t: True) == 1.0
    assert largest(lambda t: False) is None
    found = largest(lambda t: t <= 0.4)
    assert found is not None and 0.38 < found <= 0.4


def test_arabic_is_joined_and_runs_from_right_to_left() -> None:
    text = "كل عام"
    apart = "\u200c".join(text)  # the zero-width non-joiner keeps letters from joining
    assert width_em("arabic", text) < 0.95 * width_em("arabic", apart)

    def ink(line: str) -> bytes:
        picture = Image.new("L", (400, 120))
        ImageDraw.Draw(picture).text((20, 80), line, 255, load_font("arabic", 60), anchor="ls", direction="rtl")
        return picture.tobytes()

    plain = Image.new("L", (400, 120))
    basic = ImageFont.truetype(font_path("arabic"), 60, layout_engine=ImageFont.Layout.BASIC)
    ImageDraw.Draw(plain).text((20, 80), text, 255, basic, anchor="ls")
    assert ink(text) != plain.tobytes() and ink(text) != ink(text[::-1])


def test_glyphs_the_font_does_not_have_are_known() -> None:
    assert has_glyph("sans", "é") and has_glyph("arabic", "ك")
    assert not has_glyph("sans", "ك") and not has_glyph("display_bold", "漢")
