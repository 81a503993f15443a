"""The walk behind scripts/screenshots: two cases through the screens, as the office's people; pictures on the way.

Every name in PICTURES is written into --out; a run that cannot take one of them fails. Pictures are reduced to a palette, as pages have few colours: the whole set
stays small enough for the repository.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.testbed import screens, story  # noqa: E402
from tests.testbed.office import PHOTOS, Office, OfficeError, View, wait_until  # noqa: E402
from tests.testbed.screens import DESK, PHONE, press  # noqa: E402

LARGEST_BYTES = 250_000
PALETTES = (256, 160, 96, 64)  # colours, tried until the file is small enough


class Camera:
    """Takes pictures into one folder, and says so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)

    def take(self, page: Page, name: str, most_px: int = 0) -> None:
        """The window as it is; on a phone the page from its top, `most_px` high at most."""
        page.mouse.move(0, 0)
        if page.viewport_size == PHONE:
            height = min(int(page.evaluate("document.documentElement.scrollHeight")), most_px or 1800)
            clip = {"x": 0, "y": 0, "width": PHONE["width"], "height": height}
            shot = page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
        else:
            shot = page.screenshot()
        self.keep(Image.open(io.BytesIO(shot)), name)

    def keep(self, picture: Image.Image, name: str) -> None:
        picture = picture.convert("RGB")
        for colours in PALETTES:
            data = io.BytesIO()
            picture.quantize(colours, dither=Image.Dither.NONE if colours > 64 else Image.Dither.FLOYDSTEINBERG).save(
                data, "PNG", optimize=True
            )
            if len(data.getvalue()) <= LARGEST_BYTES:
                break
        path = self.folder / f"{name}.png"
        path.write_bytes(data.getvalue())
        print(f"  {path.name:<24}{picture.width} x {picture.height}, {len(data.getvalue()) // 1000} kB", flush=True)
