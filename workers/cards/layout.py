"""A card template as data: `template.yaml` -> checked `Template`; errors name file, line and reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workers.cards import CardError
from workers.cards.fonts import FONTS

TEMPLATE_FILE = "template.yaml"
Occasion = Literal["hari_besar", "hari_keagamaan", "pelantikan", "meme", "bela_sungkawa"]
SizeKey = Literal["feed", "square", "story"]
Box = tuple[int, int, int, int]  # left, top, width, height in pixels
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Colour = Annotated[str, Field(pattern=r"^(#[0-9A-Fa-f]{6}|[a-z_]+)$", description="#RRGGBB or a name from `colours`")]
HOLE = re.compile(r"\{([a-z_.]+)\}")
BRAND_TEXTS = ("brand.upper", "brand.lower", "brand.handles", "brand.website")
# Instagram lays its own buttons over a Story: keep words out of the top 14 % and the bottom 17 %.
STORY_SAFE = (0.13, 0.83)


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Strict):
    id: str = Field(min_length=1)
    en: str = Field(min_length=1)


class CardField(Strict):
    """One thing the editor fills in."""

    key: Key
    label: Words
    required: bool = False
    max_length: int = Field(gt=0, le=600)
    sample: str


class Size(Strict):
    width: int = Field(ge=320, le=2160)
    height: int = Field(ge=320, le=3840)


class TextItem(Strict):
    """A text in a stack. `{field}` and `{brand.…}` are filled in; an empty text takes no room."""

    text: str
    font: str
    colour: Colour
    max_size: int = Field(gt=0, le=400, description="pixels")
    min_size: int = Field(gt=0, le=400, description="pixels")
    max_lines: int = Field(default=1, ge=1, le=20)
    line_height: float = Field(default=1.25, ge=0.8, le=2.5)
    gap: int = Field(default=0, ge=0, le=400, description="pixels above, unless first")
    uppercase: bool = False
    balance: bool = False
    tracking: float = Field(default=0, ge=0, le=0.5, description="extra room between letters, in units of the size")


class RuleItem(Strict):
    """A short line between texts."""

    rule: tuple[int, int] = Field(description="width and height in pixels")
    colour: Colour
    gap: int = Field(default=0, ge=0, le=400)


class Placed(Strict):
    """Where a layer lies in each size; a size that is left out does not have it."""

    key: Key
    boxes: dict[SizeKey, Box] = Field(min_length=1)
    when: tuple[str, ...] = Field(default=(), description="only if these fields, `photo` or `logo` are given")
    unless: tuple[str, ...] = Field(default=(), description="not if one of these is given")


class FillLayer(Placed):
    kind: Literal["fill"]
    colour: Colour


class MaskLayer(Placed):
    """A gray picture of the template, tiled from the box's corner and painted in one colour."""

    kind: Literal["mask"]
    file: str
    colour: Colour


class PhotoLayer(Placed):
    kind: Literal["photo"]
    shape: Literal["rectangle", "circle", "arch"] = "rectangle"
    gray: bool = False


class LogoLayer(Placed):
    """The office's own emblem, fitted into the box; nothing when the brand has none."""

    kind: Literal["logo"]


class StackLayer(Placed):
    """Texts below each other. All shrink together until they fit between their smallest and largest size."""

    kind: Literal["stack"]
    align: Literal["left", "center", "right"] = "left"
    valign: Literal["top", "middle", "bottom"] = "top"
    scale: dict[SizeKey, float] = Field(default={})
    items: tuple[TextItem | RuleItem, ...] = Field(min_length=1)


Layer = Annotated[FillLayer | MaskLayer | PhotoLayer | LogoLayer | StackLayer, Field(discriminator="kind")]


class TemplateFile(Strict):
    """The content of `template.yaml`."""

    key: Key
    name: Words
    occasions: tuple[Occasion, ...] = Field(min_length=1)
    colours: dict[str, str] = Field(description="#RRGGBB, or brand.<name>")
    fields: tuple[CardField, ...] = Field(min_length=1)
    sizes: dict[SizeKey, Size] = Field(min_length=1)
    layers: tuple[Layer, ...] = Field(min_length=1)


class Template(TemplateFile):
    """A checked template with the folder it lies in."""

    folder: Path

    def field(self, key: str) -> CardField:
        """The field with this key."""
        return next(field for field in self.fields if field.key == key)


class Brand(Strict):
    """What an office puts on every card. `logo`: a PNG of the office's own emblem, or none."""

    upper: str
    lower: str
    handles: str = ""
    website: str = ""
    logo: Path | None = None
    colours: dict[str, str]


def load_template(folder: Path) -> Template:
    """Read and check the template in `folder`. Raises `CardError` `bad_template` with file, line and reason."""
    path = folder / TEMPLATE_FILE
    raw, node = _read_yaml(path)
    try:
        template = Template(**TemplateFile.model_validate(raw).model_dump(), folder=folder)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _bad(path, _line(node, first["loc"]), f"{where}: {first['msg']}") from error
    for loc, reason in _nonsense(template):
        raise _bad(path, _line(node, loc), reason)
    return template


def load_templates(config_dir: Path) -> dict[str, Template]:
    """All templates under `config_dir`/cards by key."""
    folders = sorted(path.parent for path in (config_dir / "cards").glob(f"*/{TEMPLATE_FILE}"))
    return {folder.name: load_template(folder) for folder in folders}


