"""What must hold for every network: a file of limits, sentences in Indonesian, no secret in any text."""

from __future__ import annotations

import pytest

from workers.channels import registry
from workers.channels.base import Account, ChannelError, Outcome, Problem, call, redact
from workers.channels.limits import all_limits, with_fixed_links


def test_a_problem_fills_its_sentence() -> None:
    sentence = "The text has %(count)s characters; this channel allows %(limit)s."
    problem = Problem("text_too_long", sentence, {"count": 301, "limit": 300})
    assert str(problem) == "The text has 301 characters; this channel allows 300."


@pytest.mark.parametrize("kind", registry.kinds())
def test_every_network_has_limits_and_opens(kind: str) -> None:
    limits = registry.limits(kind)
    assert limits.photo_outputs
    assert limits.card_outputs
    channel = registry.open_channel(Account("k", kind, "http://127.0.0.1:9", "kpu"))
    assert (channel.kind, channel.limits) == (kind, limits)


def test_limits_and_networks_are_the_same_set() -> None:
    assert sorted(all_limits()) == registry.kinds()


def test_unknown_kind() -> None:
    with pytest.raises(ChannelError) as caught:
        registry.open_channel(Account("k", "friendster", "", ""))
    assert caught.value.code == "unknown_kind"


@pytest.mark.parametrize("kind", registry.kinds())
def test_missing_credentials_ask_to_reconnect(kind: str) -> None:
    with pytest.raises(ChannelError) as caught:
        registry.open_channel(Account("k", kind, "http://127.0.0.1:9", "kpu")).check()
    assert (caught.value.code, caught.value.outcome) == ("credentials_missing", Outcome.RECONNECT)


def test_account_does_not_print_its_secrets() -> None:
    assert "s3cret" not in repr(Account("k", "bluesky", "http://x", "kpu", {"password": "s3cret"}))


def test_address_with_a_token_does_not_reach_the_error() -> None:
    with pytest.raises(ChannelError) as caught:
        call("GET", "http://127.0.0.1:9/?access_token=s3cret", secrets=("s3cret",), visible=True)
    assert caught.value.outcome is Outcome.AGAIN  # refused connection: nothing was sent
    assert "s3cret" not in f"{caught.value} {caught.value.detail}"
    assert caught.value.__cause__ is None


def test_redact_ignores_empty_secrets() -> None:
    assert redact("a b", ("", "b")) == "a ***"


def test_mastodon_counts_each_link_as_23() -> None:
    assert (
        with_fixed_links("lihat https://a.id dan https://kab-jember.kpu.go.id/berita/baca/8123.", 23)
        == 6 + 23 + 5 + 23 + 1
    )
