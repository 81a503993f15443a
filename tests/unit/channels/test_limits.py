"""What the writer's screen counts is what the networks' files refuse by."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sidecar.channel_limits import LimitsError, caption_limits
from tests.builders import ROOT
from workers.channels import registry
from workers.channels.base import Account, Message
from workers.channels.limits import limits_of

VECTORS = json.loads((ROOT / "tests/vectors/captions.json").read_text())
CONFIG = ROOT / "config"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['kind']}-{vector['text'][:12]!r}")
def test_a_network_counts_a_caption_as_the_vector_says(vector: dict[str, Any]) -> None:
    """Against limits that everything exceeds, so that every count is told."""
    channel = registry.open_channel(Account("k", vector["kind"], "http://127.0.0.1:9", "kpu"))
    nothing = {"max_characters": -1, "max_text_bytes": -1, "max_hashtags": -1, "max_mentions": -1}
    channel.limits = replace(channel.limits, **nothing)
    told = {problem.code: problem.params.get("count") for problem in channel.validate(Message("k", vector["text"]))}
    assert told["text_too_long"] == vector["characters"]
    if vector["kind"] == "bluesky":
        assert told["text_too_many_bytes"] == vector["bytes"] == len(vector["text"].encode())
    if vector["kind"] == "instagram":
        assert (told["too_many_hashtags"], told["too_many_mentions"]) == (vector["hashtags"], vector["mentions"])


def test_every_kind_has_vectors_of_every_sort() -> None:
    assert {vector["kind"] for vector in VECTORS} == set(registry.kinds())
    some = [vector for vector in VECTORS if vector["kind"] == "mastodon"]
    assert any(vector["characters"] != len(vector["text"]) for vector in some)
    assert any(vector["hashtags"] for vector in some) and any(vector["mentions"] for vector in some)


@pytest.mark.parametrize("kind", registry.kinds())
def test_the_screen_gets_the_limits_that_the_workers_keep(kind: str) -> None:
    shown = caption_limits(CONFIG, kind, {})
    assert shown is not None
    kept = limits_of(kind)
    assert {name: getattr(kept, name) for name in shown if name != "link"} == {
        name: value for name, value in shown.items() if name != "link"
    }
    link = "https://kab-jember.kpu.go.id/berita/2026/11/23/rapat-pleno-terbuka-rekapitulasi/"
    channel = registry.open_channel(Account("k", kind, "http://127.0.0.1:9", "kpu"))
    caption = "x" * kept.caption_characters
    codes = [problem.code for problem in channel.validate(Message("k", caption, link=link))]
    assert "text_too_long" not in codes
    longer = channel.validate(Message("k", caption + "x", link=link))
    assert "text_too_long" in [problem.code for problem in longer]
    assert kept.caption_characters == shown["max_characters"] - (shown["link_characters"] + 2 if shown["link"] else 0)


def test_a_server_with_its_own_limit_and_a_kind_without_a_row() -> None:
    own = caption_limits(CONFIG, "mastodon", {"max_characters": 1000})
    assert own is not None and (own["max_characters"], own["link_characters"], own["link"]) == (1000, 23, True)
    assert caption_limits(CONFIG, "friendster", {}) is None


@pytest.mark.parametrize(
    "text", ["", "- 1", "mastodon: {}", "mastodon: {limits: {max_characters: many}}", "a: [", None]
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "channels.yaml").write_text(text)
    with pytest.raises(LimitsError, match=r"channels\.yaml"):
        caption_limits(tmp_path, "mastodon", {})
