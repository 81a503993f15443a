"""Finds what got stuck: rows whose lease ran out, and jobs that RQ still believes to be running.

RQ does neither in time by itself: a job of a dead worker waits until another worker's round of maintenance, and a job
that vanished with an emptied Redis is never heard of again. The rows know.
"""

from __future__ import annotations

from redis import Redis
from rq import Queue
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from sidecar.context import Context
from sidecar.logs import get_logger
from sidecar.services import outbox
from workers.queues import QUEUES

log = get_logger("workers.sweep")


def sweep_rows(ctx: Context) -> int:
    """Rows whose lease ran out become pending again. Returns how many."""
    lost = outbox.sweep(ctx)
    if lost:
        log.warning("outbox_rows_taken_back", rows=lost)
    return lost


def sweep_registries(redis: Redis) -> None:
    """Lets RQ forget the jobs of dead workers. Only its book-keeping: the rows decide what is done again."""
    for name in QUEUES:
        StartedJobRegistry(queue=Queue(name, connection=redis, serializer=JSONSerializer)).cleanup()
