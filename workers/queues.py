"""Which queue carries which kind of outbox row, and which function performs it.

One process serves exactly one queue: an RQ worker on several queues was seen to lose a job when it died.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PERFORM = "workers.run.perform"


@dataclass(frozen=True)
class Queue:
    """`lease_s`: how long one attempt may hold its row before the sweep believes it dead.

    `forks`: a child process for each job. Picture libraries may crash or eat memory, and then only the child is gone.
    The other queues wait for networks; they stay in one process and keep their connections and sessions (Bluesky
    allows 30 logins in five minutes).
    """

    name: str
    lease_s: int
    forks: bool = False


@dataclass(frozen=True)
class Kind:
    """`handler`: dotted name, loaded only by the process that serves `queue`."""

    queue: str
    handler: str
    max_attempts: int = 60


QUEUES: Mapping[str, Queue] = {
    queue.name: queue
    for queue in (
        Queue("mail", lease_s=180),
        Queue("wordpress", lease_s=90),
        Queue("media", lease_s=300, forks=True),
        Queue("channels", lease_s=240),
    )
}

KINDS: Mapping[str, Kind] = {
    "mail.turn": Kind("mail", "workers.mail.tasks.turn"),
    "mail.published": Kind("mail", "workers.mail.tasks.published"),
    "wordpress.mirror": Kind("wordpress", "workers.publishing.tasks.mirror"),
    "wordpress.publish": Kind("wordpress", "workers.publishing.tasks.publish"),
    "wordpress.derivatives": Kind("wordpress", "workers.publishing.tasks.store_derivatives"),
    "turns.settle": Kind("wordpress", "workers.publishing.tasks.settle_turns"),
    "publication.start": Kind("wordpress", "workers.publishing.tasks.start"),
    "media.derive": Kind("media", "workers.media.tasks.derive", max_attempts=20),
    "channels.prepare": Kind("channels", "workers.channels.tasks.prepare", max_attempts=20),
    "channels.deliver": Kind("channels", "workers.channels.tasks.deliver"),
}


def timeout_s(lease_s: int) -> int:
    """When a job is stopped: a sixth before its lease ends, so that a slow attempt never meets its own repetition."""
    return max(1, lease_s - max(1, lease_s // 6))
