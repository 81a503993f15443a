"""One original -> the files that the website and the channels need, from one decode.

JPEG is drafted while decoding, halved into a pyramid, every
output cut straight from the smallest level that is still 1.5 times as large, and turned and colour-managed only then.
Same input, same bytes.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms

from workers.media import MediaError
from workers.media.focus import Box, Point, cover_box, guess_focal, inside_size, to_stored
from workers.media.outputs import Output
from workers.media.probe import BROKEN, Probe, open_image, probe

MIME = "image/jpeg"
# A pyramid level is used only if it stays this much larger than the output; nearer than that costs sharpness.
LEVEL_GAP = 1.5
# Photographs that came through a messenger are 1280 pixels wide, a Story is 1920 high. Beyond this it looks broken;
# the editor is told instead.
MAX_ENLARGEMENT = 2.0
QUALITY_STEPS = (85, 78, 70, 62)
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Derived:
    """One finished file. `path` is `<out_dir>/<sha256>.jpg`; two outputs that are equal share it."""

    output: str
    path: Path
    sha256: str
    width: int
    height: int
    bytes: int
    mime: str = MIME


@dataclass(frozen=True)
class _Cut:
    """What one output takes from the stored (unturned) picture: box and size in stored orientation."""

    output: Output
    box: Box
    size: tuple[int, int]

    @property
    def ratio(self) -> float:
        """Source pixels per output pixel."""
        return min((self.box[2] - self.box[0]) / self.size[0], (self.box[3] - self.box[1]) / self.size[1])


@dataclass(frozen=True)
class _Level:
    image: Image.Image
    scale: int


def derive(path: Path, outputs: Sequence[Output], out_dir: Path, focal: Point | None = None) -> list[Derived]:
    """Make `outputs` from the original at `path` into `out_dir`, in order.

    `focal`: percent (0-100) from the left and top of the upright picture; guessed when absent.
    Results are sRGB JPEG, upright, without EXIF, GPS, XMP, comment or profile. Raises `MediaError`.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    done: dict[tuple[object, ...], Derived] = {}
    for output, picture in _pictures(path, {o.recipe: o for o in outputs}.values(), focal):
        done[output.recipe] = write_jpeg(picture, output, out_dir)
    return [_renamed(done[output.recipe], output.key) for output in outputs]


def cut_picture(path: Path, key: str, size: tuple[int, int], focal: Point | None = None) -> Image.Image:
    """One upright sRGB picture of exactly `size`, not encoded: for a card. Raises `MediaError`."""
    wanted = Output(key=key, width=size[0], height=size[1], fit="cover", quality=90, channels=())
    [(_, picture)] = _pictures(path, [wanted], focal)
    return picture


def _pictures(path: Path, outputs: Iterable[Output], focal: Point | None) -> Iterator[tuple[Output, Image.Image]]:
    """Upright sRGB pictures for `outputs`, all from one decode."""
    outputs = list(outputs)
    source = probe(path)
    _refuse_small(source, outputs)
    with open_image(path) as image:
        profile = image.info.get("icc_profile")
        stored = image.size
        smallest_ratio = min((_ratio_of(stored, o, source.orientation) for o in outputs), default=1.0)
        base = _decode(image, path, smallest_ratio)
    point = to_stored(focal, source.orientation) if focal else guess_focal(base.image)
    levels = [base]
    for output in outputs:
        cut = _cut(stored, output, source.orientation, point)
        yield output, _to_srgb(_turn(_resize(_level_for(levels, cut), cut), source.orientation), profile)


def encode_jpeg(image: Image.Image, quality: int, progressive: bool = False, subsampling: int = 2) -> bytes:
    """JPEG bytes of an RGB picture with nothing but the picture in them."""
    buffer = io.BytesIO()
    image.save(
        buffer,
        "JPEG",
        quality=quality,
        progressive=progressive,
        optimize=progressive,
        subsampling=subsampling,
        exif=b"",
        comment=b"",
        icc_profile=None,
    )
    return buffer.getvalue()


