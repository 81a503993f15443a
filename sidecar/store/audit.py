"""The audit trail: events in one hash chain per site. `hash` = SHA-256 over the canonical JSON of the whole row.

The chain shows that a row was changed, taken out or put in between. It cannot show that somebody who may write to the
database computed the whole chain anew: keep `tayang audit verify`'s last hash elsewhere for that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from sidecar.sop import events as ev
from sidecar.sop.content import canonical_json
from sidecar.store.tables import EventRow, SiteRow

PAGE = 500


@dataclass(frozen=True)
class BadRow:
    """The first row that is not as it was written: its number in the chain and why."""

    seq: int
    reason: str


@dataclass(frozen=True)
class Verification:
    """`rows` were checked; `first_bad` is None when the chain is whole; `last_hash` may be kept elsewhere as a seal."""

    site_id: str
    rows: int
    last_hash: str
    first_bad: BadRow | None


class AuditTrail:
    def __init__(self, session: Session) -> None:
        self._session = session

    def lock_head(self, site_id: str) -> tuple[int, str]:
        """(seq, hash) of the last row. Holds the site's chain until the transaction ends: one writer at a time."""
        # FOR NO KEY UPDATE: inserting rows that refer to the site takes a key-share lock, which must not deadlock here.
        query = select(SiteRow.chain_seq, SiteRow.chain_hash).where(SiteRow.id == site_id)
        seq, last_hash = self._session.execute(query.with_for_update(key_share=True)).one()
        return seq, last_hash

    def append(self, site_id: str, case_id: str, revision: int, event: ev.Event) -> None:
        """Adds the event that brought the case to `revision`."""
        seq, prev_hash = self.lock_head(site_id)
        row: dict[str, Any] = {
            "site_id": site_id,
            "seq": seq + 1,
            "case_id": case_id,
            "revision": revision,
            "kind": event.kind,
            "at": event.at,
            "person": event.by.person,
            "data": ev.to_dict(event),
            "prev_hash": prev_hash,
        }
        row["hash"] = row_hash(row)
        self._session.execute(insert(EventRow).values(row))
        head = {"chain_seq": row["seq"], "chain_hash": row["hash"]}
        self._session.execute(
            update(SiteRow).where(SiteRow.id == site_id).values(head).execution_options(synchronize_session=False)
        )

    def events(self, site_id: str, case_id: str) -> list[ev.Event]:
        """The case's events in order."""
        query = select(EventRow.data).where(EventRow.site_id == site_id, EventRow.case_id == case_id)
        return [ev.from_dict(data) for data in self._session.scalars(query.order_by(EventRow.revision))]

    def verify(self, site_id: str) -> Verification:
        """Walks the site's chain from its beginning and stops at the first bad row."""
        seq, last_hash = 0, ""
        for row in self._rows(site_id):
            reason = _fault(row, seq, last_hash)
            if reason:
                return Verification(site_id, seq, last_hash, BadRow(row["seq"], reason))
            seq, last_hash = row["seq"], row["hash"]
        head = self._session.execute(select(SiteRow.chain_seq, SiteRow.chain_hash).where(SiteRow.id == site_id)).one()
        bad = None
        if (seq, last_hash) != tuple(head):
            bad = BadRow(seq + 1, f"the chain ends at row {seq}, but its head says {head.chain_seq}: rows were cut off")
        return Verification(site_id, seq, last_hash, bad)

    def _rows(self, site_id: str) -> Iterator[Mapping[str, Any]]:
        table = EventRow.__table__
        query = select(table).where(EventRow.site_id == site_id).order_by(EventRow.seq)
        for row in self._session.execute(query.execution_options(yield_per=PAGE)).mappings():
            yield {str(key): value for key, value in row.items()}


def row_hash(row: Mapping[str, Any]) -> str:
    """Hex SHA-256 of the row's columns but `hash`, times as ISO 8601 in UTC with microseconds."""
    plain = {key: _plain(value) for key, value in row.items() if key != "hash"}
    return hashlib.sha256(canonical_json(plain)).hexdigest()


def _plain(value: Any) -> Any:
    return ev.utc_iso(value) if isinstance(value, datetime) else value


def _fault(row: Mapping[str, Any], seq: int, last_hash: str) -> str:
    if row["seq"] != seq + 1:
        return f"row {seq + 1} is missing"
    if row["prev_hash"] != last_hash:
        return "it does not follow the row before it"
    try:
        computed = row_hash(row)
    except ValueError:
        computed = ""
    return "" if computed == row["hash"] else "its content is not what was written"
