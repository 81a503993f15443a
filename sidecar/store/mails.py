"""What was sent to whom; recipients are fixed when the event happens."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sidecar.store.tables import MailRow


class MailState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class Mails:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: MailRow) -> None:
        """Stores the row and gives it its id."""
        self._session.add(row)
        self._session.flush()

    def get(self, mail_id: int) -> MailRow | None:
        return self._session.get(MailRow, mail_id)

    def of_case(self, site_id: str, case_id: str) -> list[MailRow]:
        query = select(MailRow).where(MailRow.site_id == site_id, MailRow.case_id == case_id)
        return list(self._session.scalars(query.order_by(MailRow.id)))

    def withdraw_pending(self, site_id: str, case_id: str, token_id: int) -> None:
        """A mail whose token is withdrawn need not go out."""
        query = update(MailRow).where(
            MailRow.site_id == site_id,
            MailRow.case_id == case_id,
            MailRow.token_id == token_id,
            MailRow.state == str(MailState.PENDING),
        )
        self._session.execute(query.values(state=str(MailState.WITHDRAWN)))
