"""Draw a card. Same template, brand, words and photograph: same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageOps

from workers.cards import CardError
from workers.cards.fonts import EMOJI_STRIKE_PX, has_glyph, load_font, require_raqm
from workers.cards.layout import (
    Box,
    Brand,
    FillLayer,
    LogoLayer,
    MaskLayer,
    PhotoLayer,
    RuleItem,
    SizeKey,
    StackLayer,
    Template,
    TextItem,
    Words,
    holes,
)
from workers.cards.text import (
    EMOJI_WIDTH_EM,
    Line,
    balance,
    direction_of,
    largest,
    loosely_set,
    split_emoji,
    width_em,
    wrap,
)
from workers.media.derive import Derived, cut_picture, encode_jpeg, store

QUALITY = 90
NO_SUBSAMPLING = 0  # 4:4:4, else gold letters get coloured fringes
SUPERSAMPLE = 4


@dataclass(frozen=True)
class _Job:
    """All that the layers of one card need."""

    template: Template
    size: SizeKey
    texts: Mapping[str, str]
    brand: Brand
    photo: Path | None
    focal: tuple[float, float] | None

    def colour(self, name: str) -> tuple[int, int, int]:
        value = self.template.colours.get(name, name)
        if value.startswith("brand."):
            value = self.brand.colours[value.removeprefix("brand.")]
        red, green, blue = ImageColor.getrgb(value)[:3]
        return (red, green, blue)

    def given(self, name: str) -> bool:
        if name == "photo":
            return self.photo is not None
        if name == "logo":
            return self.brand.logo is not None
        return bool(self.texts.get(name))


@dataclass(frozen=True)
class _Block:
    """One item of a stack, measured: its lines at its size (a rule has none)."""

    item: TextItem | RuleItem
    size: float
    lines: tuple[Line, ...]
    height: float
    gap: float


def render(
    template: Template,
    data: Mapping[str, str],
    brand: Brand,
    size: SizeKey,
    photo: Path | None = None,
    focal: tuple[float, float] | None = None,
) -> Image.Image:
    """Draw one size as an RGB picture. Raises `CardError`, or `MediaError` for the photograph."""
    require_raqm()
    if size not in template.sizes:
        raise CardError("no_such_size", key=template.key, size=size, known=", ".join(template.sizes))
    texts = check_data(template, data) | {
        "brand.upper": brand.upper,
        "brand.lower": brand.lower,
        "brand.handles": brand.handles,
        "brand.website": brand.website,
    }
    job = _Job(template, size, texts, brand, photo, focal)
    canvas = Image.new("RGB", (template.sizes[size].width, template.sizes[size].height), "white")
    for layer in template.layers:
        box = layer.boxes.get(size)
        if box and all(map(job.given, layer.when)) and not any(map(job.given, layer.unless)):
            _paint(canvas, layer, box, job)
    return canvas


def render_files(
    template: Template,
    data: Mapping[str, str],
    brand: Brand,
    photo_path: Path | None,
    out_dir: Path,
    focal: tuple[float, float] | None = None,
) -> list[Derived]:
    """Draw every size of the template into `out_dir` as JPEG; outputs are named `card_<size>`.

    Nothing is written unless every size could be drawn.
    """
    pictures = {size: render(template, data, brand, size, photo_path, focal) for size in template.sizes}
    out_dir.mkdir(parents=True, exist_ok=True)
    return [
        store(encode_jpeg(picture, QUALITY, subsampling=NO_SUBSAMPLING), f"card_{size}", picture.size, out_dir)
        for size, picture in pictures.items()
    ]


def check_data(template: Template, data: Mapping[str, str]) -> dict[str, str]:
    """The words, trimmed, one entry per field. Raises `CardError` `unknown_field`, `field_missing`, `too_long`."""
    known = {field.key for field in template.fields}
    for key in data:
        if key not in known:
            raise CardError("unknown_field", key=template.key, field=key, known=", ".join(sorted(known)))
    texts: dict[str, str] = {}
    for field in template.fields:
        text = "\n".join(" ".join(line.split(" ")) for line in str(data.get(field.key) or "").strip().splitlines())
        if field.required and not text:
            raise CardError("field_missing", field=field.label)
        if len(text) > field.max_length:
            raise CardError("too_long", field=field.label, length=len(text), limit=field.max_length)
        texts[field.key] = text
    return texts


def _paint(canvas: Image.Image, layer: object, box: Box, job: _Job) -> None:
    left, top, width, height = box
    if isinstance(layer, FillLayer):
        canvas.paste(job.colour(layer.colour), (left, top, left + width, top + height))
    elif isinstance(layer, MaskLayer):
        mask = _tiled(job.template.folder / layer.file, (width, height))
        canvas.paste(job.colour(layer.colour), (left, top, left + width, top + height), mask)
    elif isinstance(layer, PhotoLayer):
        _paint_photo(canvas, layer, box, job)
    elif isinstance(layer, LogoLayer):
        _paint_logo(canvas, box, job)
    elif isinstance(layer, StackLayer):
        _paint_stack(canvas, layer, box, job)


@cache
def _tiled(path: Path, size: tuple[int, int]) -> Image.Image:
    with Image.open(path) as image:
        tile = image.convert("L")
    mask = Image.new("L", size, 0)
    for x in range(0, size[0], tile.width):
        for y in range(0, size[1], tile.height):
            mask.paste(tile, (x, y))
    return mask


def _paint_photo(canvas: Image.Image, layer: PhotoLayer, box: Box, job: _Job) -> None:
    if job.photo is None:
        return
    left, top, width, height = box
    picture = cut_picture(job.photo, layer.key, (width, height), job.focal)
    if layer.gray:
        picture = ImageOps.grayscale(picture).convert("RGB")
    canvas.paste(picture, (left, top), _shape((width, height), layer.shape))


@cache
def _shape(size: tuple[int, int], shape: str) -> Image.Image:
    large = (size[0] * SUPERSAMPLE, size[1] * SUPERSAMPLE)
    mask = Image.new("L", large, 255 if shape == "rectangle" else 0)
    draw = ImageDraw.Draw(mask)
    if shape == "circle":
        draw.ellipse((0, 0, large[0] - 1, large[1] - 1), fill=255)
    elif shape == "arch":
        draw.ellipse((0, 0, large[0] - 1, large[0] - 1), fill=255)
        draw.rectangle((0, large[0] // 2, large[0], large[1]), fill=255)
    return mask.reduce(SUPERSAMPLE)


def _paint_logo(canvas: Image.Image, box: Box, job: _Job) -> None:
    if job.brand.logo is None:
        return
    with Image.open(job.brand.logo) as image:
        logo = ImageOps.contain(image.convert("RGBA"), (box[2], box[3]), Image.Resampling.LANCZOS)
    canvas.paste(logo, (box[0], box[1] + (box[3] - logo.height) // 2), logo)


def _paint_stack(canvas: Image.Image, layer: StackLayer, box: Box, job: _Job) -> None:
    left, top, width, height = box
    blocks = _fit(layer, box, job)
    free = height - _height_of(blocks)
    y = top + {"top": 0.0, "middle": free / 2, "bottom": free}[layer.valign]
    draw = ImageDraw.Draw(canvas)
    for block in blocks:
        y += block.gap
        if isinstance(block.item, RuleItem):
            rule_width = min(block.item.rule[0], width)
            x = _aligned(left, width, rule_width, layer.align)
            draw.rectangle((x, y, x + rule_width - 1, y + block.height - 1), fill=job.colour(block.item.colour))
        else:
            _draw_lines(canvas, draw, block, (left, y, width), layer.align, job.colour(block.item.colour))
        y += block.height


def _fit(layer: StackLayer, box: Box, job: _Job) -> list[_Block]:
    """Measure the stack at the largest sizes that fit. One factor for all, so that the hierarchy stays."""
    scale = layer.scale.get(job.size, 1.0)
    filled = [(item, _fill(item, job)) for item in layer.items if isinstance(item, RuleItem) or _fill(item, job)]
    used = sorted({hole for item, _ in filled if isinstance(item, TextItem) for hole in holes(item.text)})
    labels = [job.template.field(key).label for key in used if not key.startswith("brand.")]
    for item, text in filled:
        if isinstance(item, TextItem):
            _refuse_missing_glyphs(item.font, text, labels)

    def measure(t: float, tight: bool) -> list[_Block] | None:
        blocks: list[_Block] = []
        for item, text in filled:
            block = _measure(item, text, t, scale, box[2], first=not blocks)
            if block is None or (tight and isinstance(item, TextItem) and loosely_set(text, list(block.lines))):
                return None
            blocks.append(block)
        return blocks if _height_of(blocks) <= box[3] else None

    for tight in (True, False):  # a loosely set headline is better than none
        t = largest(lambda t, tight=tight: measure(t, tight) is not None)  # type: ignore[misc]
        blocks = measure(t, tight) if t is not None else None
        if blocks is not None:
            return blocks
    raise CardError("does_not_fit", box=layer.key, size=job.size, fields=labels or layer.key)


def _fill(item: TextItem | RuleItem, job: _Job) -> str:
    if isinstance(item, RuleItem):
        return ""
    text = item.text
    for hole in holes(text):
        text = text.replace("{" + hole + "}", job.texts.get(hole, ""))
    return text.upper() if item.uppercase else text


def _measure(item: TextItem | RuleItem, text: str, t: float, scale: float, width: int, *, first: bool) -> _Block | None:
    """The item at factor `t` between smallest and largest size; None if it needs more width or lines than it has."""
    gap = 0.0 if first else item.gap * scale * (0.6 + 0.4 * t)
    if isinstance(item, RuleItem):
        return _Block(item, 0, (), item.rule[1], gap)
    size = (item.min_size + (item.max_size - item.min_size) * t) * scale
    if item.tracking:
        lines: list[Line] | None = [Line(text, tracked_width(item.font, text, item.tracking))]
        if lines and lines[0].width * size > width:
            return None
    else:
        lines = (balance if item.balance else wrap)(item.font, text, width / size)
    if lines is None or len(lines) > item.max_lines:
        return None
    return _Block(item, size, tuple(lines), len(lines) * size * item.line_height, gap)


def tracked_width(font: str, text: str, tracking: float) -> float:
    """Width of a line with extra room between its letters, in units of the size."""
    return sum(width_em(font, character) + tracking for character in text) - tracking


def _height_of(blocks: list[_Block]) -> float:
    return sum(block.height + block.gap for block in blocks)


def _aligned(left: float, width: float, used: float, align: str) -> float:
    return left + {"left": 0.0, "center": (width - used) / 2, "right": width - used}[align]


def _draw_lines(
    canvas: Image.Image,
    draw: ImageDraw.ImageDraw,
    block: _Block,
    place: tuple[float, float, float],
    align: str,
    colour: tuple[int, int, int],
) -> None:
    if not isinstance(block.item, TextItem):
        return
    left, top, width = place
    font = load_font(block.item.font, block.size)
    ascent, descent = font.getmetrics()
    step = block.size * block.item.line_height
    for i, line in enumerate(block.lines):
        x = _aligned(left, width, line.width * block.size, align)
        baseline = top + i * step + (step - ascent - descent) / 2 + ascent
        if block.item.tracking:
            for character in line.text:
                draw.text((x, baseline), character, font=font, fill=colour, anchor="ls")
                x += (width_em(block.item.font, character) + block.item.tracking) * block.size
            continue
        for piece in split_emoji(line.text):
            if piece.emoji:
                _draw_emoji(canvas, piece.text, x, baseline, block.size)
                x += EMOJI_WIDTH_EM * block.size
            else:
                direction = direction_of(block.item.font)
                draw.text((x, baseline), piece.text, font=font, fill=colour, anchor="ls", direction=direction)
                x += width_em(block.item.font, piece.text) * block.size


def _draw_emoji(canvas: Image.Image, text: str, x: float, baseline: float, size: float) -> None:
    picture = _emoji(text, round(size))
    canvas.paste(picture, (round(x + size * 0.03), round(baseline - picture.height * 0.83)), picture)


@cache
def _emoji(text: str, size_px: int) -> Image.Image:
    font = load_font("emoji", EMOJI_STRIKE_PX)
    left, top, right, bottom = font.getbbox(text, anchor="ls")
    picture = Image.new("RGBA", (max(1, round(right - left)), max(1, round(bottom - top))))
    ImageDraw.Draw(picture).text((-left, -top), text, font=font, embedded_color=True, anchor="ls")
    width = max(1, round(size_px * (EMOJI_WIDTH_EM - 0.08)))
    return picture.resize((width, max(1, round(picture.height * width / picture.width))), Image.Resampling.LANCZOS)


def _refuse_missing_glyphs(font: str, text: str, labels: list[Words]) -> None:
    for piece in split_emoji(text):
        for character in piece.text:
            if not piece.emoji and not has_glyph(font, character):
                raise CardError("no_glyph", character=character, codepoint=f"U+{ord(character):04X}", fields=labels)
