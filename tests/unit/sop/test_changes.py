"""What changed between two contents: nothing is lost, nothing invented, and long texts do not keep anybody waiting."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.sop.changes import CONTEXT, Change, changes, list_ops, readable, shortened, text_ops
from sidecar.sop.content import canonical_json
from tests.builders import make_content

LIMIT_S = 2.0
words = st.lists(st.sampled_from(["rapat", "pleno", "KPU", " ", "\n", ", ", ".", "a", "ꦗꦩ꧀", "🗳", "é"])).map("".join)
texts = st.one_of(words, st.text(max_size=60))


def image(number: int, **other: Any) -> dict[str, Any]:
    values = {"id": number, "sha256": f"{number:064x}", "mime": "image/jpeg", "alt": f"Foto {number}", "caption": ""}
    return {**values, "focal": [50, 50], **other}


def changed(**other: Any) -> list[Change]:
    old = make_content(images=[image(34), image(35)], featured_image=34)
    return changes(old, {**old, **other})


def side(ops: list[tuple[str, str]], sign: str) -> str:
    return "".join(text for own, text in ops if own in ("=", sign))


@given(texts, texts)
def test_the_ops_rebuild_both_texts(old: str, new: str) -> None:
    ops = text_ops(old, new)
    assert side(ops, "-") == old and side(ops, "+") == new
    assert all(text for _, text in ops)
    assert [ops for ops in ops if ops[0] != "="] or old == new


@given(words, st.integers(0, 40), words)
def test_what_stands_around_a_change_is_not_called_changed(old: str, at: int, added: str) -> None:
    """An insertion between two words removes nothing."""
    pieces = old.split(" ")
    new = " ".join([*pieces[:at], f"<{added}>", *pieces[at:]])
    removed = "".join(text for sign, text in text_ops(old, new) if sign == "-")
    assert not removed.strip(" \n,.")


@given(st.lists(st.sampled_from("abcde")), st.lists(st.sampled_from("abcde")))
def test_list_ops_rebuild_both_lists(old: list[str], new: list[str]) -> None:
    ops = list_ops(old, new)
    assert [item for sign, item in ops if sign != "+"] == old
    assert [item for sign, item in ops if sign != "-"] == new


@given(texts, texts)
def test_shortening_leaves_every_change(old: str, new: str) -> None:
    ops = text_ops(old * 9, new * 9)
    short = shortened(ops)
    assert [op for op in short if op[0] != "="] == [op for op in ops if op[0] != "="]
    assert all(len(text) <= 3 * CONTEXT for sign, text in short if sign == "=")


def test_a_long_stretch_keeps_what_stands_next_to_the_change() -> None:
    long = " ".join(f"kata{n}" for n in range(200))
    ops = shortened(text_ops(f"lama {long} lama", f"baru {long} lama dan"))
    [same] = [text for sign, text in ops if sign == "="][:1]
    assert same.startswith(" kata0 kata1 ") and same.endswith(" kata199 lama") and "…" in same
    assert len(same) < 2 * CONTEXT + 2


def test_words_are_exchanged_as_a_whole() -> None:
    ops = text_ops("Rapat pleno terbuka di aula KPU.", "Rapat pleno tertutup pada aula KPU.")
    assert ops == [("=", "Rapat pleno "), ("-", "terbuka di"), ("+", "tertutup pada"), ("=", " aula KPU.")]


def rewritten(sentence: list[str]) -> list[str]:
    return [f"lain{n}" if n % 50 == 7 else word for n, word in enumerate(sentence)]


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("a few words", [f"kata{n % 900}" for n in range(7000)], None),
        ("another text", [f"kata{n % 900}" for n in range(7000)], [f"lain{n % 900}" for n in range(7000)]),
        ("the same words anew", [f"kata{n}" for n in range(7000)], random.Random(1).sample(range(7000), 7000)),
        (
            "eight words only",
            random.Random(2).choices("abcdefgh", k=25_000),
            random.Random(3).choices("abcdefgh", k=25_000),
        ),
        ("no word twice", [chr(0x4E00 + n) for n in range(20_000)], [chr(0x4E00 + n) for n in reversed(range(20_000))]),
        ("pairs", [f"k{n // 2}" for n in range(9000)], [f"k{n // 2}" for n in reversed(range(9000))]),
    ],
)
def test_fifty_thousand_characters_are_quick(kind: str, old: list[object], new: list[object] | None) -> None:
    before = " ".join(map(str, old))
    after = " ".join(map(str, rewritten([str(word) for word in old]) if new is None else new))
    started = time.process_time()
    ops = text_ops(before, after)
    assert time.process_time() - started < LIMIT_S, kind
    assert side(ops, "-") == before and side(ops, "+") == after
    if new is None:
        assert sum(len(text) for sign, text in ops if sign == "-") < len(before) / 30


def test_long_markup_is_quick() -> None:
    block = "<!-- wp:paragraph -->\n<p>KPU <strong>Jember</strong> &amp; <a href='http://x/{0}'>mitra {0}</a></p>\n"
    old = "".join(block.format(n) for n in range(600))
    started = time.process_time()
    [change] = changes(make_content(content=old), make_content(content=old.replace("mitra 77", "mitra 77a")))
    assert time.process_time() - started < LIMIT_S
    assert [op for op in change.ops if op[0] != "="] == [("-", "77"), ("+", "77a")]


def test_html_reads_as_people_see_it() -> None:
    markup = (
        '<!-- wp:heading {"level":2} --><h2>Rapat &amp; pleno</h2><!-- /wp:heading -->\n<p>Satu<br/>dua <em>tiga</em>'
        '</p><ul><li>a</li><li><a href="http://x/y">b</a></li></ul><script>alert(1)</script>'
        '<figure><img src="/2026/foto.jpg" alt="Ketua"/><figcaption>Aula</figcaption></figure><p>3 < 4'
    )
    assert readable(markup).split("\n") == [
        *("Rapat & pleno", "Satu", "dua tiga", "• a", "• b [http://x/y]", "[foto.jpg Ketua]", "Aula", "3 < 4"),
    ]


@settings(max_examples=300)
@given(st.text(alphabet="<>/!-=\"' abp&;\n", max_size=80))
def test_any_markup_can_be_read(markup: str) -> None:
    assert isinstance(readable(markup), str)


def test_markup_that_reads_the_same_is_compared_itself() -> None:
    [change] = changed(content=make_content()["content"].replace("menggelar", "<strong>menggelar</strong>"))
    assert change.part == "content"
    assert "".join(text for sign, text in change.ops if sign == "+").count("strong") == 2


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"title": "Rapat"}, [("title", "", "")]),
        ({"excerpt": "Ringkas"}, [("excerpt", "", "")]),
        ({"slug": "rapat"}, [("slug", "", "")]),
        (
            {"terms": [["category", ["warta"]], ["post_tag", ["pemilu"]]]},
            [("terms", "category", ""), ("terms", "post_tag", "")],
        ),
        ({"featured_image": 35}, [("featured_image", "", "")]),
        ({"images": [image(34, alt="Ketua"), image(35)]}, [("photo", "Ketua", "alt")]),
        ({"images": [image(34, caption="Di aula"), image(35)]}, [("photo", "Foto 34", "caption")]),
        ({"images": [image(34, focal=[10, 50]), image(35)]}, [("photo", "Foto 34", "focal")]),
        ({"images": [image(34, sha256="f" * 64), image(35)]}, [("photo", "Foto 34", "file")]),
        ({"images": [image(34)], "photos": [34]}, [("photo", "Foto 35", "")]),
        ({"photos": [35, 34]}, [("photos", "", "")]),
        ({"photos": [34]}, [("photos", "", "")]),
        (
            {"channels": [{"channel": "bluesky", "caption": "Rapat pleno 🗳"}]},
            [("channels", "", ""), ("caption", "mastodon", "")],
        ),
        ({"website": False}, [("website", "", "")]),
        ({"later": {"a": 1}}, [("later", "", "")]),
        (
            {"card": {"template": "kawung", "fields": {"headline": "Selamat"}, "photo": 34}},
            [("card", "", "template"), ("card", "headline", ""), ("card", "", "photo")],
        ),
    ],
)
def test_each_part_is_named(other: dict[str, Any], expected: list[tuple[str, str, str]]) -> None:
    assert [(change.part, change.of, change.aspect) for change in changed(**other)] == expected


def test_lists_show_what_came_and_went() -> None:
    [order] = changed(photos=[35, 34])
    assert order.kind == "list"
    assert [text for sign, text in order.ops if sign != "-"] == ["#35 Foto 35", "#34 Foto 34"]
    [website] = changed(website=False)
    assert website.ops == (("-", "on"), ("+", "off"))
    [featured] = changed(featured_image=0)
    assert featured.ops == (("-", "#34 Foto 34"),)


def test_old_contents_are_no_different_for_what_they_lack() -> None:
    old = make_content(images=[image(34)])
    assert changes({key: value for key, value in old.items() if key not in ("website", "photos")}, old) == []


contents = st.builds(
    lambda **values: make_content(**values),
    title=texts,
    content=texts,
    excerpt=texts,
    slug=texts,
    featured_image=st.sampled_from([0, 34, 35]),
    images=st.lists(st.builds(image, st.sampled_from([34, 35]), alt=texts), unique_by=lambda one: one["id"]).map(
        lambda found: sorted(found, key=lambda one: int(one["id"]))
    ),
    website=st.booleans(),
)


@given(contents, contents)
def test_no_difference_goes_unseen(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert bool(changes(old, new)) == (canonical_json(old) != canonical_json(new))
