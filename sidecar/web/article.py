"""The article as it will look, made safe to show: no scripts, no styles of its own, nothing loaded from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

import nh3

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "div", "span", "blockquote", "cite", "pre", "code"),
    *("strong", "b", "em", "i", "u", "s", "del", "ins", "sub", "sup", "a", "ul", "ol", "li"),
    *("figure", "figcaption", "img", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
DROPPED_WITH_CONTENT = {"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "form", "select"}
# What WordPress puts behind the name of an upload for its other sizes and its own edits.
_SIZE = re.compile(r"(?:-scaled|-rotated|-e\d{10,}|-\d{1,5}x\d{1,5})+$")


def safe_article(rendered: str, pictures: Mapping[str, str]) -> str:
    """HTML without anything active. `pictures`: `picture_key` of an original -> our own address of it; every other
    picture keeps its alternative text only."""

    def own(tag: str, attribute: str, value: str) -> str | None:
        if (tag, attribute) == ("img", "src"):
            return pictures.get(picture_key(value))
        return value

    return nh3.clean(
        rendered,
        tags=TAGS,
        attributes=ATTRIBUTES,
        clean_content_tags=DROPPED_WITH_CONTENT,
        attribute_filter=own,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )


def picture_key(url: str) -> str:
    """The same for an upload and all the sizes that WordPress makes of it."""
    path = unquote(urlsplit(url).path)
    folder, _, name = path.rpartition("/")
    return f"{folder}/{_SIZE.sub('', name.rpartition('.')[0])}"


def shown(rendered: str, keys: Iterable[str]) -> set[str]:
    """Which of the picture keys the article shows itself."""
    found = {picture_key(match) for match in re.findall(r"<img\b[^>]*?\bsrc=[\"']([^\"']+)", rendered, re.IGNORECASE)}
    return found & set(keys)
