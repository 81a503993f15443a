"""Rows first, queue second: exactly one claimer, nothing lost, nothing ended by a stranger."""

from __future__ import annotations

import multiprocessing
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from sidecar.context import Context
from sidecar.services import outbox
from sidecar.services.errors import NoSuchRow
from sidecar.services.leases import acquire, give_back
from tests.builders import Clock, Office, make_case, make_context

ROWS = 40
JOIN_S = 60


def order(ctx: Context, count: int = 1, **other: object) -> None:
    with ctx.uow() as uow:
        for i in range(count):
            uow.outbox.add("jember", "mail.turn", {"n": i}, dedupe_key=f"n{i}", now=ctx.now(), **other)  # type: ignore[arg-type]
        uow.commit()


def claim_all(database_url: str, folder: Path, results: multiprocessing.Queue[list[int]]) -> None:
    ctx = make_context(database_url, folder)
    mine: list[int] = []
    while claimed := outbox.claim_due(ctx, limit=3):
        mine += [work.id for work in claimed]
    results.put(mine)


def test_each_due_row_is_queued_by_exactly_one_of_two_processes(
    database_url: str, ctx: Context, office: Office, tmp_path: Path
) -> None:
    order(ctx, ROWS)
    spawn = multiprocessing.get_context("spawn")
    results = spawn.Queue()
    processes = [spawn.Process(target=claim_all, args=(database_url, tmp_path, results)) for _ in range(2)]
    for process in processes:
        process.start()
    found = [results.get(timeout=JOIN_S) for _ in processes]
    for process in processes:
        process.join(JOIN_S)
    assert sorted(found[0] + found[1]) == sorted(row.id for row in outbox.list_rows(ctx))
    assert len(found[0] + found[1]) == ROWS
    assert {row.state for row in outbox.list_rows(ctx)} == {"queued"}


def test_job_that_comes_twice_runs_once(ctx: Context, office: Office) -> None:
    order(ctx)
    [queued] = outbox.claim_due(ctx)
    won: list[outbox.Work | None] = []
    threads = [threading.Thread(target=lambda: won.append(outbox.claim(ctx, queued.id))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(JOIN_S)
    assert len(won) == 6
    [work] = [one for one in won if one]
    assert (work.state, work.attempt) == ("running", 1)
    assert outbox.finish(ctx, work)
    assert outbox.claim(ctx, queued.id) is None
    assert outbox.list_rows(ctx)[0].state == "done"


def test_nothing_is_queued_before_its_time_and_the_oldest_first(ctx: Context, office: Office, clock: Clock) -> None:
    order(ctx, 2, due_at=clock() + timedelta(minutes=10))
    assert outbox.claim_due(ctx) == []
    clock.pass_(minutes=10)
    assert [work.payload["n"] for work in outbox.claim_due(ctx)] == [0, 1]


def test_swept_row_cannot_be_ended_by_the_one_who_lost_it(ctx: Context, office: Office, clock: Clock) -> None:
    order(ctx)
    [queued] = outbox.claim_due(ctx)
    slow = outbox.claim(ctx, queued.id, lease_s=60)
    assert slow is not None
    assert outbox.sweep(ctx) == 0
    clock.pass_(seconds=61)
    assert outbox.sweep(ctx) == 1
    [again] = outbox.claim_due(ctx)
    quick = outbox.claim(ctx, again.id)
    assert quick is not None and quick.attempt == 2
    assert not outbox.finish(ctx, slow) and not outbox.extend(ctx, slow)
    assert not outbox.give_up(ctx, slow, "too late")
    assert outbox.finish(ctx, quick)
    assert outbox.list_rows(ctx)[0].state == "done"


def test_queued_row_whose_job_is_lost_comes_back(ctx: Context, office: Office, clock: Clock) -> None:
    order(ctx)
    outbox.claim_due(ctx, lease_s=30)
    clock.pass_(seconds=31)
    assert outbox.sweep(ctx) == 1
    assert len(outbox.claim_due(ctx)) == 1


def test_failed_row_waits_then_dies_and_people_bring_it_back(ctx: Context, office: Office, clock: Clock) -> None:
    order(ctx)
    [queued] = outbox.claim_due(ctx)
    work = outbox.claim(ctx, queued.id)
    assert work is not None
    outbox.retry_later(ctx, work, clock() + timedelta(minutes=2), "connection refused")
    assert outbox.claim_due(ctx) == []
    clock.pass_(minutes=2)
    [queued] = outbox.claim_due(ctx)
    work = outbox.claim(ctx, queued.id)
    assert work is not None and work.attempt == 2
    outbox.give_up(ctx, work, "401 from WordPress")
    [dead] = outbox.list_rows(ctx, state="dead")
    assert dead.error == "401 from WordPress"
    outbox.requeue(ctx, dead.id)
    assert len(outbox.claim_due(ctx)) == 1
    with pytest.raises(NoSuchRow):
        outbox.requeue(ctx, dead.id)


def test_row_that_redis_refused_keeps_its_attempt(ctx: Context, office: Office, clock: Clock) -> None:
    order(ctx)
    outbox.release(ctx, outbox.claim_due(ctx), "redis is down", delay_s=5)
    assert outbox.claim_due(ctx) == []
    clock.pass_(seconds=5)
    assert [work.attempt for work in outbox.claim_due(ctx)] == [1]


def test_the_same_work_is_ordered_once(ctx: Context, office: Office) -> None:
    order(ctx, 3)
    with ctx.uow() as uow:
        for n, new in (("n2", False), ("n3", True)):
            assert uow.outbox.add("jember", "mail.turn", {}, dedupe_key=n, now=ctx.now()) is new
        uow.commit()
    assert len(outbox.list_rows(ctx)) == 4


def test_rows_live_and_die_with_the_transaction(ctx: Context, office: Office) -> None:
    with ctx.uow() as uow:
        uow.outbox.add("jember", "mail.turn", {}, dedupe_key="x", now=ctx.now())
    assert outbox.list_rows(ctx) == []
    case_id = make_case(ctx, office)
    assert {row.kind for row in outbox.list_rows(ctx, case_id=case_id)} == {"mail.turn", "wordpress.mirror"}


def test_one_relay_leads_until_it_falls_silent(ctx: Context, office: Office, clock: Clock) -> None:
    assert acquire(ctx, "relay", "a", 30)
    assert not acquire(ctx, "relay", "b", 30)
    clock.pass_(seconds=20)
    assert acquire(ctx, "relay", "a", 30)
    clock.pass_(seconds=20)
    assert not acquire(ctx, "relay", "b", 30)
    clock.pass_(seconds=10)
    assert acquire(ctx, "relay", "b", 30)
    give_back(ctx, "relay", "a")
    assert not acquire(ctx, "relay", "a", 30)
    give_back(ctx, "relay", "b")
    assert acquire(ctx, "relay", "a", 30)
