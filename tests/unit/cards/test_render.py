"""Finished cards: sizes, bytes, honest refusals, and how they look."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image, ImageChops, ImageStat

from sidecar.cli.card import group as card_group
from sidecar.cli.media import group as media_group
from workers.cards import CardError
from workers.cards.fonts import FONTS, font_path
from workers.cards.layout import Brand, Template, find_template, load_brand
from workers.cards.render import render, render_files
from workers.media.probe import file_sha256

ROOT = Path(__file__).parents[3]
CONFIG = ROOT / "config"
GOLDEN = ROOT / "tests/golden"
FONT_VERSIONS = GOLDEN / "fonts.json"
LONG_NAMES = (
    "Prof. Dr. H. Muhammad Fawaidz Abdurrahman Al-Banjari, S.H., M.Hum., Ph.D. "
    "dan Dra. Hj. Siti Nurhaliza Widyastuti Kusumaningrum, M.Si."
)


def sample(template: Template, **changes: str) -> dict[str, str]:
    return {field.key: field.sample for field in template.fields} | changes


def brand() -> Brand:
    return load_brand(CONFIG / "cards/brands/jember.yaml")


def make_photo(path: Path, size: tuple[int, int] = (1200, 900)) -> Path:
    Image.linear_gradient("L").resize(size).convert("RGB").save(path, quality=90)
    return path


def refusal(key: str, data: dict[str, Any], **options: Any) -> CardError:
    with pytest.raises(CardError) as refused:
        render(find_template(CONFIG, key), data, brand(), options.pop("size", "feed"), **options)
    return refused.value


@pytest.mark.parametrize("key", ["kawung", "truntum"])
@pytest.mark.parametrize("with_photo", [False, True])
def test_all_sizes_exact_clean_and_the_same_twice(tmp_path: Path, key: str, with_photo: bool) -> None:
    template = find_template(CONFIG, key)
    photo = make_photo(tmp_path / "p.jpg") if with_photo else None
    first = render_files(template, sample(template), brand(), photo, tmp_path / "a")
    second = render_files(template, sample(template), brand(), photo, tmp_path / "b")
    assert [made.sha256 for made in first] == [made.sha256 for made in second]
    assert [(m.output, m.width, m.height) for m in first] == [
        ("card_feed", 1080, 1350),
        ("card_square", 1080, 1080),
        ("card_story", 1080, 1920),
    ]
    for made in first:
        with Image.open(made.path) as image:
            assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (made.width, made.height))
            assert all(part[1:3] == (1, 1) for part in image.layer)  # 4:4:4: no fringes on gold letters
            assert not image.getexif() and not {"exif", "icc_profile", "comment"} & set(image.info)


def test_long_names_with_titles_fit(tmp_path: Path) -> None:
    template = find_template(CONFIG, "kawung")
    assert len(render_files(template, sample(template, names=LONG_NAMES), brand(), None, tmp_path)) == 3


def test_only_the_required_field_is_enough() -> None:
    picture = render(find_template(CONFIG, "kawung"), {"headline": "Selamat Hari Raya Nyepi"}, brand(), "feed")
    assert picture.size == (1080, 1350)


def test_every_field_at_its_longest_fits_or_says_which_box(tmp_path: Path) -> None:
    template = find_template(CONFIG, "kawung")
    full = {f.key: ("Selamat datang semua " * 30)[: f.max_length] for f in template.fields if f.key != "arabic"}
    for size in template.sizes:
        try:
            render(template, full, brand(), size)
        except CardError as error:
            assert error.code == "does_not_fit"
            assert error.params["box"] == "words" and "Ucapan" in error.sentence("id")


def test_a_word_wider_than_the_box_is_refused_with_the_box_and_nothing_is_written(tmp_path: Path) -> None:
    template = find_template(CONFIG, "kawung")
    with pytest.raises(CardError) as refused:
        render_files(template, {"headline": "M" * 60}, brand(), None, tmp_path)
    assert refused.value.code == "does_not_fit" and refused.value.params["box"] == "words"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, "field_missing"),
        ({"headline": "   "}, "field_missing"),
        ({"headline": "x" * 91}, "too_long"),
        ({"headline": "Halo", "title": "x"}, "unknown_field"),
        ({"headline": "Selamat 春节"}, "no_glyph"),
        ({"headline": "عيد مبارك"}, "no_glyph"),
    ],
)
def test_wrong_words_are_refused(data: dict[str, str], code: str) -> None:
    assert refusal("kawung", data).code == code


def test_a_refusal_names_the_field_in_the_language_asked_for() -> None:
    error = refusal("kawung", {})
    assert "Ucapan" in error.sentence("id") and "Greeting" in error.sentence("en")
    too_wide = refusal("truntum", {"headline": "Duka", "name": "M" * 90})
    assert "Nama almarhum" in too_wide.sentence("id") and "Name of the deceased" in too_wide.sentence("en")


def test_an_unknown_size_is_refused() -> None:
    assert refusal("kawung", {"headline": "Halo"}, size="poster").code == "no_such_size"


def test_emoji_are_drawn_in_colour() -> None:
    words = {"headline": "Merdeka", "body": "Dirgahayu 🎉🎉🎉"}
    template = find_template(CONFIG, "kawung")
    plain = render(template, words | {"body": "Dirgahayu"}, brand(), "feed")
    coloured = render(template, words, brand(), "feed")
    area = (84, 596, 996, 1176)
    hues = {p[0] // 16 for p in coloured.crop(area).convert("HSV").get_flattened_data() if p[1] > 150 and p[2] > 120}
    assert len(hues) > len(
        {p[0] // 16 for p in plain.crop(area).convert("HSV").get_flattened_data() if p[1] > 150 and p[2] > 120}
    )


def test_the_office_puts_its_own_colours_and_emblem(tmp_path: Path) -> None:
    Image.new("RGBA", (200, 200), (0, 0, 255, 255)).save(tmp_path / "emblem.png")
    other = brand().model_copy(
        update={"logo": tmp_path / "emblem.png", "colours": {**brand().colours, "paper": "#00FF00"}}
    )
    picture = render(find_template(CONFIG, "kawung"), {"headline": "Halo"}, other, "feed")
    assert picture.getpixel((20, 1340)) == (0, 255, 0)
    assert picture.getpixel((120, 1266)) == (0, 0, 255)


def versions() -> dict[str, str]:
    return {name: file_sha256(font_path(name)) for name in sorted(FONTS)}


def assert_like_golden(picture: Image.Image, name: str) -> None:
    """Almost equal with the same fonts, alike with other versions. `TAYANG_GOLDEN=write` draws them anew."""
    path = GOLDEN / f"{name}.png"
    if os.environ.get("TAYANG_GOLDEN") == "write":
        picture.save(path, optimize=True)
        FONT_VERSIONS.write_text(json.dumps(versions(), indent=1) + "\n")
    same_fonts = json.loads(FONT_VERSIONS.read_text()) == versions()
    with Image.open(path) as stored:
        golden = stored.convert("RGB")
    mean = max(ImageStat.Stat(ImageChops.difference(picture, golden)).mean)
    if mean > (0.15 if same_fonts else 4.0):
        failed = ROOT / ".run/golden"
        failed.mkdir(parents=True, exist_ok=True)
        picture.save(failed / f"{name}.png")
        pytest.fail(f"{name}: mean difference {mean:.2f} (same fonts: {same_fonts}); look at {failed}/{name}.png")


@pytest.mark.parametrize("key", ["kawung", "truntum"])
@pytest.mark.parametrize("size", ["feed", "story"])
def test_cards_look_like_the_stored_ones(key: str, size: Any) -> None:
    template = find_template(CONFIG, key)
    assert_like_golden(render(template, sample(template), brand(), size).reduce(2), f"{key}_{size}")


def test_the_arabic_line_looks_like_the_stored_one() -> None:
    template = find_template(CONFIG, "truntum")
    words = {"headline": "Doa", "name": "A", "arabic": template.field("arabic").sample}
    assert_like_golden(render(template, words, brand(), "feed").crop((130, 500, 950, 1000)).reduce(2), "arabic")


def test_command_line(tmp_path: Path) -> None:
    run = CliRunner().invoke
    done = run(card_group, ["render", "kawung", "--out", str(tmp_path)])
    assert done.exit_code == 0 and "card_story" in done.output and len(list(tmp_path.iterdir())) == 3
    assert run(card_group, ["check", str(CONFIG / "cards/kawung")]).exit_code == 0
    unknown = run(card_group, ["render", "lurik", "--out", str(tmp_path)])
    assert unknown.exit_code == 1 and "Tidak ada templat" in unknown.output
    photo = make_photo(tmp_path / "p.jpg")
    derived = run(media_group, ["derive", str(photo), "--out", str(tmp_path), "--outputs", "mail", "--focal", "5,5"])
    assert derived.exit_code == 0 and "320 × 240" in derived.output
    assert run(media_group, ["derive", str(photo), "--out", str(tmp_path), "--focal", "5"]).exit_code == 2
