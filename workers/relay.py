"""`python -m workers.relay`: passes due outbox rows on to Redis as RQ jobs, and sweeps up what got stuck.

One relay leads, by a lease row in the database; further ones stand by and take over when it falls silent. It never
ends because Redis or the database is away: the rows wait, and so does it.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError

from sidecar.bootstrap import bootstrap
from sidecar.context import Context
from sidecar.logs import get_logger
from sidecar.services import leases, outbox
from sidecar.store.errors import StoreError
from sidecar.store.outbox import OutboxState
from sidecar.store.tables import OutboxRow
from workers import queues, sweep

log = get_logger("workers.relay")

BATCH = 100
FAILED_JOB_KEPT_S = 3600
LONGEST_PAUSE_S = 15.0
REDIS_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Pace:
    """Seconds. `queued_lease`: how long a row may lie in Redis before it is passed on again (a job that comes twice
    does nothing); `leader_lease`: after how much silence a spare relay takes over."""

    poll: float = 0.3
    sweep: float = 5.0
    registries: float = 20.0
    queued_lease: float = 30.0
    leader_lease: float = 15.0


class Relay:
    """`step` does one round and says how long to wait; `run` repeats it until `stop`."""

    def __init__(self, ctx: Context, redis: Redis, pace: Pace, holder: str = "") -> None:
        self._ctx = ctx
        self._redis = redis
        self._pace = pace
        self._holder = holder or f"{socket.gethostname()}:{os.getpid()}:{random.getrandbits(32):08x}"
        self._stopped = threading.Event()
        self._lead_until = 0.0
        self._sweep_at = 0.0
        self._registries_at = 0.0
        self._failures = 0

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        log.info("relay_started", holder=self._holder)
        while not self._stopped.is_set():
            self._stopped.wait(self.round())
        self._give_back()
        log.info("relay_ended", holder=self._holder)

    def round(self) -> float:
        """One step whatever happens to it. Returns seconds to wait: longer the longer something is away."""
        try:
            passed_on = self.step()
        except (RedisError, SQLAlchemyError, StoreError, OSError) as error:
            self._failures += 1
            pause = min(LONGEST_PAUSE_S, self._pace.poll * 2.0 ** min(self._failures, 10))
            log.warning("relay_waits", error=type(error).__name__, failures=self._failures, pause_s=round(pause, 1))
            return pause
        except Exception:
            self._failures += 1
            log.exception("relay_failed")
            return LONGEST_PAUSE_S
        if self._failures:
            log.info("relay_works_again", failures=self._failures)
        self._failures = 0
        return 0.0 if passed_on == BATCH else self._pace.poll

    def step(self) -> int:
        """Leads if it may, sweeps if it is time, passes due rows on. Returns how many rows were passed on."""
        if not self._leads():
            return 0
        now = time.monotonic()
        if now >= self._sweep_at:
            sweep.sweep_rows(self._ctx, self._redis, self._pace.queued_lease)
            self._sweep_at = now + self._pace.sweep
        passed_on = self._pass_on()
        if now >= self._registries_at:
            sweep.sweep_registries(self._redis)
            self._registries_at = now + self._pace.registries
        return passed_on

    def _leads(self) -> bool:
        now = time.monotonic()
        if now < self._lead_until - self._pace.leader_lease * 2 / 3:
            return True  # renewed a moment ago; the lease lasts three times as long
        if not leases.acquire(self._ctx, leases.RELAY, self._holder, self._pace.leader_lease):
            self._lead_until = 0.0
            return False
        if not self._lead_until:
            log.info("relay_leads", holder=self._holder)
        self._lead_until = now + self._pace.leader_lease
        return True

    def _give_back(self) -> None:
        try:
            leases.give_back(self._ctx, leases.RELAY, self._holder)
        except (SQLAlchemyError, StoreError) as error:
            log.warning("relay_lease_left", error=type(error).__name__)

    def _pass_on(self) -> int:
        if not _anything_due(self._ctx):
            return 0  # asked without a write lock, several times a second
        self._redis.ping()  # before rows are touched
        works = outbox.claim_due(self._ctx, BATCH, self._pace.queued_lease)
        for index, work in enumerate(works):
            try:
                self._enqueue(work)
            except RedisError as error:
                outbox.release(self._ctx, works[index:], f"redis: {type(error).__name__}", delay_s=0)
                raise
        return len(works)

    def _enqueue(self, work: outbox.Work) -> None:
        kind = queues.KINDS.get(work.kind)
        # A kind that nobody knows goes to any worker, which makes it a dead row that people see.
        name = kind.queue if kind else "mail"
        Queue(name, connection=self._redis, serializer=JSONSerializer).enqueue_call(
            queues.PERFORM,
            args=(work.id,),
            timeout=queues.timeout_s(queues.QUEUES[name].lease_s),
            result_ttl=0,
            failure_ttl=FAILED_JOB_KEPT_S,
            description=f"{work.kind} {work.id}",
            job_id=sweep.job_id(work.id, work.attempt),
        )
        log.info("outbox_queued", outbox_id=work.id, kind=work.kind, attempt=work.attempt, case_id=work.case_id)


def _anything_due(ctx: Context) -> bool:
    due = (OutboxRow.state == str(OutboxState.PENDING)) & (OutboxRow.due_at <= ctx.now())
    with ctx.uow(read_only=True) as uow:
        return bool(uow.session.scalar(select(exists().where(due))))


def connect(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S)


def _pace_from(arguments: argparse.Namespace, poll_s: float) -> Pace:
    return Pace(
        poll=arguments.poll_s or poll_s,
        sweep=arguments.sweep_s,
        queued_lease=arguments.queued_lease_s,
        leader_lease=arguments.leader_lease_s,
    )


def _parser() -> argparse.ArgumentParser:
    default = Pace()
    parser = argparse.ArgumentParser(prog="python -m workers.relay", description="Pass due work on to the workers.")
    parser.add_argument("--poll-s", type=float, help="look for due work this often (default: TAYANG_WORKER_POLL_S)")
    parser.add_argument("--sweep-s", type=float, default=default.sweep, help="look for stuck work this often")
    parser.add_argument("--queued-lease-s", type=float, default=default.queued_lease)
    parser.add_argument("--leader-lease-s", type=float, default=default.leader_lease)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    ctx = bootstrap()
    relay = Relay(ctx, connect(ctx.settings.redis_url), _pace_from(options, ctx.settings.worker_poll_s))

    def end(_signal: int, _frame: Any) -> None:
        relay.stop()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    relay.run()


if __name__ == "__main__":
    main()
