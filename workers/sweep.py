"""Finds what got stuck: rows whose lease ran out, and jobs that RQ still believes to be running.

RQ does neither in time by itself: a job of a dead worker waits until another worker's round of maintenance, and a job
that vanished with an emptied Redis is never heard of again. The rows know.
"""

from __future__ import annotations

from datetime import timedelta

from redis import Redis
from rq import Queue
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer
from sqlalchemy import select, update

from sidecar.context import Context
from sidecar.logs import get_logger
from sidecar.services import outbox
from sidecar.store.outbox import OutboxState
from sidecar.store.tables import OutboxRow
from workers.queues import QUEUES

log = get_logger("workers.sweep")


def job_id(outbox_id: int, attempt: int) -> str:
    """The name of a row's job in Redis, another one for each attempt."""
    return f"outbox-{outbox_id}-{attempt}"


def sweep_rows(ctx: Context, redis: Redis, queued_lease_s: float) -> int:
    """Rows whose lease ran out become pending again. Returns how many.

    A queued row whose job still stands in line in Redis is not lost, only late: it keeps its place.
    """
    kept = _keep_waiting(ctx, redis, queued_lease_s)
    lost = outbox.sweep(ctx)
    if lost or kept:
        log.warning("outbox_rows_taken_back", rows=lost, still_waiting=kept)
    return lost


def _keep_waiting(ctx: Context, redis: Redis, queued_lease_s: float) -> int:
    now = ctx.now()
    late = (OutboxRow.state == str(OutboxState.QUEUED)) & (OutboxRow.lease_until < now)
    with ctx.uow(read_only=True) as uow:
        rows = list(uow.session.execute(select(OutboxRow.id, OutboxRow.attempt).where(late)))
    if not rows:
        return 0
    waiting = {name for queue in QUEUES for name in _queue(queue, redis).get_job_ids()}
    ids = [outbox_id for outbox_id, attempt in rows if job_id(outbox_id, attempt) in waiting]
    if ids:
        lease_until = now + timedelta(seconds=queued_lease_s)
        with ctx.uow() as uow:
            uow.session.execute(update(OutboxRow).where(late, OutboxRow.id.in_(ids)).values(lease_until=lease_until))
            uow.commit()
    return len(ids)


def sweep_registries(redis: Redis) -> None:
    """Lets RQ forget the jobs of dead workers. Only its book-keeping: the rows decide what is done again."""
    for name in QUEUES:
        StartedJobRegistry(queue=_queue(name, redis)).cleanup()


def _queue(name: str, redis: Redis) -> Queue:
    return Queue(name, connection=redis, serializer=JSONSerializer)
