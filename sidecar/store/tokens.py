"""Rows of e-mailed tokens: issued when a step is entered, withdrawn when it is left."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from sidecar.store.tables import ApprovalTokenRow

STEP_MOVED = "step_moved"
ROLE_LOST = "role_lost"
REASSIGNED = "reassigned"


class Tokens:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: ApprovalTokenRow) -> None:
        """Stores the row and gives it its id."""
        self._session.add(row)
        self._session.flush()

    def get(self, token_id: int) -> ApprovalTokenRow | None:
        return self._session.get(ApprovalTokenRow, token_id)

    def lock(self, token_id: int) -> ApprovalTokenRow | None:
        """As `get`, and nobody else changes the row until the transaction ends."""
        return self._session.get(ApprovalTokenRow, token_id, with_for_update=True, populate_existing=True)

    def live_of_case(self, site_id: str, case_id: str) -> list[ApprovalTokenRow]:
        """Neither used nor withdrawn (they may have expired)."""
        query = select(ApprovalTokenRow).where(
            ApprovalTokenRow.site_id == site_id,
            ApprovalTokenRow.case_id == case_id,
            ApprovalTokenRow.used_at.is_(None),
            ApprovalTokenRow.withdrawn_at.is_(None),
        )
        return list(self._session.scalars(query.order_by(ApprovalTokenRow.id)))
