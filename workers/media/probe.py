"""Look at an original's header and refuse what must not be decoded."""

from __future__ import annotations

import hashlib
import mmap
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from workers.media import MediaError

# From the header, before any pixel is decoded. JPEG decodes in strips and can be drafted down; the others cannot.
MAX_PIXELS_JPEG = 120_000_000
MAX_PIXELS_OTHER = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF")  # MPO comes in through JPEG
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
ORIENTATION_TAG = 0x0112
# What Pillow's readers raise on damaged files, found by feeding them such; all mean "this file is broken".
BROKEN = (OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, EOFError, struct.error)
MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "I", "I;16", "I;16B", "I;16L"})


@dataclass(frozen=True)
class Probe:
    """What the header says. `width` and `height` in pixels as the viewer sees them, orientation applied."""

    path: Path
    format: str
    width: int
    height: int
    orientation: int
    mode: str
    bytes: int
    sha256: str


def probe(path: Path) -> Probe:
    """Read the header of `path`. Raises `MediaError`: `not_an_image`, `heic`, `truncated`, `animated`,
    `too_many_pixels`, `unsupported_colours`. Decodes nothing."""
    _refuse_heic(path)
    with open_image(path) as image:
        _refuse_many_pixels(image, path)
        _refuse_animation(image, path)
        if image.mode not in MODES:
            raise MediaError("unsupported_colours", name=path.name, mode=image.mode)
        _refuse_truncated(path, image.format or "")
        orientation = read_orientation(image)
        width, height = image.size if orientation < 5 else image.size[::-1]
        return Probe(
            path=path,
            format=image.format or "",
            width=width,
            height=height,
            orientation=orientation,
            mode=image.mode,
            bytes=path.stat().st_size,
            sha256=file_sha256(path),
        )


def file_sha256(path: Path) -> str:
    """Hex digest of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_orientation(image: Image.Image) -> int:
    """EXIF orientation 1 to 8; 1 when absent or nonsense."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns about broken EXIF; we treat it as none
            value = image.getexif().get(ORIENTATION_TAG, 1)
    except BROKEN:  # a broken EXIF block must not cost us the photograph
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def open_image(path: Path) -> Image.Image:
    """Open lazily, only the formats we take. Raises `MediaError`."""
    try:
        with warnings.catch_warnings():
            # Pillow warns at 89 megapixels and about broken EXIF; our own limits below decide.
            warnings.simplefilter("ignore")
            return Image.open(path, formats=FORMATS)
    except Image.DecompressionBombError as error:
        limit = MAX_PIXELS_JPEG // 1_000_000
        raise MediaError("too_many_pixels", name=path.name, megapixels=f"> {limit}", limit=limit) from error
    except BROKEN as error:
        raise MediaError("not_an_image", name=path.name) from error


def _refuse_heic(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise MediaError("not_an_image", name=path.name) from error
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        raise MediaError("heic", name=path.name)


def _refuse_many_pixels(image: Image.Image, path: Path) -> None:
    limit = MAX_PIXELS_JPEG if image.format in ("JPEG", "MPO") else MAX_PIXELS_OTHER
    pixels = image.width * image.height
    if pixels > limit:
        raise MediaError(
            "too_many_pixels", name=path.name, megapixels=round(pixels / 1_000_000), limit=limit // 1_000_000
        )


def _refuse_animation(image: Image.Image, path: Path) -> None:
    # MPO holds a second view or a gain map behind the photograph, TIFF further pages: the first is the picture.
    try:
        frames = getattr(image, "n_frames", 1)
    except BROKEN as error:
        raise MediaError("damaged", name=path.name) from error
    if frames > 1 and image.format not in ("MPO", "TIFF"):
        raise MediaError("animated", name=path.name, frames=frames)


def _refuse_truncated(path: Path, kind: str) -> None:
    """JPEG without an end mark after its scan, PNG without its last chunk. Damage inside is found when decoding."""
    if kind not in ("JPEG", "MPO", "PNG"):
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        end, start = (b"IEND", 8) if kind == "PNG" else (b"\xff\xd9", _start_of_scan(data))
        complete = data.find(end, start) >= 0
    if not complete:
        raise MediaError("truncated", name=path.name)


def _start_of_scan(data: mmap.mmap) -> int:
    """Offset of the first scan, so that the end mark of a thumbnail inside EXIF does not count."""
    position = 2
    while position + 4 <= len(data):
        marker = data[position + 1]
        if data[position] != 0xFF or marker == 0xDA:
            break
        if marker == 0xFF:  # fill byte
            position += 1
            continue
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return position
