"""Content snapshots: what people decide on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sidecar.store.tables import RevisionRow


class Revisions:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        site_id: str,
        case_id: str,
        case_revision: int,
        content_sha256: str,
        content: dict[str, Any],
        media_urls: dict[str, Any],
        rendered: str,
        now: datetime,
    ) -> RevisionRow:
        row = RevisionRow(
            site_id=site_id,
            case_id=case_id,
            case_revision=case_revision,
            content_sha256=content_sha256,
            content=content,
            media_urls=media_urls,
            rendered=rendered,
            created_at=now,
        )
        self._session.add(row)
        self._session.flush()
        return row

    def latest(self, site_id: str, case_id: str, content_sha256: str = "") -> RevisionRow | None:
        """The case's last snapshot, or the last one with this digest."""
        query = select(RevisionRow).where(RevisionRow.site_id == site_id, RevisionRow.case_id == case_id)
        if content_sha256:
            query = query.where(RevisionRow.content_sha256 == content_sha256)
        return self._session.scalars(query.order_by(RevisionRow.case_revision.desc()).limit(1)).first()

    def case_revisions(self, site_id: str, case_id: str) -> list[int]:
        """At which revisions of the case a snapshot was kept, oldest first: its version n is the n-th of them."""
        query = select(RevisionRow.case_revision).where(RevisionRow.site_id == site_id, RevisionRow.case_id == case_id)
        return list(self._session.scalars(query.order_by(RevisionRow.case_revision)))

    def of_case(self, site_id: str, case_id: str) -> list[RevisionRow]:
        """All snapshots, oldest first."""
        query = select(RevisionRow).where(RevisionRow.site_id == site_id, RevisionRow.case_id == case_id)
        return list(self._session.scalars(query.order_by(RevisionRow.case_revision)))
