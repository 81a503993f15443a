"""Templates are checked when they are loaded; a bad one is refused with file, line and reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import jsonschema
import pytest
import yaml

from workers.cards import SENTENCES, CardError
from workers.cards.layout import (
    find_brand,
    find_template,
    load_brand,
    load_template,
    load_templates,
    template_schema,
)

CONFIG = Path(__file__).parents[3] / "config"
CARDS = CONFIG / "cards"


def copy_of(tmp_path: Path, old: str, new: str) -> Path:
    """The kawung template with one piece of its text replaced."""
    folder = tmp_path / "kawung"
    shutil.copytree(CARDS / "kawung", folder)
    text = (folder / "template.yaml").read_text("utf-8")
    assert old in text
    (folder / "template.yaml").write_text(text.replace(old, new, 1), "utf-8")
    return folder


def line_of(folder: Path, piece: str) -> int:
    lines = (folder / "template.yaml").read_text("utf-8").splitlines()
    return next(i for i, line in enumerate(lines, 1) if piece in line)


def test_every_shipped_template_loads_with_licence_and_in_three_sizes() -> None:
    templates = load_templates(CONFIG)
    assert {"kawung", "truntum"} <= set(templates)
    for key, template in templates.items():
        assert (CARDS / key / "LICENSE.md").is_file()
        assert {(s.width, s.height) for s in template.sizes.values()} == {(1080, 1350), (1080, 1080), (1080, 1920)}


def test_the_published_schema_is_in_step_and_accepts_the_shipped_templates() -> None:
    published = (CARDS / "template.schema.json").read_text("utf-8")
    assert published == template_schema(), "write template_schema() to config/cards/template.schema.json"
    for path in CARDS.glob("*/template.yaml"):
        jsonschema.validate(yaml.safe_load(path.read_text("utf-8")), yaml.safe_load(published))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("key: kawung", "key: lurik", "folder's name"),
        ("occasions: [hari_besar,", "occasions: [ulang_tahun,", "occasions"),
        ("font: arabic, ", "font: comic, ", "unknown font comic"),
        ("max_size: 124, min_size: 60", "max_size: 50, min_size: 60", "min_size"),
        ('text: "{headline}"', 'text: "{headlin}"', "unknown field headlin"),
        ('text: "{names}"', 'text: "{body}"', "no layer shows the field names"),
        ("file: band_dark.png", "file: ../truntum/sky.png", "no picture"),
        ("square: [84, 448, 912, 472]", "square: [84, 448, 1000, 472]", "leaves the picture"),
        ("story: [84, 736, 912, 724]", "story: [84, 736, 912, 1000]", "buttons of a Story"),
        ("key: band_light, file: band_light.png, colour: gold", "key: band_light, file: band_light.png, colour: silver",
         "unknown colour silver"),
        ('gold_ink: "#8A5A12"', 'gold_ink: "brown"', "neither"),
        ("when: [photo], boxes", "when: [picture], boxes", "unknown: picture"),
        ("    valign: middle\n", "    valign: middle\n    shadow: soft\n", "shadow"),
        ("    valign: middle\n", "    valign: middle\n    valign: top\n", "stands twice"),
        ("colours:\n", "colours: [\n", ""),
    ],
)  # fmt: skip
def test_a_bad_template_is_refused_with_file_line_and_reason(tmp_path: Path, old: str, new: str, reason: str) -> None:
    folder = copy_of(tmp_path, old, new)
    with pytest.raises(CardError) as refused:
        load_template(folder)
    assert refused.value.code == "bad_template"
    sentence = refused.value.sentence("id")
    assert "template.yaml, baris " in sentence and reason in sentence
    assert int(str(refused.value.params["line"])) > 0


def test_the_line_is_the_line_of_the_mistake(tmp_path: Path) -> None:
    folder = copy_of(tmp_path, "font: arabic, ", "font: comic, ")
    with pytest.raises(CardError) as refused:
        load_template(folder)
    assert refused.value.params["line"] == line_of(folder, "font: comic")
    shutil.rmtree(folder)
    folder = copy_of(tmp_path, "max_size: 124", "max_size: large")
    with pytest.raises(CardError) as refused:
        load_template(folder)
    assert refused.value.params["line"] == line_of(folder, "max_size: large")


@pytest.mark.parametrize("key", ["nothing", "../kawung", "", "KAWUNG"])
def test_an_unknown_template_is_named(key: str) -> None:
    with pytest.raises(CardError) as refused:
        find_template(CONFIG, key)
    assert refused.value.code == "no_such_template"


def test_the_shipped_brand_has_every_colour_the_templates_take() -> None:
    brand = load_brand(CARDS / "brands/jember.yaml")
    for template in load_templates(CONFIG).values():
        for value in template.colours.values():
            assert not value.startswith("brand.") or value.removeprefix("brand.") in brand.colours


def test_a_bad_brand_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "brand.yaml").write_text("upper: A\nlower: B\ncolour: {}\ncolours: {}\n", "utf-8")
    with pytest.raises(CardError) as refused:
        load_brand(tmp_path / "brand.yaml")
    assert refused.value.params["line"] == 3


def test_every_sentence_is_there_in_both_languages() -> None:
    for code, texts in SENTENCES.items():
        parts = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in texts.values()]
        assert set(texts) == {"id", "en"} and parts[0] == parts[1], code


def test_an_office_never_gets_the_brand_of_another():
    with pytest.raises(CardError) as caught:
        find_brand(CARDS.parent, "bondowoso")
    assert caught.value.code == "no_brand"
    assert "cards/brands/bondowoso.yaml" in caught.value.sentence("id")
