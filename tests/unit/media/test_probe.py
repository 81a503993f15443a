"""What the header alone refuses."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import piexif
import pytest
from PIL import Image

from workers.media import SENTENCES, MediaError
from workers.media.probe import probe


def refusal(path: Path) -> str:
    with pytest.raises(MediaError) as refused:
        probe(path)
    for language in ("id", "en"):
        assert path.name in refused.value.sentence(language)
    return refused.value.code


def save(path: Path, size: tuple[int, int] = (640, 480), **options: object) -> Path:
    Image.effect_noise(size, 40).convert("RGB").save(path, **options)  # type: ignore[arg-type]
    return path


def png_header(width: int, height: int) -> bytes:
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    data = b"IDAT" + zlib.compress(bytes(64))
    return (
        head + struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data)) + b"\0\0\0\0IEND\xaeB`\x82"
    )


def test_upright_size_and_facts(tmp_path: Path) -> None:
    exif = piexif.dump({"0th": {piexif.ImageIFD.Orientation: 6}})
    found = probe(save(tmp_path / "a.jpg", exif=exif))
    assert (found.format, found.width, found.height, found.orientation, found.mode) == ("JPEG", 480, 640, 6, "RGB")
    assert len(found.sha256) == 64 and found.bytes == (tmp_path / "a.jpg").stat().st_size


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_not_an_image(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.jpg").write_bytes(content)
    assert refusal(tmp_path / "x.jpg") == "not_an_image"


def test_a_missing_file_is_not_an_image(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.jpg") == "not_an_image"


def test_heic_is_named(tmp_path: Path) -> None:
    (tmp_path / "IMG_1.HEIC").write_bytes(b"\0\0\0\x24ftypheic\0\0\0\0mif1heic")
    assert refusal(tmp_path / "IMG_1.HEIC") == "heic"


@pytest.mark.parametrize("size", [(20000, 20000), (60000, 60000), (10000, 5001)])
def test_a_bomb_is_refused_from_its_header(tmp_path: Path, size: tuple[int, int]) -> None:
    (tmp_path / "b.png").write_bytes(png_header(*size))
    assert refusal(tmp_path / "b.png") == "too_many_pixels"


@pytest.mark.parametrize("progressive", [False, True])
def test_a_truncated_jpeg_is_refused_even_when_a_thumbnail_inside_is_whole(tmp_path: Path, progressive: bool) -> None:
    thumb = save(tmp_path / "t.jpg", (160, 120)).read_bytes()
    exif = piexif.dump({"0th": {}, "1st": {piexif.ImageIFD.Make: b"x"}, "thumbnail": thumb})
    whole = save(tmp_path / "w.jpg", exif=exif, progressive=progressive).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) * 2 // 3])
    assert refusal(tmp_path / "cut.jpg") == "truncated"
    (tmp_path / "long.jpg").write_bytes(whole + b"appended motion video" * 9)
    assert probe(tmp_path / "long.jpg").width == 640


def test_a_truncated_png_is_refused(tmp_path: Path) -> None:
    whole = save(tmp_path / "w.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[:-40])
    assert refusal(tmp_path / "cut.png") == "truncated"


@pytest.mark.parametrize("kind", ["gif", "webp", "png"])
def test_animation_is_refused(tmp_path: Path, kind: str) -> None:
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "blue")]
    path = tmp_path / f"a.{kind}"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert refusal(path) == "animated"


def test_broken_exif_does_not_cost_the_photograph(tmp_path: Path) -> None:
    path = save(tmp_path / "e.jpg", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert probe(path).orientation == 1


def test_every_sentence_is_there_in_both_languages() -> None:
    for code, texts in SENTENCES.items():
        assert set(texts) == {"id", "en"}, code
        holes = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in texts.values()]
        assert holes[0] == holes[1], code
