"""Font names of the templates -> files of the system's packages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PIL import ImageFont, features

from workers.cards import CardError

FONT_DIRS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
# name in a template -> (file, Debian package)
FONTS = {
    "sans": ("NotoSans-Regular.ttf", "fonts-noto-core"),
    "sans_bold": ("NotoSans-Bold.ttf", "fonts-noto-core"),
    "sans_italic": ("NotoSans-Italic.ttf", "fonts-noto-core"),
    "serif": ("NotoSerif-Regular.ttf", "fonts-noto-core"),
    "serif_italic": ("NotoSerif-Italic.ttf", "fonts-noto-core"),
    "display": ("NotoSerifDisplay-Regular.ttf", "fonts-noto-core"),
    "display_bold": ("NotoSerifDisplay-Bold.ttf", "fonts-noto-core"),
    "display_italic": ("NotoSerifDisplay-Italic.ttf", "fonts-noto-core"),
    "arabic": ("Amiri-Regular.ttf", "fonts-hosny-amiri"),
    "arabic_bold": ("Amiri-Bold.ttf", "fonts-hosny-amiri"),
    "javanese": ("NotoSansJavanese-Regular.ttf", "fonts-noto-core"),
    "emoji": ("NotoColorEmoji.ttf", "fonts-noto-color-emoji"),
}
RIGHT_TO_LEFT = frozenset({"arabic", "arabic_bold"})
# The emoji font holds pictures of one size only.
EMOJI_STRIKE_PX = 109


def require_raqm() -> None:
    """Refuse to start without text shaping: Pillow would silently draw Arabic as separate letters, left to right."""
    if not features.check("raqm"):
        raise CardError("no_raqm")


@cache
def font_path(name: str) -> Path:
    """File of the font `name`. Raises `CardError` `font_missing`, which names the package to install."""
    file, package = FONTS[name]
    for folder in FONT_DIRS:
        found = sorted(folder.rglob(file)) if folder.is_dir() else []
        if found:
            return found[0]
    raise CardError("font_missing", file=file, package=package)


@cache
def load_font(name: str, size_px: float) -> ImageFont.FreeTypeFont:
    """The font at this size, shaped by raqm."""
    require_raqm()
    return ImageFont.truetype(font_path(name), size_px, layout_engine=ImageFont.Layout.RAQM)


@cache
def has_glyph(name: str, character: str) -> bool:
    """Whether the font can draw this character (compared with what it draws for one that no font has)."""
    if character.isspace() or not character.isprintable():
        return True
    font = load_font(name, 40)
    missing = font.getmask("\U0010fffe")
    drawn = font.getmask(character)
    return drawn.size != missing.size or bytes(drawn) != bytes(missing)
