"""Where to cut: a given focal point, or a cautious guess, and the crop box that follows from it."""

from __future__ import annotations

from PIL import Image, ImageFilter

Box = tuple[float, float, float, float]
Point = tuple[float, float]

CENTRE: Point = (50.0, 50.0)
SAMPLE_PX = 64
# How far a guess may pull the crop away from the centre. Edges are where people and signs are,
# but foliage has edges too; so the guess only leans.
TRUST = 0.5


def guess_focal(image: Image.Image) -> Point:
    """Focal point in percent (x, y): the weight centre of edges, halfway to the picture's centre."""
    small = image.convert("L").resize((SAMPLE_PX, SAMPLE_PX), Image.Resampling.BOX)
    # The filter copies the outermost pixels unchanged; cut them off.
    edges = small.filter(ImageFilter.FIND_EDGES).crop((1, 1, SAMPLE_PX - 1, SAMPLE_PX - 1))
    side = SAMPLE_PX - 2
    values = edges.tobytes()
    total = sum(values)
    if total == 0:
        return CENTRE
    x = sum(value * (i % side + 0.5) for i, value in enumerate(values)) / total / side * 100
    y = sum(value * (i // side + 0.5) for i, value in enumerate(values)) / total / side * 100
    return (50 + (x - 50) * TRUST, 50 + (y - 50) * TRUST)


def to_stored(point: Point, orientation: int) -> Point:
    """Map a focal point that was set on the upright picture to the picture as stored."""
    x, y = point
    mapped: dict[int, Point] = {
        2: (100 - x, y),
        3: (100 - x, 100 - y),
        4: (x, 100 - y),
        5: (y, x),
        6: (y, 100 - x),
        7: (100 - y, 100 - x),
        8: (100 - y, x),
    }
    return mapped.get(orientation, point)


def cover_box(size: tuple[int, int], target: tuple[int, int], focal: Point) -> Box:
    """Largest box of the target's shape inside `size`, its centre as near to `focal` (percent) as possible."""
    width, height = size
    scale = min(width / target[0], height / target[1])
    box_width, box_height = target[0] * scale, target[1] * scale
    left = min(max(focal[0] / 100 * width - box_width / 2, 0.0), max(width - box_width, 0.0))
    top = min(max(focal[1] / 100 * height - box_height / 2, 0.0), max(height - box_height, 0.0))
    return (left, top, min(left + box_width, float(width)), min(top + box_height, float(height)))


def inside_size(size: tuple[int, int], limit: tuple[int, int]) -> tuple[int, int]:
    """Size of the whole picture within `limit`, never enlarged."""
    scale = min(limit[0] / size[0], limit[1] / size[1], 1.0)
    return (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
