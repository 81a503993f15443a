"""The stand-ins themselves: strict where it matters, and honest in their journal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from tests.emulators.running import Emulator
from tests.emulators.running import emulator as running
from tests.unit.channels.builders import make_picture

Pictures = tuple[Path, str]


def graph(emulator: Emulator, method: str, path: str, account: dict[str, Any], **fields: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {account['token']}"}
    where = {"params": fields} if method == "GET" else {"data": fields}
    return requests.request(
        method,
        f"{emulator.url}/instagram/v25.0/{path}",
        headers=headers,
        timeout=10,
        **where,  # type: ignore[arg-type]
    )


@pytest.fixture
def account(emulator: Emulator) -> dict[str, Any]:
    return emulator.account("instagram")


@pytest.mark.parametrize(
    ("fields", "code", "subcode"),
    [
        ({"picture": "http://127.0.0.1:9/a.jpg"}, 100, 0),
        ({"image_url": "http://127.0.0.1:9/foto-é.jpg"}, 9004, 2207052),
        ({"media_type": "PHOTO"}, 100, 2207023),
        ({"media_type": "CAROUSEL", "children": "1"}, 100, 2207028),
        ({"image_url": "http://127.0.0.1:9/a.jpg", "is_carousel_item": "true", "caption": "a"}, 100, 0),
        ({"image_url": "http://127.0.0.1:9/a.jpg", "alt_text": "a" * 1001}, 100, 0),
    ],
)
def test_container_refusals(
    emulator: Emulator, account: dict[str, Any], fields: dict[str, str], code: int, subcode: int
) -> None:
    answer = graph(emulator, "POST", f"{account['id']}/media", account, **fields)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["error_subcode"]) == (400, code, subcode)
    assert error["type"] == "OAuthException"


def test_unknown_fields_and_versions_are_refused(emulator: Emulator, account: dict[str, Any]) -> None:
    assert graph(emulator, "GET", account["id"], account, fields="followers").json()["error"]["code"] == 100
    assert requests.get(f"{emulator.url}/instagram/latest/me", timeout=5).json()["error"]["code"] == 2500
    other = emulator.account("instagram", "kpusurabaya")
    assert graph(emulator, "GET", other["id"], account).json()["error"]["error_subcode"] == 33


def test_publishing_one_container_twice_is_a_violation(
    emulator: Emulator, account: dict[str, Any], pictures: Pictures
) -> None:
    url = make_picture(pictures[0], base=pictures[1]).public_url
    made = graph(emulator, "POST", f"{account['id']}/media", account, image_url=url, caption="Halo").json()["id"]
    for _ in range(2):
        answer = graph(emulator, "POST", f"{account['id']}/media_publish", account, creation_id=made)
    assert answer.json()["error"]["code"] == 24
    assert (len(emulator.effects()), len(emulator.effects("violation"))) == (1, 1)


def test_started_again_it_knows_everything(tmp_path: Path, pictures: Pictures) -> None:
    url = make_picture(pictures[0], base=pictures[1]).public_url
    with running(tmp_path / "kept") as first:
        account = first.account("instagram")
        made = graph(first, "POST", f"{account['id']}/media", account, image_url=url, caption="Halo <b>#Jember</b>")
        graph(first, "POST", f"{account['id']}/media_publish", account, creation_id=made.json()["id"])
    with running(tmp_path / "kept") as second:
        assert len(second.effects()) == 1
        page = requests.get(second.url, timeout=5).text
        post = requests.get(f"{second.url}/feed.json", timeout=5).json()["posts"][0]
        picture = requests.get(second.url + post["pictures"][0]["url"], timeout=5)
    assert "Halo &lt;b&gt;" in page
    assert post["text"] == "Halo <b>#Jember</b>"
    assert picture.headers["Content-Type"] == "image/jpeg"


def test_control_refuses_what_it_does_not_know(emulator: Emulator) -> None:
    for path, body in (("accounts", {"network": "x", "username": "a"}), ("faults", {"network": "x", "fault": "rain"})):
        assert requests.post(f"{emulator.url}/control/{path}", json=body, timeout=5).status_code == 422


def test_feed_speaks_two_languages_and_survives_a_dead_bluesky(emulator: Emulator) -> None:
    assert "Belum ada kiriman" in requests.get(emulator.url, timeout=5).text
    requests.post(f"{emulator.url}/control/pds", json={"url": "http://127.0.0.1:9"}, timeout=5)
    assert "The Bluesky server does not answer" in requests.get(f"{emulator.url}/?lang=en", timeout=5).text
