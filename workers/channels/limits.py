"""Reads `config/channels.yaml`, and counts text as the networks count it."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import regex
import yaml

from workers.channels.base import Limits

_CONFIG = Path(__file__).resolve().parents[2] / "config"
_GRAPHEME = regex.compile(r"\X")
LINK = regex.compile(r"https?://[^\s<>\"]+[^\s<>\"'.,;:!?)\]}]")


@cache
def all_limits() -> dict[str, Limits]:
    """Kind of channel -> what it accepts. An unknown key in the file is a TypeError: it would be a limit not kept."""
    # Where the settings say, without needing any other of them.
    file = Path(os.environ.get("TAYANG_CONFIG_DIR") or _CONFIG) / "channels.yaml"
    rows = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {kind: _limits(kind, row["limits"]) for kind, row in rows.items()}


def limits_of(kind: str) -> Limits:
    """Raises KeyError for a kind that has no row."""
    return all_limits()[kind]


def graphemes(text: str) -> int:
    """Length as people see it: extended grapheme clusters (UAX 29), as Bluesky counts."""
    return len(_GRAPHEME.findall(text))


def first_graphemes(text: str, count: int) -> str:
    return "".join(_GRAPHEME.findall(text)[:count])


def with_fixed_links(text: str, link_characters: int) -> int:
    """Code points, each http(s) address counted as `link_characters`, as Mastodon counts."""
    links = LINK.findall(text)
    return len(text) + sum(link_characters - len(link) for link in links)


def count(text: str, limits: Limits) -> int:
    """Length of a text by the network's rule, `limits.counted_as`."""
    match limits.counted_as:
        case "graphemes":
            return graphemes(text)
        case "code_points_links":
            return with_fixed_links(text, limits.link_characters)
        case "code_points":
            return len(text)
    raise ValueError(f"{limits.kind}: nothing is counted as {limits.counted_as!r}")


def _limits(kind: str, row: dict[str, object]) -> Limits:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Limits(kind=kind, **values)  # type: ignore[arg-type]