def find_template(config_dir: Path, key: str) -> Template:
    """The template named `key`. Raises `CardError`."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", key) or not (config_dir / "cards" / key / TEMPLATE_FILE).is_file():
        raise CardError("no_such_template", key=key)
    return load_template(config_dir / "cards" / key)


def find_brand(config_dir: Path, site_id: str) -> Brand:
    """The brand of the office `site_id`. Raises `CardError`; another office's brand is never taken instead."""
    path = config_dir / "cards" / "brands" / f"{site_id}.yaml"
    if not path.is_file():
        raise CardError("no_brand", site=site_id, file=f"cards/brands/{site_id}.yaml")
    return load_brand(path)


def load_brand(path: Path) -> Brand:
    """Read an office's brand. Raises `CardError` `bad_template`."""
    raw, node = _read_yaml(path)
    try:
        brand = Brand.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _bad(path, _line(node, first["loc"]), f"{where}: {first['msg']}") from error
    return brand.model_copy(update={"logo": path.parent / brand.logo}) if brand.logo else brand


def template_schema() -> str:
    """JSON Schema of `template.yaml`, as published in `config/cards/template.schema.json`."""
    return json.dumps(TemplateFile.model_json_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def holes(text: str) -> list[str]:
    """Names between braces."""
    return HOLE.findall(text)


def _bad(path: Path, line: int, reason: str) -> CardError:
    return CardError("bad_template", file=path, line=line, reason=reason)


def _read_yaml(path: Path) -> tuple[Any, yaml.Node]:
    try:
        text = path.read_text("utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as error:
        raise _bad(path, 0, error.strerror or "unreadable") from error
    except UnicodeDecodeError as error:
        raise _bad(path, 0, "not UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _bad(path, line, error.problem or "not YAML") from error
    if not isinstance(node, yaml.MappingNode):
        raise _bad(path, 1, "must be a mapping")
    for line, key in _duplicates(node):
        raise _bad(path, line, f"{key} stands twice")
    return yaml.safe_load(text), node


def _duplicates(node: yaml.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _duplicates(child)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, key.value
            seen.add(key.value)
            yield from _duplicates(value)


def _line(node: yaml.Node, loc: tuple[int | str, ...]) -> int:
    """Line of the deepest node on the way to `loc`; pydantic's own labels of unions are stepped over."""
    line = node.start_mark.line + 1
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    node, line = value, key.start_mark.line + 1
                    break
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _nonsense(template: Template) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """What a schema cannot see: place in the file and reason."""
    if template.key != template.folder.name:
        yield ("key",), f"the key must be the folder's name, {template.folder.name}"
    known = [field.key for field in template.fields]
    for i, key in enumerate(known):
        if key in known[:i]:
            yield ("fields", i), f"the field {key} stands twice"
    for name, value in template.colours.items():
        if not re.fullmatch(r"#[0-9A-Fa-f]{6}|brand\.[a-z_]+", value):
            yield ("colours", name), f"{value} is neither #RRGGBB nor brand.<name>"
    shown: set[str] = set()
    for i, layer in enumerate(template.layers):
        for loc, reason in _layer_nonsense(template, layer, {*known, "photo", "logo"}):
            yield ("layers", i, *loc), reason
        if isinstance(layer, StackLayer):
            shown |= {hole for item in layer.items if isinstance(item, TextItem) for hole in holes(item.text)}
    for i, key in enumerate(known):
        if key not in shown:
            yield ("fields", i), f"no layer shows the field {key}"


def _layer_nonsense(template: Template, layer: Layer, known: set[str]) -> Iterator[tuple[tuple[int | str, ...], str]]:
    for name in (*layer.when, *layer.unless):
        if name not in known:
            yield ("when" if name in layer.when else "unless",), f"unknown: {name}"
    for key, (left, top, width, height) in layer.boxes.items():
        size = template.sizes.get(key)
        if size is None:
            yield ("boxes", key), f"the template has no size {key}"
        elif min(left, top) < 0 or min(width, height) < 1 or left + width > size.width or top + height > size.height:
            yield ("boxes", key), f"the box of {layer.key} leaves the picture"
        elif key == "story" and isinstance(layer, StackLayer) and not _in_safe_zone(top, height, size):
            yield ("boxes", key), f"the words of {layer.key} lie under the buttons of a Story"
    colours = [layer.colour] if isinstance(layer, FillLayer | MaskLayer) else []
    if isinstance(layer, MaskLayer) and not _is_own_file(template.folder, layer.file):
        yield ("file",), f"there is no picture {layer.file} in the folder"
    if isinstance(layer, StackLayer):
        colours += [item.colour for item in layer.items]
        for i, item in enumerate(layer.items):
            if isinstance(item, TextItem):
                for reason in _text_nonsense(item, known):
                    yield ("items", i), reason
    for colour in colours:
        if not colour.startswith("#") and colour not in template.colours:
            yield ("colour",), f"unknown colour {colour}"


def _text_nonsense(item: TextItem, known: set[str]) -> Iterator[str]:
    if item.font not in FONTS:
        yield f"unknown font {item.font}; known: {', '.join(FONTS)}"
    if item.min_size > item.max_size:
        yield "min_size is larger than max_size"
    for hole in holes(item.text):
        if hole not in known and hole not in BRAND_TEXTS:
            yield f"unknown field {hole}"


def _in_safe_zone(top: int, height: int, size: Size) -> bool:
    return top >= size.height * STORY_SAFE[0] and top + height <= size.height * STORY_SAFE[1]


def _is_own_file(folder: Path, name: str) -> bool:
    return Path(name).name == name and (folder / name).is_file()
