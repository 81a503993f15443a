"""Outbox rows: work that a transaction orders. Rows first, queue second (docs/architecture.md)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sidecar.store.change import changed_rows
from sidecar.store.insert import insert_new
from sidecar.store.tables import OutboxRow

MAIL_TURN = "mail.turn"
MAIL_PUBLISHED = "mail.published"
WORDPRESS_MIRROR = "wordpress.mirror"
WORDPRESS_PUBLISH = "wordpress.publish"
WORDPRESS_DERIVATIVES = "wordpress.derivatives"
TURNS_SETTLE = "turns.settle"
PUBLICATION_START = "publication.start"
MEDIA_DERIVE = "media.derive"
CHANNELS_PREPARE = "channels.prepare"
CHANNELS_DELIVER = "channels.deliver"


class OutboxState(StrEnum):
    PENDING = "pending"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Outbox:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        site_id: str,
        kind: str,
        payload: dict[str, Any],
        *,
        dedupe_key: str,
        now: datetime,
        due_at: datetime | None = None,
        case_id: str | None = None,
    ) -> bool:
        """Orders work for `due_at` (default: now). False when the site has a row with this key already: nothing new
        is ordered. The key is stored as `kind:dedupe_key`."""
        values = {
            "site_id": site_id,
            "case_id": case_id,
            "kind": kind,
            "payload": payload,
            "dedupe_key": f"{kind}:{dedupe_key}",
            "state": str(OutboxState.PENDING),
            "due_at": due_at or now,
            "attempt": 0,
            "lease_until": None,
            "error": "",
            "created_at": now,
            "finished_at": None,
        }
        return insert_new(self._session, OutboxRow, values)

    def drop(self, site_id: str, case_id: str, kind: str, reason: str, now: datetime) -> int:
        """Ends the case's rows of `kind` that nobody has begun. Returns how many."""
        query = (
            update(OutboxRow)
            .where(
                OutboxRow.site_id == site_id,
                OutboxRow.case_id == case_id,
                OutboxRow.kind == kind,
                OutboxRow.state.in_([OutboxState.PENDING, OutboxState.QUEUED]),
            )
            .values(state=str(OutboxState.DONE), error=reason, finished_at=now, lease_until=None)
        )
        return changed_rows(self._session, query)

    def of_case(self, site_id: str, case_id: str) -> list[OutboxRow]:
        query = select(OutboxRow).where(OutboxRow.site_id == site_id, OutboxRow.case_id == case_id)
        return list(self._session.scalars(query.order_by(OutboxRow.id)))
