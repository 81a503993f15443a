"""Instagram's file against the strict stand-in, over HTTP: what it does, what it makes of each refusal, never two."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.emulators import instagram as standin
from tests.emulators.running import Emulator
from tests.unit.channels.builders import (
    instagram_channel,
    long_ago,
    make_message,
    make_picture,
    picture_bytes,
    refusal,
)
from workers.channels.base import Message, Outcome
from workers.channels.instagram import Instagram

Pictures = tuple[Path, str]


@pytest.fixture
def account(emulator: Emulator) -> dict[str, Any]:
    return emulator.account("instagram")


@pytest.fixture
def channel(emulator: Emulator, account: dict[str, Any]) -> Instagram:
    return instagram_channel(emulator, account, read_timeout_s=5, sleep=lambda _: None)


@pytest.fixture
def message(pictures: Pictures) -> Message:
    folder, base = pictures
    return make_message(pictures=(make_picture(folder, base=base),))


def test_one_picture_from_nothing_to_permalink(emulator: Emulator, channel: Instagram, message: Message) -> None:
    assert channel.validate(message) == []
    prepared = channel.prepare(message, {})
    assert emulator.effects() == []
    remote = channel.publish(message, prepared)
    proven = channel.prove(remote, message)
    assert proven.url.startswith(f"{emulator.url}/instagram/p/")
    assert message.text.split(maxsplit=1)[0] in requests.get(proven.url, timeout=5).text
    assert [row["caption"] for row in emulator.effects()] == [message.text]


def test_carousel_keeps_the_order(emulator: Emulator, channel: Instagram, pictures: Pictures) -> None:
    folder, base = pictures
    three = tuple(make_picture(folder, f"{c}.jpg", base=base, colour=c) for c in ("red", "green", "blue"))
    message = make_message(pictures=three)
    channel.publish(message, channel.prepare(message, {}))
    assert emulator.effects()[0]["pictures"] == [picture.sha256 for picture in three]


def test_prepare_again_uses_what_is_there(emulator: Emulator, channel: Instagram, message: Message) -> None:
    prepared = channel.prepare(message, {})
    assert channel.prepare(message, prepared) == prepared
    assert len(emulator.effects("container")) == 1


def test_prepare_makes_a_new_container_for_another_text(channel: Instagram, message: Message) -> None:
    prepared = channel.prepare(message, {})
    changed = channel.prepare(replace(message, text="Teks lain"), prepared)
    assert changed["container"] != prepared["container"]


def test_expired_container_is_replaced(emulator: Emulator, channel: Instagram, message: Message) -> None:
    prepared = channel.prepare(message, {})
    emulator.fault("instagram", "expire-container", "read")
    error = refusal(channel.publish, message, prepared)
    assert (error.code, error.outcome) == ("container_expired", Outcome.AGAIN)
    channel.publish(message, channel.prepare(message, prepared))
    assert len(emulator.effects()) == 1


@pytest.mark.parametrize("fault", ["accept-then-drop", "accept-then-500"])
def test_cut_after_the_effect_is_unknown_then_found(
    emulator: Emulator, channel: Instagram, message: Message, fault: str
) -> None:
    since = long_ago()
    prepared = channel.prepare(message, {})
    emulator.fault("instagram", fault, "media_publish")
    assert refusal(channel.publish, message, prepared).outcome is Outcome.UNKNOWN
    found = channel.find_existing(message, prepared, since)
    assert found is not None
    assert found.url == channel.prove(found, message).url
    assert len(emulator.effects()) == 1


@pytest.mark.parametrize("fault", ["drop", "500"])
def test_cut_before_the_effect_is_unknown_then_not_there(
    emulator: Emulator, channel: Instagram, message: Message, fault: str
) -> None:
    since = long_ago()
    prepared = channel.prepare(message, {})
    emulator.fault("instagram", fault, "media_publish")
    assert refusal(channel.publish, message, prepared).outcome is Outcome.UNKNOWN
    assert channel.find_existing(message, prepared, since) is None
    channel.publish(message, prepared)
    assert len(emulator.effects()) == 1


def test_answer_that_comes_too_late_is_unknown_then_found(
    emulator: Emulator, account: dict[str, Any], message: Message
) -> None:
    channel = instagram_channel(emulator, account, read_timeout_s=0.3)
    since = long_ago()
    prepared = channel.prepare(message, {})
    emulator.fault("instagram", "slow", "media_publish", seconds=1.0)
    assert refusal(channel.publish, message, prepared).outcome is Outcome.UNKNOWN
    deadline = time.monotonic() + 10
    while not emulator.effects() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert channel.find_existing(message, prepared, since) is not None
    assert len(emulator.effects()) == 1


def test_published_container_is_never_published_again(emulator: Emulator, channel: Instagram, message: Message) -> None:
    prepared = channel.prepare(message, {})
    channel.publish(message, prepared)
    error = refusal(channel.publish, message, prepared)
    assert (error.code, error.outcome) == ("already_published", Outcome.UNKNOWN)
    assert channel.prepare(message, prepared) == prepared
    assert len(emulator.effects()) == 1
    assert emulator.effects("violation") == []


def test_stale_read_is_not_taken_for_a_no(emulator: Emulator, channel: Instagram, message: Message) -> None:
    prepared = channel.prepare(message, {})
    emulator.fault("instagram", "stale-read", "read")
    error = refusal(channel.find_existing, message, prepared, long_ago())
    assert (error.code, error.outcome) == ("not_found", Outcome.AGAIN)


def test_stale_read_does_not_hide_what_is_listed(emulator: Emulator, channel: Instagram, message: Message) -> None:
    since = long_ago()
    prepared = channel.prepare(message, {})
    channel.publish(message, prepared)
    emulator.fault("instagram", "stale-read", "read", times=5)
    assert channel.find_existing(message, prepared, since) is not None


def test_same_caption_in_another_post_is_not_taken_for_ours(
    emulator: Emulator, channel: Instagram, message: Message
) -> None:
    channel.publish(message, channel.prepare(message, {}))
    ours = replace(message, key="delivery-2")
    prepared = channel.prepare(ours, {})
    assert channel.find_existing(ours, prepared, long_ago()) is None


def test_published_but_not_listed_yet_is_waited_for(emulator: Emulator, channel: Instagram, message: Message) -> None:
    prepared = channel.prepare(message, {})
    channel.publish(message, prepared)
    for media in emulator.state.all("instagram", "media"):
        media["created_at"] -= 365 * 86400
    error = refusal(channel.find_existing, message, prepared, long_ago())
    assert (error.code, error.outcome) == ("not_listed_yet", Outcome.WAIT)


def test_nothing_prepared_means_nothing_published(channel: Instagram, message: Message) -> None:
    assert channel.find_existing(message, {}, long_ago()) is None


def test_not_ready_yet_waits(emulator: Emulator, account: dict[str, Any], message: Message) -> None:
    emulator.state.change_account("instagram", account["username"], {"ready_after_s": 60})
    channel = instagram_channel(emulator, account, ready_wait_s=0)
    prepared = channel.prepare(message, {})
    error = refusal(channel.publish, message, prepared)
    assert (error.code, error.outcome) == ("container_not_ready", Outcome.WAIT)
    assert emulator.effects() == []


def picture_cases() -> list[Any]:
    huge = picture_bytes() + b"\0" * standin.MAX_BYTES
    return [
        pytest.param("a.jpg", picture_bytes(form="PNG"), "picture_format", Outcome.PERSON, id="png"),
        pytest.param("a.jpg", b"not a picture", "picture_format", Outcome.PERSON, id="no picture"),
        pytest.param("a.jpg", picture_bytes(400, 800), "picture_ratio", Outcome.PERSON, id="too tall"),
        pytest.param("a.jpg", picture_bytes(800, 400), "picture_ratio", Outcome.PERSON, id="too wide"),
        pytest.param("a.jpg", huge, "picture_too_big", Outcome.PERSON, id="too big"),
        pytest.param("slow.jpg", picture_bytes(), "picture_slow", Outcome.AGAIN, id="slow"),
    ]


@pytest.mark.parametrize(("name", "data", "code", "outcome"), picture_cases())
def test_refused_picture(
    channel: Instagram,
    pictures: Pictures,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    data: bytes,
    code: str,
    outcome: Outcome,
) -> None:
    monkeypatch.setattr(standin, "FETCH_TIMEOUT_S", 0.5)
    folder, base = pictures
    message = make_message(pictures=(make_picture(folder, name, data=data, base=base),))
    error = refusal(channel.prepare, message, {})
    assert (error.code, error.outcome) == (code, outcome)
    # What the network refuses for good, `validate` must have said before anybody approved it.
    assert (channel.validate(message) != []) is (outcome is Outcome.PERSON)


def test_unreachable_picture_is_tried_again(channel: Instagram, pictures: Pictures) -> None:
    message = make_message(pictures=(make_picture(pictures[0], base="http://127.0.0.1:9"),))
    error = refusal(channel.prepare, message, {})
    assert (error.code, error.outcome) == ("picture_unreachable", Outcome.AGAIN)


@pytest.mark.parametrize("text", ["a" * 2201, "#a " * 31, "@kpu " * 21])
def test_refused_caption_is_seen_before(channel: Instagram, message: Message, text: str) -> None:
    refused = replace(message, text=text)
    assert channel.validate(refused)
    error = refusal(channel.prepare, refused, {})
    assert (error.code, error.outcome) == ("text_refused", Outcome.PERSON)


def test_eleven_pictures_are_refused(channel: Instagram, pictures: Pictures) -> None:
    picture = make_picture(pictures[0], base=pictures[1])
    message = make_message(pictures=(picture,) * 11)
    assert [problem.code for problem in channel.validate(message)] == ["too_many_pictures"]
    assert refusal(channel.prepare, message, {}).outcome is Outcome.PERSON


@pytest.mark.parametrize(
    ("change", "code", "outcome"),
    [
        ({"quota_total": 0}, "quota_used_up", Outcome.WAIT),
        ({"restricted": "spam"}, "restricted", Outcome.PERSON),
        ({"restricted": "yes"}, "restricted", Outcome.PERSON),
        ({"scopes": ["instagram_basic"]}, "permission_missing", Outcome.PERSON),
        ({"revoked": True}, "token_invalid", Outcome.RECONNECT),
        ({"expires_at": 1}, "token_invalid", Outcome.RECONNECT),
        ({"token": "another"}, "token_invalid", Outcome.RECONNECT),
    ],
)
def test_refused_account(
    emulator: Emulator,
    account: dict[str, Any],
    message: Message,
    change: dict[str, Any],
    code: str,
    outcome: Outcome,
) -> None:
    channel = instagram_channel(emulator, dict(account))
    prepared = channel.prepare(message, {})
    emulator.state.change_account("instagram", account["username"], change)
    error = refusal(channel.publish, message, prepared)
    assert (error.code, error.outcome) == (code, outcome)
    assert account["token"] not in f"{error} {error.detail}"
    assert emulator.effects() == []


def test_too_many_requests_wait_as_told(emulator: Emulator, channel: Instagram, message: Message) -> None:
    prepared = channel.prepare(message, {})
    emulator.fault("instagram", "429", "media_publish")
    error = refusal(channel.publish, message, prepared)
    assert (error.outcome, error.retry_after_s) == (Outcome.WAIT, 60)


def test_nobody_there_is_again_because_nothing_was_sent(message: Message, channel: Instagram) -> None:
    channel.account = replace(channel.account, base_url="http://127.0.0.1:9/instagram")
    error = refusal(channel.publish, message, {"container": "1", "fingerprint": ""})
    assert error.outcome is Outcome.AGAIN


def test_check_tells_name_quota_and_permissions(emulator: Emulator, channel: Instagram, message: Message) -> None:
    channel.publish(message, channel.prepare(message, {}))
    health = channel.check()
    assert health.ok
    assert health.quota is not None
    assert (health.account, health.quota.used, health.quota.total) == ("kpujember", 1, 50)
    emulator.state.change_account("instagram", "kpujember", {"scopes": ["instagram_basic"], "quota_total": 1})
    assert {problem.code for problem in channel.check().problems} == {"permission_missing", "quota_used_up"}


def test_check_with_a_dead_token(emulator: Emulator, channel: Instagram) -> None:
    emulator.state.change_account("instagram", "kpujember", {"revoked": True})
    assert refusal(channel.check).outcome is Outcome.RECONNECT
