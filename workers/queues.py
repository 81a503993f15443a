"""Which queue carries which kind of outbox row, and which function performs it.

One process serves exactly one queue: an RQ worker on several queues was seen to lose a job when it died.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MAIL = "mail"
WORDPRESS = "wordpress"
MEDIA = "media"
CHANNELS = "channels"
QUEUES = (MAIL, WORDPRESS, MEDIA, CHANNELS)

PERFORM = "workers.run.perform"


@dataclass(frozen=True)
class Work:
    """`handler`: dotted name, loaded only by the process that serves `queue`. `lease_s`: how long one attempt may hold
    its row before the sweep believes it dead; the job is stopped somewhat earlier."""

    queue: str
    handler: str
    lease_s: int = 90
    max_attempts: int = 60

    @property
    def timeout_s(self) -> int:
        """When the job is stopped: early enough that a slow attempt never meets its own repetition."""
        return max(1, self.lease_s - max(1, self.lease_s // 6))


KINDS: Mapping[str, Work] = {
    "mail.turn": Work(MAIL, "workers.mail.tasks.turn"),
    "mail.published": Work(MAIL, "workers.mail.tasks.published"),
    "wordpress.mirror": Work(WORDPRESS, "workers.publishing.tasks.mirror"),
    "wordpress.publish": Work(WORDPRESS, "workers.publishing.tasks.publish"),
    "wordpress.derivatives": Work(WORDPRESS, "workers.publishing.tasks.store_derivatives"),
    "publication.start": Work(WORDPRESS, "workers.publishing.tasks.start"),
    "media.derive": Work(MEDIA, "workers.media.tasks.derive", lease_s=240, max_attempts=20),
    "channels.prepare": Work(CHANNELS, "workers.channels.tasks.prepare", lease_s=180),
    "channels.deliver": Work(CHANNELS, "workers.channels.tasks.deliver", lease_s=180),
}
