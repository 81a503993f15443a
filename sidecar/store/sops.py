"""Installed SOP documents as plain JSON; a version is never changed or removed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sidecar.store.insert import insert_new
from sidecar.store.tables import SopVersionRow


class Sops:
    def __init__(self, session: Session) -> None:
        self._session = session

    def current(self, site_id: str) -> SopVersionRow | None:
        """The version with which a new case begins."""
        query = select(SopVersionRow).where(SopVersionRow.site_id == site_id, SopVersionRow.current)
        return self._session.scalars(query).first()

    def get(self, site_id: str, sha256: str) -> SopVersionRow | None:
        return self._session.get(SopVersionRow, (site_id, sha256))

    def install(self, site_id: str, number: str, sha256: str, document: dict[str, Any], now: datetime) -> bool:
        """Makes the document the current one. False when it was known already."""
        row = {"site_id": site_id, "sha256": sha256, "number": number, "document": document}
        new = insert_new(self._session, SopVersionRow, {**row, "installed_at": now, "current": False})
        query = update(SopVersionRow).where(SopVersionRow.site_id == site_id)
        self._session.execute(query.values(current=SopVersionRow.sha256 == sha256))
        return new
