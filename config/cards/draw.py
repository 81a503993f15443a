"""Draws the pictures of the templates in this folder: `python config/cards/draw.py`.

Two old batik patterns of Java, built from circles and petals by rule, nothing traced or copied:
kawung (the cut sugar-palm fruit) and truntum (jasmine stars on a night sky, given by parents to a child).
Each picture is a gray mask that tiles without a seam; the template gives it its colour.
"""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw

HERE = Path(__file__).parent
FINE = 8  # drawn this much larger, then reduced: smooth edges, same bytes everywhere

Point = tuple[float, float]


def petal(centre: Point, angle: float, length: float, width: float, roundness: float = 0.72) -> list[Point]:
    """Outline of a seed-shaped petal of half-length and half-width around `centre`."""
    steps = 48
    upper = [(math.cos(math.pi * i / steps), 1 - math.cos(math.pi * i / steps) ** 2) for i in range(steps + 1)]
    outline = [(x * length, max(y, 0.0) ** roundness * width) for x, y in upper]
    outline += [(x, -y) for x, y in reversed(outline)]
    cos, sin = math.cos(angle), math.sin(angle)
    return [(centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos) for x, y in outline]


class Tile:
    """A square mask that wraps around: whatever leaves it on one side comes in on the other."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.image = Image.new("L", (side * FINE, side * FINE), 0)
        self.draw = ImageDraw.Draw(self.image)

    def polygon(self, points: list[Point], value: int = 255) -> None:
        for dx in (-self.side, 0, self.side):
            for dy in (-self.side, 0, self.side):
                self.draw.polygon([((x + dx) * FINE, (y + dy) * FINE) for x, y in points], fill=value)

    def dot(self, centre: Point, radius: float, value: int = 255) -> None:
        self.polygon(petal(centre, 0.0, radius, radius, 0.5), value)

    def save(self, path: Path) -> None:
        self.image.reduce(FINE).save(path, optimize=True)


def kawung_fruit(tile: Tile, centre: Point, side: float) -> None:
    """Four seeds around a centre, each with its rim and its slit."""
    for quarter in range(4):
        angle = math.pi / 4 + quarter * math.pi / 2
        reach = side * 0.3535
        middle = (centre[0] + math.cos(angle) * reach, centre[1] + math.sin(angle) * reach)
        tile.polygon(petal(middle, angle, side * 0.305, side * 0.168))
        tile.polygon(petal(middle, angle, side * 0.238, side * 0.118), 0)
        tile.polygon(petal(middle, angle, side * 0.212, side * 0.096))
        tile.polygon(petal(middle, angle, side * 0.115, side * 0.016), 0)


def kawung_crosses(tile: Tile, side: float) -> None:
    """Small flowers in the diamonds between the fruits, and dots where fruits meet."""
    for i in range(2):
        for j in range(2):
            x, y = i * side, j * side
            for centre in ((x + side / 2, y), (x, y + side / 2)):
                for k in range(4):
                    angle = k * math.pi / 2
                    spot = (centre[0] + math.cos(angle) * side * 0.075, centre[1] + math.sin(angle) * side * 0.075)
                    tile.polygon(petal(spot, angle, side * 0.05, side * 0.019))
                tile.dot(centre, side * 0.016)
            for centre in ((x, y), (x + side / 2, y + side / 2)):
                tile.dot(centre, side * 0.022)


def draw_kawung(folder: Path, side: int, name: str) -> None:
    """Checkerboard of two masks, so that a template can paint every other fruit in another colour."""
    light, dark, crosses = Tile(2 * side), Tile(2 * side), Tile(2 * side)
    for i in range(2):
        for j in range(2):
            kawung_fruit(light if (i + j) % 2 == 0 else dark, ((i + 0.5) * side, (j + 0.5) * side), side)
    kawung_crosses(crosses, side)
    light.save(folder / f"{name}_light.png")
    dark.save(folder / f"{name}_dark.png")
    crosses.save(folder / f"{name}_crosses.png")


def truntum_star(tile: Tile, centre: Point, radius: float, turn: float = 0.0) -> None:
    """A jasmine of eight petals, a ring of dots around it."""
    for k in range(8):
        angle = turn + k * math.pi / 4
        long = k % 2 == 0
        length = radius * (0.40 if long else 0.27)
        reach = radius * 0.16 + length
        middle = (centre[0] + math.cos(angle) * reach, centre[1] + math.sin(angle) * reach)
        tile.polygon(petal(middle, angle, length, radius * (0.15 if long else 0.10)))
        if long:
            tile.polygon(petal(middle, angle, length * 0.6, radius * 0.03), 0)
        tip = radius * (1.12 if long else 0.92)
        tile.dot((centre[0] + math.cos(angle) * tip, centre[1] + math.sin(angle) * tip), radius * 0.045)
    tile.dot(centre, radius * 0.10)


def draw_truntum(folder: Path) -> None:
    """The night sky: stars on a slanted grid, small sparks between."""
    side = 180
    sky = Tile(side)
    truntum_star(sky, (side * 0.25, side * 0.25), 34)
    truntum_star(sky, (side * 0.75, side * 0.75), 34)
    for spot in ((0.75, 0.25), (0.25, 0.75)):
        truntum_star(sky, (side * spot[0], side * spot[1]), 15, math.pi / 8)
    for spot in ((0.5, 0.0), (0.0, 0.5), (0.5, 0.5), (0.0, 0.0)):
        sky.dot((side * spot[0], side * spot[1]), 2.2)
    sky.save(folder / "sky.png")
    flower = Tile(200)
    truntum_star(flower, (100, 100), 78)
    flower.save(folder / "flower.png")


def draw_frame(folder: Path, name: str, size: tuple[int, int], inset: tuple[int, int]) -> None:
    """Two thin lines around the card with stepped corners."""
    fine = 4
    frame = Image.new("L", (size[0] * fine, size[1] * fine), 0)
    draw = ImageDraw.Draw(frame)
    for gap, step, line in ((0, 42, 3), (14, 42, 1)):
        left, top = inset[0] + gap, inset[1] + gap
        right, bottom = size[0] - left, size[1] - top
        path = [
            (left + step, top), (right - step, top), (right - step, top + step), (right, top + step),
            (right, bottom - step), (right - step, bottom - step), (right - step, bottom), (left + step, bottom),
            (left + step, bottom - step), (left, bottom - step), (left, top + step), (left + step, top + step),
            (left + step, top), (right - step, top),
        ]  # fmt: skip
        draw.line([(x * fine, y * fine) for x, y in path], fill=255, width=line * fine)
    frame.reduce(fine).save(folder / f"frame_{name}.png", optimize=True)


def draw_ring(folder: Path, name: str, diameter: int) -> None:
    """The ring around a portrait."""
    fine = 4
    ring = Image.new("L", (diameter * fine, diameter * fine), 0)
    draw = ImageDraw.Draw(ring)
    last = diameter * fine - 1
    draw.ellipse((0, 0, last, last), outline=255, width=3 * fine)
    draw.ellipse((9 * fine, 9 * fine, last - 9 * fine, last - 9 * fine), outline=255, width=fine)
    ring.reduce(fine).save(folder / f"{name}.png", optimize=True)


def main() -> None:
    draw_kawung(HERE / "kawung", 270, "cloth")
    draw_kawung(HERE / "kawung", 60, "band")
    draw_truntum(HERE / "truntum")
    for name, size, inset in (
        ("feed", (1080, 1350), (44, 44)), ("square", (1080, 1080), (44, 44)), ("story", (1080, 1920), (44, 44)),
    ):  # fmt: skip
        draw_frame(HERE / "truntum", name, size, inset)
    draw_ring(HERE / "truntum", "ring", 320)
    draw_ring(HERE / "truntum", "ring_small", 232)


if __name__ == "__main__":
    main()
