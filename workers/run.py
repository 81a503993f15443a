"""`python -m workers.run QUEUE`: an RQ worker on exactly one queue; `perform` is the only job there is."""

from __future__ import annotations

import argparse
import importlib
import signal
import threading
from collections.abc import Callable, Sequence
from functools import cache

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker, Worker, get_current_job
from rq.serializers import JSONSerializer
from rq.worker import BaseWorker

from sidecar.bootstrap import bootstrap
from sidecar.context import Context
from sidecar.logs import get_logger
from sidecar.services import outbox
from workers import queues, tasks
from workers.relay import connect

log = get_logger("workers.run")

WORKER_TTL_S = 30
MONITORING_INTERVAL_S = 10
PAUSE_S = 1.0

Task = Callable[[Context, outbox.Work], None]


@cache
def context() -> Context:
    """Once per process; a forked child inherits it and opens connections of its own."""
    return bootstrap()


def perform(outbox_id: int) -> None:
    """The job. It claims the row by compare-and-set, so a job that RQ repeats or that Redis kept too long does
    nothing."""
    job = get_current_job()
    lease_s = queues.QUEUES[job.origin].lease_s if job and job.origin in queues.QUEUES else 300
    perform_row(context(), outbox_id, _lease_s or lease_s)


def perform_row(ctx: Context, outbox_id: int, lease_s: int = 300) -> str:
    """Claims the row, does its work, stores what came of it, and says so in one word (for the log and the tests)."""
    work = outbox.claim(ctx, outbox_id, lease_s)
    if work is None:
        log.info("outbox_not_ours", outbox_id=outbox_id)
        return "not_ours"
    with structlog.contextvars.bound_contextvars(
        outbox_id=work.id, kind=work.kind, attempt=work.attempt, case_id=work.case_id, site_id=work.site_id
    ):
        return _perform(ctx, work)


def _perform(ctx: Context, work: outbox.Work) -> str:
    kind = queues.KINDS.get(work.kind)
    if kind is None:
        return _dead(ctx, work, tasks.GiveUp("unknown_kind", f"nobody knows how to do '{work.kind}'"))
    try:
        _task(kind.handler)(ctx, work)
    except tasks.Obsolete as reason:
        log.info("outbox_obsolete", code=reason.code)
        return _done(ctx, work, "obsolete")
    except tasks.GiveUp as error:
        return _dead(ctx, work, error)
    except tasks.Again as error:
        return _again(ctx, work, kind, error)
    except Exception as error:
        log.exception("outbox_unexpected")
        sentence = f"an unexpected error in {kind.handler}: {type(error).__name__}"
        return _again(ctx, work, kind, tasks.Again("unexpected", sentence))
    return _done(ctx, work, "done")


def _done(ctx: Context, work: outbox.Work, outcome: str) -> str:
    if not outbox.finish(ctx, work):
        log.warning("outbox_lease_lost")
        return "lease_lost"
    log.info("outbox_done", outcome=outcome)
    return outcome


def _again(ctx: Context, work: outbox.Work, kind: queues.Kind, error: tasks.Again) -> str:
    if work.attempt >= kind.max_attempts:
        return _dead(ctx, work, error)
    due_at = ctx.now() + tasks.wait_before(work.attempt, error.after_s)
    if not outbox.retry_later(ctx, work, due_at, str(error)):
        log.warning("outbox_lease_lost")
        return "lease_lost"
    log.warning("outbox_again", code=error.code, reason=error.sentence, due_at=due_at.isoformat())
    return "again"


def _dead(ctx: Context, work: outbox.Work, error: tasks.TaskError) -> str:
    if not outbox.give_up(ctx, work, str(error)):
        log.warning("outbox_lease_lost")
        return "lease_lost"
    log.error("outbox_dead", code=error.code, reason=error.sentence)
    return "dead"


@cache
def _task(dotted: str) -> Task:
    module, _, name = dotted.rpartition(".")
    task: Task = getattr(importlib.import_module(module), name)
    return task


# ------------------------------------------------------------------------------------------------------ the process

_lease_s = 0


class _Patient:
    """RQ waits up to a minute between two looks for a Redis that was away; we look sooner."""

    max_connection_wait_time = 3.0


class InOneProcess(_Patient, SimpleWorker):
    pass


class Forking(_Patient, Worker):
    pass


def make_worker(queue: queues.Queue, redis: Redis) -> BaseWorker:
    """An RQ worker with a short ttl, so that a dead one is noticed within two minutes."""
    kind = Forking if queue.forks else InOneProcess
    return kind(
        [Queue(queue.name, connection=redis, serializer=JSONSerializer)],
        connection=redis,
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL_S,
        job_monitoring_interval=MONITORING_INTERVAL_S,
        log_job_description=False,
    )


def serve(queue: queues.Queue, redis_url: str, stopped: threading.Event) -> None:
    """Works until SIGTERM (the running job is finished first). A Redis that is away is waited for."""
    while not stopped.is_set():
        signal.signal(signal.SIGTERM, lambda *_: stopped.set())
        signal.signal(signal.SIGINT, lambda *_: stopped.set())
        redis = connect(redis_url)
        try:
            redis.ping()
            worker = make_worker(queue, redis)
            log.info("worker_started", queue=queue.name, forks=queue.forks)
            worker.work(logging_level="WARNING")
            if worker._stop_requested or worker._shutdown_requested_date:
                return
        except (RedisError, OSError) as error:
            log.warning("worker_waits", queue=queue.name, error=type(error).__name__)
        stopped.wait(PAUSE_S)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers.run", description="Do the work of one queue.")
    parser.add_argument("queue", choices=sorted(queues.QUEUES))
    parser.add_argument("--lease-s", type=int, default=0, help="instead of the queue's own lease (for fault tests)")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    global _lease_s
    options = _parser().parse_args(arguments)
    _lease_s = options.lease_s
    redis_url = context().settings.redis_url
    for kind in queues.KINDS.values():
        if kind.queue == options.queue:
            _task(kind.handler)  # loaded once, before any fork
    serve(queues.QUEUES[options.queue], redis_url, threading.Event())
    log.info("worker_ended", queue=options.queue)


if __name__ == "__main__":
    # RQ loads `workers.run` by name for each job: let it be this very module, with what `main` has set.
    importlib.import_module("workers.run").main()
