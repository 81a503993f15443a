"""Mastodon's file against the strict stand-in, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.emulators.running import Emulator
from tests.unit.channels.builders import long_ago, make_message, make_picture, mastodon_channel, refusal
from workers.channels.base import Message, Outcome
from workers.channels.mastodon import Mastodon

LINK = "https://kab-jember.kpu.go.id/berita/baca/8123/rapat-koordinasi-pemutakhiran-data-pemilih"


@pytest.fixture
def account(emulator: Emulator) -> dict[str, Any]:
    return emulator.account("mastodon")


@pytest.fixture
def channel(emulator: Emulator, account: dict[str, Any]) -> Mastodon:
    return mastodon_channel(emulator, account, read_timeout_s=5, sleep=lambda _: None)


@pytest.fixture
def message(tmp_path: Path) -> Message:
    return make_message(text="Rapat & koordinasi <hari ini>\nbaris dua", link=LINK, pictures=(make_picture(tmp_path),))


def test_publish_prove_and_repeat_gives_one_status(emulator: Emulator, channel: Mastodon, message: Message) -> None:
    prepared = channel.prepare(message, {})
    first = channel.publish(message, prepared)
    assert channel.publish(message, prepared) == first
    assert channel.prove(first, message) == first
    assert [row["caption"] for row in emulator.effects()] == [f"{message.text}\n\n{LINK}"]


def test_uploads_are_used_again(emulator: Emulator, channel: Mastodon, message: Message) -> None:
    prepared = channel.prepare(message, {})
    assert channel.prepare(message, prepared) == prepared
    assert len(emulator.effects("upload")) == 1


@pytest.mark.parametrize("pictures", [True, False])
@pytest.mark.parametrize("fault", ["accept-then-drop", "accept-then-500"])
def test_cut_after_the_effect_is_unknown_then_found(
    emulator: Emulator, channel: Mastodon, message: Message, fault: str, pictures: bool
) -> None:
    message = message if pictures else replace(message, pictures=())
    prepared = channel.prepare(message, {})
    assert channel.find_existing(message, prepared, long_ago()) is None
    emulator.fault("mastodon", fault, "statuses")
    assert refusal(channel.publish, message, prepared).outcome is Outcome.UNKNOWN
    found = channel.find_existing(message, prepared, long_ago())
    assert found is not None
    assert channel.publish(message, prepared) == found
    assert len(emulator.effects()) == 1


def test_slow_media_are_waited_for(emulator: Emulator, account: dict[str, Any], message: Message) -> None:
    emulator.state.change_account("mastodon", "kpujember", {"ready_after_s": 0.2})
    channel = mastodon_channel(emulator, account)
    channel.publish(message, channel.prepare(message, {}))
    assert len(emulator.effects()) == 1


@pytest.mark.parametrize(
    ("change", "outcome"),
    [({"revoked": True}, Outcome.RECONNECT), ({"scopes": ["read"]}, Outcome.RECONNECT)],
)
def test_refused_account(
    emulator: Emulator, channel: Mastodon, message: Message, change: dict[str, Any], outcome: Outcome
) -> None:
    prepared = channel.prepare(message, {})
    emulator.state.change_account("mastodon", "kpujember", change)
    error = refusal(channel.publish, message, prepared)
    assert error.outcome is outcome
    assert channel.account.credentials["access_token"] not in f"{error} {error.detail}"


def test_too_long_text_is_seen_before(channel: Mastodon, message: Message) -> None:
    exact = replace(message, text="a" * (500 - 2 - 23), pictures=())
    assert channel.validate(exact) == []
    channel.publish(exact, {})
    long = replace(exact, text=exact.text + "a", key="delivery-2")
    assert [problem.code for problem in channel.validate(long)] == ["text_too_long"]
    error = refusal(channel.publish, long, {})
    assert (error.code, error.outcome) == ("refused", Outcome.PERSON)


def test_five_pictures_are_refused(channel: Mastodon, tmp_path: Path) -> None:
    five = tuple(
        make_picture(tmp_path, f"{n}.jpg", colour=c) for n, c in enumerate(("red", "tan", "blue", "navy", "lime"))
    )
    message = make_message(pictures=five)
    assert [problem.code for problem in channel.validate(message)] == ["too_many_pictures"]
    assert refusal(channel.publish, message, channel.prepare(message, {})).outcome is Outcome.PERSON


def test_too_many_requests(emulator: Emulator, channel: Mastodon, message: Message) -> None:
    prepared = channel.prepare(message, {})
    emulator.fault("mastodon", "429", "statuses")
    error = refusal(channel.publish, message, prepared)
    assert error.outcome is Outcome.WAIT
    assert error.retry_after_s is not None
    assert 0 < error.retry_after_s <= 60


def test_changed_picture_file_is_not_uploaded(emulator: Emulator, channel: Mastodon, message: Message) -> None:
    message.pictures[0].path.write_bytes(b"another picture")
    error = refusal(channel.prepare, message, {})
    assert (error.code, error.outcome) == ("picture_changed", Outcome.PERSON)
    assert emulator.effects("upload") == []


def test_check(emulator: Emulator, channel: Mastodon) -> None:
    assert channel.check().ok
    emulator.state.change_account("mastodon", "kpujember", {"scopes": ["read"]})
    assert {problem.code for problem in channel.check().problems} == {"permission_missing"}
