"""What a command led to, by its key: so that a repetition changes nothing and answers the same."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from sidecar.store.tables import IdempotencyRow


class Idempotency:
    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, site_id: str, key: str) -> IdempotencyRow | None:
        return self._session.get(IdempotencyRow, (site_id, key), populate_existing=True)

    def remember(self, site_id: str, key: str, request_sha256: str, case_id: str, revision: int, now: datetime) -> None:
        """`revision`: the case's revision after the command."""
        self._session.add(
            IdempotencyRow(
                site_id=site_id,
                key=key,
                request_sha256=request_sha256,
                case_id=case_id,
                revision=revision,
                created_at=now,
            )
        )
        self._session.flush()