def write_jpeg(image: Image.Image, output: Output, out_dir: Path) -> Derived:
    """Encode as `output` says (lower quality, then smaller, until `max_bytes` is met) and store by content."""
    picture, data = image, encode_jpeg(image, output.quality, output.progressive)
    while output.max_bytes and len(data) > output.max_bytes:
        for quality in QUALITY_STEPS:
            data = encode_jpeg(picture, min(quality, output.quality), output.progressive)
            if len(data) <= output.max_bytes:
                break
        else:
            size = (picture.width * 4 // 5, picture.height * 4 // 5)
            picture = image.resize(size, Image.Resampling.LANCZOS)
    return store(data, output.key, picture.size, out_dir)


def store(data: bytes, key: str, size: tuple[int, int], out_dir: Path) -> Derived:
    """Write under the name of the content; a reader never sees half a file."""
    digest = hashlib.sha256(data).hexdigest()
    target = out_dir / f"{digest}.jpg"
    if not target.exists():
        handle, temporary = tempfile.mkstemp(dir=out_dir, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    return Derived(key, target, digest, size[0], size[1], len(data))


def _renamed(made: Derived, key: str) -> Derived:
    return Derived(key, made.path, made.sha256, made.width, made.height, made.bytes)


def _refuse_small(source: Probe, outputs: Sequence[Output]) -> None:
    for output in outputs:
        scale = max(output.width / source.width, output.height / source.height)
        if output.fit == "cover" and scale > MAX_ENLARGEMENT:
            raise MediaError(
                "too_small",
                name=source.path.name,
                output=output.key,
                width=source.width,
                height=source.height,
                needed_width=round(output.width / MAX_ENLARGEMENT),
                needed_height=round(output.height / MAX_ENLARGEMENT),
            )


def _swap(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    return size if orientation < 5 else (size[1], size[0])


def _cut(stored: tuple[int, int], output: Output, orientation: int, focal: Point) -> _Cut:
    target = _swap((output.width, output.height), orientation)
    if output.fit == "cover":
        return _Cut(output, cover_box(stored, target, focal), target)
    return _Cut(output, (0.0, 0.0, float(stored[0]), float(stored[1])), inside_size(stored, target))


def _ratio_of(stored: tuple[int, int], output: Output, orientation: int) -> float:
    # The ratio does not depend on where the box lies, so it is known before the focal point is.
    return _cut(stored, output, orientation, (50.0, 50.0)).ratio


def _decode(image: Image.Image, path: Path, smallest_ratio: float) -> _Level:
    """Decode once, at 1/1, 1/2, 1/4 or 1/8 for JPEG, whatever the largest output allows."""
    stored = image.size
    scale = max(k for k in (1, 2, 4, 8) if k == 1 or k <= smallest_ratio)
    try:
        image.draft(None, (stored[0] // scale, stored[1] // scale))  # does nothing for other formats
        image.load()
    except BROKEN as error:
        raise MediaError("damaged", name=path.name) from error
    exact = scale if image.size != stored else 1
    return _Level(_plain(image), exact)


def _plain(image: Image.Image) -> Image.Image:
    """RGB, gray or CMYK without transparency; the rest of the work knows only these."""
    if image.mode in ("RGB", "L", "CMYK"):
        return image.copy()
    if image.mode.startswith("I"):
        # `convert("L")` clips sixteen bits to white; take the upper eight.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        shown = image.convert("RGBA")
        paper = Image.new("RGB", shown.size, "white")
        paper.paste(shown, mask=shown.getchannel("A"))
        return paper
    return image.convert("L" if image.mode in ("1", "LA") else "RGB")


def _level_for(levels: list[_Level], cut: _Cut) -> _Level:
    """The smallest level still `LEVEL_GAP` times the output; further levels are made when first needed."""
    wanted = cut.ratio / LEVEL_GAP
    while levels[-1].scale * 2 <= wanted:
        levels.append(_Level(levels[-1].image.reduce(2), levels[-1].scale * 2))
    return max((level for level in levels if level.scale <= wanted), key=lambda level: level.scale, default=levels[0])


def _resize(level: _Level, cut: _Cut) -> Image.Image:
    # Level sizes are rounded up, so the scale is exactly k; float noise outside the picture is an error in Pillow.
    width, height = level.image.size
    left, top, right, bottom = (value / level.scale for value in cut.box)
    box = (max(left, 0.0), max(top, 0.0), min(right, float(width)), min(bottom, float(height)))
    fast = _fast_resizer()
    if fast is not None and level.image.mode == "RGB":
        return _fast_resize(fast, level.image, cut.size, box)
    return level.image.resize(cut.size, Image.Resampling.LANCZOS, box=box)


def _turn(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(TURNS[orientation]) if orientation in TURNS else image


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as sRGB. A profile that cannot be read, or is for other colours, counts as none."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if image.mode == "RGB" and "srgb" in ImageCms.getProfileDescription(source).lower():
                return image
            intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
            converted = ImageCms.profileToProfile(image, source, _srgb(), renderingIntent=intent, outputMode="RGB")
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image if image.mode == "RGB" else image.convert("RGB")


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@cache
def _fast_resizer() -> Any:
    """The AVX2 resizer if it is installed and its canary agrees with Pillow, else None.

    It reads Pillow's internal structures, so a Pillow it does not know must not go unnoticed.
    """
    try:
        from cykooz_resizer.resize import Resizer
    except ImportError:
        return None
    gradient = Image.merge("RGB", [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.linear_gradient("L")])
    box = (1.5, 2.5, 250.25, 251.75)
    resizer = Resizer()
    expected = gradient.resize((64, 64), Image.Resampling.LANCZOS, box=box).tobytes()
    actual = _fast_resize(resizer, gradient, (64, 64), box).tobytes()
    difference = sum(abs(a - b) for a, b in zip(expected, actual, strict=True)) / len(expected)
    return resizer if difference < 1 else None


def _fast_resize(resizer: Any, image: Image.Image, size: tuple[int, int], box: Box) -> Image.Image:
    from cykooz_resizer.structs import CropBox, FilterType, ResizeAlg, ResizeOptions

    target = Image.new(image.mode, size)
    options = ResizeOptions(
        resize_alg=ResizeAlg.convolution(FilterType.lanczos3),
        use_alpha=False,  # Pillow's fourth byte is 0 after reduce(): with alpha the picture would be black
        crop_box=CropBox(box[0], box[1], box[2] - box[0], box[3] - box[1]),
    )
    resizer.resize_pil(image, target, options)
    return target
