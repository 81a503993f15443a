"""What changed between two contents, for people to read: part by part, word by word. Pure, and quick on long texts.

Texts are compared as they read: markup and the block editor's comments are left out, links and pictures are spelled
out. Where two texts read alike but their markup differs, the markup itself is compared: no change goes unseen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html.parser import HTMLParser
from itertools import groupby
from typing import Any

from sidecar.sop.content import canonical_json

SAME, REMOVED, ADDED = "=", "-", "+"
Op = tuple[str, str]
Gap = Callable[[list[str], list[str]], Iterator[Op]]

# Around a change this many characters stay of a longer text that is the same.
CONTEXT = 80
# Two stretches that share no word to hold on to, and are larger than this (tokens times tokens), are called different
# as a whole: nobody could follow the threads between them, and finding them costs more than the square.
MAX_CELLS = 60_000

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_WORD = re.compile(r"\w")
_BLOCKS = frozenset(
    {"p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr"}
    | {"figure", "figcaption", "table", "tr", "td", "th", "section", "article", "header", "footer", "main", "nav"}
    | {"aside", "address"}
)
_SILENT = frozenset({"script", "style"})


@dataclass(frozen=True)
class Change:
    """One part that differs. `part`: the content's key (`photo`, `caption`: one image, one channel); `of`: which one
    (image's words or number, channel, taxonomy, field of the card); `aspect`: of an image alt, caption, focal, file; of
    a card template, photo.

    `kind` text: `ops` run through the text; list: each op is one item. Values that are no text of the editors are keys
    that the edges name in a language: `on`, `off`.
    """

    part: str
    kind: str
    ops: tuple[Op, ...]
    of: str = ""
    aspect: str = ""


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Every part in which the contents differ, in the order in which people look at them. Empty: they are the same,
    but that one of them may lack what was added to contents later."""
    found = [
        *_markup("title", old, new),
        *_markup("content", old, new),
        *_text("excerpt", _string(old, "excerpt"), _string(new, "excerpt")),
        *_text("slug", _string(old, "slug"), _string(new, "slug")),
        *_terms(old, new),
        *_featured_image(old, new),
        *_images(old, new),
        *_photos(old, new),
        *_channels(old, new),
        *_card(old, new),
        *_list("website", [_on(old)], [_on(new)]),
    ]
    return found + list(_others(old, new))


def text_ops(old: str, new: str) -> list[Op]:
    """The words that stayed, went and came. The `=` and `-` ops together are `old`, the `=` and `+` ops are `new`."""
    return _joined(_calmed(_diff(_TOKEN.findall(old), _TOKEN.findall(new))))


def list_ops(old: Sequence[str], new: Sequence[str]) -> list[Op]:
    """As `text_ops`, one op for each item."""
    return list(_diff(list(old), list(new)))


def shortened(ops: Iterable[Op]) -> list[Op]:
    """Long stretches that stayed the same, cut to what stands next to a change; `…` for what was left out."""
    listed = list(ops)
    last = len(listed) - 1
    return [
        (sign, _short(text, before=i > 0, after=i < last) if sign == SAME else text)
        for i, (sign, text) in enumerate(listed)
    ]


def readable(markup: str) -> str:
    """HTML as it reads: one line for each block, no markup, no comments; the address of a link and the name of a
    picture in brackets, because a change of them matters."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.text()


# ------------------------------------------------------------------------------------------------------------ the parts


def _markup(part: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = _string(old, part), _string(new, part)
    if before == after:
        return
    read = readable(before), readable(after)
    yield from _text(part, *(read if read[0] != read[1] else (before, after)))


def _text(part: str, old: str, new: str, of: str = "", aspect: str = "") -> Iterator[Change]:
    if old != new:
        yield Change(part, "text", tuple(shortened(text_ops(old, new))), of, aspect)


def _list(part: str, old: Sequence[str], new: Sequence[str], of: str = "", aspect: str = "") -> Iterator[Change]:
    if list(old) != list(new):
        yield Change(part, "list", tuple(list_ops(old, new)), of, aspect)


def _terms(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = (
        {str(taxonomy): list(map(str, slugs)) for taxonomy, slugs in content.get("terms") or ()}
        for content in (old, new)
    )
    for taxonomy in dict.fromkeys((*before, *after)):
        yield from _list("terms", before.get(taxonomy, []), after.get(taxonomy, []), taxonomy)


def _featured_image(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = (int(content.get("featured_image") or 0) for content in (old, new))
    if before != after:
        names = _names(old, new)
        yield from _list("featured_image", _named(names, [before]), _named(names, [after]))


def _images(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = _by_id(old), _by_id(new)
    for number in dict.fromkeys((*before, *after)):
        of = _words(after.get(number) or before[number])
        if number not in after:
            yield Change("photo", "list", ((REMOVED, _name(before[number])),), of)
        elif number not in before:
            yield Change("photo", "list", ((ADDED, _name(after[number])),), of)
        else:
            yield from _image(of, before[number], after[number])


def _image(of: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for aspect in ("alt", "caption"):
        yield from _text("photo", _string(old, aspect), _string(new, aspect), of, aspect)
    yield from _list("photo", [_focal(old)], [_focal(new)], of, "focal")
    yield from _list("photo", [_file(old)], [_file(new)], of, "file")


def _photos(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Of pictures that came or went a line stands there already: here it is what was chosen, and its order."""
    before, after = (_chosen(content) for content in (old, new))
    default = [list(_by_id(content)) for content in (old, new)]
    if before != after and [before, after] != default:
        names = _names(old, new)
        yield from _list("photos", _named(names, before), _named(names, after))


def _channels(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = (
        {str(item["channel"]): _string(item, "caption") for item in content.get("channels") or ()}
        for content in (old, new)
    )
    yield from _list("channels", list(before), list(after))
    for channel in dict.fromkeys((*before, *after)):
        yield from _text("caption", before.get(channel, ""), after.get(channel, ""), channel)


def _card(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = (content.get("card") or {} for content in (old, new))
    yield from _list("card", _one(before.get("template")), _one(after.get("template")), aspect="template")
    fields = [dict(card.get("fields") or {}) for card in (before, after)]
    for field in dict.fromkeys((*fields[0], *fields[1])):
        yield from _text("card", str(fields[0].get(field, "")), str(fields[1].get(field, "")), str(field))
    photos = [int(card.get("photo") or 0) for card in (before, after)]
    if photos[0] != photos[1]:
        names = _names(old, new)
        yield from _list("card", _named(names, photos[:1]), _named(names, photos[1:]), aspect="photo")


KNOWN = frozenset(
    {"post_id", "post_type", "title", "content", "excerpt", "slug", "terms", "featured_image", "images"}
    | {"photos", "channels", "card", "website"}
)


def _others(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """A key that this version does not know is shown as it is stored, rather than not at all."""
    for key in sorted({*old, *new} - KNOWN):
        before, after = (canonical_json(c[key]).decode() if key in c else "" for c in (old, new))
        yield from _text(key, before, after)


def _on(content: Mapping[str, Any]) -> str:
    return "on" if content.get("website", True) else "off"


def _one(value: object) -> list[str]:
    return [str(value)] if value else []


def _string(values: Mapping[str, Any], key: str) -> str:
    return str(values.get(key) or "")


def _by_id(content: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    return {int(image["id"]): image for image in content.get("images") or ()}


def _chosen(content: Mapping[str, Any]) -> list[int]:
    chosen = content.get("photos")
    return list(_by_id(content)) if chosen is None else [int(number) for number in chosen]


def _names(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[int, str]:
    """One name for a picture on both sides, so that only what was chosen differs."""
    return {number: _name(image) for number, image in ({**_by_id(old), **_by_id(new)}).items()}


def _named(names: Mapping[int, str], numbers: Iterable[int]) -> list[str]:
    return [names.get(number, f"#{number}") for number in numbers if number]


def _words(image: Mapping[str, Any]) -> str:
    return _string(image, "alt") or _string(image, "caption") or f"#{image['id']}"


def _name(image: Mapping[str, Any]) -> str:
    """With the number, which tells two pictures of the same words apart."""
    number, words = f"#{image['id']}", _words(image)
    return number if words == number else f"{number} {words}"


def _focal(image: Mapping[str, Any]) -> str:
    x, y = image.get("focal") or (50, 50)
    return f"{x}% {y}%"


def _file(image: Mapping[str, Any]) -> str:
    return f"{_string(image, 'mime')} {_string(image, 'sha256')[:12]}".strip()


# ----------------------------------------------------------------------------------------------------- as people read


class _Reader(HTMLParser):
    """Collects what a reader of the page would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._links: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS or tag == "br":
            self._parts.append("\n")
        if tag == "li":
            self._parts.append("• ")
        elif tag == "a":
            self._links.append(values.get("href", ""))
        elif tag == "img":
            name = values.get("src", "").rpartition("/")[2]
            self._parts.append(f"[{' '.join((name, values.get('alt', ''))).strip()}]")
        elif values.get("src"):
            self._parts.append(f"[{values['src']}]")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in _BLOCKS:
            self._parts.append("\n")
        elif tag == "a" and self._links and (href := self._links.pop()):
            self._parts.append(f" [{href}]")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._parts.append(data)

    def text(self) -> str:
        lines = ("".join(self._parts)).split("\n")
        return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


# ----------------------------------------------------------------------------------------------------------- comparing


def _diff(old: list[str], new: list[str]) -> Iterator[Op]:
    """Token by token. First the words that stand once in each are threaded up in their order (patience diff, n log n);
    only the gaps between them are compared in full."""
    yield from _threaded(old, new, _once(old, new), _wide_gap)


def _threaded(old: list[str], new: list[str], anchors: list[tuple[int, int]], gap: Gap) -> Iterator[Op]:
    i = j = 0
    for a, b in [*anchors, (len(old), len(new))]:
        start, end = _ends(old[i:a], new[j:b])
        yield from ((SAME, token) for token in old[i : i + start])
        yield from gap(old[i + start : a - end], new[j + start : b - end])
        yield from ((SAME, token) for token in old[a - end : a + 1])
        i, j = a + 1, b + 1


def _once(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Where the tokens stand that occur once in each, in the longest order that both share."""
    once = [{token for token, count in Counter(tokens).items() if count == 1} for tokens in (old, new)]
    unique = once[0] & once[1]
    where = {token: j for j, token in enumerate(new) if token in unique}
    return _longest_rising([(i, where[token]) for i, token in enumerate(old) if token in unique])


def _equally_often(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """As `_once`, for words that occur more often, but as often in both: the first is the first, and so on."""
    counts = [Counter(tokens) for tokens in (old, new)]
    where: dict[str, list[int]] = {}
    for j, token in enumerate(new):
        if counts[0][token] == counts[1][token] and _WORD.match(token):
            where.setdefault(token, []).append(j)
    rank: Counter[str] = Counter()
    pairs = []
    for i, token in enumerate(old):
        if token in where:
            pairs.append((i, where[token][rank[token]]))
            rank[token] += 1
    return _longest_rising(pairs)


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of `pairs` (which rise on the left) that rises on the right too."""
    piles: list[int] = []  # the smallest right end of a rising row of each length
    tops: list[int] = []  # and which pair that is
    before: list[int] = []
    for n, (_, j) in enumerate(pairs):
        at = _first_not_less(piles, j)
        before.append(tops[at - 1] if at else -1)
        if at == len(piles):
            piles.append(j)
            tops.append(n)
        else:
            piles[at], tops[at] = j, n
    found, n = [], tops[-1] if tops else -1
    while n >= 0:
        found.append(pairs[n])
        n = before[n]
    return found[::-1]


def _first_not_less(values: list[int], value: int) -> int:
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if values[middle] < value else (low, middle)
    return low


def _ends(old: list[str], new: list[str]) -> tuple[int, int]:
    """How many tokens both share at the start, and of the rest at the end."""
    start = _common(old, new)
    return start, _common(old[start:][::-1], new[start:][::-1])


def _common(old: list[str], new: list[str]) -> int:
    n = 0
    for a, b in zip(old, new, strict=False):
        if a != b:
            break
        n += 1
    return n


def _wide_gap(old: list[str], new: list[str]) -> Iterator[Op]:
    if len(old) * len(new) > MAX_CELLS:
        yield from _threaded(old, new, _equally_often(old, new), _gap)
    else:
        yield from _gap(old, new)


def _gap(old: list[str], new: list[str]) -> Iterator[Op]:
    if not old or not new or len(old) * len(new) > MAX_CELLS:
        yield from ((REMOVED, token) for token in old)
        yield from ((ADDED, token) for token in new)
        return
    for sign, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if sign == "equal":
            yield from ((SAME, token) for token in old[i1:i2])
        else:
            yield from ((REMOVED, token) for token in old[i1:i2])
            yield from ((ADDED, token) for token in new[j1:j2])


def _calmed(ops: Iterable[Op]) -> list[Op]:
    """A blank or a comma between two changed words belongs to the change: nobody reads word salad."""
    runs = [list(run) for _, run in groupby(ops, key=lambda op: op[0] == SAME)]
    calm: list[Op] = []
    for n, run in enumerate(runs):
        inside = 0 < n < len(runs) - 1 and run[0][0] == SAME
        if inside and not any(_WORD.search(token) or "\n" in token for _, token in run):
            calm += [(sign, token) for _, token in run for sign in (REMOVED, ADDED)]
        else:
            calm += run
    return calm


def _joined(ops: Iterable[Op]) -> list[Op]:
    """One op for each stretch; of a change first what went, then what came."""
    found: list[Op] = []
    for same, run in groupby(ops, key=lambda op: op[0] == SAME):
        listed = list(run)
        for sign in (SAME,) if same else (REMOVED, ADDED):
            text = "".join(token for own, token in listed if own == sign)
            if text:
                found.append((sign, text))
    return found


def _short(text: str, *, before: bool, after: bool) -> str:
    """`before`, `after`: a change stands there."""
    head = _cut(text, CONTEXT, str.rfind) if before else ""
    tail = text[len(text) - len(_cut(text[::-1], CONTEXT, str.rfind)) :] if after else ""
    return text if len(head) + len(tail) + CONTEXT >= len(text) else f"{head}…{tail}"


def _cut(text: str, length: int, find: Callable[[str, str], int]) -> str:
    """The first `length` characters, ending between two words where there is a blank in the second half."""
    part = text[:length]
    blank = find(part, " ")
    return part[: blank + 1] if blank > length // 2 else part
