"""Words into lines, lines into boxes: measure once, balance, and find the largest size that fits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from workers.cards.fonts import RIGHT_TO_LEFT, load_font

# Advances grow linearly with the size, so words are measured once, large.
MEASURE_PX = 256
EMOJI_WIDTH_EM = 1.25
FIT_STEPS = 7

_BASE = "[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55\u231a\u231b\u23e9-\u23f3\u25fd\u25fe\u2934\u2935\u3030\u303d]"
_ONE = f"{_BASE}[\ufe0f\U0001f3fb-\U0001f3ff]*"
EMOJI = re.compile(f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_ONE}(?:\u200d{_ONE})*")


TITLES = re.compile(r"\b(Prof\.|Drs?\.|Dra\.|Ir\.|KH\.|Hj?\.|Tn\.|Ny\.|Bpk\.|Sdri?\.) ")


@dataclass(frozen=True)
class Piece:
    """A run of one kind inside a word or line."""

    text: str
    emoji: bool


@dataclass(frozen=True)
class Line:
    text: str
    width: float


def split_emoji(text: str) -> list[Piece]:
    """Cut text into runs of letters and single emoji."""
    pieces: list[Piece] = []
    position = 0
    for match in EMOJI.finditer(text):
        if match.start() > position:
            pieces.append(Piece(text[position : match.start()], emoji=False))
        pieces.append(Piece(match.group(), emoji=True))
        position = match.end()
    if position < len(text):
        pieces.append(Piece(text[position:], emoji=False))
    return pieces


@cache
def width_em(font: str, text: str) -> float:
    """Width of a run of text in units of the font size."""
    if not text:
        return 0.0
    width = 0.0
    for piece in split_emoji(text):
        if piece.emoji:
            width += EMOJI_WIDTH_EM
        else:
            loaded = load_font(font, MEASURE_PX)
            width += loaded.getlength(piece.text, direction=direction_of(font)) / MEASURE_PX
    return width


def direction_of(font: str) -> str:
    """Direction of a line in this font, as raqm names it."""
    return "rtl" if font in RIGHT_TO_LEFT else "ltr"


def bind_titles(text: str) -> str:
    """Keep `Dr.`, `H.`, `Hj.` on the line of the name they belong to."""
    return TITLES.sub("\\1\u00a0", text)


def loosely_set(text: str, lines: list[Line]) -> bool:
    """Whether a headline has so few words a line that a smaller size would read better."""
    return len(lines) > max(2, len(text.split()) * 2 // 3)


def wrap(font: str, text: str, limit_em: float) -> list[Line] | None:
    """Greedy lines not wider than `limit_em`; None if a single word is wider. Line breaks in the text are kept."""
    lines: list[Line] = []
    for paragraph in text.split("\n"):
        words = [word for word in bind_titles(paragraph).split(" ") if word]
        current = ""
        for word in words:
            longer = f"{current} {word}" if current else word
            if width_em(font, longer) <= limit_em:
                current = longer
                continue
            if not current or width_em(font, word) > limit_em:
                return None
            lines.append(Line(current, width_em(font, current)))
            current = word
        if current:
            lines.append(Line(current, width_em(font, current)))
    return lines


def balance(font: str, text: str, limit_em: float) -> list[Line] | None:
    """As few lines as `wrap` needs, but as equal in width as possible: a headline without a lonely last word."""
    lines = wrap(font, text, limit_em)
    if lines is None or len(lines) < 2:
        return lines
    low, high = 0.0, limit_em
    for _ in range(14):
        middle = (low + high) / 2
        tried = wrap(font, text, middle)
        if tried is not None and len(tried) == len(lines):
            lines, high = tried, middle
        else:
            low = middle
    return lines


def largest(fits: Callable[[float], bool]) -> float | None:
    """The largest t of 0…1 for which `fits(t)`; None when not even 0 does. Assumes smaller always fits better."""
    if fits(1.0):
        return 1.0
    if not fits(0.0):
        return None
    low, high = 0.0, 1.0
    for _ in range(FIT_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
