"""Nothing lost, nothing doubled: workers and relays are killed at random moments, and Redis is emptied on the way.

The network is the real Mastodon channel against a server that ignores Idempotency-Key (some do), so that only the
journal stands between a killed worker and a second post.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from sidecar.bootstrap import bootstrap
from sidecar.context import Context
from sidecar.services.outbox import list_rows
from sidecar.services.sites import change_site
from sidecar.services.sync_people import sync_people
from tests import builders
from tests.emulators.__main__ import Quiet
from tests.emulators.app import create_app
from tests.emulators.state import State
from tests.faults.processes import LEASE_S, RELAY, Processes, environment, redis_server

PUBLICATIONS = 30
DEADLINE_S = 75.0
SETTLE_S = 3.0


@dataclass
class World:
    """What the outside world saw: the office's WordPress, and the public on the network."""

    url: str
    state: State
    made_public: Counter[int] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=lambda: random.Random(20261123))

    def captions(self) -> Counter[str]:
        return Counter(row["caption"].split("\n")[0] for row in self.state.journal() if row["effect"] == "published")

    def wordpress(self, request: Request) -> Response:
        body = json.loads(request.get_data())
        time.sleep(self.chance.uniform(0, 0.05))
        if request.path.endswith("/mirror"):
            return _json({"applied": True, "revision": body["case"]["revision"]})
        already = self.made_public[body["post_id"]] > 0
        self.made_public[body["post_id"]] = 1
        time.sleep(self.chance.uniform(0, 0.05))
        return _json({"url": f"{self.url}/?p={body['post_id']}", "published_at": "", "already": already})


def _json(value: dict[str, Any]) -> Response:
    return Response(json.dumps(value), content_type="application/json")


@contextmanager
def outside(folder: Path) -> Iterator[World]:
    """One server that is the WordPress (under /wp-json) and a Mastodon that takes its time and knows no keys."""
    folder.mkdir()
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=Quiet)
    url = f"http://127.0.0.1:{server.port}"
    network = create_app(folder, url)
    world = World(url, network.extensions["emulators"])

    def app(environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        if request.path.startswith("/wp-json/"):
            return world.wordpress(request)(environ, start)
        environ.pop("HTTP_IDEMPOTENCY_KEY", None)
        if request.method == "POST":
            time.sleep(world.chance.uniform(0, 0.1))
        answer = list(network.wsgi_app(environ, start))
        if request.method == "POST":
            time.sleep(world.chance.uniform(0, 0.1))
        return answer

    server.app = app
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def make_office(ctx: Context, world: World) -> builders.Office:
    """An office whose people have no addresses: mails have a test of their own."""
    office = builders.make_office(ctx)
    sync_people(ctx, office.site_id, [{**person, "email": ""} for person in office.holders()], complete=True)
    change_site(ctx, office.site_id, wordpress_url=world.url)
    account = world.state.add_account("mastodon", "kpujember")
    builders.make_channel(
        ctx,
        office.site_id,
        "mastodon",
        base_url=f"{world.url}/mastodon",
        credentials={"access_token": account["token"]},
        settings={"settle_s": SETTLE_S},
    )
    return office


def order_publications(ctx: Context, office: builders.Office, count: int) -> None:
    for post_id in range(1, count + 1):
        channels = [{"channel": "mastodon", "caption": f"Berita nomor {post_id}"}]
        content = builders.make_content(post_id, channels=channels)
        case_id = builders.make_case(ctx, office, post_id=post_id, upto=10, content=content)
        builders.step(ctx, office, case_id)


def states(ctx: Context, site_id: str) -> Counter[str]:
    from sqlalchemy import select

    from sidecar.store.tables import DeliveryRow

    with ctx.uow(read_only=True) as uow:
        return Counter(uow.session.scalars(select(DeliveryRow.state).where(DeliveryRow.site_id == site_id)))


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[tuple[Context, str]]:
    with builders.fresh_database("sqlite", tmp_path) as url:
        yield bootstrap(builders.make_settings(url, tmp_path)), url


def test_each_publication_happens_once_whatever_is_killed(ctx: tuple[Context, str], tmp_path: Path) -> None:
    context, database_url = ctx
    with outside(tmp_path / "outside") as world, redis_server(tmp_path / "redis") as redis_url:
        office = make_office(context, world)
        order_publications(context, office, PUBLICATIONS)
        processes = Processes(environment(database_url, redis_url, tmp_path), tmp_path)
        try:
            for name in ("relay-1", "relay-2"):
                processes.start(name, RELAY)
            for name, queue in (("wordpress", "wordpress"), ("channels-1", "channels"), ("channels-2", "channels")):
                processes.start(name, ("workers.run", queue, "--lease-s", LEASE_S))
            _torment(context, office, processes, redis_url)
        finally:
            statuses = processes.stop()
    expected = {f"Berita nomor {number}": 1 for number in range(1, PUBLICATIONS + 1)}
    assert world.captions() == expected, processes.logs()
    assert states(context, office.site_id) == {"proven": PUBLICATIONS}, processes.logs()
    assert len(world.made_public) == PUBLICATIONS
    assert not [row for row in list_rows(context, limit=1000) if row.state == "dead"]
    assert processes.kills >= 8
    assert set(statuses.values()) == {0}, processes.logs()


def _torment(ctx: Context, office: builders.Office, processes: Processes, redis_url: str) -> None:
    """Kills something again and again until two thirds are out; then lets them finish in peace."""
    chance = random.Random(7)
    deadline = time.monotonic() + DEADLINE_S
    flushed = False
    while states(ctx, office.site_id)["proven"] < PUBLICATIONS:
        assert time.monotonic() < deadline, f"{states(ctx, office.site_id)}\n{processes.logs()}"
        done = states(ctx, office.site_id)["proven"]
        time.sleep(chance.uniform(0.2, 1.2))
        if done < PUBLICATIONS * 2 // 3 and processes.kills < 40:
            processes.kill_one(chance)
        if done >= PUBLICATIONS // 3 and not flushed:
            Redis.from_url(redis_url).flushall()
            flushed = True
