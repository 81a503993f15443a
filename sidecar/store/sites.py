"""Offices; their secrets stay encrypted here (services/sites.py opens them)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from sidecar.store.tables import SiteRow


class Sites:
    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, site_id: str) -> SiteRow | None:
        return self._session.get(SiteRow, site_id)

    def every(self) -> list[SiteRow]:
        return list(self._session.scalars(select(SiteRow).order_by(SiteRow.id)))
