"""Nothing lost, nothing doubled: workers and relays are killed at random moments, and Redis is emptied on the way.

The network is the real Mastodon channel against a server that ignores Idempotency-Key (some do), so that only the
journal stands between a killed worker and a second post.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis import Redis
from sqlalchemy import select
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from sidecar.bootstrap import bootstrap
from sidecar.context import Context
from sidecar.services.outbox import list_rows
from sidecar.services.sites import change_site
from sidecar.services.sync_people import sync_people
from sidecar.store.tables import DeliveryRow
from tests import builders
from tests.emulators.__main__ import Quiet
from tests.emulators.app import create_app
from tests.emulators.state import State
from tests.faults.processes import LEASE_S, RELAY, Processes, caller, environment, redis_server, wait_until
from tests.serving import serving

PUBLICATIONS = 20
# Only against hanging for ever: kills follow what happens, so a slow machine takes longer and kills no more.
DEADLINE_S = 150.0
SETTLE_S = 4.0


@dataclass
class World:
    """What the outside world saw: the office's WordPress, and the public on the network. It also kills: at some
    calls it ends the very process that is calling, before, during or after the effect."""

    url: str
    state: State
    made_public: Counter[int] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    kill: Callable[[int], None] | None = None
    after_call: Callable[[str, int], None] | None = None

    def captions(self) -> Counter[str]:
        return Counter(row["caption"].split("\n")[0] for row in self.state.journal() if row["effect"] == "published")

    def answer(self, environ: dict[str, Any], act: Callable[[], Response]) -> Response:
        """Carries out a call; kills its sender at one of the moments when the call's turn has come."""
        name = environ["PATH_INFO"].rpartition("/")[2]
        self.calls[name] += 1
        number, pid = self.calls[name], caller(environ)
        moment = MOMENTS.get((name, number % KILL_EVERY.get(name, 1)), "")
        if moment in ("before", "lost"):
            self._kill(pid)
        response = act() if moment != "lost" else Response(status=500)
        if moment == "unanswered":
            self._kill(pid)
        if moment == "answered":
            threading.Timer(0.01, self._kill, (pid,)).start()
        if self.after_call:
            self.after_call(name, number)
        return response

    def _kill(self, pid: int) -> None:
        if self.kill and pid:
            self.kill(pid)

    def wordpress(self, request: Request) -> Response:
        body = json.loads(request.get_data())
        if request.path.endswith("/mirror"):
            return _json({"applied": True, "revision": body["case"]["revision"]})
        already = self.made_public[body["post_id"]] > 0
        self.made_public[body["post_id"]] = 1
        return _json({"url": f"{self.url}/?p={body['post_id']}", "published_at": "", "already": already})


# At the n-th of so many calls the caller is killed: "lost" on the way there, "before" the effect (which comes all the
# same), "unanswered" after it, or just after the answer.
KILL_EVERY = {"statuses": 12, "publish": 15}
MOMENTS = {
    ("statuses", 2): "before",
    ("statuses", 4): "unanswered",
    ("statuses", 6): "lost",
    ("statuses", 8): "answered",
    ("publish", 3): "before",
    ("publish", 7): "unanswered",
    ("publish", 11): "answered",
}


def _json(value: dict[str, Any]) -> Response:
    return Response(json.dumps(value), content_type="application/json")


@contextmanager
def outside(folder: Path) -> Iterator[World]:
    """One server that is the WordPress (under /wp-json) and a Mastodon that knows no keys."""
    folder.mkdir()
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=Quiet)
    url = f"http://127.0.0.1:{server.port}"
    network = create_app(folder, url)
    world = World(url, network.extensions["emulators"])

    def app(environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        environ.pop("HTTP_IDEMPOTENCY_KEY", None)

        def act() -> Response:
            if request.path.startswith("/wp-json/"):
                return world.wordpress(request)
            return Response.from_app(network.wsgi_app, environ)

        answer = world.answer(environ, act) if request.method == "POST" else act()
        return answer(environ, start)

    server.app = app
    with serving(server):
        yield world


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
    """News items, ready to go out. The mirrors of the way there are left away: they only take time."""
    for post_id in range(1, count + 1):
        channels = [{"channel": "mastodon", "caption": f"Berita nomor {post_id}"}]
        content = builders.make_content(post_id, channels=channels)
        case_id = builders.make_case(ctx, office, post_id=post_id, upto=10, content=content)
        with ctx.uow() as uow:
            uow.outbox.drop(office.site_id, case_id, "wordpress.mirror", "not of interest here", ctx.now())
            uow.outbox.drop(office.site_id, case_id, "media.derive", "no pictures here", ctx.now())
            uow.commit()
        builders.step(ctx, office, case_id)


def states(ctx: Context, site_id: str) -> Counter[str]:
    with ctx.uow(read_only=True) as uow:
        return Counter(uow.session.scalars(select(DeliveryRow.state).where(DeliveryRow.site_id == site_id)))


def test_each_publication_happens_once_whatever_is_killed(tmp_path: Path) -> None:
    with (
        builders.fresh_database("sqlite", tmp_path) as database_url,
        outside(tmp_path / "outside") as world,
        redis_server(tmp_path / "redis") as redis_url,
    ):
        ctx = bootstrap(builders.make_settings(database_url, tmp_path))
        office = make_office(ctx, world)
        order_publications(ctx, office, PUBLICATIONS)
        processes = Processes(environment(database_url, redis_url, tmp_path), tmp_path)
        world.kill = processes.kill_and_restart
        world.after_call = _more_trouble(processes, redis_url)
        try:
            for name in ("relay-1", "relay-2"):
                processes.start(name, RELAY)
            for name, queue in (("wordpress", "wordpress"), ("channels-1", "channels"), ("channels-2", "channels")):
                processes.start(name, ("workers.run", queue, "--lease-s", LEASE_S))

            def all_proven() -> bool:
                return states(ctx, office.site_id)["proven"] == PUBLICATIONS

            wait_until(all_proven, "all proven", DEADLINE_S)
        finally:
            world.kill = world.after_call = None
            statuses = processes.stop()
            print(states(ctx, office.site_id), world.calls, processes.kills, processes.logs())
        assert world.captions() == {f"Berita nomor {number}": 1 for number in range(1, PUBLICATIONS + 1)}
        assert sorted(world.made_public) == list(range(1, PUBLICATIONS + 1))
        assert not [row for row in list_rows(ctx, limit=1000) if row.state == "dead"]
        assert processes.kills >= 10
        assert set(statuses.values()) == {0}, statuses


def _more_trouble(processes: Processes, redis_url: str) -> Callable[[str, int], None]:
    """At some calls a relay dies, the leader or the spare; once Redis forgets everything."""

    def trouble(name: str, number: int) -> None:
        if name == "publish" and number in (6, 14):
            relay = ("relay-1", "relay-2")[number % 2]
            processes.kill_and_restart(processes.running[relay].pid)
        if (name, number) == ("statuses", 10):
            Redis.from_url(redis_url).flushall()

    return trouble
