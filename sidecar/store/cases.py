"""Cases: loaded from their snapshot, saved by compare-and-set on the revision."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from sidecar.sop.case import Approval, Case, CaseState
from sidecar.sop.events import delegation_from_dict, delegation_to_dict, utc_iso
from sidecar.store.change import changed_rows
from sidecar.store.errors import StoreConflict
from sidecar.store.tables import CaseRow


@dataclass(frozen=True)
class StoredCase:
    """A case and what the store knows beside it; `sop_sha256`: the SOP version with which it began."""

    case: Case
    sop_sha256: str
    opened_at: datetime
    updated_at: datetime


class Cases:
    def __init__(self, session: Session) -> None:
        self._session = session

    def insert(self, case: Case, sop_sha256: str, now: datetime) -> None:
        values = {**columns(case), "sop_sha256": sop_sha256, "opened_by": case.opened_by}
        self._session.execute(insert(CaseRow).values(**values, opened_at=now, updated_at=now))

    def save(self, case: Case, expected_revision: int, now: datetime) -> None:
        """Raises StoreConflict when the stored revision is not `expected_revision` (any more)."""
        query = (
            update(CaseRow)
            .where(CaseRow.id == case.id, CaseRow.site_id == case.site_id, CaseRow.revision == expected_revision)
            .values(**columns(case), updated_at=now)
        )
        if changed_rows(self._session, query) != 1:
            raise StoreConflict(expected=expected_revision)

    def get(self, site_id: str, case_id: str) -> StoredCase | None:
        return self._one(CaseRow.site_id == site_id, CaseRow.id == case_id)

    def lock(self, site_id: str, case_id: str) -> StoredCase | None:
        """As `get`, and nobody else changes the case until the transaction ends."""
        return self._one(CaseRow.site_id == site_id, CaseRow.id == case_id, lock=True)

    def of_post(self, site_id: str, post_id: int) -> StoredCase | None:
        """The post's running case, else its latest published one, else its latest cancelled one."""
        return self._one(CaseRow.site_id == site_id, CaseRow.post_id == post_id)

    def find(self, site_id: str, state: str = "", limit: int = 0, offset: int = 0) -> tuple[list[StoredCase], int]:
        """One page of the site's cases, last changed first, and how many there are. `limit` 0: all of them."""
        where = [CaseRow.site_id == site_id, *([CaseRow.state == state] if state else [])]
        total = self._session.scalar(select(func.count()).select_from(CaseRow).where(*where)) or 0
        query = select(CaseRow).where(*where).order_by(CaseRow.updated_at.desc(), CaseRow.id).offset(offset)
        rows = self._session.scalars(query.limit(limit) if limit else query)
        return [_stored(row) for row in rows], total

    def some(self, site_id: str, case_ids: Collection[str]) -> dict[str, StoredCase]:
        """Those of the given cases that the site has."""
        rows = self._session.scalars(select(CaseRow).where(CaseRow.site_id == site_id, CaseRow.id.in_(case_ids)))
        return {row.id: _stored(row) for row in rows}

    def every(self, site_id: str = "") -> Iterator[StoredCase]:
        """All cases, or those of one site, in a steady order."""
        query = select(CaseRow).order_by(CaseRow.site_id, CaseRow.opened_at, CaseRow.id)
        for row in self._session.scalars(query.where(CaseRow.site_id == site_id) if site_id else query):
            yield _stored(row)

    def differences(self, case_id: str, case: Case) -> list[str]:
        """Names of the columns stored under `case_id` that are not those of `case`."""
        row = dict(self._session.execute(select(CaseRow.__table__).where(CaseRow.id == case_id)).mappings().one())
        # Snapshots of an older version lack the fields that were added since.
        row["snapshot"] = to_dict(from_dict(row["snapshot"]))
        return sorted(name for name, value in columns(case).items() if row[name] != value)

    def _one(self, *where: ColumnElement[bool], lock: bool = False) -> StoredCase | None:
        rank = sql_case((CaseRow.state == "cancelled", 2), (CaseRow.state == "published", 1), else_=0)
        # Of two cases opened in the same moment the later change decides.
        latest = (rank, CaseRow.opened_at.desc(), CaseRow.updated_at.desc(), CaseRow.id)
        query = select(CaseRow).where(*where).order_by(*latest).limit(1)
        if lock:
            query = query.with_for_update(key_share=True)
        row = self._session.scalars(query.execution_options(populate_existing=True)).first()
        return _stored(row) if row else None


def columns(case: Case) -> dict[str, Any]:
    """The columns that follow from a case."""
    return {
        "id": case.id,
        "site_id": case.site_id,
        "procedure_key": case.procedure_key,
        "post_id": case.post_id,
        "title": case.title,
        "state": str(case.state),
        "revision": case.revision,
        "activity_no": case.activity_no,
        "attempt": case.attempt,
        "entered_at": case.entered_at,
        "content_sha256": case.content_sha256,
        "publish_at": case.publish_at,
        "url": case.url,
        "snapshot": to_dict(case),
    }


def to_dict(case: Case) -> dict[str, Any]:
    """The case as plain JSON values."""
    return {
        "id": case.id,
        "site_id": case.site_id,
        "procedure_key": case.procedure_key,
        "post_id": case.post_id,
        "title": case.title,
        "opened_by": case.opened_by,
        "activity_no": case.activity_no,
        "entered_at": utc_iso(case.entered_at),
        "state": str(case.state),
        "revision": case.revision,
        "attempt": case.attempt,
        "attempts": {str(no): count for no, count in sorted(case.attempts.items())},
        "named": dict(sorted(case.named.items())),
        "content_sha256": case.content_sha256,
        "submitted_by": sorted(case.submitted_by),
        "approvals": [vars(approval) for approval in case.approvals],
        "publish_at": utc_iso(case.publish_at) if case.publish_at else None,
        "delegations": [delegation_to_dict(delegation) for delegation in case.delegations],
        "url": case.url,
        "corrects": case.corrects,
        "website": case.website,
    }


def from_dict(data: Mapping[str, Any]) -> Case:
    """Inverse of `to_dict`; fields added later take their defaults."""
    return Case(
        **{
            **data,
            "state": CaseState(data["state"]),
            "entered_at": datetime.fromisoformat(data["entered_at"]),
            "attempts": {int(no): count for no, count in data["attempts"].items()},
            "submitted_by": frozenset(data["submitted_by"]),
            "approvals": tuple(Approval(**approval) for approval in data["approvals"]),
            "publish_at": datetime.fromisoformat(data["publish_at"]) if data["publish_at"] else None,
            "delegations": tuple(delegation_from_dict(one) for one in data["delegations"]),
        }
    )


def _stored(row: CaseRow) -> StoredCase:
    return StoredCase(from_dict(row.snapshot), row.sop_sha256, row.opened_at, row.updated_at)
