"""The relay against a real Redis of its own: what is passed on, who leads, what it survives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from sidecar.context import Context
from sidecar.services.outbox import Work, claim, list_rows
from sidecar.services.sites import put_site
from tests.builders import Clock, fresh_database, make_context, make_site
from tests.faults.processes import free_port, redis_server
from workers.relay import Pace, Relay, connect

EAGER = Pace(poll=0.01, sweep=0.0, queued_lease=30, leader_lease=15)


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def redis(redis_url: str) -> Redis:
    redis = connect(redis_url)
    redis.flushall()
    return redis


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ctx(tmp_path: Path, clock: Clock) -> Iterator[Context]:
    with fresh_database("sqlite", tmp_path) as url:
        ctx = make_context(url, tmp_path, clock)
        put_site(ctx, make_site())
        yield ctx


def order(ctx: Context, key: str, kind: str = "wordpress.mirror", **later: float) -> None:
    from datetime import timedelta

    with ctx.uow() as uow:
        uow.outbox.add("jember", kind, {}, dedupe_key=key, now=ctx.now(), due_at=ctx.now() + timedelta(**later))
        uow.commit()


def states(ctx: Context) -> list[str]:
    return [row.state for row in reversed(list_rows(ctx))]


def in_line(redis: Redis, queue: str = "wordpress") -> list[str]:
    return [name.decode() for name in redis.lrange(f"rq:queue:{queue}", 0, -1)]


def row(ctx: Context) -> Work:
    return list_rows(ctx)[0]


def test_due_rows_are_passed_on_to_their_queue_and_later_ones_wait(ctx: Context, redis: Redis) -> None:
    order(ctx, "a")
    order(ctx, "b", "mail.turn")
    order(ctx, "c", hours=1)
    assert Relay(ctx, redis, EAGER).step() == 2
    assert states(ctx) == ["queued", "queued", "pending"]
    assert (in_line(redis), in_line(redis, "mail")) == (["outbox-1-1"], ["outbox-2-1"])


def test_one_leads_and_the_spare_takes_over_when_it_is_silent(ctx: Context, redis: Redis, clock: Clock) -> None:
    first, spare = Relay(ctx, redis, EAGER, "first"), Relay(ctx, redis, EAGER, "spare")
    order(ctx, "a")
    assert (first.step(), spare.step()) == (1, 0)
    order(ctx, "b")
    assert spare.step() == 0
    clock.pass_(seconds=16)
    assert spare.step() == 1


def test_an_emptied_redis_loses_nothing(ctx: Context, redis: Redis, clock: Clock) -> None:
    relay = Relay(ctx, redis, EAGER)
    order(ctx, "a")
    relay.step()
    redis.flushall()
    clock.pass_(seconds=31)
    relay.step()
    assert in_line(redis) == ["outbox-1-2"]


def test_a_row_that_still_stands_in_line_keeps_its_place(ctx: Context, redis: Redis, clock: Clock) -> None:
    relay = Relay(ctx, redis, EAGER)
    order(ctx, "a")
    relay.step()
    clock.pass_(seconds=31)
    relay.step()
    assert in_line(redis) == ["outbox-1-1"]
    assert (row(ctx).state, row(ctx).attempt) == ("queued", 1)


def test_a_worker_that_died_with_the_row_gives_it_back(ctx: Context, redis: Redis, clock: Clock) -> None:
    relay = Relay(ctx, redis, EAGER)
    order(ctx, "a")
    relay.step()
    redis.flushall()
    assert claim(ctx, 1, lease_s=60)
    clock.pass_(seconds=61)
    relay.step()
    assert (row(ctx).state, in_line(redis)) == ("queued", ["outbox-1-2"])


def test_without_redis_the_rows_stay_and_the_relay_waits_longer_and_longer(ctx: Context) -> None:
    gone = connect(f"redis://127.0.0.1:{free_port()}/0")
    relay = Relay(ctx, gone, EAGER)
    order(ctx, "a")
    pauses = [relay.round() for _ in range(4)]
    assert pauses == sorted(pauses) and pauses[-1] > pauses[0]
    assert (row(ctx).state, row(ctx).attempt) == ("pending", 0)


def test_without_the_database_it_waits_too(tmp_path: Path, redis: Redis) -> None:
    nowhere = make_context(f"sqlite:///{tmp_path}/no/such/folder/tayang.db", tmp_path)
    assert Relay(nowhere, redis, EAGER).round() > EAGER.poll
