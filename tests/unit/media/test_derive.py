"""Real photographs (Debian's lomiri-wallpapers-16.04) through the derivatives, and the odd files cameras make."""

from __future__ import annotations

import io
import random
from pathlib import Path

import piexif
import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat

from workers.media import MediaError
from workers.media import derive as derive_module
from workers.media.derive import derive
from workers.media.focus import cover_box, to_stored
from workers.media.outputs import find_outputs, load_outputs, outputs_for_channels

PHOTOS = Path("/usr/share/backgrounds")
PHOTO = PHOTOS / "Bridge_by_Sander_Klootwijk.jpg"
needs_photos = pytest.mark.skipif(not PHOTO.exists(), reason="apt package lomiri-wallpapers-16.04 is not installed")
CMYK_PROFILE = Path("/usr/share/color/icc/ghostscript/default_cmyk.icc")


def make_scene(width: int = 1600, height: int = 1200) -> Image.Image:
    """Four corners of different colours, so that every turn and mirror shows."""
    scene = Image.new("RGB", (width, height), (128, 128, 128))
    half = (width // 2, height // 2)
    for corner, colour in {(0, 0): "red", (half[0], 0): "lime", (0, half[1]): "blue", half: "white"}.items():
        scene.paste(colour, (*corner, corner[0] + half[0], corner[1] + half[1]))
    return scene


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    w, h = image.size
    spots = [(w // 8, h // 8), (w * 7 // 8, h // 8), (w // 8, h * 7 // 8), (w * 7 // 8, h * 7 // 8)]
    return [image.getpixel(spot) for spot in spots]  # type: ignore[misc]


def near(a: tuple[int, ...], b: tuple[int, ...], tolerance: int = 12) -> bool:
    return all(abs(x - y) <= tolerance for x, y in zip(a, b, strict=True))


def one(path: Path, key: str, out: Path, focal: tuple[float, float] | None = (50, 50)) -> Image.Image:
    [made] = derive(path, find_outputs([key]), out, focal)
    image = Image.open(made.path)
    image.load()
    return image


@needs_photos
def test_every_output_has_its_exact_size_and_is_rgb_jpeg(tmp_path: Path) -> None:
    for made, output in zip(
        derive(PHOTO, list(load_outputs().values()), tmp_path), load_outputs().values(), strict=True
    ):
        with Image.open(made.path) as image:
            assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (made.width, made.height))
            assert bool(image.info.get("progressive")) == output.progressive
        if output.fit == "cover":
            assert (made.width, made.height) == (output.width, output.height)
        else:
            assert max(made.width, made.height) <= max(output.width, output.height)
        assert made.path.name == f"{made.sha256}.jpg" and made.path.stat().st_size == made.bytes
        assert output.max_bytes is None or made.bytes <= output.max_bytes


@needs_photos
def test_same_input_same_bytes_and_facebook_is_the_featured_file(tmp_path: Path) -> None:
    outputs = find_outputs(["website_featured", "facebook", "website_thumb"])
    first = derive(PHOTO, outputs, tmp_path / "a")
    second = derive(PHOTO, outputs, tmp_path / "b")
    assert [m.sha256 for m in first] == [m.sha256 for m in second]
    assert first[0].path == first[1].path != first[2].path
    assert len(list((tmp_path / "a").iterdir())) == 2


@needs_photos
def test_pillow_alone_makes_the_same_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if derive_module._fast_resizer() is None:
        pytest.skip("cykooz-resizer is not installed")
    fast = one(PHOTO, "ig_feed", tmp_path)
    monkeypatch.setattr(derive_module, "_fast_resizer", lambda: None)
    slow = one(PHOTO, "ig_feed", tmp_path)
    assert max(ImageStat.Stat(ImageChops.difference(fast, slow)).mean) < 0.5


@needs_photos
def test_a_derivative_looks_like_a_plain_resize_of_the_original(tmp_path: Path) -> None:
    made = one(PHOTO, "website_featured", tmp_path)
    with Image.open(PHOTO) as original:
        box = cover_box(original.size, (1200, 630), (50, 50))
        plain = original.resize((1200, 630), Image.Resampling.LANCZOS, box=box)
    assert max(ImageStat.Stat(ImageChops.difference(made, plain)).mean) < 3.0


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_and_the_focal_point_follows(tmp_path: Path, orientation: int) -> None:
    upright = make_scene()
    # The stored picture is the upright one turned back: the inverse of the turn that a viewer makes.
    turn = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}.get(
        orientation, derive_module.TURNS.get(orientation)
    )
    stored = upright.transpose(turn) if turn is not None else upright
    exif = piexif.dump({"0th": {piexif.ImageIFD.Orientation: orientation}})
    stored.save(tmp_path / "o.jpg", quality=95, subsampling=0, exif=exif)
    made = one(tmp_path / "o.jpg", "website_thumb", tmp_path)
    for actual, expected in zip(corners(made), corners(upright), strict=True):
        assert near(actual, expected), orientation
    x, y = to_stored((10.0, 20.0), orientation)
    width, height = stored.size
    spot = (min(int(x / 100 * width), width - 1), min(int(y / 100 * height), height - 1))
    assert stored.getpixel(spot) == (255, 0, 0)


def test_no_metadata_survives(tmp_path: Path) -> None:
    gps = {
        piexif.GPSIFD.GPSLatitudeRef: "S",
        piexif.GPSIFD.GPSLatitude: [(8, 1), (10, 1), (0, 1)],
        piexif.GPSIFD.GPSLongitudeRef: "E",
        piexif.GPSIFD.GPSLongitude: [(113, 1), (42, 1), (0, 1)],
    }
    exif = piexif.dump({"0th": {piexif.ImageIFD.Make: b"SECRETCAM"}, "GPS": gps})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRETXMP</x:xmpmeta>"
    make_scene().save(tmp_path / "m.jpg", exif=exif, comment=b"SECRETCOM", xmp=xmp, icc_profile=profile)
    for made in derive(tmp_path / "m.jpg", list(load_outputs().values()), tmp_path / "out"):
        data = made.path.read_bytes()
        assert b"SECRET" not in data and b"Exif" not in data and b"ICC_PROFILE" not in data and b"http" not in data
        with Image.open(io.BytesIO(data)) as image:
            assert not image.getexif() and not {"exif", "icc_profile", "comment", "xmp"} & set(image.info)


def save_odd(kind: str, path: Path) -> None:
    scene = make_scene()
    if kind == "gray":
        scene.convert("L").save(path, "JPEG", quality=95)
    elif kind == "palette":
        scene.convert("P", palette=Image.Palette.ADAPTIVE).save(path, "PNG")
    elif kind == "gray16":
        scene.convert("L").convert("I").point(lambda v: v * 257 + 0).convert("I;16").save(path, "PNG")
    elif kind == "transparent":
        scene.convert("RGBA").save(path, "PNG")
    elif kind == "cmyk":
        scene.convert("CMYK").save(path, "JPEG", quality=95)
    elif kind == "webp":
        scene.save(path, "WEBP", quality=95)


@pytest.mark.parametrize("kind", ["gray", "palette", "gray16", "transparent", "cmyk", "webp"])
def test_odd_colour_modes_come_out_as_they_look(tmp_path: Path, kind: str) -> None:
    save_odd(kind, tmp_path / "odd")
    made = one(tmp_path / "odd", "website_thumb", tmp_path)
    shown = make_scene().convert("L").convert("RGB") if kind.startswith("gray") else make_scene()
    for actual, expected in zip(corners(made), corners(shown), strict=True):
        assert near(actual, expected, 20), kind


def test_transparency_is_put_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (800, 600), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    assert near(corners(one(tmp_path / "clear.png", "website_thumb", tmp_path))[0], (255, 255, 255))


@pytest.mark.skipif(not CMYK_PROFILE.exists(), reason="apt package libgs-common is not installed")
def test_a_cmyk_profile_is_used(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(str(CMYK_PROFILE))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    skin = Image.new("RGB", (900, 700), (190, 140, 110))
    relative = ImageCms.Intent.RELATIVE_COLORIMETRIC
    cmyk = ImageCms.profileToProfile(skin, srgb, profile, renderingIntent=relative, outputMode="CMYK")
    assert cmyk is not None
    cmyk.save(tmp_path / "c.jpg", quality=95, icc_profile=profile.tobytes())
    assert near(corners(one(tmp_path / "c.jpg", "website_thumb", tmp_path))[0], (190, 140, 110), 8)


def test_a_broken_profile_does_not_cost_the_photograph(tmp_path: Path) -> None:
    make_scene().save(tmp_path / "p.jpg", quality=95, icc_profile=b"nonsense" * 40)
    assert near(corners(one(tmp_path / "p.jpg", "website_thumb", tmp_path))[0], (255, 0, 0))


def test_the_focal_point_moves_the_crop(tmp_path: Path) -> None:
    make_scene(1600, 900).save(tmp_path / "f.jpg", quality=95)
    left = one(tmp_path / "f.jpg", "ig_feed", tmp_path, (10, 50))
    right = one(tmp_path / "f.jpg", "ig_feed", tmp_path, (90, 50))
    assert near(corners(left)[1], (255, 0, 0)) and near(corners(right)[0], (0, 255, 0))


def test_a_large_photograph_is_brought_under_the_byte_limit(tmp_path: Path) -> None:
    Image.effect_noise((2400, 2000), 90).convert("RGB").save(tmp_path / "noise.jpg", quality=92)
    [made] = derive(tmp_path / "noise.jpg", find_outputs(["bluesky"]), tmp_path)
    assert made.bytes <= 1_000_000
    assert Image.open(made.path).size == (made.width, made.height)


def test_whole_pictures_are_never_enlarged(tmp_path: Path) -> None:
    make_scene(640, 480).save(tmp_path / "s.jpg")
    assert one(tmp_path / "s.jpg", "bluesky", tmp_path).size == (640, 480)


def test_too_small_for_an_output_is_refused_with_the_size_needed(tmp_path: Path) -> None:
    make_scene(640, 480).save(tmp_path / "s.jpg")
    with pytest.raises(MediaError) as refused:
        derive(tmp_path / "s.jpg", find_outputs(["story"]), tmp_path)
    assert refused.value.code == "too_small"
    assert "540 × 960" in refused.value.sentence("id")


def test_damage_found_while_decoding_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.effect_noise((800, 600), 60).convert("RGB").save(buffer, "PNG")
    data = bytearray(buffer.getvalue())
    middle = len(data) // 2
    data[middle : middle + 64] = bytes(64)
    (tmp_path / "d.png").write_bytes(data)
    with pytest.raises(MediaError) as refused:
        derive(tmp_path / "d.png", find_outputs(["mail"]), tmp_path)
    assert refused.value.code == "damaged"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF"])
@pytest.mark.filterwarnings("ignore")
def test_damaged_files_give_a_sentence_or_a_picture_never_a_crash(tmp_path: Path, kind: str) -> None:
    buffer = io.BytesIO()
    make_scene(320, 240).save(buffer, kind)
    chance = random.Random(kind)
    for _ in range(60):
        data = bytearray(buffer.getvalue())
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(min(len(data), 400))] = chance.randrange(256)
        (tmp_path / "x").write_bytes(data[: chance.choice([len(data), len(data) // 2])])
        try:
            derive(tmp_path / "x", find_outputs(["mail"]), tmp_path / "out")
        except MediaError as error:
            assert "x" in error.sentence("id")


def test_channels_choose_their_outputs() -> None:
    keys = {output.key for output in outputs_for_channels(["bluesky", "website"])}
    assert keys == {"bluesky", "website_featured", "website_thumb", "preview", "mail"}
    with pytest.raises(MediaError) as refused:
        find_outputs(["poster"])
    assert refused.value.code == "unknown_output"
