"""Bluesky's record key, link rule and facets: pure functions. The real server is in tests/integration."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.channels.builders import CREATED_AT, make_message
from workers.channels.base import Account
from workers.channels.bluesky import Bluesky, compose, record_key, shortened
from workers.channels.limits import graphemes, limits_of

LIMITS = limits_of("bluesky")
LINK = "https://www.kab-jember.kpu.go.id/berita/baca/8123/rapat-koordinasi-pemutakhiran-data-pemilih"
TID_DIGITS = set("234567abcdefghijklmnopqrstuvwxyz")


def test_record_key_is_a_tid_and_stable() -> None:
    key = record_key(make_message())
    assert key == record_key(make_message(text="another text"))
    assert len(key) == 13
    assert set(key) <= TID_DIGITS
    assert key[0] in "234567abcdefghij"


def test_record_keys_differ_and_sort_by_time() -> None:
    keys = [record_key(make_message(f"d{n}")) for n in range(500)]
    assert len(set(keys)) == 500
    later = record_key(make_message("d1", created_at=CREATED_AT + timedelta(seconds=1)))
    assert later > max(keys)


def test_link_becomes_a_short_facet_of_the_whole_address() -> None:
    text, facets = compose(make_message(text="Rapat 🇮🇩 selesai.", link=LINK), LIMITS)
    shown = shortened(LINK, 30)
    assert text == f"Rapat 🇮🇩 selesai.\n\n{shown}"
    assert shown.startswith("kab-jember.kpu.go.id/")
    assert graphemes(shown) == 30
    assert facets[0]["features"][0]["uri"] == LINK
    assert slice_of(text, facets[0]) == shown


def test_link_in_the_caption_is_not_repeated() -> None:
    text, facets = compose(make_message(text=f"Baca {LINK}.", link=LINK), LIMITS)
    assert text == f"Baca {LINK}."
    assert [slice_of(text, facet) for facet in facets] == [LINK]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#KPUMelayani, dan #PemiluBersih!", ["KPUMelayani", "PemiluBersih"]),
        ("nomor #1 bukan tagar", []),
        ("a#b bukan tagar", []),
        ("✨ #Nyepi2026 🙏", ["Nyepi2026"]),
    ],
)
def test_hashtags(text: str, tags: list[str]) -> None:
    final, facets = compose(make_message(text=text), LIMITS)
    assert [facet["features"][0]["tag"] for facet in facets] == tags
    assert [slice_of(final, facet) for facet in facets] == [f"#{tag}" for tag in tags]


@given(st.text(max_size=60))
def test_facets_lie_on_character_borders(text: str) -> None:
    final, facets = compose(make_message(text=f"{text} #tagar https://contoh.test/a {text}", link=LINK), LIMITS)
    for facet in facets:
        assert slice_of(final, facet)


def test_text_is_counted_in_graphemes_and_bytes() -> None:
    channel = Bluesky(Account("b", "bluesky", "http://127.0.0.1:9", "kpu.test"), LIMITS)
    family = "👨‍👩‍👧‍👦"
    assert channel.validate(make_message(text="é" * 300)) == []
    assert [p.code for p in channel.validate(make_message(text="é" * 301))] == ["text_too_long"]
    assert channel.validate(make_message(text=family * 100)) == []
    assert [p.code for p in channel.validate(make_message(text=family * 150))] == ["text_too_many_bytes"]
    full = "a" * LIMITS.caption_characters
    assert channel.validate(make_message(text=full, link=LINK)) == []
    assert [p.code for p in channel.validate(make_message(text=full + "a", link=LINK))] == ["text_too_long"]


def slice_of(text: str, facet: dict) -> str:  # type: ignore[type-arg]
    data = text.encode()
    return data[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
