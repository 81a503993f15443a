"""The panel counts captions and cuts photographs in the browser as the workers do: its own files, run in node."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from workers.channels.limits import limits_of
from workers.media.focus import cover_box
from workers.media.outputs import load_outputs

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "wp-plugin" / "assets"
NODE = ROOT / ".venv" / "bin" / "node"


def in_node(script: str, given: Any) -> Any:
    """The value of `script`, an expression of `counting`, `crops` and `given`."""
    program = (
        f"const counting = require({json.dumps(str(ASSETS / 'counting.js'))});"
        f"const crops = require({json.dumps(str(ASSETS / 'preview.js'))});"
        "const given = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        f"process.stdout.write(JSON.stringify({script}));"
    )
    done = subprocess.run(
        [NODE, "-e", program], input=json.dumps(given), capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(done.stdout)


def test_the_browser_counts_as_the_workers_do() -> None:
    vectors = json.loads((ROOT / "tests" / "vectors" / "captions.json").read_text(encoding="utf-8"))
    limits = {kind: asdict(limits_of(kind)) for kind in {vector["kind"] for vector in vectors}}
    found = in_node(
        "given.vectors.map(one => counting.count(one.text, given.limits[one.kind]))",
        {"vectors": vectors, "limits": limits},
    )
    expected = [{key: vector[key] for key in ("characters", "bytes", "hashtags", "mentions")} for vector in vectors]
    assert found == expected


def test_what_is_left_for_a_caption_is_the_same_in_both() -> None:
    limits = limits_of("bluesky")
    given = {
        "counted_as": "graphemes",
        "max_characters": limits.max_characters,
        "link_characters": limits.link_characters,
        "max_text_bytes": limits.max_text_bytes,
    }
    fits, over = "a" * limits.caption_characters, "a" * (limits.caption_characters + 1)
    found = in_node(
        "given.texts.map(text => counting.measure(text, given.limits, true))", {"texts": [fits, over], "limits": given}
    )
    assert [[(row["what"], row["limit"], row["over"]) for row in rows] for rows in found] == [
        [("characters", limits.caption_characters, False)],
        [("characters", limits.caption_characters, True)],
    ]
    # Graphemes of many bytes reach the other limit first, and only then is it shown.
    families = "👨‍👩‍👧‍👦" * 150
    rows = in_node("counting.measure(given.text, given.limits, false)", {"text": families, "limits": given})
    assert [(row["what"], row["used"], row["over"]) for row in rows] == [
        ("characters", 150, False),
        ("bytes", len(families.encode()), True),
    ]


@pytest.mark.parametrize("size", [(4000, 3000), (3000, 4000), (1080, 1350), (1281, 719)])
@pytest.mark.parametrize("focal", [(50, 50), (0, 0), (100, 100), (23, 81)])
def test_the_browser_cuts_where_the_workers_cut(size: tuple[int, int], focal: tuple[int, int]) -> None:
    for target in ((1200, 630), (1080, 1350), (400, 300)):
        found = in_node(
            "crops.coverBox(given.size, given.target, given.focal)", {"size": size, "target": target, "focal": focal}
        )
        assert found == pytest.approx(cover_box(size, target, focal))


def test_the_cut_in_css_shows_that_very_box() -> None:
    size, target, focal = (4000, 3000), (1080, 1350), (23, 81)
    place = in_node(
        "crops.position(given.size, given.target, given.focal)", {"size": size, "target": target, "focal": focal}
    )
    left, top, right, bottom = cover_box(size, target, focal)
    x, y = (float(one.rstrip("%")) / 100 for one in place.split())
    assert x * (size[0] - (right - left)) == pytest.approx(left, abs=1)
    assert bottom - top == size[1]
    assert y == 0.5


def test_the_sizes_of_the_previews_are_those_of_the_workers() -> None:
    outputs, shown = load_outputs(), in_node("crops.OUTPUTS", None)
    for kind, size in shown.items():
        names = ["website_featured"] if kind == "website" else limits_of(kind).photo_outputs
        for output in (outputs[name] for name in names):
            assert size == ([output.width, output.height] if output.fit == "cover" else None), kind
    source = (ROOT / "workers" / "media" / "derive.py").read_text()
    largest = float(re.search(r"^MAX_ENLARGEMENT = ([\d.]+)$", source, re.MULTILINE)[1])  # type: ignore[index]
    assert in_node("crops.tooSmall([1080 / given, 1350 / given], crops.OUTPUTS.instagram)", largest) is False
    assert in_node("crops.tooSmall([1080 / given - 1, 1350 / given], crops.OUTPUTS.instagram)", largest) is True
